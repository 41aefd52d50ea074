"""The custody list of a case, checked as it is opened, and what settles a gap of it."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from accounts.asking_again import asks_again
from accounts.next_page_notice import say_done
from accounts.roles import allow
from accounts.troubles import Trouble
from codes.person_skeleton import is_same_person
from codes.wording import Text
from registry.session import reading
from verifier.cases.asking import names_of_bodies
from verifier.cases.custody import check_custody
from verifier.cases.gaps import check_confirmation, confirm_gap, state_gap, unsettled
from verifier.desks.police import (
    OFFICERS,
    REFUSALS,
    the_case,
    the_officer,
    the_room,
    trouble_of,
    typed,
)

blueprint = Blueprint("police_custody", __name__, url_prefix="/police/cases/<int:case_id>/custody")


@blueprint.get("")
@allow(*OFFICERS)
def custody(case_id: int) -> AnyResponse:
    """Show the custody list, checked now."""
    return _page(case_id)


@blueprint.post("/gaps")
@allow(*OFFICERS)
def state(case_id: int) -> AnyResponse:
    """State the gaps of the list, with the reason."""
    reason = typed("reason")
    try:
        state_gap(the_room(), the_officer(), case_id, reason)
    except REFUSALS as error:
        return _page(case_id, (trouble_of(error),), reason)
    say_done(
        Text(
            "说明已记入保管记录，由另一名民警确认后可以制作证据包",
            "The statement is in custody; once another officer confirms it a bundle can be made",
        )
    )
    return redirect(url_for("police_custody.custody", case_id=case_id), 303)


@blueprint.post("/gaps/<int:place>")
@allow(*OFFICERS)
def confirm(case_id: int, place: int) -> AnyResponse:
    """Confirm what another officer stated of the gaps; what is wrong is said first."""
    try:
        check_confirmation(the_room(), the_officer(), case_id, place)
        return _confirm(case_id, place)
    except REFUSALS as error:
        return _page(case_id, (trouble_of(error),))


@asks_again
def _confirm(case_id: int, place: int) -> AnyResponse:
    confirm_gap(the_room(), the_officer(), case_id, place)
    say_done(
        Text(
            "缺漏已确认，可以制作证据包；证据包写明该缺漏",
            "The gap is confirmed; a bundle can be made, and names the gap",
        )
    )
    return redirect(url_for("police_custody.custody", case_id=case_id), 303)


def _page(case_id: int, troubles: tuple[Trouble, ...] = (), reason: str = "") -> AnyResponse:
    room = the_room()
    vault = room.vault()
    with reading(room.desks) as session:
        case = the_case(session, case_id)
        checked = check_custody(room, session, vault, case_id)
    left = unsettled(checked.gaps)
    stated = max(
        (one.statement for one in left if one.statement is not None),
        key=lambda one: one.place,
        default=None,
    )
    page = render_template(
        "desk/police/custody.html",
        case=case,
        checked=checked,
        bodies=names_of_bodies(room),
        unsettled=left,
        stated=stated,
        own=stated is not None and is_same_person(stated.actor, the_officer().name),
        reason=reason,
        troubles=troubles,
    )
    return make_response(page, 422 if troubles else 200)
