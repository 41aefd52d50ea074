"""The audit trail: who did what, to what, why and on what paper; only ever added to.

Each row's hash covers its fields and the hash before it, so an edit, a deletion, an insertion or
another order shows at the row where it was made. A chain rewritten to its end, or cut short, would
fit together again: against that every hash is also remembered in a file outside the database, once
the row is committed. The database itself refuses to change or delete rows; that stops slips, the
chain finds those who go around it. See docs/decisions/0017-vault-and-trail.md.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine, Select, Table, event, func, select, text
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.errors import RegistryError
from registry.trail_models import TrailEntry
from registry.unreadable import find_unreadable

_MEMORY = "yanzhen_trail_memory"
FIRST = bytes(32)
_TABLE: Table = TrailEntry.metadata.tables[TrailEntry.__tablename__]
_LABEL = b"yanzhen/trail\x00"
_INTENDED = "~"
_APPENDING = 0x59_5A_54_52  # the lock that those who add to one PostgreSQL trail share
_AT_ONCE = 1000
_LONGEST_LINE = 100  # of what is remembered outside the database
_LIMITS = {"actor": 100, "act": 60, "subject": 200, "ground": 300, "reference": 200}


def remembering(engine: Engine, memory: Path) -> Engine:
    """Return an engine of the same database whose notes on the trail are remembered in a file.

    Args:
        memory: `Home.trail_memory`.
    """
    return engine.execution_options(**{_MEMORY: memory})


class TrailError(RegistryError):
    """What is remembered of the trail cannot be read or written."""


class FaultKind(StrEnum):
    """What is wrong at a row of the trail."""

    EDITED = "edited"
    UNLINKED = "unlinked"
    MISSING = "missing"
    REPLACED = "replaced"
    ADDED = "added"
    CUT = "cut"

    @property
    def text(self) -> Text:
        """The fault in both languages."""
        return _KINDS[self]


_KINDS = {
    FaultKind.EDITED: Text("内容被改动", "its content was changed"),
    FaultKind.UNLINKED: Text(
        "与前一条不相连（有插入、改序或改写）",
        "it does not follow the one before (inserted, reordered or rewritten)",
    ),
    FaultKind.MISSING: Text("被删除", "it was deleted"),
    FaultKind.REPLACED: Text(
        "与库外留存的摘要不符（自此处起被改写）",
        "it is not the one remembered outside the database (rewritten from here on)",
    ),
    FaultKind.ADDED: Text(
        "库外没有留存其摘要（不是由本系统写入）",
        "nothing is remembered of it outside the database (this system did not add it)",
    ),
    FaultKind.CUT: Text("自此处起被截去", "the trail is cut off from here on"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFault:
    """Something wrong, and the row where it shows first."""

    kind: FaultKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailReport:
    """What a check of the whole trail found.

    Args:
        entries: how many rows there are.
        remembered: how many of them are remembered outside the database.
        head: the last row's hash; all zeros where there is none.
        faults: in order of the rows.
    """

    entries: int
    remembered: int
    head: bytes
    faults: tuple[TrailFault, ...]


def note(
    session: Session,
    *,
    actor: str,
    act: str,
    subject: str,
    ground: str,
    reference: str,
    at: datetime,
) -> TrailEntry:
    """Add a row to the trail, in the caller's transaction.

    Args:
        session: of the act itself, or of its own where it must stand even if the act fails.
        actor: who acts.
        act: what is done, such as `copies.export`.
        subject: to what: a number, a prefix, a batch, an account; never a holder's name
            or a document number.
        ground: why.
        reference: the paper it rests on, such as a file number; may be empty.
        at: now, aware UTC.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({_APPENDING})"))
    last = session.scalars(select(TrailEntry).order_by(TrailEntry.id.desc()).limit(1)).first()
    entry = TrailEntry(
        id=1 if last is None else last.id + 1,
        at=at,
        actor=actor[: _LIMITS["actor"]],
        act=act[: _LIMITS["act"]],
        subject=subject[: _LIMITS["subject"]],
        ground=ground[: _LIMITS["ground"]],
        reference=reference[: _LIMITS["reference"]],
        former=FIRST if last is None else last.hash,
    )
    entry.hash = hash_entry(entry)
    session.add(entry)
    session.flush()
    _remember_after_commit(session, entry)
    return entry


