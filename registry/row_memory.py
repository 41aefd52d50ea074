"""What is remembered outside the database of the rows that only the office itself vouches for.

Awards, copies and events are bound by signatures, seals and the public log. Who is filed, for what,
under which keys and hosts, who proposed and who approved: these rows stand in clear, and whoever
can write to the database could change them. So each commit that touches one leaves its SHA-256 in a
file beside the database, `…-rows`, and `yanzhen log fsck` compares. No list is signed from a row
that differs, and no row that differs is written on.

The file is only added to, a line for each row before the commit and one for the commit after it:

    + COMMIT TABLE KEY SHA256     (`-` for a row that goes)
    = COMMIT                      it was kept

Where a commit broke off between, or failed, nobody can say whether it was kept: what was done may
have been reported lost. Both states are right then.
Of PostgreSQL nothing is remembered: there is no place beside it that all its writers share.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, event, inspect, select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.errors import RegistryError
from registry.filing_models import (
    ApplicationDecision,
    ApplicationForm,
    ApplicationMaterial,
    BodyName,
    FilingAct,
    FilingApplication,
    Objection,
    PublicNotice,
)
from registry.life_models import LifeAct
from registry.models import (
    Base,
    Batch,
    Body,
    Filing,
    KeyDocumentIssue,
    PublicHost,
    SigningKey,
    Site,
)
from registry.vault_models import ErasedRecord, Erasure, VaultState

ROW_MEMORY = "yanzhen_row_memory"
_GONE = "-"
_STATE = "yanzhen_rows_touched"
_ID_BYTES = 8

TRUST_ROWS: tuple[type[Base], ...] = (
    Body,
    Site,
    Filing,
    SigningKey,
    PublicHost,
    KeyDocumentIssue,
    BodyName,
    FilingAct,
)
"""What a trust list is composed from."""

OFFICE_ROWS: tuple[type[Base], ...] = (
    *TRUST_ROWS,
    Batch,
    FilingApplication,
    ApplicationForm,
    ApplicationMaterial,
    ApplicationDecision,
    PublicNotice,
    Objection,
    LifeAct,
    VaultState,
    Erasure,
    ErasedRecord,
)
"""All that is remembered."""

_Name = tuple[str, str]  # table, key


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RowFault:
    """A row that is not as the office left it.

    Args:
        table: of the row.
        key: its primary key, as text.
        code: `differs`, `missing` or `unexpected`.
    """

    table: str
    key: str
    code: str


@dataclass(slots=True)
class _Touched:
    """What one transaction has touched so far."""

    rows: set[_Name] = field(default_factory=set)
    commit: str | None = None


def digest_row(table: Table, values: Mapping[str, Any]) -> str:
    """Return the SHA-256 in hex that stands for a row: of its table and all its columns.

    Args:
        table: of the row.
        values: by column, as the table's types give them.
    """
    plain = {column.name: _plain(values[column.name]) for column in table.columns}
    said = json.dumps([table.name, plain], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def inspect_rows(session: Session, kinds: Iterable[type[Base]] = OFFICE_ROWS) -> list[RowFault]:
    """Return every row that is not as it was last left; none where nothing is remembered.

    What the session itself has touched is left out.

    Args:
        session: on the database.
        kinds: the tables to look at.
    """
    memory = _memory(session)
    if memory is None:
        return []
    known, own = read_rows(memory), _touched(session).rows
    faults: list[RowFault] = []
    for kind in kinds:
        table = _table(kind)
        left = {name for name in known if name[0] == table.name}
        for name, digest in _digests(session, table):
            left.discard(name)
            right = known.get(name, frozenset({_GONE}))
            if digest not in right and name not in own:
                code = "unexpected" if right == {_GONE} else "differs"
                faults.append(RowFault(table=name[0], key=name[1], code=code))
        faults += [
            RowFault(table=name[0], key=name[1], code="missing")
            for name in left - own
            if _GONE not in known[name]
        ]
    return sorted(faults)


def check_remembered(session: Session, kinds: Iterable[type[Base]]) -> None:
    """Refuse to go on from rows that are not as the office left them.

    Raises:
        RegistryError: there are such rows (`row_altered`); names the first.
    """
    for fault in inspect_rows(session, kinds):
        raise row_altered((fault.table, fault.key))


def remember_all(engine: Engine) -> None:
    """Remember every row as it is now: of a new, a migrated or a restored database."""
    with Session(engine) as session:
        memory = _memory(session)
        if memory is None:
            return
        known = read_rows(memory)
        now = {
            name: digest for kind in OFFICE_ROWS for name, digest in _digests(session, _table(kind))
        }
    commit = secrets.token_hex(_ID_BYTES)
    gone = [(name, _GONE) for name in known if name not in now]
    append_rows(memory, [_line(commit, *one) for one in (*now.items(), *gone)], f"= {commit}")


def check_restored(engine: Engine) -> None:
    """Refuse a database put back to an earlier point in which a row is what it never was.

    Raises:
        RegistryError: there is such a row (`row_altered`); names the first.
    """
    with Session(engine) as session:
        memory = _memory(session)
        if memory is None or not memory.exists():
            return
        ever = _read_ever(memory)
        for kind in OFFICE_ROWS:
            for name, digest in _digests(session, _table(kind)):
                if digest not in ever.get(name, frozenset()):
                    raise row_altered(name)


def join_memories(before: bytes, after: bytes) -> bytes:
    """Return the memory that fits a copy of the database made between two readings of it.

    Of a commit that was noted in between both states are right.

    Args:
        before: read before the copy was made.
        after: read after it.
    """
    own = after[len(before) :].splitlines(keepends=True)
    return before + b"".join(line for line in own if not line.startswith(b"= "))


def touch(session: Session, row: Base) -> None:
    """Say that a row was written by a statement that the session does not see by itself."""
    _touched(session).rows.add(_name_of(row))


def watch_rows(session: Session) -> None:
    """Have a session remember what it commits, where its database has a memory."""
    if _memory(session) is None:
        return
    event.listen(session, "before_flush", _before_flush)
    event.listen(session, "after_flush", _after_flush)
    event.listen(session, "before_commit", _before_commit)
    event.listen(session, "after_commit", _after_commit)
    event.listen(session, "after_rollback", _after_rollback)


def read_rows(memory: Path) -> dict[_Name, frozenset[str]]:
    """Return the digests that are right for each row that was ever there; `-` stands for none."""
    try:
        lines = memory.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    parts = [line.split(" ") for line in lines]
    kept = {part[1] for part in parts if len(part) == 2 and part[0] == "="}
    known: dict[_Name, frozenset[str]] = {}
    for part in parts:
        if len(part) != 5 or part[0] != "+":
            continue
        name = (part[2], part[3])
        before = frozenset() if part[1] in kept else known.get(name, frozenset({_GONE}))
        known[name] = before | {part[4]}
    return known


def _read_ever(memory: Path) -> dict[_Name, set[str]]:
    """Return every digest that was right for a row at any time."""
    ever: dict[_Name, set[str]] = {}
    for line in memory.read_text("utf-8", errors="replace").splitlines():
        part = line.split(" ")
        if len(part) == 5 and part[0] == "+":
            ever.setdefault((part[2], part[3]), set()).add(part[4])
    return ever


def append_rows(memory: Path, lines: Iterable[str], *more: str) -> None:
    """Add lines to the memory; return once they are on disk."""
    # Begins a line of its own, whatever a write that broke off has left.
    waiting = ("".join(f"\n{line}" for line in (*lines, *more)) + "\n").encode()
    descriptor = os.open(memory, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        while waiting:  # a disk that fills up takes a part first, and says so at the next try
            waiting = waiting[os.write(descriptor, waiting) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _before_flush(session: Session, _context: object, _instances: object) -> None:
    """Write nothing on that was changed behind the office's back."""
    own = _touched(session).rows
    changed = {
        _name_of(row): row
        for row in (*session.dirty, *session.deleted)
        if isinstance(row, OFFICE_ROWS)
    }
    fresh = {name: row for name, row in changed.items() if name not in own}
    memory = _memory(session)
    if not fresh or memory is None:
        return
    known = read_rows(memory)
    for name, row in fresh.items():
        digest = _digest_of(session, _table(type(row)), inspect(row).identity or ())
        if digest not in known.get(name, frozenset({_GONE})):
            raise row_altered(name)


