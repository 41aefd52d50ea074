"""Drill: the clock steps, over a year's end and 29 February too; numbers keep the Shanghai year."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice, pairwise
from pathlib import Path

from sqlalchemy import select

from codes.number import parse_number
from issuer.errors import LogRefused
from issuer.issuing import issue_batch
from issuer.photos import PhotoFolder
from issuer.roster import read_roster
from issuer.status_publishing import publish_behind, status_office_of
from keys.errors import KeysError
from log.leaves import IssueLeaf, decode_leaf
from registry.home import Home
from registry.log_reader import LogReader
from registry.models import Award, Batch
from registry.session import database, reading
from templates.fonts import FontChain
from tests.drills.drill import Drill, Facts, Figure, Part, require, require_none, shares
from tests.drills.office import Person, desk_of, make_office, people, write_roster
from tests.drills.outside import outside_faults
from verifier.opening import open_verifier
from verifier.verdict import Outcome

_CASES = {Figure.FULL: 120, Figure.SHORT: 3}
_PARTS = {Figure.FULL: 2, Figure.SHORT: 1}
_CHINA = timedelta(hours=8)  # reckoned here by hand, without the product's calendar
_MINUTE = timedelta(minutes=1)
_MOST_LOOKS = 14  # at the clock in one run for one person; a step falls at one of them
_MOST_APART_SECONDS = 7200
_STEPS = tuple(sign * by for by in (timedelta(hours=1), timedelta(days=400)) for sign in (-1, 1))
# Moments (UTC) at which a year, or a day about the end of February, ends in Asia/Shanghai.
_EDGES = (
    datetime(2026, 12, 31, 16, tzinfo=UTC),
    datetime(2027, 2, 28, 16, tzinfo=UTC),
    datetime(2027, 12, 31, 16, tzinfo=UTC),
    datetime(2028, 2, 28, 16, tzinfo=UTC),
    datetime(2028, 2, 29, 16, tzinfo=UTC),
)
_STEADY, _STEPPED = "定", "跳"


def _parts(figure: Figure, seed: int) -> list[Part]:
    return [
        Part(name=f"steps-{at}", run=partial(_run, cases=cases, first=at, seed=seed + at))
        for at, cases in enumerate(shares(_CASES[figure], _PARTS[figure]))
    ]


@dataclass(slots=True)
class _Clock:
    """A clock that goes on by a second at each look, and is set once.

    Args:
        now: what it said last.
        step_in: looks until it is set; negative for never.
        step: by how much it is set then.
    """

    now: datetime
    step_in: int = -1
    step: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Return the time."""
        if self.step_in == 0:
            self.now += self.step
        self.step_in -= 1
        self.now += timedelta(seconds=1)
        return self.now

    @property
    def was_set(self) -> bool:
        """Whether it was set by now."""
        return bool(self.step) and self.step_in < 0


def _run(folder: Path, *, cases: int, first: int, seed: int) -> Facts:
    """Go through cases, each in an office of its own that begins about an edge."""
    home = make_office(folder, {})
    chance, persons = random.Random(seed), people(seed)
    facts: Counter[str] = Counter()
    for case in range(cases):
        place = folder / f"case-{case}"
        shutil.copytree(home.path, place / "home")
        edge = _EDGES[(first + case) % len(_EDGES)]
        apart = chance.choice((0, chance.uniform(-_MOST_APART_SECONDS, _MOST_APART_SECONDS)))
        begin = edge + timedelta(seconds=apart)
        step = _STEPS[case % len(_STEPS)]
        office = _Office(place, list(islice(persons, 2)))
        facts.update(office.go(begin, step, step_in=chance.randrange(_MOST_LOOKS)))
        shutil.rmtree(place)
    return {"offices that began about an edge": cases, **dict(sorted(facts.items()))}