def hash_entry(entry: TrailEntry) -> bytes:
    """Return the SHA-256 that stands for a row: of all its fields and the hash before it."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = (str(entry.id), at, entry.actor, entry.act, entry.subject, entry.ground)
    parts = [entry.former, *(field.encode() for field in (*fields, entry.reference))]
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hashlib.sha256(_LABEL + framed).digest()


def check_trail(engine: Engine, memory: Path | None) -> TrailReport:
    """Read the whole trail and say everything that is wrong with it.

    Args:
        engine: of the registry.
        memory: what is remembered outside the database; None where nothing is.
    """
    remembered = {} if memory is None else read_memory(memory)
    if unreadable := _unreadable(engine):
        return unreadable
    intended = {} if memory is None else read_memory(memory, _INTENDED)
    faults: list[TrailFault] = []
    former, expected, known = FIRST, 1, 0
    for entry in _all(engine):
        faults += [TrailFault(kind=FaultKind.MISSING, id=id_) for id_ in range(expected, entry.id)]
        kept = remembered.get(entry.id)
        known += kept is not None
        if entry.hash != hash_entry(entry):
            faults.append(TrailFault(kind=FaultKind.EDITED, id=entry.id))
        elif entry.former != former:
            faults.append(TrailFault(kind=FaultKind.UNLINKED, id=entry.id))
        elif kept is None and entry.id not in intended:
            if remembered or intended:
                faults.append(TrailFault(kind=FaultKind.ADDED, id=entry.id))
        elif not _is_as_remembered(entry.hash, kept, intended.get(entry.id, set())):
            faults.append(TrailFault(kind=FaultKind.REPLACED, id=entry.id))
        former, expected = entry.hash, entry.id + 1
    if remembered and max(remembered) >= expected:
        faults.append(TrailFault(kind=FaultKind.CUT, id=expected))
    return TrailReport(entries=expected - 1, remembered=known, head=former, faults=tuple(faults))


def _is_as_remembered(digest: bytes, kept: set[bytes] | None, intended: set[bytes]) -> bool:
    return digest in intended if kept is None else kept == {digest}


def _unreadable(engine: Engine) -> TrailReport | None:
    """Return a report of the rows whose time nobody can read, which end the check; else None."""
    with Session(engine) as session:
        found = {int(one.key) for one in find_unreadable(session, _TABLE)}
        entries = session.scalar(select(func.count()).select_from(_TABLE)) or 0
    if not found:
        return None
    faults = tuple(TrailFault(kind=FaultKind.EDITED, id=id_) for id_ in sorted(found))
    return TrailReport(entries=entries, remembered=0, head=FIRST, faults=faults)


def remember_again(engine: Engine, memory: Path, report: TrailReport) -> None:
    """Remember the rows that a report found to be in the database alone, as they stand.

    Only who restores a backup may do so: its database was copied a little after its memory.
    """
    added = {fault.id for fault in report.faults if fault.kind is FaultKind.ADDED}
    lines = [f"{one.id} {one.hash.hex()}\n" for one in _all(engine) if one.id in added]
    if lines:
        append_memory(memory, "".join(lines))


def _all(engine: Engine) -> Iterator[TrailEntry]:
    last = -(2**31)
    with Session(engine) as session:
        while True:
            query = select(TrailEntry).where(TrailEntry.id > last).order_by(TrailEntry.id)
            some = session.scalars(query.limit(_AT_ONCE)).all()
            if not some:
                return
            last = some[-1].id
            yield from some
            session.expunge_all()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """Which rows to show; None lets all pass.

    Args:
        actor: exactly.
        act: it or, before a full stop, a group of acts: `copies` finds `copies.export`.
        subject: contains this text.
        since: aware, inclusive.
        until: aware, exclusive.
        before: only rows with a lower number, to turn the page.
    """

    actor: str | None = None
    act: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def find_entries(session: Session, wanted: TrailFilter, *, limit: int) -> list[TrailEntry]:
    """Return the rows that pass, the newest first, at most `limit`."""
    return list(session.scalars(passing(wanted).limit(limit)))


def passing(wanted: TrailFilter) -> Select[TrailEntry]:
    """Return the query for the rows that pass, the newest first."""
    query: Select[TrailEntry] = select(TrailEntry).order_by(TrailEntry.id.desc())
    if wanted.actor is not None:
        query = query.where(TrailEntry.actor == wanted.actor)
    if wanted.act is not None:
        group = TrailEntry.act.startswith(f"{wanted.act}.", autoescape=True)
        query = query.where((TrailEntry.act == wanted.act) | group)
    if wanted.subject is not None:
        query = query.where(TrailEntry.subject.contains(wanted.subject, autoescape=True))
    if wanted.since is not None:
        query = query.where(TrailEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(TrailEntry.at < wanted.until)
    if wanted.before is not None:
        query = query.where(TrailEntry.id < wanted.before)
    return query


def entries_about(
    session: Session, subjects: Collection[str], acts: Collection[str]
) -> list[TrailEntry]:
    """Return the rows of these acts on exactly these subjects, the oldest first, by an index."""
    query = select(TrailEntry).where(TrailEntry.subject.in_(subjects), TrailEntry.act.in_(acts))
    return list(session.scalars(query.order_by(TrailEntry.id)))


def _remember_after_commit(session: Session, entry: TrailEntry) -> None:
    memory = session.get_bind().get_execution_options().get(_MEMORY)
    if memory is None:
        return
    line = f"{entry.id} {entry.hash.hex()}\n"

    def intend(_: Session) -> None:
        append_memory(memory, _INTENDED + line)

    def remember(_: Session) -> None:
        append_memory(memory, line)

    # Where the two are parted by a crash, nobody can say whether the row was kept.
    event.listen(session, "before_commit", intend, once=True)
    event.listen(session, "after_commit", remember, once=True)


def append_memory(memory: Path, lines: str) -> None:
    """Add lines to what is remembered outside the database; return once they are on disk."""
    descriptor = os.open(memory, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _drop_broken_line(descriptor)
        waiting = lines.encode()
        while waiting:  # a disk that fills up takes a part first, and says so at the next try
            waiting = waiting[os.write(descriptor, waiting) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop_broken_line(descriptor: int) -> None:
    """Cut off the end that a writer who died or ran out of room left of its line."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, _LONGEST_LINE, max(size - _LONGEST_LINE, 0))
    kept = tail.rfind(b"\n") + 1
    if kept < len(tail):
        os.ftruncate(descriptor, size - len(tail) + kept)


