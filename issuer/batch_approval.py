"""Handing a batch over: submitted by one person, approved or returned by another, then issued.

Each step is one conditional change of the batch's row, so that of two people at once one does it
and the other is told. An approval holds for what the approver was shown (`issuer.batch_shown`), and
is bound to it by a mark of the batch's key; a runner issues nothing else (`issuer.batch_issue`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.person import Person
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.batch_checks import needs_check, trouble_values
from issuer.batch_deciders import check_not_closer
from issuer.batch_room import BatchRoom, draft_changed, draft_closed, find_draft
from issuer.batch_samples import check_shown
from issuer.batch_shown import BOUND, check_unmoved, digests_of
from issuer.batch_states import EDITABLE, DraftState
from issuer.batch_steps import check_steps
from issuer.body_settings import Step
from issuer.errors import IssuerError
from issuer.operator import Operator, note_act_now, read_operator
from registry.batch_models import BatchDraft
from registry.session import reading, transaction
from registry.trail_models import TrailEntry
from registry.vault import seal, unseal

_REASON = "batch-reason"
_MARK = "batch.approved_content"
MOST_REASON = 500
GOING_ON = frozenset({DraftState.PAUSED, DraftState.STOPPED})
RETURNABLE = frozenset({DraftState.SUBMITTED, DraftState.STOPPED})


def submit(room: BatchRoom, person: Person, prefix: str, draft_id: int, revision: int) -> None:
    """Hand a batch over for approval.

    Args:
        revision: the one the clerk was shown.

    Raises:
        IssuerError: `draft_unknown`; `draft_closed`; `draft_changed`; it is not checked yet
            (`draft_unchecked`), or has no rows or rows at fault (`draft_faulty`); a step of its
            examination is open (`step_open`).
    """
    with _noting(room, person, "batch.submit", prefix, draft_id) as (session, draft):
        if DraftState(draft.state) not in EDITABLE:
            raise draft_closed(draft)
        check_ready(draft)
        _note_skipped(room, person, draft, check_steps(room, session, draft))
        values = {
            "state": DraftState.SUBMITTED,
            "submitted_at": room.clock(),
            "submitted_by": person.account_id,
            "submitter": person.name,
        }
        _change(session, draft, EDITABLE, revision, values)


def _note_skipped(
    room: BatchRoom, person: Person, draft: BatchDraft, skipped: Collection[Step]
) -> None:
    """Note in the audit trail that steps were skipped by the body's settings."""
    if skipped:
        subject = f"{subject_of(draft)} {' '.join(skipped)}"
        act = "batch.steps_skipped"
        note_act_now(room.register, operator_for(person), act, subject, at=room.clock())


def check_ready(draft: BatchDraft) -> None:
    """See that a batch can be submitted; raises IssuerError `draft_unchecked`, `draft_faulty`."""
    if needs_check(draft) or draft.trouble is not None:
        raise IssuerError(
            "draft_unchecked",
            Text(
                "本批次尚未检查完毕，请稍候再提交", "this batch is not checked yet; wait a moment"
            ),
        )
    if not draft.rows or draft.faulty or draft.unpictured:
        raise IssuerError(
            "draft_faulty",
            Text(
                f"名册 {draft.rows} 行，其中 {draft.faulty} 行有问题、{draft.unpictured} 行没有"
                "合格照片；全部改正、补齐或删除后才能提交",
                f"rows: {draft.rows}, at fault: {draft.faulty}, without a photo: "
                f"{draft.unpictured}; correct, complete or delete them all first",
            ),
        )


def is_ready(draft: BatchDraft) -> bool:
    """Return whether a batch can be submitted."""
    try:
        check_ready(draft)
    except IssuerError:
        return False
    return DraftState(draft.state) in EDITABLE


