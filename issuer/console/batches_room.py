"""What every page of the evaluators' desk begins with: whose batches these are, and which one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from accounts.error_pages import show_error
from accounts.person import the_person
from accounts.roles import Role
from issuer.batch_approval import is_own, is_ready, operator_for, read_reason, subject_of
from issuer.batch_checks import check_soon, needs_check
from issuer.batch_covered import not_covered, warning_of
from issuer.batch_deciders import has_closed_scores, list_deciders
from issuer.batch_filing import follow_filing, stops_of
from issuer.batch_room import BatchRoom, find_draft
from issuer.batch_states import EDITABLE, DraftState
from issuer.console.batches_next import StepLine, next_of
from issuer.console.office import the_office
from issuer.errors import IssuerError
from issuer.operator import note_act_now
from registry.batch_models import BatchDraft
from registry.session import reading
from templates.layout_files import load_layout

blueprint = Blueprint("batches", __name__, url_prefix="/batches")

DESK: Final = (Role.BODY_CLERK, Role.APPROVER)
"""Who prepares and who approves; each page says itself which of them may act."""

SCORING: Final = (*DESK, Role.EXAMINER)
"""Who sees plan and scores: an examiner enters scores, and sees nothing else of a batch."""

TO_UPLOAD: Final = "to-upload"
"""What the list of batches is asked for, beside their states: issued, and still to be uploaded."""

STEPS: Final = (
    DraftState.PREPARING,
    DraftState.SUBMITTED,
    DraftState.ISSUING,
    DraftState.ISSUED,
)
_STEP_OF: Final = {
    DraftState.PREPARING: 0,
    DraftState.RETURNED: 0,
    DraftState.SUBMITTED: 1,
    DraftState.APPROVED: 2,
    DraftState.ISSUING: 2,
    DraftState.PAUSED: 2,
    DraftState.STOPPED: 2,
    DraftState.ISSUED: 4,
    DraftState.DELETED: 0,
}
_TONES: Final = {
    DraftState.PREPARING: "calm",
    DraftState.RETURNED: "warn",
    DraftState.SUBMITTED: "note",
    DraftState.APPROVED: "note",
    DraftState.ISSUING: "note",
    DraftState.PAUSED: "warn",
    DraftState.STOPPED: "bad",
    DraftState.ISSUED: "good",
    DraftState.DELETED: "calm",
}
_RETURNED_ONCE: Final = frozenset({DraftState.RETURNED, DraftState.SUBMITTED})
_NOT_HERE: Final = frozenset({"draft_unknown", "draft_row_unknown", "draft_no_sample"})


def the_room() -> BatchRoom:
    """Return the evaluators' side of the application that answers this request."""
    office = the_office()
    return BatchRoom(
        home=office.home,
        passphrase=office.passphrase,
        vault=office.vault(),
        desks=office.desks,
        register=office.engine,
        public_url=office.public_url,
        clock=office.clock,
    )


def own_prefix() -> str:
    """Return the prefix of the body whose person this is; 404 for somebody of no body."""
    prefix = the_person().body
    if prefix is None:
        abort(404)
    return prefix


def the_draft(room: BatchRoom, draft_id: int) -> BatchDraft:
    """Return a batch of the person's own body, checked under its filing now; 404 for any other."""
    prefix = own_prefix()
    try:
        if follow_filing(room, prefix):
            check_soon(room, prefix, draft_id)
        with reading(room.desks) as session:
            return find_draft(session, prefix, draft_id)
    except IssuerError:
        abort(404)


def note_reading(room: BatchRoom, act: str, draft: BatchDraft, about: str = "") -> None:
    """Note in the audit trail that somebody reads, or has entered, personal data of a batch."""
    operator, subject = operator_for(the_person()), f"{subject_of(draft)} {about}".strip()
    note_act_now(room.register, operator, act, subject, at=room.clock())


def words_of(
    room: BatchRoom, draft: BatchDraft, exam: Sequence[StepLine] | None = None
) -> dict[str, Any]:
    """Return what every page of a batch can say of it.

    Args:
        exam: the steps of its examination, where they were read already.
    """
    state, person = DraftState(draft.state), the_person()
    with reading(room.desks) as session:
        waits = state is DraftState.SUBMITTED
        closer = waits and has_closed_scores(session, draft, person.name)
        deciders = list_deciders(session, draft) if waits else []
    return {
        "draft": draft,
        "layout_name": load_layout(draft.layout).name,
        "state": state,
        "tone": _TONES[state],
        "steps": [step.text for step in STEPS],
        "step": _STEP_OF[state],
        "next_step": next_of(room, draft, exam),
        "editable": is_editable(draft),
        "may_decide": person.is_one_of(Role.APPROVER) and not is_own(draft, person),
        "own": is_own(draft, person),
        "closer": closer,
        "deciders": deciders,
        "clerk": person.is_one_of(Role.BODY_CLERK),
        "approver": person.is_one_of(Role.APPROVER),
        "on_desk": person.is_one_of(*DESK),
        "checking": needs_check(draft),
        **({} if state is DraftState.ISSUED else stops_of(room, draft.prefix)),
        "ready": is_ready(draft),
        "uncovered": warning_of(len(not_covered(room, draft)))
        if draft.key_sealed is None
        else None,
        "reason": read_reason(room, draft) if state in _RETURNED_ONCE else "",
    }


def is_editable(draft: BatchDraft) -> bool:
    """Return whether the person may change rows and photos of a batch now."""
    return DraftState(draft.state) in EDITABLE and the_person().is_one_of(Role.BODY_CLERK)


def tone_of(state: str) -> str:
    """Return the tone in which a state is shown."""
    return _TONES[DraftState(state)]


def page(
    room: BatchRoom,
    draft: BatchDraft,
    template: str,
    *,
    exam: Sequence[StepLine] | None = None,
    **words: Any,
) -> str:
    """Return a page of a batch; `exam` as `words_of`."""
    return render_template(f"desk/{template}", exam=exam, **words_of(room, draft, exam), **words)


def to_batch(draft_id: int) -> Response:
    """Return the way back to a batch's page."""
    return redirect(url_for("batches.show", draft_id=draft_id), 303)


@blueprint.errorhandler(IssuerError)
def refuse(error: IssuerError) -> Response | tuple[str, int]:
    """Say on a page why an act was not done; what is not there, or another body's, is not found."""
    if error.code in _NOT_HERE:
        return show_error(NotFound())
    return render_template("desk/batch_refused.html", error=error), 409
