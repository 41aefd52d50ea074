"""The people of a batch as an examination knows them: who stands in which row, and what is kept.

What is kept of somebody hangs on document number, occupation and level under the key of the batch,
never on the row alone: a row that becomes another person's, or another level's, begins anew.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from codes.documents import mask_document, mask_to_end
from codes.errors import CodesError
from codes.levels import Level, parse_level
from codes.occupations import parse_occupation
from codes.wording import Text
from issuer.batch_room import BatchRoom, draft_closed, find_draft
from issuer.batch_rows import open_row
from issuer.batch_states import EDITABLE, DraftState
from issuer.columns import Column
from issuer.errors import IssuerError
from issuer.exam_columns import ExamColumn
from issuer.exam_sheets import LineFault, SheetLine
from registry.batch_models import BatchDraft, BatchRow, BatchSampleView
from registry.exam_models import (
    BatchCandidate,
    BatchCourse,
    BatchExamKept,
    BatchObjection,
    BatchResit,
)
from registry.session import transaction
from registry.vault import seal, unseal

PERSON_BYTES = 16
_FEW_ROWS = 500  # that a query names
_TEXTS_KNOWN = 1024  # a roster of any size names few occupations and levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One person of a batch.

    Args:
        row: of the roster.
        person: what everything kept of them hangs on.
        occupation: its code; None where the cell names none.
        level: None where the cell names none.
    """

    row: int
    person: bytes = field(repr=False)
    name: str = field(repr=False)
    document_number: str = field(repr=False)
    occupation: str | None
    level: Level | None

    @property
    def masked(self) -> str:
        """The document number, its end hidden."""
        return mask_document(self.document_number)

    @property
    def masked_to_end(self) -> str:
        """The document number, all but its end hidden: it tells namesakes apart."""
        return mask_to_end(self.document_number)

    @property
    def level_zh(self) -> str:
        """The level as certificates print it; empty where it is none."""
        return "" if self.level is None else self.level.zh


def read_candidates(
    room: BatchRoom,
    session: Session,
    draft: BatchDraft,
    *,
    offset: int = 0,
    limit: int = -1,
    rows: Collection[int] | None = None,
) -> list[Candidate]:
    """Return people of a batch in the order of its rows.

    Args:
        offset: how many come before, where there is a limit.
        limit: how many at most; all of them where it is negative.
        rows: those alone, at the most; None for all.
    """
    key = room.key(draft)
    cipher = AESGCM(key)
    query = select(BatchRow).where(BatchRow.draft_id == draft.id).order_by(BatchRow.row)
    if rows is not None and len(rows) <= _FEW_ROWS:
        query = query.where(BatchRow.row.in_(rows))
    if limit >= 0:
        query = query.offset(offset).limit(limit)
    found = (row for row in session.scalars(query) if rows is None or row.row in rows)
    return [_candidate(key, cipher, row) for row in found]


def shared_names(people: Sequence[Candidate]) -> frozenset[str]:
    """Return the names that more than one of these people has."""
    return frozenset(name for name, many in Counter(o.name for o in people).items() if many > 1)


def read_left_out(room: BatchRoom, session: Session, draft: BatchDraft) -> list[Candidate]:
    """Return who was left out of a batch and does not stand in it again, in the order of rows."""
    key = room.key(draft)
    cipher = AESGCM(key)
    here = {one.person for one in read_candidates(room, session, draft)}
    query = select(BatchCandidate).where(
        BatchCandidate.draft_id == draft.id, BatchCandidate.left_out.is_not(None)
    )
    return [
        _candidate(
            key, cipher, BatchRow(draft_id=draft.id, row=one.row, cells_sealed=one.cells_sealed)
        )
        for one in session.scalars(query.order_by(BatchCandidate.row))
        if one.person not in here
    ]


def _candidate(key: bytes, cipher: AESGCM, stored: BatchRow) -> Candidate:
    row = open_row(cipher, stored)
    document = _folded(row.text(Column.DOCUMENT_NUMBER))
    occupation, level = _occupation(row.text(Column.OCCUPATION)), _level(row.text(Column.LEVEL))
    what = f"candidate\n{document}\n{occupation}\n{level}".encode()
    return Candidate(
        row=stored.row,
        person=hmac.digest(key, what, hashlib.sha256)[:PERSON_BYTES],
        name=row.text(Column.NAME),
        document_number=document,
        occupation=occupation,
        level=level,
    )


def _folded(number: str) -> str:
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


@lru_cache(maxsize=_TEXTS_KNOWN)
def _occupation(text: str) -> str | None:
    try:
        return parse_occupation(text).code
    except CodesError:
        return None


@lru_cache(maxsize=_TEXTS_KNOWN)
def _level(text: str) -> Level | None:
    try:
        return parse_level(text)
    except CodesError:
        return None


def find_course(session: Session, draft: BatchDraft) -> BatchCourse | None:
    """Return the examination of a batch; None where it was begun before there were any."""
    return session.get(BatchCourse, draft.id)


