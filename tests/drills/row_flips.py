"""Turns over one bit of one value in the database at a time; fsck or the trail says where."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from issuer.desk import Desk
from issuer.fsck.run import fsck
from issuer.issuing import issue_batch
from issuer.life_acts import propose, show_act
from issuer.life_approval import approve
from issuer.life_forms import ActForm
from issuer.log_desk import office_of
from issuer.log_publishing import publish_log
from issuer.operator import Operator, note_act_now
from issuer.photos import PhotoFolder
from issuer.roster import read_roster
from log.leaves import LifeKind
from registry.schema import open_registry
from registry.snapshot import SQLITE_FILE
from registry.trail import check_trail
from templates.fonts import FontChain
from tests.drills.drill import Facts, require
from tests.drills.office import NOW, desk_of, make_office, people, write_roster

_PEOPLE = 3
_INT_BITS = 20
# Tables that fsck compares with the log, the seals and one another, and the trail with its memory.
_TABLES = (
    "access",
    "awards",
    "batches",
    "copies",
    "holders",
    "life_events",
    "log_entries",
    "log_head",
    "log_streams",
    "print_counters",
    "serial_counters",
    "status_lists",
    "trail",
)
_LEFT_OUT = {("log_entries", "id")}  # names rows that nothing refers to
_FLAGS = {("log_head", "adopted")}
# What is bound by the mark of its awards shows there.
_SHOWN_BY = {"batches": ("awards",)}

Value = int | str | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One value of one row."""

    table: str
    rowid: int
    column: str
    value: Value


def flip_rows(folder: Path, *, flips: int, seed: int) -> Facts:
    """Turn over so many bits, one at a time, and require that each is found where it is."""
    home = make_office(folder, {})
    chance = random.Random(seed)
    facts: Counter[str] = Counter()
    with desk_of(home) as desk:
        _fill(desk, folder, seed)
        require(not _found(desk), "an office nobody touched is called faulty")
        desk.engine.dispose()
        with closing(sqlite3.connect(home.path / SQLITE_FILE, isolation_level=None)) as rows:
            rows.execute("PRAGMA foreign_keys = OFF")
            triggers = _drop_triggers(rows)
            places = _places(rows)
            for place in (chance.choice(places) for _ in range(flips)):
                flag = (place.table, place.column) in _FLAGS
                changed = _flipped(place.value, chance, bits=1 if flag else _INT_BITS)
                if not _put(rows, place, changed):
                    facts["bits of values that the database itself refused to change"] += 1
                    continue
                where = _found(desk)
                desk.engine.dispose()
                _put_back(rows, place, changed)
                _require_located(place, changed, where)
                facts[f"bits of {place.table} turned over, found and located"] += 1
            for trigger in triggers:
                rows.execute(trigger)
        require(not _found(desk), "an office put back as it was is called faulty")
    return dict(sorted(facts.items()))


def _require_located(place: _Place, changed: Value, where: Sequence[tuple[str, str]]) -> None:
    about = f"{place.table}.{place.column} of row {place.rowid}, {place.value!r} to {changed!r}"
    require(bool(where), f"not found: {about[:200]}")
    tables = {table for table, _ in where}
    wanted = {place.table, *_SHOWN_BY.get(place.table, ())}
    if place.column == "id":
        return  # another row's name: it shows wherever that row was named
    require(bool(tables & wanted), f"found elsewhere only, {sorted(tables)}: {about[:200]}")


def _fill(desk: Desk, folder: Path, seed: int) -> None:
    """Issue a batch with its pages, suspend one award, note some acts."""
    roster = write_roster(folder / "batch", list(islice(people(seed), _PEOPLE)))
    with PhotoFolder(roster.parent / "photos") as photos:
        outcome = issue_batch(
            desk,
            read_roster(roster),
            photos,
            batch="演练",
            out=folder / "out",
            fonts=FontChain(),
            skip_bad=False,
            progress=_silent,
        )
    for number, _ in outcome.files[:2]:
        form = ActForm(
            kind=LifeKind.SUSPEND, number=number, reason="演练", reference="演练〔2026〕1号"
        )
        act_id = propose(desk, form, proposer="甲", fonts=FontChain())
        approve(desk, act_id, approver="乙", hits=show_act(desk, act_id).hits)
    publish_log(office_of(desk))
    with open_registry(desk.home.database_url, memory=desk.home.trail_memory) as engine:
        for number, _ in outcome.files:
            note_act_now(engine, Operator(name="甲"), "copies.export", number, at=NOW)


def _found(desk: Desk) -> list[tuple[str, str]]:
    """Return table and field of everything that fsck and the trail's check find."""
    found = [(fault.table, fault.field) for fault in fsck(desk.home, desk.engine, desk.vault)]
    report = check_trail(desk.engine, desk.home.trail_memory)
    return found + [("trail", fault.kind.value) for fault in report.faults]


def _drop_triggers(rows: sqlite3.Connection) -> list[str]:
    """Remove what keeps slips away from the trail: whoever flips bits goes around it."""
    found = rows.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in found:
        rows.execute(f'DROP TRIGGER "{name}"')
    return [sql for _, sql in found]


def _places(rows: sqlite3.Connection) -> list[_Place]:
    places: list[_Place] = []
    for table in _TABLES:
        columns = [row[1] for row in rows.execute(f"PRAGMA table_info({table})")]
        for rowid, *values in rows.execute(f"SELECT rowid, * FROM {table}"):  # noqa: S608 - ours
            places += [
                _Place(table=table, rowid=rowid, column=column, value=value)
                for column, value in zip(columns, values, strict=True)
                if value is not None and (table, column) not in _LEFT_OUT
            ]
    return places


def _flipped(value: Value, chance: random.Random, *, bits: int = _INT_BITS) -> Value:
    """Return a value with one bit turned over; a text stays a text."""
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(bits)
    raw = value.encode() if isinstance(value, str) else value
    if not raw:
        return "\x01" if isinstance(value, str) else b"\x01"
    while True:
        bit = chance.randrange(8 * len(raw))
        other = bytearray(raw)
        other[bit // 8] ^= 1 << bit % 8
        if isinstance(value, bytes):
            return bytes(other)
        try:
            return other.decode()
        except UnicodeDecodeError:
            continue


def _put(rows: sqlite3.Connection, place: _Place, value: Value) -> bool:
    """Write a value into its place; return False where a rule of the database refuses it."""
    command = f"UPDATE {place.table} SET {place.column} = ? WHERE rowid = ?"  # noqa: S608 - ours
    try:
        rows.execute(command, (value, place.rowid))
    except sqlite3.IntegrityError:
        return False
    return True


def _put_back(rows: sqlite3.Connection, place: _Place, changed: Value) -> None:
    moved = place if place.column != "id" else replace(place, rowid=int(changed))
    require(_put(rows, moved, place.value), "a value cannot be put back")


def _silent(*_: object) -> None:
    """Tell nobody how far it is."""