class _Office:
    """One office in which a clock is set in the middle of a run, and set right again.

    Args:
        folder: with its home.
        persons: two people, for a run under a steady clock and one under a clock that is set.
    """

    def __init__(self, folder: Path, persons: list[Person]) -> None:
        self._folder = folder
        self._home = Home.open(folder / "home", environment={})
        self._persons = dict(zip((_STEADY, _STEPPED), persons, strict=True))

    def go(self, begin: datetime, step: timedelta, *, step_in: int) -> Facts:
        """Issue steadily, issue under a clock that is set, refuse, set right, finish, look."""
        steady = _Clock(begin)
        self._issue(steady, _STEADY)
        self._check_moment(_STEADY, begin, steady.now)
        clock = _Clock(self._latest() + _MINUTE, step_in=step_in, step=step)
        stopped = not self._try(clock, _STEPPED)
        require(not stopped or step < timedelta(), "a clock set forward stopped a run")
        reserved = self._given().get(_STEPPED)
        refused = self._refuse(self._latest() - abs(step))
        later = _Clock(max(self._latest(), clock.now) + _MINUTE)
        self._issue(later, _STEPPED)
        if reserved is not None:
            require(self._given()[_STEPPED] == reserved, "a number or date changed afterwards")
        self._look(later)
        way = "forward" if step > timedelta() else "back"
        size = "400 days" if abs(step).days else "1 hour"
        return {
            f"clock set {way} by {size} in mid-run": int(clock.was_set),
            "runs stopped by it, finished with the same number and date": int(stopped),
            "refusals with a clock behind the last checkpoint, nothing given or signed": refused,
            "numbers with the Shanghai year of their reservation": len(self._given()),
            "numbers with any other year": 0,
        }

    def _try(self, clock: _Clock, batch: str) -> bool:
        """Issue; return False where the clock was found behind the log, or before the seal."""
        try:
            self._issue(clock, batch)
        except (LogRefused, KeysError) as error:
            good = error.code in {"log_clock_behind", "seal_not_yet_valid"}
            require(good, f"a clock that is set: {error.code}")
            return False
        return True

    def _refuse(self, now: datetime) -> int:
        """Try both batches with a clock that is behind; nothing may come of it."""
        checkpoint, given = self._checkpoint(), self._given()
        for batch in (_STEADY, _STEPPED):
            stopped = not self._try(_Clock(now), batch)
            require(stopped, f"signed at {now:%F %T}, behind the log")
        require(self._checkpoint() == checkpoint, "a checkpoint was signed by a clock behind it")
        require(self._given() == given, "a number was given by a clock behind the log")
        return 2

    def _issue(self, clock: _Clock, batch: str) -> None:
        roster = write_roster(self._folder / batch, [self._persons[batch]])
        with desk_of(self._home, clock=clock) as desk, PhotoFolder(roster.parent / "photos") as own:
            issue_batch(
                desk,
                read_roster(roster),
                own,
                batch=batch,
                out=self._folder / batch / "out",
                fonts=FontChain(),
                skip_bad=False,
                progress=_silent,
            )
            publish_behind(status_office_of(desk))

    def _given(self) -> dict[str, tuple[str, datetime]]:
        """Return number and moment of reservation by batch; its day must be that in Shanghai."""
        given: dict[str, tuple[str, datetime]] = {}
        query = select(Award, Batch.name).join(Batch, Batch.id == Award.batch_id)
        with database(self._home.database_url) as engine, reading(engine) as session:
            for award, batch in session.execute(query):
                day = (award.reserved_at + _CHINA).date()
                number = parse_number(award.number)
                require(award.issued_on == day, f"{award.number}: dated {award.issued_on}")
                require(number.year == day.year, f"{award.number}: reserved on {day}")
                given[batch] = (award.number, award.reserved_at)
        return given

    def _check_moment(self, batch: str, begin: datetime, end: datetime) -> None:
        reserved_at = self._given()[batch][1]
        require(begin < reserved_at <= end, "a number is not dated when it was given")

    def _checkpoint(self) -> bytes:
        return (self._home.log_folder / "checkpoint").read_bytes()

    def _leaves(self) -> list[tuple[datetime, object]]:
        prover = LogReader(self._home.log_folder).prover()
        return [decode_leaf(prover.entry(index)) for index in range(prover.size)]

    def _latest(self) -> datetime:
        """Return the time of the log's last leaf."""
        return self._leaves()[-1][0]

    def _look(self, clock: _Clock) -> None:
        """Look at the whole office: times in the log only grow, days are those of the numbers."""
        leaves = self._leaves()
        require(all(a[0] <= b[0] for a, b in pairwise(leaves)), "the log goes back in time")
        days = {str(one.number): one.issued_on for _, one in leaves if isinstance(one, IssueLeaf)}
        verifier = open_verifier(self._home, clock=lambda: clock.now)
        for batch, (number, reserved_at) in self._given().items():
            require(days[number] == (reserved_at + _CHINA).date(), f"{number}: its leaf's day")
            verdict = verifier.verify_number(number, name=self._persons[batch].name)
            require(verdict.outcome is Outcome.VALID, f"{number} is {verdict.outcome}")
        verifier.close()
        with desk_of(self._home, clock=clock) as desk:
            require_none(outside_faults(desk, today=clock.now), "log, lists, trail and proofs")


def _silent(*_: object) -> None:
    """Tell nobody how far it is."""


DRILL = Drill(
    name="clock",
    promise="However the clock steps, a number keeps the Shanghai year of its reservation, and a "
    "clock behind the log signs nothing.",
    method="""120 offices begin about a year's end, the end of February or 29 February in
        Asia/Shanghai, on the second or up to two hours to either side. Each issues steadily; then
        again under a clock that is set at one of its looks, by an hour or 400 days, forward or
        back. Then both batches are tried with a clock as far behind the last leaf: refused, nothing
        given, nothing signed. Then the clock is right and the same batch is run again. Day and year
        of every number are reckoned by hand from the moment on its row, eight hours east of
        Greenwich; a number once given keeps number and date; the times in the log never go back;
        and log, lists, trail, proofs and the public verifier's verdict are looked at as in the
        fault drill.""",
    parts=_parts,
    defect="The date of issue is the calendar day of UTC.",
    defect_part="steps-0",
    at_once=2,
)
