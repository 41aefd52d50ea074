"""The leaves that issuing appends to the public log: of a record, and of a sealed file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

from sqlalchemy.orm import Session

from codes.record import Record, decode_record
from issuer.desk import shanghai_day
from log.leaves import CopyLeaf, IssueLeaf, Leaf, LifeKind, LifeLeaf, encode_body, hash_record
from registry.logbook import (
    Waiting,
    append_all,
    count_life,
    leaf_salt,
    life_key,
    life_mark,
    orphans_of,
    stream_of,
)
from registry.models import Copy, CopyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A copy whose signed record goes on record in this transaction.

    Args:
        copy: with its award.
        data_key: of the award.
        payload: the record's exact bytes.
    """

    copy: Copy
    data_key: bytes = field(repr=False)
    payload: bytes = field(repr=False)


def append_records(session: Session, recorded: Sequence[Recorded]) -> None:
    """Append one leaf for each record: an issue leaf for an original, else a life leaf.

    Where the log holds the leaf already, because the database was restored from before, that one
    is the record's.

    Args:
        session: of the transaction that puts the records on record, which locks their awards.
        recorded: in order of their copies.
    """
    later = {one.copy.award_id for one in recorded if one.copy.kind != CopyKind.ORIGINAL}
    counts = count_life(session, later) if later else {}
    orphans = orphans_of(session, later)
    waiting: list[Waiting] = []
    for one in recorded:
        award, record = one.copy.award, decode_record(one.payload)
        if one.copy.kind == CopyKind.ORIGINAL:
            leaf: Leaf = issue_leaf(record, one.data_key, one.payload)
        else:
            leaf = _life_leaf(one, record, counts[award.id] + 1)
        entry = orphans.pop(encode_body(leaf), None)
        if entry is not None:
            entry.award_id, entry.copy_id = award.id, one.copy.id
            one.copy.leaf_index = entry.leaf_index
        elif one.copy.kind == CopyKind.ORIGINAL:
            stream = stream_of(record.number.prefix, award.year, award.level)
            waiting.append(Waiting(leaf, award.id, one.copy.id, stream, award.serial))
        else:
            waiting.append(Waiting(leaf, award.id, one.copy.id))
        if one.copy.kind != CopyKind.ORIGINAL:
            counts[award.id] += 1
    append_all(session, waiting)


def append_files(session: Session, files: Sequence[tuple[Copy, bytes]], prefix: str) -> None:
    """Append the leaves that commit to sealed files, in the commit that notes the files.

    Args:
        session: of that commit.
        files: copies, each with the SHA-256 of its file.
        prefix: of their body.
    """
    append_all(
        session,
        (
            Waiting(CopyLeaf(prefix=prefix, file_sha256=sha256), copy.award_id, copy.id)
            for copy, sha256 in files
        ),
    )


def issue_leaf(record: Record, data_key: bytes, payload: bytes) -> IssueLeaf:
    """Return the issue leaf of a record."""
    return IssueLeaf(
        number=record.number,
        record_version=record.record_version,
        record_hash=hash_record(leaf_salt(data_key, payload), payload),
        key_id=record.key_id,
        issued_on=record.issued_on,
        occupation=record.occupation,
    )


def _life_leaf(one: Recorded, record: Record, n: int) -> Leaf:
    return LifeLeaf(
        prefix=record.number.prefix,
        event=life_kind_of(one.copy),
        mark=life_mark(life_key(one.data_key), n),
        record_hash=hash_record(leaf_salt(one.data_key, one.payload), one.payload),
        key_id=record.key_id,
        effective_on=shanghai_day(one.copy.made_at),
    )


def life_kind_of(copy: Copy) -> LifeKind:
    """Return what event a copy that is not its award's first is."""
    match CopyKind(copy.kind):
        case CopyKind.REISSUE:
            return LifeKind.REISSUE
        case CopyKind.ARCHIVE:
            return LifeKind.ARCHIVE_COPY
        case CopyKind.ORIGINAL:
            raise ValueError("the first copy of an award is its issue")
        case unknown:
            assert_never(unknown)
