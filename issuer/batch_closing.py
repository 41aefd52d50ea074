"""Closing the scores of a batch: who passed goes on, who did not is left out of its roster.

A row that is left out is kept whole beside the batch, so that it can be brought back, or taken
over into another batch for a resit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.person import Person
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.batch_approval import check_ready, operator_for, subject_of
from issuer.batch_candidates import (
    Candidate,
    examining,
    find_course,
    keep_of,
    kept_of,
    no_course,
    read_candidates,
)
from issuer.batch_carried import check_standing, term_of
from issuer.batch_checks import count_rows
from issuer.batch_notice import start_notice
from issuer.batch_objections import (
    Moved,
    Outcome,
    find_objectable,
    reopen_objection,
    settle_objection,
)
from issuer.batch_plan import odd_scores
from issuer.batch_room import BatchRoom, changing, draft_closed, find_draft
from issuer.batch_rows import open_row, seal_cells
from issuer.batch_scores import REMOVED, Scored, Standing, read_scored, scores_closed
from issuer.batch_states import EDITABLE, DraftState
from issuer.batch_steps import check_before
from issuer.body_settings import Step
from issuer.columns import Column
from issuer.errors import IssuerError
from issuer.operator import note_act_now
from issuer.template import roster_bytes
from registry.batch_models import BatchDraft, BatchRow
from registry.exam_models import BatchCandidate
from registry.session import reading, transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Somebody who does not go on with a batch."""

    row: int
    name: str = field(repr=False)
    standing: Standing
    cells: Sequence[str] = field(repr=False)


def close_scores(room: BatchRoom, person: Person, prefix: str, draft_id: int, *, seen: bool) -> int:
    """Close the scores; whoever did not pass is left out. Return how many go on.

    Args:
        seen: the person has looked at what is odd.

    Raises:
        IssuerError: as `changing`; `course_none`; an earlier step is open (`step_open`); closed
            already (`scores_closed`); marks are missing (`scores_pending`); something is odd and
            nobody looked at it (`scores_odd`); the person entered some of the marks themselves
            (`scores_own`); a mark that was carried over stands no more (`scores_lapsed`); nobody
            passed (`scores_none_passed`).
    """
    _note(room, person, "batch.scores_close", prefix, draft_id)
    with changing(room, prefix, draft_id) as (session, draft):
        course = find_course(session, draft)
        if course is None:
            raise no_course()
        if course.scores_closed_at is not None:
            raise scores_closed()
        check_before(room, session, draft, Step.SCORES)
        people = read_scored(room, session, draft)
        standings = {one.candidate.row: one.standing for one in people}
        pending = [row for row, standing in standings.items() if standing is Standing.PENDING]
        if pending or not people:
            raise _pending(pending)
        if odd_scores(room, session, draft, course, people) and not seen:
            raise _ODD
        _check_others_marks(person, people)
        check_standing(people, term_of(session, prefix, room.clock()))
        passed = sum(standing is Standing.PASSED for standing in standings.values())
        if not passed:
            raise _NONE_PASSED
        kept = kept_of(session, draft)
        for one in people:
            if one.standing is not Standing.PASSED:
                _leave_out(session, draft, kept, one.candidate, one.standing)
        count_rows(session, draft)
        course.scores_closed_at, course.scores_closer = room.clock(), person.name
    return passed


def own_rows(person: Person, people: Sequence[Scored]) -> list[int]:
    """Return the rows of whom a person entered a mark that counts: others close those scores."""
    return [
        one.candidate.row
        for one in people
        if any(is_same_person(entry.by, person.name) for entry in one.scores.last())
    ]


def _check_others_marks(person: Person, people: Sequence[Scored]) -> None:
    """See that whoever closes the scores entered none of the marks that count."""
    rows = own_rows(person, people)
    if rows:
        zh, en = "、".join(map(str, rows[:8])), ", ".join(map(str, rows[:8]))
        raise IssuerError(
            "scores_own",
            Text(
                f"第 {zh} 行等 {len(rows)} 人的成绩由您录入，须由另一名经办人核对确认；未作改动",
                f"You entered the marks of some people yourself (row {en}; {len(rows)} in all), so "
                "another clerk has to compare and close them; nothing was changed",
            ),
        )


