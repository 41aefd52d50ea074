"""The leaves that issuing appends to the public log: of a record, and of a sealed file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from sqlalchemy.orm import Session

from codes.record import Record
from issuer.desk import shanghai_day
from log.leaves import CopyLeaf, IssueLeaf, LifeKind, encode_body, hash_record
from registry.life_records import NewEvent, NewRecord, add_event, count_events
from registry.logbook import Waiting, append_all, leaf_salt, orphans, stream_of
from registry.models import Award, Copy, CopyKind
from registry.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A copy whose signed record goes on record in this transaction.

    Args:
        copy: with its award.
        data_key: of the award.
        record: as signed.
        payload: its exact bytes.
        at: when it goes on record, aware UTC; for a record from before the log when it was made.
        act_id: the act that decided on it.
    """

    copy: Copy
    data_key: bytes = field(repr=False)
    record: Record = field(repr=False)
    payload: bytes = field(repr=False)
    at: datetime
    act_id: int | None = None


def append_records(session: Session, vault: Vault, recorded: Sequence[Recorded]) -> None:
    """Append one leaf for each record: an issue leaf for an original, else its event of a life.

    Where the log holds the leaf already, because the database was restored from before, that one
    is the record's.

    Args:
        session: of the transaction that puts the records on record, which locks their awards.
        vault: the home's, open.
        recorded: in order of their copies.
    """
    later = {one.copy.award_id for one in recorded if one.copy.kind != CopyKind.ORIGINAL}
    counts = count_events(session, later) if later else {}
    held = orphans(session)
    waiting: list[Waiting] = []
    for one in recorded:
        award, record = one.copy.award, one.record
        if one.copy.kind != CopyKind.ORIGINAL:
            append_all(session, vault, waiting)  # what came before goes into the log before
            waiting = []
            before = counts.get(award.id, 0)
            event = _event_of(one, record)
            add_event(session, vault, award, one.data_key, event, before=before)
            counts[award.id] = before + 1
            continue
        leaf = issue_leaf(record, one.data_key, one.payload)
        entry = held.get(encode_body(leaf)) if held else None
        if entry is not None:
            entry.award_id, entry.copy_id = award.id, one.copy.id
            one.copy.leaf_index = entry.leaf_index
            continue
        stream = stream_of(record.number.prefix, award.year, award.level)
        waiting.append(Waiting(leaf, award.id, one.copy.id, stream, award.serial))
    append_all(session, vault, waiting)


def append_files(
    session: Session, vault: Vault, files: Sequence[tuple[Copy, bytes]], prefix: str
) -> None:
    """Append the leaves that commit to sealed files, in the commit that notes the files.

    Args:
        session: of that commit.
        vault: the home's, open.
        files: copies, each with the SHA-256 of its file.
        prefix: of their body.
    """
    append_all(
        session,
        vault,
        (
            Waiting(CopyLeaf(prefix=prefix, file_sha256=sha256), copy.award_id, copy.id)
            for copy, sha256 in files
        ),
    )


def append_erasures(
    session: Session, vault: Vault, awards: Sequence[tuple[Award, bytes]], *, at: datetime
) -> None:
    """Put the erasure of their holder's data on record of awards, before the key of each goes.

    Args:
        session: of the transaction that erases, which locks the awards.
        vault: the home's, open.
        awards: each with its data key.
        at: now, aware UTC.
    """
    for award, data_key in awards:
        erased = NewEvent(kind=LifeKind.ERASE, effective_on=shanghai_day(at), at=at)
        add_event(session, vault, award, data_key, erased)


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


def _event_of(one: Recorded, record: Record) -> NewEvent:
    return NewEvent(
        kind=life_kind_of(one.copy),
        effective_on=shanghai_day(one.at),
        at=one.at,
        copy=one.copy,
        record=NewRecord(payload=one.payload, key_id=record.key_id),
        act_id=one.act_id,
    )


def life_kind_of(copy: Copy) -> LifeKind:
    """Return what event a copy that is not its award's first is."""
    match CopyKind(copy.kind):
        case CopyKind.REISSUE:
            return LifeKind.REISSUE
        case CopyKind.ARCHIVE:
            return LifeKind.ARCHIVE_COPY
        case CopyKind.CORRECTION:
            return LifeKind.CORRECT
        case CopyKind.ORIGINAL:
            raise ValueError("the first copy of an award is its issue")
        case unknown:
            assert_never(unknown)
