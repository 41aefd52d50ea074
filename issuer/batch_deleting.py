"""Deleting a batch before approval: with a ground, and by two persons once marks are on record.

What people are known by goes for good. The batch's row stays, so that neither its number nor its
name is ever given to another; who deleted it, when, why, and how many people stood in it is kept
beside it and on the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from accounts.person import Person
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.batch_approval import subject_of
from issuer.batch_candidates import find_course, read_left_out, remove
from issuer.batch_drafts import empty, remove_files
from issuer.batch_room import BatchRoom, draft_closed, find_draft
from issuer.batch_states import EDITABLE, DraftState
from issuer.errors import IssuerError
from issuer.operator import Operator, note_act_now, read_operator
from registry.batch_models import BatchDeletion, BatchDraft, BatchRow
from registry.exam_models import BatchCandidate, BatchObjection
from registry.session import reading, transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedBatch:
    """What is left of a batch that was deleted: how many people it had, and its deletion."""

    draft: BatchDraft
    deletion: BatchDeletion


def needs_second(session: Session, draft: BatchDraft) -> bool:
    """Return whether another person has to confirm that a batch is deleted.

    That is so once marks were entered or closed, or a notice was begun: an examination was held.
    """
    course = find_course(session, draft)
    if course is not None and (course.scores_closed_at or course.notice_first):
        return True
    marked = exists().where(
        BatchCandidate.draft_id == draft.id, BatchCandidate.scores_sealed.is_not(None)
    )
    return bool(session.scalar(select(marked)))


def waiting_deletion(session: Session, draft: BatchDraft) -> BatchDeletion | None:
    """Return the deletion that waits for another person; none while the batch is not prepared."""
    if DraftState(draft.state) not in EDITABLE:
        return None
    return session.get(BatchDeletion, draft.id)


def list_waiting(session: Session, prefix: str) -> Sequence[BatchDeletion]:
    """Return the deletions of a body's batches that wait for another person."""
    query = select(BatchDeletion).join(BatchDraft, BatchDraft.id == BatchDeletion.draft_id)
    own = query.where(BatchDraft.prefix == prefix, BatchDraft.state.in_(EDITABLE))
    return session.scalars(own.order_by(BatchDeletion.draft_id)).all()


def find_deleted(room: BatchRoom, prefix: str, draft_id: int) -> DeletedBatch | None:
    """Return what is left of a batch of a body that was deleted."""
    with reading(room.desks) as session:
        draft, deletion = session.get(BatchDraft, draft_id), session.get(BatchDeletion, draft_id)
    if draft is None or deletion is None or draft.prefix != prefix:
        return None
    return DeletedBatch(draft=draft, deletion=deletion) if deletion.deleted_at else None


def is_own_deletion(deletion: BatchDeletion, person: Person) -> bool:
    """Return whether a person asked for a deletion, and so cannot confirm it."""
    return deletion.asked_by == person.account_id or is_same_person(deletion.asker, person.name)


def throw_away(room: BatchRoom, person: Person, prefix: str, draft_id: int, ground: str) -> bool:
    """Delete a batch that is being prepared, with all that was handed in for it.

    Args:
        ground: why, as typed.

    Returns:
        Whether it is deleted; where another person has to confirm it, it waits for that.

    Raises:
        IssuerError: no ground (`delete_ground`), or as `read_operator`; `draft_unknown`; it is not
            being prepared (`draft_closed`); an objection to it is not settled (`draft_objected`);
            its deletion waits already (`delete_waits`).
    """
    if not ground.strip():
        raise _NO_GROUND
    operator = read_operator(name=person.name, ground=ground.strip(), reference=None)
    with reading(room.desks) as session:
        draft = _deletable(session, prefix, draft_id)
        waits = needs_second(session, draft)
        if session.get(BatchDeletion, draft.id) is not None:
            raise _WAITS_ALREADY
    act = "batch.delete_asked" if waits else "batch.delete"
    with _noting(room, operator, act, prefix, draft_id) as (session, draft):
        if session.get(BatchDeletion, draft.id) is not None:
            raise _WAITS_ALREADY
        if waits != needs_second(session, draft):
            raise _CHANGED
        deletion = BatchDeletion(
            draft_id=draft.id,
            asked_at=room.clock(),
            asked_by=person.account_id,
            asker=person.name,
            people=_people(room, session, draft),
            ground=operator.ground,
        )
        session.add(deletion)
        if not waits:
            _delete(room, session, draft, deletion, person)
    if not waits:
        remove_files(room, draft_id)
    return not waits


