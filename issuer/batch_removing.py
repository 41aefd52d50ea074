"""Taking somebody out of a batch: with a reason once something of their examination is on record.

Such a row is kept beside the batch as the rows of those who did not pass are, so that clerk and
approver see who was taken out and why; who did it, and when, is on the audit trail.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from accounts.person import Person
from codes.wording import Text
from issuer.batch_approval import operator_for, subject_of
from issuer.batch_candidates import kept_of, read_candidates
from issuer.batch_drafts import find_row
from issuer.batch_room import BatchRoom, changing, find_draft
from issuer.batch_scores import REMOVED, Standing
from issuer.errors import IssuerError
from issuer.operator import note_act_now
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCandidate
from registry.session import reading

REASONS: Final = tuple(one for one in Standing if one in REMOVED)
"""Why somebody may be taken out, in order."""


def needs_reason(room: BatchRoom, draft: BatchDraft, row: int) -> bool:
    """Return whether eligibility or marks of who stands in a row are on record."""
    with reading(room.desks) as session:
        return _recorded(room, session, draft, row) is not None


def remove_row(
    room: BatchRoom, person: Person, prefix: str, draft_id: int, row: int, why: str
) -> None:
    """Take a row out of a batch.

    Args:
        why: value of one of `REASONS`; not asked of somebody of whom nothing is on record.

    Raises:
        IssuerError: as `changing`; no such row (`draft_row_unknown`); a reason is needed and is
            none of those (`row_reason`).
    """
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        if why not in REMOVED and _recorded(room, session, draft, row) is not None:
            raise _NO_REASON
    operator, subject = operator_for(person), f"{subject_of(draft)} row {row}"
    note_act_now(room.register, operator, "batch.row_drop", subject, at=room.clock())
    with changing(room, prefix, draft_id) as (session, draft):
        stored = find_row(session, draft, row)
        beside = _recorded(room, session, draft, row)
        if beside is not None:
            if why not in REMOVED:
                raise _NO_REASON
            beside.left_out, beside.row, beside.cells_sealed = why, row, stored.cells_sealed
        session.delete(stored)
        draft.rows -= 1


def _recorded(
    room: BatchRoom, session: Session, draft: BatchDraft, row: int
) -> BatchCandidate | None:
    people = read_candidates(room, session, draft, rows=(row,))
    kept = list(kept_of(session, draft, people).values())
    found = next(iter(kept), None)
    if found is None or not (found.eligibility_sealed or found.scores_sealed):
        return None
    return found


_NO_REASON = IssuerError(
    "row_reason",
    Text(
        "已录入该人员的申报条件或成绩，请选择移出的原因",
        "eligibility or marks of this person are on record: choose why they are taken out",
    ),
)
