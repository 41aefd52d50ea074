"""The public log as the register knows it: appending leaves, and what only an award's key tells.

The log names a person nowhere. Whoever can open an award can find every leaf about it there, by a
salted hash or a mark that its data key gives, and nobody else can. Reading the published files is
the work of `registry.log_reader`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from log.leaves import (
    SALT_BYTES,
    CopyLeaf,
    FilingLeaf,
    IssueLeaf,
    Leaf,
    LeafKind,
    LifeLeaf,
    TrustLeaf,
    encode_body,
)
from registry.log_models import LogEntry
from registry.row_marks import mark_of_leaf
from registry.row_reader import Rows
from registry.vault import Vault

_KINDS: dict[type[Leaf], LeafKind] = {
    IssueLeaf: LeafKind.ISSUE,
    LifeLeaf: LeafKind.LIFE,
    CopyLeaf: LeafKind.COPY,
    FilingLeaf: LeafKind.FILING,
    TrustLeaf: LeafKind.TRUST,
}
MARKED_KINDS = frozenset({LeafKind.ISSUE, LeafKind.LIFE, LeafKind.COPY})
"""The kinds of leaves about an award, whose entries carry a mark while they wait."""


def leaf_salt(data_key: bytes, payload: bytes) -> bytes:
    """Return the 16-byte salt under which a record is hashed into its leaf.

    Args:
        data_key: of the award.
        payload: the record's exact bytes.
    """
    return hmac.digest(data_key, b"yanzhen/leaf/salt\0" + payload, hashlib.sha256)[:SALT_BYTES]


def life_key(data_key: bytes) -> bytes:
    """Return the key of the marks that the events of an award's life carry in the log."""
    return hmac.digest(data_key, b"yanzhen/life-key\0", hashlib.sha256)


def life_mark(key: bytes, n: int) -> bytes:
    """Return the 32-byte mark of the n-th event of an award's life, counted from 1."""
    return hmac.digest(key, b"yanzhen/leaf/life\0" + n.to_bytes(4), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class LogSecrets:
    """What the data key of one award tells of its leaves, derived as it is needed."""

    _data_key: bytes = field(repr=False)

    def salt(self, payload: bytes) -> bytes:
        """Return the salt of a record's leaf."""
        return leaf_salt(self._data_key, payload)

    def mark(self, n: int) -> bytes:
        """Return the mark of the n-th event of the award's life."""
        return life_mark(life_key(self._data_key), n)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafPlace:
    """Where the register says that a leaf is; nothing of it is proved.

    Args:
        index: in the log, None while it has none.
        waiting: a leaf was appended and has no index yet.
    """

    index: int | None
    waiting: bool

    def __post_init__(self) -> None:
        """Refuse what SQLite lets stand in the column of a number (TypeError)."""
        if self.index is not None and type(self.index) is not int:
            raise TypeError("no index")


_WAITING = select(LogEntry.copy_id, LogEntry.kind).where(
    LogEntry.award_id == bindparam("award"), LogEntry.leaf_index.is_(None)
)


def waiting_leaves(rows: Rows, award_id: int) -> frozenset[tuple[int, LeafKind]]:
    """Return by copy which kinds of leaves of an award's copies have no index yet."""
    found = rows.all(_WAITING, award=award_id)
    return frozenset((copy_id, LeafKind(kind)) for copy_id, kind in found if copy_id is not None)


def kind_of(leaf: Leaf) -> LeafKind:
    """Return the kind of a leaf."""
    return _KINDS[type(leaf)]


def stream_of(prefix: str, year: int, level: int) -> str:
    """Return the name of the stream whose issue leaves go into the log in order of serial."""
    return f"{prefix}/{year}/{level}"


def append(session: Session, leaf: FilingLeaf | TrustLeaf) -> None:
    """Append a leaf about no award in the transaction of the act itself.

    The sequencer gives it its index later.
    """
    session.add(LogEntry(kind=kind_of(leaf), body=encode_body(leaf)))
    session.flush()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A leaf about an award, to append.

    Args:
        leaf: what happened.
        award_id: the award it is about.
        copy_id: the copy whose record or file it commits to.
        stream: of an issue leaf, as `stream_of` names it.
        position: the serial in that stream.
    """

    leaf: IssueLeaf | LifeLeaf | CopyLeaf
    award_id: int
    copy_id: int | None = None
    stream: str | None = None
    position: int | None = None


def append_all(session: Session, vault: Vault, waiting: Iterable[Waiting]) -> None:
    """Append leaves in order, in one statement; the sequencer gives them their indexes later.

    Args:
        session: of the act's own transaction, which locks the awards.
        vault: the home's, open: the sequencer takes nothing that it does not vouch for.
        waiting: the leaves.
    """
    session.flush()  # what they are about is on record before them
    rows = [_row_of(vault, one) for one in waiting]
    if rows:
        session.connection().execute(insert(LogEntry), rows)


def _row_of(vault: Vault, one: Waiting) -> dict[str, object]:
    kind, body = kind_of(one.leaf), encode_body(one.leaf)
    return {
        "kind": kind,
        "body": body,
        "award_id": one.award_id,
        "copy_id": one.copy_id,
        "stream": one.stream,
        "stream_position": one.position,
        "row_mark": mark_of_leaf(vault, kind, body, one.award_id, one.copy_id),
    }


def adopt(
    session: Session, leaf: LifeLeaf, *, award_id: int, copy_id: int | None
) -> LogEntry | None:
    """Take the entry of a leaf that the log holds already and nothing on record answers for.

    There is none but after `yanzhen log reconcile`, of what the restored database had not got to.

    Args:
        session: of the transaction that puts the event on record, which locks its award.
        leaf: the event's; its mark is of no other event.
        award_id, copy_id: what the leaf is about.
    """
    query = select(LogEntry).where(
        LogEntry.award_id == award_id, LogEntry.body == encode_body(leaf)
    )
    entry = session.scalar(query)
    if entry is not None:
        entry.copy_id = copy_id
    return entry


def orphans(session: Session) -> dict[bytes, LogEntry]:
    """Return by body the issue leaves that the log holds and no copy answers for, as `adopt`."""
    query = select(LogEntry).where(LogEntry.copy_id.is_(None), LogEntry.kind == LeafKind.ISSUE)
    return {entry.body: entry for entry in session.scalars(query)}