@contextmanager
def examining(
    room: BatchRoom, prefix: str, draft_id: int
) -> Iterator[tuple[Session, BatchDraft, BatchCourse]]:
    """Change what is kept of a batch's examination, in one commit; its rows stay as they are.

    Raises:
        IssuerError: `draft_unknown`; it is not being prepared (`draft_closed`); it was begun
            before examinations were kept here (`course_none`).
    """
    with transaction(room.desks) as session:
        yield session, *lock_course(session, prefix, draft_id, EDITABLE)


def lock_course(
    session: Session, prefix: str, draft_id: int, states: Collection[DraftState]
) -> tuple[BatchDraft, BatchCourse]:
    """Return a batch in one of these states, locked, and its examination; raises as `examining`."""
    draft = find_draft(session, prefix, draft_id, locked=True)
    if DraftState(draft.state) not in states:
        raise draft_closed(draft)
    course = find_course(session, draft)
    if course is None:
        raise no_course()
    return draft, course


def no_course() -> IssuerError:
    """Return the refusal to keep an examination of an older batch."""
    return IssuerError(
        "course_none",
        Text(
            "本批次建立于启用考核流程之前，不在此记录考核；请按原流程提交审批",
            "this batch was begun before examinations were kept here; submit it as before",
        ),
    )


def kept_of(
    session: Session, draft: BatchDraft, people: Sequence[Candidate] | None = None
) -> Mapping[bytes, BatchCandidate]:
    """Return what is kept of people of a batch, by person; of all unless some are named."""
    query = select(BatchCandidate).where(BatchCandidate.draft_id == draft.id)
    if people is not None:
        query = query.where(BatchCandidate.person.in_([one.person for one in people]))
    return {one.person: one for one in session.scalars(query)}


def keep_of(
    session: Session, draft: BatchDraft, kept: Mapping[bytes, BatchCandidate], one: Candidate
) -> BatchCandidate:
    """Return what is kept of somebody, to be changed; begun where there is nothing yet."""
    found = kept.get(one.person)
    if found is None:
        found = BatchCandidate(draft_id=draft.id, person=one.person)
        session.add(found)
    return found


def seal_json(cipher: AESGCM, what: str, person: bytes, data: Any) -> bytes:
    """Return something kept of somebody, sealed."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return seal(cipher, f"batch-{what} {person.hex()}", text)


def open_json(cipher: AESGCM, what: str, person: bytes, sealed: bytes) -> Any:
    """Return what `seal_json` sealed."""
    return json.loads(unseal(cipher, f"batch-{what} {person.hex()}", sealed))


def match_lines(
    lines: Sequence[SheetLine], people: Sequence[Candidate]
) -> tuple[dict[int, SheetLine], list[LineFault]]:
    """Return the line about each row of the roster, and lines that fit none.

    A line fits by row number and name together, so that a sorted or stale sheet does no harm.
    """
    by_row = {one.row: one for one in people}
    found: dict[int, SheetLine] = {}
    faults: list[LineFault] = []
    for line in lines:
        typed = line.text(ExamColumn.ROW)
        row = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 7 else 0
        one = by_row.get(row)
        if one is None or row in found:
            faults.append(_misfit(line, ExamColumn.ROW, _NO_ROW))
        elif line.text(ExamColumn.NAME) != one.name:
            faults.append(_misfit(line, ExamColumn.NAME, _OTHER_NAME))
        else:
            found[row] = line
    return found, faults


def _misfit(line: SheetLine, column: ExamColumn, text: Text) -> LineFault:
    name = line.text(ExamColumn.NAME)
    return LineFault(row=line.number, column=column, text=text, name=name, of_sheet=True)


_NO_ROW = Text("名册没有这一行，或与前面的行重复", "the roster has no such row, or it stands twice")
_OTHER_NAME = Text("姓名与名册该行不一致", "the name is not that of the roster's row")


def forget(session: Session, draft_id: int) -> None:
    """Delete what a batch's examination holds of people; its dates stay."""
    session.execute(delete(BatchCandidate).where(BatchCandidate.draft_id == draft_id))
    session.execute(
        update(BatchObjection).where(BatchObjection.draft_id == draft_id).values(words_sealed=None)
    )
    session.execute(
        update(BatchCourse)
        .where(BatchCourse.draft_id == draft_id)
        .values(plan_sealed=None, notice_sealed=None)
    )
    session.execute(update(BatchResit).where(BatchResit.source_id == draft_id).values(people=None))


def remove(session: Session, draft_id: int) -> None:
    """Delete a batch's examination as a whole, and who looked at its samples."""
    for table in (BatchCandidate, BatchObjection, BatchCourse, BatchExamKept, BatchSampleView):
        session.execute(delete(table).where(table.draft_id == draft_id))
    own = (BatchResit.draft_id == draft_id) | (BatchResit.source_id == draft_id)
    session.execute(delete(BatchResit).where(own))
