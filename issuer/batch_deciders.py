"""Who may approve a batch: an approver who neither submitted it nor closed its scores."""

from __future__ import annotations

from sqlalchemy.orm import Session

from accounts.role_standing import list_holders
from accounts.roles import Role
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.batch_candidates import find_course
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft


def has_closed_scores(session: Session, draft: BatchDraft, name: str) -> bool:
    """Return whether the scores of a batch are closed, and somebody of this name closed them."""
    course = find_course(session, draft)
    closer = None if course is None else course.scores_closer
    return closer is not None and is_same_person(closer, name)


def check_not_closer(session: Session, draft: BatchDraft, name: str) -> None:
    """See that whoever approves a batch did not close its scores.

    Raises:
        IssuerError: they did (`draft_scores_own`).
    """
    if has_closed_scores(session, draft, name):
        raise IssuerError(
            "draft_scores_own",
            Text(
                "本批次的成绩由您确认，须由另一名审批人批准；未作改动",
                "you closed the scores of this batch, so another approver approves it; nothing "
                "was changed",
            ),
        )


def list_deciders(session: Session, draft: BatchDraft) -> list[str]:
    """Return the names of those of a batch's body who may approve it now."""
    return [
        one.name
        for one in list_holders(session, Role.APPROVER, draft.prefix)
        if one.id != draft.submitted_by
        and not is_same_person(draft.submitter or "", one.name)
        and not has_closed_scores(session, draft, one.name)
    ]
