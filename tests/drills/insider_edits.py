"""What an insider with full SQL access may do: one random edit of any column of any table.

The list is made from the tables themselves, so a new column cannot be forgotten. He works with the
bare driver: no constraint of ours, no trigger and no foreign key is in his way but uniqueness.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, Table

import registry.schema  # noqa: F401 - all tables belong to the metadata
from registry.models import AwardStatus, Base, CopyState
from registry.trail import FIRST, hash_entry
from registry.trail_models import TrailEntry


class Deed(StrEnum):
    """The kinds of edit."""

    CHANGE = "a value changed to a plausible one"
    BACK_DATE = "a date or time moved back"
    SWAP = "values of two rows swapped"
    EMPTY = "a value taken out"
    DELETE = "a row deleted"
    DELETE_ALL = "a row deleted with all that depends on it"
    INSERT = "a row inserted, made from another"
    CHAIN = "a row of the trail rewritten, and every hash after it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One edit to try.

    Args:
        column: None where a whole row is meant.
    """

    deed: Deed
    table: str
    column: str | None = None

    @property
    def name(self) -> str:
        """What it is aimed at."""
        return self.table if self.column is None else f"{self.table}.{self.column}"


_PLAUSIBLE: dict[str, Sequence[object]] = {
    "awards.status": list(map(str, AwardStatus)),
    "copies.state": list(map(str, CopyState)),
    "copies.kind": ("original", "reissue", "archive", "correction"),
    "copies.reason": ("lost", "damaged", "other"),
    "signing_keys.standing": ("active", "retired", "compromised"),
    "life_acts.state": ("proposed", "approved", "rejected", "withdrawn"),
    "life_acts.ground": ("forged_papers", "cheating", "wrong_award", "bought", "other"),
    "erasures.state": ("proposed", "withdrawn", "destroyed", "done"),
    "erasures.ground": ("request", "unlawful", "over", "order"),
    "filing_acts.event": ("recorded", "filed", "renewed", "narrowed", "moved", "suspended"),
    "filing_applications.state": ("received", "accepted", "on_notice", "filed", "refused"),
    "objections.outcome": ("dismissed", "upheld"),
    "life_events.kind": range(1, 11),
    "life_acts.kind": range(1, 11),
    "log_entries.kind": range(1, 6),
}


def plans(chance: random.Random) -> Iterator[Plan]:
    """Yield plans without end; every column and table comes before any comes again."""
    while True:
        some = list(_all_plans())
        chance.shuffle(some)
        yield from some


def _all_plans() -> Iterator[Plan]:
    for table in Base.metadata.sorted_tables:
        yield Plan(deed=Deed.DELETE, table=table.name)
        yield Plan(deed=Deed.DELETE_ALL, table=table.name)
        yield Plan(deed=Deed.INSERT, table=table.name)
        for column in table.columns:
            yield Plan(deed=Deed.CHANGE, table=table.name, column=column.name)
            yield Plan(deed=Deed.SWAP, table=table.name, column=column.name)
            if column.nullable:
                yield Plan(deed=Deed.EMPTY, table=table.name, column=column.name)
            if is_time(column):
                yield Plan(deed=Deed.BACK_DATE, table=table.name, column=column.name)
    yield Plan(deed=Deed.CHAIN, table="trail")


def every_column() -> frozenset[str]:
    """Return every column of every table."""
    return frozenset(
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
    )


def carry_out(database: Path, plan: Plan, chance: random.Random) -> str | None:
    """Do one edit; return what was done, or None where there is nothing of the kind to do.

    Args:
        database: SQLite file.
        plan: what to try.
        chance: chooses the row and the value.
    """
    with closing(sqlite3.connect(database)) as raw:
        raw.isolation_level = None
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        ).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("PRAGMA ignore_check_constraints=ON")
        before = _content(raw, plan.table)
        hand = _Hand(raw, Base.metadata.tables[plan.table], chance)
        raw.execute("BEGIN IMMEDIATE")
        try:
            said = hand.do(plan)
        except sqlite3.IntegrityError:
            raw.execute("ROLLBACK")
            return None
        raw.execute("COMMIT")
        return said if said and _content(raw, plan.table) != before else None