def _leave_out(
    session: Session,
    draft: BatchDraft,
    kept: Mapping[bytes, BatchCandidate],
    one: Candidate,
    standing: Standing,
) -> None:
    """Take somebody's row out of a batch, kept beside it; the caller counts the rows anew."""
    stored = session.get_one(BatchRow, (draft.id, one.row))
    beside = keep_of(session, draft, kept, one)
    beside.left_out, beside.row, beside.cells_sealed = standing.value, one.row, stored.cells_sealed
    session.delete(stored)
    draft.rows -= 1


def reopen_scores(room: BatchRoom, person: Person, prefix: str, draft_id: int) -> None:
    """Open closed scores again: everybody whom they left out is back, the notice is void.

    Raises:
        IssuerError: as `changing`; `course_none`.
    """
    _note(room, person, "batch.scores_reopen", prefix, draft_id)
    with changing(room, prefix, draft_id) as (session, draft):
        course = find_course(session, draft)
        if course is None:
            raise no_course()
        here = {one.person for one in read_candidates(room, session, draft)}
        for kept in _left_out(session, draft):
            if kept.left_out not in {Standing.OBJECTION, *REMOVED}:
                _bring_back(room, session, draft, kept, again=kept.person not in here)
        course.scores_closed_at = course.scores_closer = None
        course.notice_first = course.notice_last = course.notice_sealed = None


def _bring_back(
    room: BatchRoom, session: Session, draft: BatchDraft, kept: BatchCandidate, *, again: bool
) -> None:
    """Let somebody go on; their row comes again, but where another roster has them already."""
    row, cells = kept.row or 0, kept.cells_sealed
    kept.left_out = kept.row = kept.cells_sealed = None
    if not again:
        return
    if session.get(BatchRow, (draft.id, row)) is not None:  # another roster came meanwhile
        cipher = room.cipher(draft)
        old = open_row(cipher, BatchRow(draft_id=draft.id, row=row, cells_sealed=cells))
        last = session.scalar(select(func.max(BatchRow.row)).where(BatchRow.draft_id == draft.id))
        row = (last or 0) + 1
        cells = seal_cells(cipher, row, old.cells, old.faults)
    session.add(BatchRow(draft_id=draft.id, row=row, cells_sealed=cells))
    session.flush()
    draft.rows += 1


def put_up(
    room: BatchRoom,
    person: Person,
    prefix: str,
    draft_id: int,
    *,
    first: date,
    last: date,
    days_off: Sequence[date],
) -> None:
    """Put the names of everybody of a batch up; raises as `start_notice`, `check_ready`,
    `check_before`, `examining`.
    """
    _note(room, person, "batch.notice_begun", prefix, draft_id)
    with examining(room, prefix, draft_id) as (session, draft, course):
        check_ready(draft)
        check_before(room, session, draft, Step.NOTICE)
        start_notice(
            room, session, draft, course, person, first=first, last=last, days_off=days_off
        )


def settle(
    room: BatchRoom,
    person: Person,
    prefix: str,
    draft_id: int,
    objection_id: int,
    *,
    outcome: Outcome,
    answer: str,
    row: int | None,
) -> None:
    """Settle an objection; where it is upheld, the person of `row` may be left out for it.

    Args:
        row: of the roster; None where nobody is left out, as where it is dismissed.

    Raises:
        IssuerError: as `settle_objection`, `find_objectable`; nobody stands in that row
            (`objection_row`).
    """
    _note(room, person, f"batch.objection_{outcome.value}", prefix, draft_id)
    if outcome is Outcome.DISMISSED or row is None:
        with transaction(room.desks) as session:
            draft, _ = find_objectable(session, prefix, draft_id)
            settle_objection(room, session, draft, objection_id, person, outcome, answer)
        return
    with changing(room, prefix, draft_id) as (session, draft):
        one = next(iter(read_candidates(room, session, draft, rows=(row,))), None)
        settle_objection(room, session, draft, objection_id, person, outcome, answer, one)
        if one is None:
            raise IssuerError("objection_row", Text("名册没有这一行", "the roster has no such row"))
        _leave_out(session, draft, kept_of(session, draft, [one]), one, Standing.OBJECTION)
        count_rows(session, draft)


