"""The rows of an issued batch: which certificate each became, and what it was awarded on.

Rows, photos and whoever was left out were deleted with the batch's key; what is read here lies in
the register, under each award's own key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from codes.assessment_rules import Part
from codes.wording import Text
from issuer.batch_room import BatchRoom
from issuer.certificate_list import UNREADABLE, lines_of
from issuer.desk import shanghai_day
from issuer.exam_binding import Bound, judge_records, read_batch_root
from issuer.exam_records import read_exam_record
from registry.batch_models import BatchDraft, BatchRow
from registry.errors import VaultError
from registry.models import Award
from registry.session import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedRow:
    """A row that became a certificate.

    Args:
        row: its number in the roster.
        number: of the certificate.
        award_id: of the certificate; None where the register holds no such number.
    """

    row: int
    number: str
    award_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPerson:
    """Somebody who passed, masked, with the marks that hold and the condition relied on.

    Args:
        of: the row and its certificate.
        name: masked, or why there is none.
        level: of the certificate.
        bound: how what is kept stands to what the audit trail says of it.
        marks: by part and attempt (2 for a resit), as entered last; empty where none were kept, or
            what is kept is broken.
        entered: who entered or changed marks, each with the day, the first first; as `marks`.
        eligibility: as `issuer.exam_records` keeps it; None where nothing is, or it is broken.
    """

    of: IssuedRow
    name: Text
    level: Text
    bound: Bound
    marks: dict[tuple[Part, int], str] = field(repr=False)
    entered: Sequence[tuple[str, date]]
    eligibility: Mapping[str, Any] | None = field(repr=False)


def count_issued(room: BatchRoom, draft: BatchDraft) -> int:
    """Return how many rows of an issued batch became certificates."""
    query = select(func.count()).select_from(BatchRow)
    with reading(room.desks) as session:
        own = BatchRow.draft_id == draft.id
        return session.scalar(query.where(own, BatchRow.award.is_not(None))) or 0


def list_issued(
    room: BatchRoom, draft: BatchDraft, *, offset: int = 0, limit: int
) -> list[IssuedRow]:
    """Return rows of an issued batch in order, each with the certificate it became."""
    query = select(BatchRow.row, BatchRow.award).where(BatchRow.draft_id == draft.id)
    query = query.where(BatchRow.award.is_not(None)).order_by(BatchRow.row)
    with reading(room.desks) as session:
        found = [
            (row, award or "") for row, award in session.execute(query.offset(offset).limit(limit))
        ]
    ids = award_ids(room, [number for _, number in found])
    return [IssuedRow(row=row, number=one, award_id=ids.get(one)) for row, one in found]


def award_ids(room: BatchRoom, numbers: Sequence[str]) -> dict[str, int]:
    """Return the certificates that the register has of some numbers."""
    query = select(Award.number, Award.id).where(Award.number.in_(numbers))
    with reading(room.register) as session:
        return {one.number: one.id for one in session.execute(query)}


def masked_names(room: BatchRoom, numbers: Collection[str]) -> dict[str, Text]:
    """Return the masked name of each certificate's holder, or why there is none."""
    query = select(Award.id, Award.number).where(Award.number.in_(numbers))
    with reading(room.register) as session:
        known = {one.id: one.number for one in session.execute(query)}
        return {known[one.award_id]: one.name for one in lines_of(session, room.vault, list(known))}


def read_issued(
    room: BatchRoom, draft: BatchDraft, *, offset: int, limit: int
) -> list[IssuedPerson]:
    """Return people of an issued batch with what is kept of them, in the order of its rows."""
    rows = list_issued(room, draft, offset=offset, limit=limit)
    ids = [one.award_id for one in rows if one.award_id is not None]
    with reading(room.register) as register, reading(room.desks) as desks:
        lines = {line.award_id: line for line in lines_of(register, room.vault, ids)}
        root = read_batch_root(register, draft.prefix, draft.name)
        judged = judge_records(desks, [one.number for one in rows], root)
        records = _records(room, register, desks, ids)
    found = []
    for one in rows:
        line = lines.get(one.award_id or 0)
        record = {} if judged[one.number].is_broken else records.get(one.award_id or 0, {})
        found.append(
            IssuedPerson(
                of=one,
                name=UNREADABLE if line is None else line.name,
                level=UNREADABLE if line is None else line.level.text,
                bound=judged[one.number],
                marks=_last(record.get("entries", ())),
                entered=_entered(record.get("entries", ())),
                eligibility=record.get("eligibility"),
            )
        )
    return found


def _records(
    room: BatchRoom, register: Session, desks: Session, ids: Sequence[int]
) -> dict[int, Mapping[str, Any]]:
    query = select(Award).where(Award.id.in_(ids))
    query = query.options(joinedload(Award.holder, innerjoin=True), lazyload(Award.copies))
    found = {}
    for award in register.scalars(query):
        try:
            found[award.id] = read_exam_record(desks, room.vault, award)
        except VaultError:  # erased, or altered: its name says so
            continue
    return found


def _last(entries: Sequence[dict[str, Any]]) -> dict[tuple[Part, int], str]:
    said = {(Part(one["part"]), int(one["attempt"])): str(one["text"]) for one in entries}
    return {place: text for place, text in said.items() if text}


def _entered(entries: Sequence[dict[str, Any]]) -> list[tuple[str, date]]:
    said = ((one["by"], shanghai_day(datetime.fromisoformat(one["at"]))) for one in entries)
    return list(dict.fromkeys(said))