def confirm_deletion(room: BatchRoom, person: Person, prefix: str, draft_id: int) -> None:
    """Delete a batch as another person asked for.

    Raises:
        IssuerError: as `throw_away`; nobody asks for it any more (`delete_gone`); this person did
            (`delete_own`).
    """
    with reading(room.desks) as session:
        deletion = _asked(session, _deletable(session, prefix, draft_id))
        if is_own_deletion(deletion, person):
            raise _OWN
    operator = read_operator(name=person.name, ground=deletion.ground, reference=None)
    with _noting(room, operator, "batch.delete", prefix, draft_id) as (session, draft):
        deletion = _asked(session, draft)
        if is_own_deletion(deletion, person):
            raise _OWN
        _delete(room, session, draft, deletion, person)
    remove_files(room, draft_id)


def drop_deletion(room: BatchRoom, person: Person, prefix: str, draft_id: int) -> None:
    """Keep a batch that was to be deleted: declined by another, or taken back by who asked.

    Raises:
        IssuerError: `draft_unknown`; `draft_closed`; `delete_gone`.
    """
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        own = is_own_deletion(_asked(session, draft), person)
    operator = read_operator(name=person.name, ground=None, reference=None)
    act = "batch.delete_taken_back" if own else "batch.delete_declined"
    with _noting(room, operator, act, prefix, draft_id) as (session, draft):
        session.delete(_asked(session, draft))


def _delete(
    room: BatchRoom, session: Session, draft: BatchDraft, deletion: BatchDeletion, person: Person
) -> None:
    deletion.people = _people(room, session, draft)
    empty(session, draft)
    remove(session, draft.id)
    session.execute(delete(BatchRow).where(BatchRow.draft_id == draft.id))
    draft.state = DraftState.DELETED
    draft.revision += 1
    deletion.deleted_at, deletion.deleter = room.clock(), person.name


def _people(room: BatchRoom, session: Session, draft: BatchDraft) -> int:
    """Return how many a batch is about, with those left out since the roster."""
    return draft.rows + len(read_left_out(room, session, draft))


def _deletable(session: Session, prefix: str, draft_id: int) -> BatchDraft:
    draft = find_draft(session, prefix, draft_id)
    _check_open(session, draft)
    return draft


def _check_open(session: Session, draft: BatchDraft) -> None:
    if DraftState(draft.state) not in EDITABLE:
        raise draft_closed(draft)
    waiting = select(func.count(BatchObjection.id)).where(
        BatchObjection.draft_id == draft.id, BatchObjection.outcome.is_(None)
    )
    if many := session.scalar(waiting):
        raise IssuerError(
            "draft_objected",
            Text(
                f"本批次有 {many} 件异议尚未处理，不能删除；请先在“公示”页处理",
                f"objections to this batch that are not settled: {many}. It is not deleted before "
                "that; settle them on the page of its notice",
            ),
        )


def _asked(session: Session, draft: BatchDraft) -> BatchDeletion:
    if DraftState(draft.state) not in EDITABLE:
        raise draft_closed(draft)
    found = session.get(BatchDeletion, draft.id)
    if found is None:
        raise _GONE
    return found


@contextmanager
def _noting(
    room: BatchRoom, operator: Operator, act: str, prefix: str, draft_id: int
) -> Iterator[tuple[Session, BatchDraft]]:
    """Note an act with the number of people, then let it be done; note too if it fails."""
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        subject = f"{subject_of(draft)} {_people(room, session, draft)}"
    note_act_now(room.register, operator, act, subject, at=room.clock())
    try:
        with transaction(room.desks) as session:
            draft = find_draft(session, prefix, draft_id, locked=True)
            if act in ("batch.delete", "batch.delete_asked"):
                _check_open(session, draft)
            yield session, draft
    except Exception as error:
        code = getattr(error, "code", type(error).__name__)
        failed = f"{subject} {code}"
        note_act_now(room.register, operator, f"{act}.failed", failed, at=room.clock())
        raise


_NO_GROUND = IssuerError(
    "delete_ground",
    Text("请写明删除批次的事由", "say why the batch is to be deleted"),
)
_WAITS_ALREADY = IssuerError(
    "delete_waits",
    Text(
        "已有人提出删除本批次，正等待审批人确认",
        "somebody asked for this batch to be deleted already; it waits for an approver",
    ),
)
_CHANGED = IssuerError(
    "delete_changed",
    Text(
        "本批次刚刚有了成绩或公示，未作改动；请重新查看后再操作",
        "marks or a notice of this batch have just come; nothing was done. Look at it again",
    ),
)
_GONE = IssuerError(
    "delete_gone",
    Text(
        "现在没有人提出删除本批次（可能已撤回、未获同意，或已删除）；未作改动",
        "nobody asks for this batch to be deleted now; nothing was changed",
    ),
)
_OWN = IssuerError(
    "delete_own",
    Text(
        "删除由您提出，须由另一名审批人确认；未作改动",
        "you asked for it, so another approver confirms it; nothing was changed",
    ),
)
