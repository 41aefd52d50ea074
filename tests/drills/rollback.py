"""Drill: a database restored to older points under a newer log; two sequencers on one log."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select

from issuer.desk import Desk
from issuer.errors import LogRefused
from issuer.fsck.run import fsck
from issuer.issuing import issue_batch
from issuer.life_acts import propose, show_act
from issuer.life_approval import approve
from issuer.life_forms import ActForm
from issuer.log_desk import office_of
from issuer.log_publishing import check_log, publish_log
from issuer.log_reconciling import Reconciled, reconcile
from issuer.photos import PhotoFolder
from issuer.roster import read_roster
from log.fsck import fsck as check_published
from log.leaves import LifeKind
from log.reading import FolderSource
from registry.home import Home
from registry.life_models import Ground
from registry.log_reader import LogReader
from registry.models import Award, AwardStatus, Copy
from registry.session import reading
from registry.snapshot import SQLITE_FILE, take_snapshot
from templates.fonts import FontChain
from tests.drills.drill import Drill, Facts, Figure, Part, require, require_none
from tests.drills.office import (
    NOW,
    Person,
    desk_of,
    make_office,
    people,
    put_on_record,
    write_roster,
)
from tests.drills.rivals import copy_database, rival
from verifier.finding_codes import Code
from verifier.opening import open_verifier
from verifier.verdict import Outcome, Status

_POINTS = {Figure.FULL: 50, Figure.SHORT: 1}
_ROUNDS = {Figure.FULL: 60, Figure.SHORT: 2}
_ACTS_BETWEEN = 2
_FIRST_AWARDS = 4
_TICK = timedelta(minutes=1)
_STATUSES = {
    AwardStatus.CURRENT: (Outcome.VALID, Status.CURRENT),
    AwardStatus.SUSPENDED: (Outcome.NOT_CURRENT, Status.SUSPENDED),
    AwardStatus.REVOKED: (Outcome.NOT_CURRENT, Status.REVOKED),
}


def _parts(figure: Figure, seed: int) -> list[Part]:
    return [
        Part(name="restored", run=partial(_restore, points=_POINTS[figure], seed=seed)),
        Part(name="two databases", run=partial(rival, rounds=_ROUNDS[figure], seed=seed)),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A backup of the database, and what was so when it was made."""

    file: Path
    awards: frozenset[str]
    events: int


@dataclass(slots=True)
class _History:
    """What an office did over time, as it was told, and its clock."""

    now: datetime = NOW
    names: dict[str, str] = field(default_factory=dict)
    status: dict[str, AwardStatus] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    points: list[_Point] = field(default_factory=list)

    def clock(self) -> datetime:
        """Return a time that goes on."""
        self.now += timedelta(seconds=1)
        return self.now


def _restore(folder: Path, *, points: int, seed: int) -> Facts:
    home = make_office(folder, {})
    history, chance, persons = _History(), random.Random(seed), people(seed)
    with desk_of(home, clock=history.clock) as desk:
        _award(desk, history, list(islice(persons, _FIRST_AWARDS)), "0")
    for index in range(points):
        with desk_of(home, clock=history.clock) as desk:
            _back_up(desk, history, folder / f"backup-{index}")
            for act in range(_ACTS_BETWEEN):
                history.now += _TICK
                if act == 0:
                    lot = list(islice(persons, chance.randint(1, 3)))
                    _award(desk, history, lot, f"{index}-{act}")
                else:
                    _change_life(desk, history, chance)
            publish_log(office_of(desk))
    facts: Counter[str] = Counter()
    for index, point in enumerate(history.points):
        place = folder / f"restored-{index}"
        shutil.copytree(home.path, place)
        restored = Home.open(place, environment={})
        copy_database(point.file, place / SQLITE_FILE)
        rollback = _Rollback(restored, history, point, list(islice(persons, 3)))
        facts.update(rollback.look(folder / f"work-{index}"))
        shutil.rmtree(place)
    return dict(facts)


def _back_up(desk: Desk, history: _History, folder: Path) -> None:
    folder.mkdir()
    take_snapshot(desk.engine, folder)
    history.points.append(
        _Point(
            file=folder / SQLITE_FILE,
            awards=frozenset(history.names),
            events=len(history.events),
        )
    )


def _award(desk: Desk, history: _History, lot: Sequence[Person], batch: str) -> None:
    rows = [person.candidate(row) for row, person in enumerate(lot, start=2)]
    for number, person in zip(put_on_record(desk, rows, batch), lot, strict=True):
        history.names[number] = person.name
        history.status[number] = AwardStatus.CURRENT