def _after_flush(session: Session, _context: object) -> None:
    touched = (*session.new, *session.dirty, *session.deleted)
    _touched(session).rows |= {_name_of(row) for row in touched if isinstance(row, OFFICE_ROWS)}


def _before_commit(session: Session) -> None:
    session.flush()
    state, memory = _touched(session), _memory(session)
    if not state.rows or memory is None:
        return
    tables = {_table(kind).name: _table(kind) for kind in OFFICE_ROWS}
    state.commit = secrets.token_hex(_ID_BYTES)
    lines = [
        _line(
            state.commit,
            name,
            _digest_of(session, tables[name[0]], _identity(tables[name[0]], name[1])),
        )
        for name in sorted(state.rows)
    ]
    append_rows(memory, lines)


def _after_commit(session: Session) -> None:
    state, memory = _touched(session), _memory(session)
    session.info.pop(_STATE, None)
    if state.commit is not None and memory is not None:
        append_rows(memory, [f"= {state.commit}"])


def _after_rollback(session: Session) -> None:
    session.info.pop(_STATE, None)


def _touched(session: Session) -> _Touched:
    found: _Touched = session.info.setdefault(_STATE, _Touched())
    return found


def _memory(session: Session) -> Path | None:
    found: Path | None = session.get_bind().get_execution_options().get(ROW_MEMORY)
    return found