def read_memory(memory: Path, sign: str = "") -> Mapping[int, set[bytes]]:
    """Return the hashes remembered of each row; more than one of a row means that it was rewritten.

    Args:
        memory: the file.
        sign: what the lines begin with: nothing for rows that were kept, `~` for those that were
            about to be.

    Raises:
        TrailError: the file is damaged (`trail_memory_damaged`).
    """
    found: dict[int, set[bytes]] = {}
    try:
        *lines, _ = memory.read_text("ascii").split("\n")  # what no line end follows is none yet
        for line in lines:
            if line.startswith(_INTENDED) is not (sign == _INTENDED):
                continue
            number, _, digest = line.removeprefix(sign).partition(" ")
            found.setdefault(int(number), set()).add(_digest(digest))
    except FileNotFoundError:
        return {}
    except (ValueError, OSError) as error:
        raise TrailError(
            "trail_memory_damaged",
            Text(
                f"库外留存的审计摘要 {memory} 已损坏，请从备份恢复后再检查",
                f"what is remembered of the trail in {memory} is damaged; restore it, then check",
            ),
        ) from error
    return found


def _digest(text_: str) -> bytes:
    digest = bytes.fromhex(text_)
    if len(digest) != len(FIRST):
        raise ValueError("no SHA-256")
    return digest
