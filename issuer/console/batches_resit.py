"""The batch of a resit on the screen: who goes on, with what of the first batch, and making it."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from codes.wording import Text
from issuer.batch_carried import entry_text, term_of
from issuer.batch_checks import check_soon
from issuer.batch_drafts import list_drafts
from issuer.batch_resit import begin_resit, list_resits, people_of_resits, read_resitters
from issuer.console.batches_forms import Trouble
from issuer.console.batches_room import (
    blueprint,
    note_reading,
    own_prefix,
    page,
    the_draft,
    the_room,
    to_batch,
)
from issuer.console.batches_sheets import PAGE_ROWS, page_number
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft
from registry.session import reading

_NAME = "name"
_GONE = Text(
    "没有建立补考批次：本批次已签发，未通过人员的资料已删除。需要补考的，请上传名册另建批次",
    "No batch of a resit was made: this one is issued, and what it held of those who did not pass "
    "is deleted. Begin a new batch with their roster",
)


@blueprint.get("/<int:draft_id>/resit")
@allow(Role.BODY_CLERK)
def resit(draft_id: int) -> str | Response:
    """Show who goes on in a resit, and what is carried over of each."""
    draft = the_draft(the_room(), draft_id)
    if draft.key_sealed is None:
        return _gone(draft_id)
    return _page(draft, _free_name(draft), ())


def _free_name(draft: BatchDraft) -> str:
    """Return a name for the resit that no batch of the body has or had."""
    taken = {one.name for one in list_drafts(the_room(), draft.prefix)}
    names = (f"{draft.name}补考{count if count > 1 else ''}" for count in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _gone(draft_id: int) -> Response:
    say_done(_GONE)
    return redirect(url_for("batches.scores", draft_id=draft_id), 303)


def _page(draft: BatchDraft, name: str, troubles: tuple[Trouble, ...]) -> str:
    room = the_room()
    with reading(room.desks) as session:
        begun = people_of_resits(session, draft)
        term = term_of(session, draft.prefix, room.clock())
    people = [one for one in read_resitters(room, draft) if one.person not in begun]
    number, pages = page_number(len(people))
    note_reading(room, "batch.resit", draft, str(number))
    return page(
        room,
        draft,
        "batch_resit.html",
        troubles=troubles,
        made=list_resits(room, draft),
        name=name,
        people=[
            (one, [(entry, entry_text(entry, term)) for entry in one.passed])
            for one in people[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
        ],
        count_of={
            "people": len(people),
            "photos": sum(one.photo is not None for one in people),
            "evidence": sum(one.eligibility is not None for one in people),
            "marks": sum(len(one.passed) for one in people),
        },
        months=term.months,
        number=number,
        pages=pages,
    )


@blueprint.post("/<int:draft_id>/resit")
@allow(Role.BODY_CLERK)
def make_resit(draft_id: int) -> Response | tuple[str, int]:
    """Make the batch of a resit, and go there."""
    room = the_room()
    draft = the_draft(room, draft_id)
    if draft.key_sealed is None:
        return _gone(draft_id)
    name = request.form.get(_NAME, "").strip()
    try:
        made = begin_resit(room, the_person(), own_prefix(), draft_id, name)
    except IssuerError as error:
        if not error.code.startswith(("batch_name", "resit_")):
            raise
        return _page(draft, name, (Trouble(field=_NAME, text=error.text),)), 422
    note_reading(room, "batch.resit_begun", draft, str(made))
    check_soon(room, own_prefix(), made)
    say_done(
        Text(
            f"补考批次已建立，沿用批次“{draft.name}”中仍然有效的内容",
            f"The batch of the resit is made, with what still holds of batch “{draft.name}”",
        )
    )
    return to_batch(made)