def approve(room: BatchRoom, person: Person, prefix: str, draft_id: int, shown: str) -> None:
    """Approve a batch; a runner issues it.

    Args:
        shown: what the form of the approver carried (`issuer.batch_shown.shown_of`); not trusted.

    Raises:
        IssuerError: `draft_unknown`; it does not wait for approval, as another was faster
            (`draft_closed`); the approver submitted it (`draft_own`), or closed its scores
            (`draft_scores_own`); as `check_unmoved`; a step is
            open again, as an objection came (`step_open`); the approver was not shown every sample
            page of the batch as it is (`samples_unseen`).
    """
    with _noting(room, person, "batch.approve", prefix, draft_id) as (session, draft):
        _check_other(draft, person)
        check_not_closer(session, draft, person.name)
        if DraftState(draft.state) is DraftState.SUBMITTED:
            check_steps(room, session, draft)
            check_unmoved(session, draft, shown)
            check_shown(session, draft, person)
        mark = approval_mark(room, session, draft)
        values = {
            "state": DraftState.APPROVED,
            "decided_at": room.clock(),
            "decided_by": person.account_id,
            "decider": person.name,
            "pausing": False,
            "phase": None,
            "done": 0,
            "total": draft.rows,
            "mark": mark,
        }
        _change(session, draft, {DraftState.SUBMITTED}, draft.revision, values)
        _note_mark(room, person, draft, mark)


def _note_mark(room: BatchRoom, person: Person, draft: BatchDraft, mark: bytes) -> None:
    """Put the mark of an approval on the trail too: with the passphrase it can be made anew."""
    operator = replace(operator_for(person), reference=mark.hex())
    note_act_now(room.register, operator, _MARK, subject_of(draft), at=room.clock())


def is_as_approved(room: BatchRoom, session: Session, draft: BatchDraft) -> bool:
    """Return whether rows, photos and scores are those that were approved.

    Of a batch that was approved before its mark was noted on the trail, its row alone says so.

    Raises:
        IssuerError, VaultError: as `approval_mark`.
    """
    mark = approval_mark(room, session, draft)
    note = select(TrailEntry.reference).where(
        TrailEntry.act == _MARK, TrailEntry.subject == subject_of(draft)
    )
    with reading(room.register) as register:
        noted = register.scalar(note.order_by(TrailEntry.id.desc()).limit(1))
    return mark == draft.mark and noted in (None, mark.hex())


def send_back(
    room: BatchRoom, person: Person, prefix: str, draft_id: int, revision: int, reason: str
) -> None:
    """Return a batch to be mended.

    Args:
        reason: what is to be mended; kept sealed, as it may name somebody.

    Raises:
        IssuerError: as `approve`; no reason, or a very long one (`return_reason`).
    """
    text = reason.strip()
    if not 1 <= len(text) <= MOST_REASON:
        raise IssuerError(
            "return_reason",
            Text(
                f"请写明退回原因（{MOST_REASON} 字以内）",
                f"say why it is returned, in at most {MOST_REASON} characters",
            ),
        )
    with _noting(room, person, "batch.return", prefix, draft_id) as (session, draft):
        _check_other(draft, person)
        values = {
            "state": DraftState.RETURNED,
            "decided_at": room.clock(),
            "decided_by": person.account_id,
            "decider": person.name,
            "mark": None,
            "reason_sealed": seal(room.cipher(draft), _REASON, text.encode()),
            "revision": draft.revision + 1,
            **trouble_values(None),
        }
        _change(session, draft, RETURNABLE, revision, values)


def take_back(room: BatchRoom, person: Person, prefix: str, draft_id: int, revision: int) -> None:
    """Take a batch back before anybody decided on it; raises IssuerError as `send_back`.

    It has a new revision afterwards, so that no form of before acts on it.
    """
    with _noting(room, person, "batch.take_back", prefix, draft_id) as (session, draft):
        later = draft.revision + 1
        values = {"state": DraftState.PREPARING, "revision": later, "checked": later}
        _change(session, draft, {DraftState.SUBMITTED}, revision, values)