def _digests(session: Session, table: Table) -> Iterator[tuple[_Name, str]]:
    for row in session.execute(select(table)).mappings():
        key = _key(row[column.name] for column in table.primary_key.columns)
        yield (table.name, key), digest_row(table, dict(row))


def _digest_of(session: Session, table: Table, identity: Iterable[Any]) -> str:
    query = select(table)
    for column, value in zip(table.primary_key.columns, identity, strict=True):
        query = query.where(column == value)
    row = session.connection().execute(query).mappings().first()
    return _GONE if row is None else digest_row(table, dict(row))


def _table(kind: type[Base]) -> Table:
    table = kind.__table__
    assert isinstance(table, Table)
    return table


def _name_of(row: Base) -> _Name:
    state = inspect(row)
    identity = state.identity or state.mapper.primary_key_from_instance(row)
    return _table(type(row)).name, _key(identity)


def _key(identity: Iterable[Any]) -> str:
    return ",".join(part.hex() if isinstance(part, bytes) else str(part) for part in identity)


def _identity(table: Table, key: str) -> tuple[Any, ...]:
    return tuple(
        bytes.fromhex(part) if column.type.python_type is bytes else int(part)
        for column, part in zip(table.primary_key.columns, key.split(","), strict=True)
    )


def _line(commit: str, name: _Name, digest: str) -> str:
    return f"+ {commit} {name[0]} {name[1]} {digest}"


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def row_altered(name: _Name) -> RegistryError:
    """Return the refusal of a row, by table and key, that is not as the office left it."""
    return RegistryError(
        "row_altered",
        Text(
            f"数据库中 {name[0]} 表的记录 {name[1]} 未经本系统被改动，未作任何操作。"
            "请运行 yanzhen log fsck，并从备份恢复",
            f"row {name[1]} of {name[0]} was changed behind the office's back; nothing was done. "
            "Run yanzhen log fsck and restore the database from a backup",
        ),
    )
