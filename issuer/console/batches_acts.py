"""Handing a batch over on the screen: submitted, looked at by another, approved or returned."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from accounts.asking_again import asks_again
from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from codes.wording import Text
from issuer.batch_approval import (
    approve,
    go_on,
    is_approved_by,
    pause,
    send_back,
    submit,
    take_back,
)
from issuer.batch_carried import carried_texts
from issuer.batch_checks import check_soon
from issuer.batch_drafts import check_again
from issuer.batch_objections import Outcome, told_objections
from issuer.batch_review import review as review_of
from issuer.batch_room import BatchRoom
from issuer.batch_samples import choose_samples, draw_sample
from issuer.batch_shown import shown_of
from issuer.batch_told import left_out_lines, resit_warning, tell
from issuer.console.batches_forms import Trouble, read_revision
from issuer.console.batches_next import lines_of
from issuer.console.batches_room import (
    DESK,
    blueprint,
    note_reading,
    own_prefix,
    page,
    the_draft,
    the_room,
    to_batch,
)
from issuer.console.batches_scores import odd_of
from issuer.console.batches_since import changes_since_return
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft
from registry.session import reading

_UNSEEN = Text(
    "请先勾选“已核对”，再批准签发",
    "tick that you have looked at counts, examination, notices and sample pages before you approve",
)

_APPROVED_BEFORE = Text("本批次您已批准，不必再办", "You have approved this batch already")
_TO_LOOK_AT = frozenset({"samples_unseen", "approval_moved"})


@blueprint.post("/<int:draft_id>/submit")
@allow(Role.BODY_CLERK)
def hand_over(draft_id: int) -> Response:
    """Submit a batch for approval."""
    room = the_room()
    the_draft(room, draft_id)
    submit(room, the_person(), own_prefix(), draft_id, read_revision(request.form))
    say_done(Text("已提交审批", "Submitted for approval"))
    return to_batch(draft_id)


@blueprint.post("/<int:draft_id>/take-back")
@allow(Role.BODY_CLERK)
def withdraw(draft_id: int) -> Response:
    """Take a submitted batch back before anybody decided on it."""
    room = the_room()
    the_draft(room, draft_id)
    take_back(room, the_person(), own_prefix(), draft_id, read_revision(request.form))
    say_done(Text("已撤回，可以继续修改", "Taken back; it can be changed again"))
    return to_batch(draft_id)


@blueprint.post("/<int:draft_id>/check")
@allow(Role.BODY_CLERK)
def check(draft_id: int) -> Response:
    """Check a batch anew."""
    room = the_room()
    the_draft(room, draft_id)
    check_again(room, own_prefix(), draft_id)
    check_soon(room, own_prefix(), draft_id)
    return to_batch(draft_id)


@blueprint.get("/<int:draft_id>/review")
@allow(Role.APPROVER)
def review(draft_id: int) -> str:
    """Show an approver what is to be decided on."""
    return _review(the_draft(the_room(), draft_id), (), "")


def _review(draft: BatchDraft, troubles: tuple[Trouble, ...], reason_typed: str) -> str:
    room = the_room()
    note_reading(room, "batch.review", draft)
    with reading(room.desks) as session:
        shown = shown_of(session, draft)  # first: what changes while the page is made is told
        samples = choose_samples(session, draft)
    found = review_of(room, draft)
    return page(
        room,
        draft,
        "batch_review.html",
        review=found,
        review_rows=found.groups,
        samples=samples,
        shown=shown,
        troubles=troubles,
        reason_typed=reason_typed,
        exam=lines_of(room, draft),
        odd=odd_of(room, draft),
        carried=[] if draft.key_sealed is None else carried_texts(room, draft),
        told=tell(room, draft),
        left_out=left_out_lines(room, draft),
        resits=resit_warning(room, draft),
        objections=told_objections(room, draft),
        since_return=changes_since_return(room, draft),
        outcome_text={one.value: one.text for one in Outcome},
    )


@blueprint.get("/<int:draft_id>/samples/<int:row>.png")
@allow(Role.APPROVER)
def sample(draft_id: int, row: int) -> Response:
    """Draw the sample page of a row; kept nowhere."""
    room = the_room()
    the_draft(room, draft_id)
    picture = draw_sample(room, the_person(), own_prefix(), draft_id, row)
    answer = Response(picture, mimetype="image/png")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/<int:draft_id>/approve")
@allow(Role.APPROVER)
def consent(draft_id: int) -> Response | tuple[str, int]:
    """Approve a batch; the runner issues it."""
    room = the_room()
    draft = the_draft(room, draft_id)
    if request.form.get("seen") != "yes":
        return _review(draft, (Trouble(field="seen", text=_UNSEEN),), ""), 422
    return _consented(room, draft)


@asks_again
def _consented(room: BatchRoom, draft: BatchDraft) -> Response | tuple[str, int]:
    draft_id = draft.id
    try:
        approve(room, the_person(), own_prefix(), draft_id, request.form.get("shown", ""))
    except IssuerError as error:
        now = the_draft(room, draft_id)
        if error.code == "draft_closed" and is_approved_by(now, the_person()):
            say_done(_APPROVED_BEFORE)  # the form came twice
            return to_batch(draft_id)
        if error.code not in _TO_LOOK_AT:
            raise
        return _review(now, (Trouble(field="seen", text=error.text),), ""), 422
    say_done(Text("已批准，后台正在签发", "Approved; it is being issued"))
    return to_batch(draft_id)


@blueprint.post("/<int:draft_id>/return")
@allow(Role.APPROVER)
def send_it_back(draft_id: int) -> Response | tuple[str, int]:
    """Return a batch with a reason."""
    room = the_room()
    draft = the_draft(room, draft_id)
    reason = request.form.get("reason", "")
    revision = read_revision(request.form)
    try:
        send_back(room, the_person(), own_prefix(), draft_id, revision, reason)
    except IssuerError as error:
        if error.code != "return_reason":
            raise
        return _review(draft, (Trouble(field="reason", text=error.text),), reason), 422
    say_done(Text("已退回", "Returned"))
    return to_batch(draft_id)


@blueprint.post("/<int:draft_id>/pause")
@allow(*DESK)
def stop_for_now(draft_id: int) -> Response:
    """Ask the run to pause."""
    room = the_room()
    the_draft(room, draft_id)
    pause(room, the_person(), own_prefix(), draft_id)
    say_done(
        Text("已要求暂停，当前一组处理完毕后停止", "It pauses once the present group is finished")
    )
    return to_batch(draft_id)


@blueprint.post("/<int:draft_id>/go-on")
@allow(*DESK)
def resume(draft_id: int) -> Response:
    """Go on with a batch that was paused or stopped."""
    room = the_room()
    the_draft(room, draft_id)
    go_on(room, the_person(), own_prefix(), draft_id)
    say_done(Text("后台继续签发", "Issuing goes on"))
    return redirect(url_for("batches.show", draft_id=draft_id), 303)