def pause(room: BatchRoom, person: Person, prefix: str, draft_id: int) -> None:
    """Ask the run to stop after what it has in hand; raises IssuerError as `approve`."""
    with _noting(room, person, "batch.pause", prefix, draft_id) as (session, draft):
        running = {DraftState.APPROVED, DraftState.ISSUING}
        _change(session, draft, running, draft.revision, {"pausing": True})


def go_on(room: BatchRoom, person: Person, prefix: str, draft_id: int) -> None:
    """Go on with a batch that was paused or stopped; raises IssuerError as `approve`."""
    with _noting(room, person, "batch.go_on", prefix, draft_id) as (session, draft):
        values = {
            "state": DraftState.APPROVED,
            "pausing": False,
            **trouble_values(None),
        }
        _change(session, draft, GOING_ON, draft.revision, values)


def read_reason(room: BatchRoom, draft: BatchDraft) -> str:
    """Return why a batch was returned, empty where it never was."""
    if draft.reason_sealed is None or draft.key_sealed is None:
        return ""
    return unseal(room.cipher(draft), _REASON, draft.reason_sealed).decode()


def is_own(draft: BatchDraft, person: Person) -> bool:
    """Return whether a person submitted the batch, and so cannot decide on it."""
    return draft.submitted_by == person.account_id or is_same_person(
        draft.submitter or "", person.name
    )


def is_approved_by(draft: BatchDraft, person: Person) -> bool:
    """Return whether a batch stands approved, and by this person."""
    return draft.mark is not None and draft.decided_by == person.account_id


def approval_mark(room: BatchRoom, session: Session, draft: BatchDraft) -> bytes:
    """Return what binds an approval to rows, photos and examination as they are now.

    It is made by the batch's own key, so that a change of the vault key leaves it good.

    Raises:
        IssuerError, VaultError: as `BatchRoom.key`.
    """
    bound = (digest for part, digest in digests_of(session, draft).items() if part in BOUND)
    what = ("batch-approval", draft.prefix, *bound, draft.name)
    return hmac.digest(room.key(draft), "\n".join(what).encode(), hashlib.sha256)


def _check_other(draft: BatchDraft, person: Person) -> None:
    if is_own(draft, person):
        raise IssuerError(
            "draft_own",
            Text(
                "批次由您提交，须由另一人审批；未作改动",
                "you submitted this batch, so another person decides on it; nothing was changed",
            ),
        )


def _change(
    session: Session,
    draft: BatchDraft,
    allowed: Collection[DraftState],
    revision: int,
    values: dict[str, Any],
) -> None:
    """Change a batch's row if it is still what was shown, in a state that allows it."""
    if DraftState(draft.state) not in allowed:
        raise draft_closed(draft)
    done = session.execute(
        update(BatchDraft)
        .where(
            BatchDraft.id == draft.id,
            BatchDraft.revision == revision,
            BatchDraft.state.in_(allowed),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # a cursor's result
        raise draft_changed()


@contextmanager
def _noting(
    room: BatchRoom, person: Person, act: str, prefix: str, draft_id: int
) -> Iterator[tuple[Session, BatchDraft]]:
    """Note an act in the audit trail, then let it be done to the batch; note too if it fails."""
    with reading(room.desks) as session:
        subject = subject_of(find_draft(session, prefix, draft_id))
    operator = operator_for(person)
    note_act_now(room.register, operator, act, subject, at=room.clock())
    try:
        with transaction(room.desks) as session:
            yield session, find_draft(session, prefix, draft_id, locked=True)
    except Exception as error:
        code = getattr(error, "code", type(error).__name__)
        failed = f"{subject} {code}"
        note_act_now(room.register, operator, f"{act}.failed", failed, at=room.clock())
        raise


def operator_for(person: Person) -> Operator:
    """Return a person of the desk as who acts, for the audit trail."""
    return read_operator(name=person.name, ground=None, reference=None)


def subject_of(draft: BatchDraft) -> str:
    """Return what the audit trail calls a batch."""
    return f"{draft.prefix} {draft.name}"