def _content(raw: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    return sorted(raw.execute(f"SELECT rowid, * FROM {table}").fetchall(), key=lambda row: row[0])


class _Hand:
    """The insider's hand on one table."""

    def __init__(self, raw: sqlite3.Connection, table: Table, chance: random.Random) -> None:
        self._raw = raw
        self._table = table
        self._chance = chance

    def do(self, plan: Plan) -> str | None:
        """Do what is planned, where there are rows for it."""
        rows = self._rows()
        deeds: dict[Deed, Callable[[], str | None]] = {
            Deed.CHANGE: lambda: self._change(plan, rows),
            Deed.BACK_DATE: lambda: self._change(plan, rows),
            Deed.EMPTY: lambda: self._change(plan, rows),
            Deed.SWAP: lambda: self._swap(plan, rows),
            Deed.DELETE: lambda: self._delete(rows, dependents=False),
            Deed.DELETE_ALL: lambda: self._delete(rows, dependents=True),
            Deed.INSERT: lambda: self._insert(rows),
            Deed.CHAIN: self._rechain,
        }
        return deeds[plan.deed]()

    def _rows(self) -> list[int]:
        return [row[0] for row in self._raw.execute(f"SELECT rowid FROM {self._table.name}")]

    def _value(self, row: int, column: str) -> Any:
        query = f"SELECT {column} FROM {self._table.name} WHERE rowid = ?"
        return self._raw.execute(query, (row,)).fetchone()[0]

    def _set(self, row: int, column: str, value: object) -> None:
        self._raw.execute(
            f"UPDATE {self._table.name} SET {column} = ? WHERE rowid = ?", (value, row)
        )

    def _change(self, plan: Plan, rows: list[int]) -> str | None:
        assert plan.column is not None
        column = self._table.columns[plan.column]
        if plan.deed is not Deed.CHANGE:
            rows = [row for row in rows if self._value(row, plan.column) is not None]
        if not rows:
            return None
        row = self._chance.choice(rows)
        now = self._value(row, plan.column)
        new = None if plan.deed is Deed.EMPTY else self._other(plan, column, now)
        if new == now:
            return None
        self._set(row, plan.column, new)
        return f"{plan.name} of row {row}: {_short(now)} became {_short(new)}"

    def _other(self, plan: Plan, column: Column[Any], now: object) -> object:
        if plan.deed is Deed.BACK_DATE:
            return _moved(column, str(now), -self._chance.randint(1, 400))
        if plan.name in _PLAUSIBLE:
            return self._chance.choice([one for one in _PLAUSIBLE[plan.name] if one != now])
        others = [
            value
            for (value,) in self._raw.execute(
                f"SELECT DISTINCT {column.name} FROM {self._table.name}"
            )
            if value not in (now, None)
        ]
        if others and not isinstance(column.type, Integer) and self._chance.random() < 0.4:
            return self._chance.choice(others)
        return invent(column, now, self._chance)

    def _swap(self, plan: Plan, rows: list[int]) -> str | None:
        assert plan.column is not None
        if len(rows) < 2 or self._table.columns[plan.column].primary_key:
            return None
        one, other = self._chance.sample(rows, 2)
        first, second = self._value(one, plan.column), self._value(other, plan.column)
        if first == second:
            return None
        if isinstance(first, bytes) or self._is_unique(plan.column):
            self._set(one, plan.column, _aside(first))
        self._set(other, plan.column, first)
        self._set(one, plan.column, second)
        return f"{plan.name} of rows {one} and {other} swapped"

    def _is_unique(self, column: str) -> bool:
        return any(
            column in {one.name for one in getattr(constraint, "columns", ())}
            for constraint in self._table.constraints
        ) or bool(self._table.columns[column].unique)

    def _delete(self, rows: list[int], *, dependents: bool) -> str | None:
        if not rows:
            return None
        row = self._chance.choice(rows)
        count = self._delete_row(self._table, row) if dependents else 0
        self._raw.execute(f"DELETE FROM {self._table.name} WHERE rowid = ?", (row,))
        return f"row {row} of {self._table.name} deleted, with {count} that depend on it"

    def _delete_row(self, table: Table, row: int) -> int:
        """Delete what points at a row, and what points at that."""
        (key,) = table.primary_key.columns.keys()[:1]
        found_row = self._raw.execute(
            f"SELECT {key} FROM {table.name} WHERE rowid = ?", (row,)
        ).fetchone()
        if found_row is None:
            return 0
        (value,) = found_row
        count = 0
        for other in Base.metadata.sorted_tables:
            for column in other.columns:
                if not any(one.column.table is table for one in column.foreign_keys):
                    continue
                query = f"SELECT rowid FROM {other.name} WHERE {column.name} = ?"
                for (found,) in self._raw.execute(query, (value,)).fetchall():
                    if (other.name, found) == (table.name, row):
                        continue
                    count += 1 + self._delete_row(other, found)
                    self._raw.execute(f"DELETE FROM {other.name} WHERE rowid = ?", (found,))
        return count

    def _insert(self, rows: list[int]) -> str:
        names = list(self._table.columns.keys())
        model: dict[str, object] = dict.fromkeys(names)
        if rows:
            row = self._chance.choice(rows)
            model = {name: self._value(row, name) for name in names}
        for column in self._table.columns:
            now = model[column.name]
            unique = column.primary_key or self._is_unique(column.name)
            if column.name == "state" and self._table.name == "copies":
                model[column.name] = "superseded"  # one copy of an award may be current
            elif (unique and not (column.foreign_keys and rows) and now is not None) or (
                now is None and (not column.nullable or not rows)
            ):
                model[column.name] = self._fresh(column)
        marks = ", ".join("?" * len(names))
        if self._table.name == "trail":
            self._chained(model)
        self._raw.execute(
            f"INSERT INTO {self._table.name} ({', '.join(names)}) VALUES ({marks})",
            [model[name] for name in names],
        )
        return f"a row inserted into {self._table.name}"

    def _fresh(self, column: Column[Any]) -> object:
        if isinstance(column.type, Integer):
            query = f"SELECT coalesce(max({column.name}), 0) FROM {self._table.name}"
            return int(self._raw.execute(query).fetchone()[0]) + 1
        return invent(column, None, self._chance)

    def _chained(self, model: dict[str, object]) -> None:
        """Let a new row follow the last one, with the hash the product would give it."""
        last = self._raw.execute("SELECT id, hash FROM trail ORDER BY id DESC LIMIT 1").fetchone()
        model["id"] = 1 if last is None else last[0] + 1
        model["former"] = FIRST if last is None else last[1]
        model["hash"] = hash_entry(_entry(model))

    def _rechain(self) -> str | None:
        names = list(self._table.columns.keys())
        rows = self._raw.execute(f"SELECT {', '.join(names)} FROM trail ORDER BY id").fetchall()
        if not rows:
            return None
        at = self._chance.randrange(len(rows))
        former: object = FIRST if at == 0 else rows[at - 1][names.index("hash")]
        for place, row in enumerate(rows[at:]):
            model = dict(zip(names, row, strict=True))
            if place == 0:
                model["actor"] = "别人"
            model["former"] = former
            former = model["hash"] = hash_entry(_entry(model))
            self._raw.execute(
                "UPDATE trail SET actor = ?, former = ?, hash = ? WHERE id = ?",
                (model["actor"], model["former"], model["hash"], model["id"]),
            )
        return f"trail rewritten from entry {at + 1} on"


def _entry(model: dict[str, Any]) -> TrailEntry:
    at = datetime.fromisoformat(f"{model['at']}+00:00")
    return TrailEntry(**{**model, "at": at})


def invent(column: Column[Any], now: object, chance: random.Random) -> object:
    """Return a plausible value of a column that is not the one there is."""
    if isinstance(column.type, Boolean):
        return 0 if now else 1
    if is_time(column):
        base = str(now) if now is not None else "2026-11-20 02:00:00.000000"
        return _moved(column, base, chance.choice([-365, -30, -3, 3, 30, 365]))
    if isinstance(column.type, Integer):
        return chance.randint(1, 9) if not isinstance(now, int) else _near(now, chance)
    if isinstance(column.type, LargeBinary):
        length = len(now) if isinstance(now, bytes) and now else column.type.length or 32
        return chance.randbytes(length)
    if isinstance(now, str) and now:
        at = chance.randrange(len(now))
        return now[:at] + chance.choice("123456789abc改".replace(now[at], "")) + now[at + 1 :]
    return "改动"


def is_day(column: Column[Any]) -> bool:
    """Say whether a column holds days."""
    return isinstance(column.type, Date)


def is_time(column: Column[Any]) -> bool:
    """Say whether a column holds days or times."""
    kind = getattr(column.type, "impl_instance", column.type)
    return isinstance(kind, Date | DateTime)


def _near(now: int, chance: random.Random) -> int:
    return max(0, now + chance.choice([-1, 1, 2, 5])) if now > 1 else now + chance.randint(1, 3)


def _moved(column: Column[Any], text: str, days: int) -> str:
    if is_day(column):
        return (date.fromisoformat(text[:10]) + timedelta(days=days)).isoformat()
    moved = datetime.fromisoformat(text) + timedelta(days=days)
    return moved.isoformat(sep=" ", timespec="microseconds")


def _aside(value: object) -> object:
    if isinstance(value, bytes):
        return b"\xff" * len(value)
    return -1 if isinstance(value, int) else "~"


def _short(value: object) -> str:
    return f"{len(value)} bytes" if isinstance(value, bytes) else str(value)[:40]