def _change_life(desk: Desk, history: _History, chance: random.Random) -> None:
    """Suspend, lift or revoke an award that can be."""
    alive = [one for one, status in history.status.items() if status != AwardStatus.REVOKED]
    number = chance.choice(alive[:_FIRST_AWARDS])
    suspended = history.status[number] == AwardStatus.SUSPENDED
    if chance.random() < 0.5:
        kind, status = LifeKind.REVOKE, AwardStatus.REVOKED
    elif suspended:
        kind, status = LifeKind.LIFT, AwardStatus.CURRENT
    else:
        kind, status = LifeKind.SUSPEND, AwardStatus.SUSPENDED
    form = ActForm(
        kind=kind,
        number=number,
        ground=Ground.WRONG_AWARD if kind is LifeKind.REVOKE else None,
        reason="演练",
        reference="演练〔2026〕1号",
    )
    act_id = propose(desk, form, proposer="甲", fonts=FontChain())
    approve(desk, act_id, approver="乙", hits=show_act(desk, act_id).hits)
    history.status[number] = status
    history.events.append(number)


class _Rollback:
    """One restored database under the newest log: refused, reconciled, gone on with.

    Args:
        home: a copy of the office with the older database in it.
        history: what really happened.
        point: what the database knows.
        fresh: people who were never awarded.
    """

    def __init__(
        self, home: Home, history: _History, point: _Point, fresh: Sequence[Person]
    ) -> None:
        self._home = home
        self._history = history
        self._point = point
        self._fresh = fresh
        self._lost = set(history.names) - point.awards
        # Awards that the database has, whose life went on after it.
        self._forgotten = [one for one in history.events[point.events :] if one in point.awards]

    def look(self, work: Path) -> Facts:
        """Go through it all; return what was found."""
        checkpoint = (self._home.log_folder / "checkpoint").read_bytes()
        with desk_of(self._home, clock=self._history.clock) as desk:
            refused = sum(self._is_refused(desk, work, checkpoint))
            unproved = self._ask_before(desk)
            done = reconcile(office_of(desk), "演练：从备份恢复")
            self._check_reconciled(desk, done)
            statuses = self._ask_after()
            given = self._go_on(desk, work)
        return {
            "older points restored": 1,
            "refused until reconciled": int(refused == 3),
            "issuing, publishing and approving refused": refused,
            "numbers lost with the database, named": len(done.lost),
            "awards whose later life was lost, none said to be valid before": unproved,
            "life events put back from the log": done.lives.put_back,
            "awards of the restored database, their true status told again": statuses,
            "awards given afterwards": given,
            "numbers given twice": 0,
            "print serials or status positions given twice": 0,
        }

    def _is_refused(self, desk: Desk, work: Path, checkpoint: bytes) -> Iterator[bool]:
        """Yield for each way to go on whether it was refused and changed nothing."""
        before = _counts(desk)
        office = office_of(desk)
        acts = (
            lambda: self._issue(desk, work / "refused"),
            lambda: publish_log(office),
            lambda: check_log(office),  # which approving an act asks first
        )
        for act in acts:
            code = ""
            try:
                act()
            except LogRefused as error:
                code = error.code
            require(code == "log_database_behind", f"a restored database: {code or 'accepted'}")
            require(_counts(desk) == before, "a refused act changed the database")
            now = (self._home.log_folder / "checkpoint").read_bytes()
            require(now == checkpoint, "a checkpoint was published over a restored database")
            yield True

    def _ask_before(self, desk: Desk) -> int:
        """Ask the public side and fsck of the awards whose later events are gone."""
        wanted = set(self._forgotten)
        listed = {f.row for f in fsck(self._home, desk.engine, desk.vault)}
        require(wanted <= listed, "fsck does not list an award whose life event is lost")
        require(self._lost <= listed, "fsck does not list a lost number")
        verifier = open_verifier(self._home, clock=self._history.clock)
        for number in wanted:
            verdict = verifier.verify_number(number, name=self._history.names[number])
            codes = {finding.code for finding in verdict.findings}
            unproved = Code.ROW_NOT_PROVED in codes and verdict.outcome is Outcome.INCONCLUSIVE
            require(unproved, f"{number}: its lost event is forgotten: {verdict.outcome}")
        for number in self._lost:
            outcome = verifier.verify_number(number, name=self._history.names[number]).outcome
            require(outcome is not Outcome.VALID, f"{number} is lost and {outcome}")
        verifier.close()
        return len(wanted)

    def _check_reconciled(self, desk: Desk, done: Reconciled) -> None:
        require(set(done.lost) == self._lost, "other numbers are called lost than were")
        back, gone = done.lives.put_back, len(self._forgotten)
        require(back == gone, f"{back} events put back of {gone}")
        require(not done.lives.unproved and not done.lives.erase_again, "awards left unproved")
        faults = fsck(self._home, desk.engine, desk.vault)
        # What is lost stays missing, the counters stand beyond it, and the trail is cut off where
        # the backup was made: that is what fsck is for.
        gone_rows = {"serial_counters", "print_counters", "trail"} if self._lost else set()
        other = [
            f"{fault.table} {fault.row} {fault.field}"
            for fault in faults
            if fault.row not in self._lost
            and fault.table not in gone_rows
            and not fault.row.startswith("leaf ")
        ]
        ownerless = sum(fault.row.startswith("leaf ") for fault in faults)
        lives = sum(number in self._lost for number in self._history.events)
        require(ownerless == lives, f"{ownerless} leaves without a row, {lives} events of the lost")
        require_none(other, "fsck after reconciling")

    def _ask_after(self) -> int:
        verifier = open_verifier(self._home, clock=self._history.clock)
        for number in self._point.awards:
            verdict = verifier.verify_number(number, name=self._history.names[number])
            told = (verdict.outcome, verdict.status)
            wanted = _STATUSES[self._history.status[number]]
            require(told == wanted, f"{number} is {told} and not {wanted}")
        verifier.close()
        return len(self._point.awards)

    def _go_on(self, desk: Desk, work: Path) -> int:
        """Issue to new people: what they get was never given to anybody."""
        given = self._issue(desk, work / "again")
        require(not set(given) & set(self._history.names), "a number is given twice")
        with reading(desk.engine) as session:
            prints = session.scalars(select(Copy.print_serial)).all()
            awards = session.scalar(select(func.count(Award.id)))
        # Whatever lost copies had lies between: as many were left out as are lost.
        require(len(set(prints)) == len(prints) == awards, "a print serial is given twice")
        new = sorted(prints)[-len(given) :]
        least = len(self._history.names) + 1
        require(new[0] >= least, f"print serial {new[0]} may be a lost copy's")
        report = check_published(
            FolderSource(self._home.log_folder), LogReader(self._home.log_folder).vkey()
        )
        require_none([str(fault) for fault in report.faults], "the log after reconciling")
        return len(given)

    def _issue(self, desk: Desk, folder: Path) -> list[str]:
        roster = write_roster(folder, list(self._fresh))
        with PhotoFolder(roster.parent / "photos") as photos:
            outcome = issue_batch(
                desk,
                read_roster(roster),
                photos,
                batch="恢复后",
                out=folder / "out",
                fonts=FontChain(),
                skip_bad=False,
                progress=_silent,
            )
        return [number for number, _ in outcome.files]