def take_back_outcome(
    room: BatchRoom, person: Person, prefix: str, draft_id: int, objection_id: int
) -> Moved | None:
    """Take back how an objection was settled; return who is in the roster again for it.

    Raises:
        IssuerError: as `reopen_objection`, `find_objectable`; somebody was left out for it and the
            batch is not being prepared (`draft_closed`).
    """
    _note(room, person, "batch.objection_taken_back", prefix, draft_id)
    with transaction(room.desks) as session:
        draft, _ = find_objectable(session, prefix, draft_id)
        moved = reopen_objection(room, session, draft, objection_id, person)
        if moved is None:
            return None
        if DraftState(draft.state) not in EDITABLE:
            raise draft_closed(draft)
        kept = session.get(BatchCandidate, (draft.id, moved.person))
        if kept is not None and kept.left_out == Standing.OBJECTION:
            here = {one.person for one in read_candidates(room, session, draft)}
            _bring_back(room, session, draft, kept, again=kept.person not in here)
            count_rows(session, draft)
        draft.revision += 1
    return moved


def list_left_out(room: BatchRoom, draft: BatchDraft) -> list[LeftOut]:
    """Return who does not go on with a batch, in the order of its rows."""
    cipher = room.cipher(draft)
    found: list[LeftOut] = []
    with reading(room.desks) as session:
        for kept in _left_out(session, draft):
            stored = BatchRow(draft_id=draft.id, row=kept.row, cells_sealed=kept.cells_sealed)
            row = open_row(cipher, stored)
            found.append(
                LeftOut(
                    row=row.row,
                    name=row.text(Column.NAME),
                    standing=Standing(kept.left_out or ""),
                    cells=[row.text(column) for column in Column],
                )
            )
    return found


def write_left_out(room: BatchRoom, draft: BatchDraft) -> bytes:
    """Return a roster of those who do not go on, to begin the batch of a resit with."""
    left = list_left_out(room, draft)
    return roster_bytes([one.cells for one in left if one.standing not in REMOVED])


def _left_out(session: Session, draft: BatchDraft) -> Sequence[BatchCandidate]:
    query = select(BatchCandidate).where(
        BatchCandidate.draft_id == draft.id, BatchCandidate.left_out.is_not(None)
    )
    return session.scalars(query.order_by(BatchCandidate.row)).all()


def _note(room: BatchRoom, person: Person, act: str, prefix: str, draft_id: int) -> None:
    with reading(room.desks) as session:
        subject = subject_of(find_draft(session, prefix, draft_id))
    note_act_now(room.register, operator_for(person), act, subject, at=room.clock())


def _pending(rows: Sequence[int]) -> IssuerError:
    zh, en = "、".join(map(str, rows[:8])), ", ".join(map(str, rows[:8]))
    return IssuerError(
        "scores_pending",
        Text(
            f"还有 {len(rows)} 人成绩未录完（第 {zh} 行），未作改动",
            f"Marks are still missing (row {en}; {len(rows)} in all); nothing was changed",
        ),
    )


_ODD = IssuerError(
    "scores_odd",
    Text(
        "有异常提示，请与原始评分表核对后勾选“已核对”再确认成绩",
        "something is odd: compare with the score sheets, tick that you did, then close",
    ),
)
_NONE_PASSED = IssuerError(
    "scores_none_passed",
    Text(
        "没有人合格，本批次没有可签发的证书；请在本页建立补考批次，再删除本批次",
        "nobody passed, so there is nothing to issue; make the batch of the resit on this page, "
        "then delete this one",
    ),
)
