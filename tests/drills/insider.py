"""Drill: an insider with full SQL access edits anything; the table says who notices it.

He can read and write every row, and he can wait: in every second try the office's next publishing
runs over his rows before anybody looks. He has no key: neither the vault's, nor the log's, nor a
file beside the database.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from audit.auditing import AuditOutcome, audit_log, new_memory
from audit.memory import Memory
from audit.trust import read_trust
from issuer.errors import IssuerError
from issuer.fsck.run import fsck
from issuer.log_publishing import LogOffice, publish_log
from issuer.publishing import publish
from issuer.root_custody import open_root_keys
from issuer.status_publishing import StatusOffice, publish_behind
from keys.errors import KeysError
from keys.root_signing import RootKey
from log.notes import VerifierKey, parse_vkey
from log.reading import FolderSource
from registry.errors import RegistryError
from registry.home import Home
from registry.log_reader import LogReader
from registry.row_reader import RowReader
from registry.session import open_engine, transaction
from registry.trail import remembering
from registry.trust_file import root_pin
from registry.vault import Vault
from tests.drills.drill import Drill, Facts, Figure, Part, require_none, shares
from tests.drills.insider_edits import Plan, carry_out, every_column, plans
from tests.drills.insider_log import forge_logs
from tests.drills.insider_office import Office, make_living_office
from tests.drills.office import NOW, PASSPHRASE, desk_of
from tests.drills.stolen_key import run_stolen_key
from verifier.key_source import home_source
from verifier.service import Verifier
from verifier.status_source import StatusSource, VersionMemory, fetch_from_folder
from verifier.verdict import Outcome, Status

_EDITS = {Figure.FULL: 1000, Figure.SHORT: 24}
_STOLEN = {Figure.FULL: 200, Figure.SHORT: 6}
_FORGED = {Figure.FULL: 300, Figure.SHORT: 8}
_PARTS = 2
_AWARDS = 9
_LATER = NOW + timedelta(hours=1)
_SAID = frozenset({Outcome.VALID, Outcome.NOT_CURRENT, Outcome.NOT_FOUND})
_REFUSED = (IssuerError, KeysError, RegistryError)

HARMLESS: dict[str, str] = {
    "log_entries.id": "a number that nothing refers to once the entry has its index",
}
"""Columns an edit of which may go by unnoticed, and why nobody is harmed."""


def _parts(figure: Figure, seed: int) -> list[Part]:
    lots = shares(_EDITS[figure], _PARTS if figure is Figure.FULL else 1)
    edits = [
        Part(name=f"edits_{at}", run=partial(_run, edits=lot, at=at, of=len(lots), seed=seed))
        for at, lot in enumerate(lots)
    ]
    stolen = partial(run_stolen_key, count=_STOLEN[figure], seed=seed)
    forged = partial(_forge, count=_FORGED[figure], seed=seed)
    return [
        *edits,
        Part(name="forged_logs", run=forged),
        Part(name="stolen_key", run=stolen),
    ]


def _forge(folder: Path, *, count: int, seed: int) -> Facts:
    office = make_living_office(folder / "office", _AWARDS, seed)
    return forge_logs(office, folder / "forged", count=count, seed=seed)


@dataclass(slots=True)
class _Found:
    """Who noticed what."""

    first: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    harmless: Counter[str] = field(default_factory=Counter)
    columns: set[str] = field(default_factory=set)
    missed: list[str] = field(default_factory=list)
    misled: list[str] = field(default_factory=list)


def _run(folder: Path, *, edits: int, at: int, of: int, seed: int) -> Facts:
    office = make_living_office(folder / "office", _AWARDS, seed + at)
    database = folder / "edited"
    watch = _Watch(office, office.copy_to(database))
    require_none([*watch.look(published=True)], "an office that nobody touched is suspected")
    chance = random.Random(seed + at)
    todo = (plan for place, plan in enumerate(plans(random.Random(seed))) if place % of == at)
    found = _Found()
    while found.deeds.total() < edits:
        plan = next(todo)
        shutil.rmtree(database, ignore_errors=True)
        office.copy_to(database)
        said = carry_out(database / "registry.sqlite3", plan, chance)
        if said is None:
            continue
        waits = found.deeds.total() % 2 == 1
        _judge(found, plan, said, watch, waits=waits)
    require_none(found.misled, "the verifier answered from an edited row")
    require_none(found.missed, "edits that nobody noticed")
    return _facts(found)


def _judge(found: _Found, plan: Plan, said: str, watch: _Watch, *, waits: bool) -> None:
    found.deeds[plan.deed] += 1
    found.columns.add(plan.name)
    by = set(watch.publish()) if waits else set()
    by |= set(watch.look(published=waits))
    noticed, wrong = watch.ask()
    by |= {"verifier"} if noticed else set()
    found.misled += [f"{said}{' (published)' if waits else ''}: {one}" for one in wrong]
    found.all.update(by)
    if by:
        found.first[next(one for one in _DETECTORS if one in by)] += 1
    elif plan.name in HARMLESS:
        found.harmless[plan.name] += 1
    else:
        found.missed.append(f"{said}{' (published)' if waits else ''}")


_DETECTORS = ("auditor", "publishing refused", "verifier", "log fsck")


class _Watch:
    """Everyone who may notice, each by what he alone can see."""

    def __init__(self, office: Office, home: Home) -> None:
        self._office = office
        self._home = home  # filled anew for each edit, so that statements are compiled only once
        self._engine = remembering(open_engine(home.database_url), home.trail_memory)
        self._vault: Vault = home.vault(PASSPHRASE)
        self._signers: list[RootKey] = list(open_root_keys(home, PASSPHRASE))
        with desk_of(home) as desk:
            self._log_key = desk.cabinet.log_key()
            self._status_key = desk.cabinet.status_key(NOW.date())
        vkey = (home.log_folder / "vkey").read_text(encoding="utf-8").strip()
        self._vkey: VerifierKey = parse_vkey(vkey)
        _, self._memory = self._audit(new_memory(self._vkey, None))
        self._answers = dict(self._ask())

    def _audit(self, memory: Memory) -> tuple[bool, Memory]:
        home = self._home
        trust = read_trust(home.key_document_path.read_bytes(), root_pin(home))
        source = FolderSource(home.log_folder)
        report, after = audit_log(source, self._vkey, trust, memory, now=_LATER)
        return report.outcome is AuditOutcome.FINE, after

    def publish(self) -> Iterator[str]:
        """Let the office publish log, status lists and trust list; yield who refuses."""
        with self._opened() as engine:
            log = LogOffice(
                home=self._home,
                engine=engine,
                vault=self._vault,
                key=self._log_key,
                clock=lambda: _LATER,
            )
            status = StatusOffice(
                home=self._home,
                engine=engine,
                vault=self._vault,
                key=self._status_key,
                clock=lambda: _LATER,
            )
            refused = 0
            for act in (
                lambda: publish_log(log),
                lambda: publish_behind(status, every=True),
                lambda: self._publish_list(),
            ):
                try:
                    act()
                except _REFUSED:
                    refused += 1
            if refused:
                yield "publishing refused"

    def _publish_list(self) -> None:
        with transaction(self._engine) as session:
            publish(session, self._home, now=_LATER, signers=self._signers)

    def look(self, *, published: bool) -> Iterator[str]:
        """Yield who notices something in a home as it lies there."""
        if published:  # else the log is the very one that was audited before
            sound, _ = self._audit(self._memory)
            if not sound:
                yield "auditor"
        with self._opened() as engine:
            if fsck(self._home, engine, self._vault):
                yield "log fsck"

    def ask(self) -> tuple[bool, list[str]]:
        """Return whether the verifier notices, and what it answers that is not so."""
        answers = dict(self._ask())
        changed = {asked: one for asked, one in answers.items() if one != self._answers[asked]}
        wrong = [
            f"{asked} is called {outcome}, {status}"
            for asked, (outcome, status) in changed.items()
            if outcome in (Outcome.VALID, Outcome.NOT_CURRENT)
        ]
        return any(outcome not in _SAID for outcome, _ in changed.values()), wrong

    @contextmanager
    def _opened(self) -> Iterator[Engine]:
        try:
            yield self._engine
        finally:
            self._engine.dispose()

    def _ask(self) -> Iterator[tuple[str, tuple[Outcome, Status]]]:
        home = self._home
        with self._opened() as engine:
            verifier = Verifier(
                home_source(home),
                RowReader(engine).reading,
                home.pepper(),
                lambda: _LATER,
                log=LogReader(home.log_folder),
                status_lists=StatusSource(
                    fetch=fetch_from_folder(home.status_folder),
                    memory=VersionMemory(None),
                    decides=False,
                ),
            )
            for number, person in zip(self._office.numbers, self._office.persons, strict=True):
                verdict = verifier.verify_number(number, name=person.name)
                yield f"{number} and name", (verdict.outcome, verdict.status)
            for number, text in self._office.qr_texts.items():
                verdict = verifier.verify_qr(text)
                yield f"QR of {number}", (verdict.outcome, verdict.status)
            verifier.close()


def _facts(found: _Found) -> Facts:
    reached = len(found.columns & every_column())
    facts: Facts = {"edits": found.deeds.total()}
    facts |= {f"edits: {deed}": found.deeds[deed] for deed in sorted(found.deeds)}
    facts["columns of the schema"] = str(len(every_column()))
    facts["columns edited, by part"] = str(reached)
    facts |= {f"noticed by {who}": found.all[who] for who in _DETECTORS}
    facts |= {f"noticed first by {who}": found.first[who] for who in _DETECTORS}
    facts["noticed by nobody"] = found.deeds.total() - found.first.total()
    facts |= {
        f"of these harmless: {name}: {HARMLESS[name]}": found.harmless[name]
        for name in sorted(found.harmless)
    }
    facts["answers of the verifier that were not so"] = len(found.misled)
    return facts


DRILL = Drill(
    name="insider",
    promise="Whatever an insider with full SQL access edits, deletes, dates back or inserts is "
    "noticed by auditor, publishing, verifier or `yanzhen log fsck`, and a stolen body key makes "
    "no certificate that counts as registered.",
    method="""An office of nine certificates is issued for real: reissued, archived, corrected,
        suspended, revoked, erased, with a filing under notice and acts on its own filing. Then one
        edit at a time is made in a copy, drawn from a list over every column of every table of the
        schema, with the bare database driver and without triggers or constraints. In every second
        try log, status lists and trust list are published over the edited rows before anybody
        looks. The auditor has only the published files, the verifier is asked for every
        certificate by number and name and by its QR code, and `log fsck` compares the database. A
        verifier that answers valid, or tells another status, where that is not so fails the drill;
        so does an edit that nobody notices, unless its column is among those listed as harmless.
        What would show in the log is refused before it is published; so somebody who holds the
        log's own key also writes whole logs himself, 15 kinds of forgery in turn, and the auditor,
        with the published files and his memory alone, must find a fault in each.
        With the body's private key from the home, certificates are signed perfectly: never
        recorded, or planted with every row that SQL and the public side's pepper can make.""",
    parts=_parts,
    defect="`log fsck` no longer looks at what is remembered of the office's rows.",
    defect_part="edits_0",
    at_once=2,
)