def _counts(desk: Desk) -> tuple[int | None, int | None]:
    with reading(desk.engine) as session:
        return session.scalar(select(func.count(Award.id))), session.scalar(
            select(func.count(Copy.id))
        )


def _silent(*_: object) -> None:
    """Tell nobody how far it is."""


DRILL = Drill(
    name="rollback",
    promise="A database restored to an older point gives no number and signs nothing until it is "
    "reconciled, and then no number twice; no two sequencers ever fork the log.",
    method="""An office issues, suspends, lifts and revokes, and its database is copied before every
        second act: 50 points. Each copy is put in the database's place under the newest public log.
        Issuing, publishing and approving must be refused, and change nothing. The public verifier
        must call no award valid whose suspension or revocation went with the rows, and fsck must
        list it, and every lost number. Then `yanzhen log reconcile` by its function: exactly the
        lost numbers are named, every lost life event is put back from the log, every award of the
        restored database has the status it really has, and new people are given numbers and print
        serials that nobody had; the log derives anew. Then 60 times two processes publish the log
        at the same moment, half of them on one database and half on two that part ways, with up to
        300 leaves each: of those that part ways exactly one is refused, and every checkpoint that
        either process ever gave its name is kept and compared.""",
    parts=_parts,
    defect="Issuing no longer looks at the log before it gives numbers.",
    defect_part="restored",
    at_once=2,
)
