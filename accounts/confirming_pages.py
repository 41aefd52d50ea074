"""Roles that wait for another person: which they are, and confirming or refusing them.

Custodians and approvers of a body see those of the body, directors of the authority all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.account_rules import filed_bodies
from accounts.asking_again import asks_again
from accounts.bureau import the_bureau
from accounts.confirming import (
    CONFIRMERS,
    check_confirming,
    check_refusing,
    confirm_roles,
    find_seen,
    find_waiting,
    list_waiting,
    refuse_roles,
    who_confirms,
    why_given,
)
from accounts.errors import AccountError
from accounts.namesakes import name_on_trail
from accounts.next_page_notice import say_done
from accounts.person import Person, the_person
from accounts.role_standing import counting_roles, waiting_roles
from accounts.roles import Role, allow
from accounts.troubles import Trouble, too_long
from accounts.waiting import Waiting
from codes.grounds import LEAST_GROUND, says_why
from codes.wording import Text
from registry.account_models import AccountRow
from registry.session import reading

blueprint = Blueprint("confirming", __name__, url_prefix="/people")
Answer = str | Response | tuple[str, int]
SPOKEN: Final = "spoken"
_MOST_GROUND: Final = 300
_GROUND: Final = "当面核实"
_CONFIRMED: Final = Text("角色已确认，即时生效", "The roles are confirmed and count from now on")
_REFUSED: Final = Text(
    "已不予确认，待确认的角色已撤去", "Refused: the roles that waited were taken away"
)
_NOT_SPOKEN: Final = Text(
    "请先与本人核实，再勾选此项", "Speak with that person first, then tick this"
)


def waiting_to_confirm(person: Person) -> Iterator[Waiting]:
    """Say how many accounts somebody may confirm now."""
    if person.is_one_of(*CONFIRMERS):
        found = list_waiting(the_bureau(), person.account_id)
        yield Waiting(
            text=Text("个账号的角色待确认", "{account|accounts} whose roles are to be confirmed"),
            count=sum(one.is_other and one.is_ready for one in found),
            link=url_for("confirming.index"),
        )


def own_standing() -> dict[str, Any]:
    """Return what a page says of the roles of its own person that wait; nothing where none does."""
    person = the_person()
    if not person.waiting:
        return {"standing": None}
    return {
        "standing": find_waiting(the_bureau(), person.account_id, person.account_id),
        "who": who_confirms(person.body),
    }


def spoken_roles(roles: Iterable[Role]) -> Text:
    """Return roles in words; or that there are none."""
    texts = [role.text for role in sorted(roles)]
    if not texts:
        return Text("无", "none")
    return Text("、".join(one.zh for one in texts), ", ".join(one.en for one in texts))


@blueprint.get("/waiting")
@allow(*CONFIRMERS)
def index() -> Answer:
    """List the accounts of which roles wait."""
    found = list_waiting(the_bureau(), the_person().account_id)
    return render_template(
        "desk/people_waiting.html",
        found=found,
        spoken_roles=spoken_roles,
        bodies=dict(filed_bodies(the_bureau().register)),
    )


@blueprint.get("/<int:account_id>/confirm")
@allow(*CONFIRMERS)
def show(account_id: int) -> Answer:
    """Show what is to be confirmed of an account."""
    return _page(_seen(account_id))


def _seen(account_id: int) -> AccountRow:
    """Return an account whose roles this person may be asked to confirm; 404 for any other."""
    row = find_seen(the_bureau(), account_id, the_person().account_id)
    if row is None:
        abort(404)
    return row


def _page(row: AccountRow, *troubles: Trouble, ground: str = "") -> str:
    standing = find_waiting(the_bureau(), row.id, the_person().account_id)
    held = {Role(one.role) for one in row.roles}
    return render_template(
        "desk/person_confirm.html",
        row=row,
        standing=standing,
        before=spoken_roles(counting_roles(row)),
        after=spoken_roles(held),
        why=standing and why_given(the_bureau(), standing),
        both=held >= {Role.BODY_CLERK, Role.APPROVER},
        spoken_roles=spoken_roles,
        bodies=dict(filed_bodies(the_bureau().register)),
        who=who_confirms(row.body),
        ground=ground,
        troubles=troubles,
    )


@blueprint.post("/<int:account_id>/confirm")
@allow(*CONFIRMERS)
def confirm(account_id: int) -> Answer:
    """Let the roles that wait count; what is wrong is said first."""
    row = _seen(account_id)
    try:
        check_confirming(the_bureau(), row.username, the_person().account_id, _shown())
        if request.form.get(SPOKEN) != "yes":
            return _page(row, Trouble(field=SPOKEN, text=_NOT_SPOKEN)), 422
        return _confirm(row)
    except AccountError as error:
        return _page(row, Trouble(field="", text=error.text)), 422


@asks_again
def _confirm(row: AccountRow) -> Answer:
    _do("accounts.confirm", row, _GROUND, confirm_roles)
    say_done(_CONFIRMED)
    return redirect(url_for("confirming.index"), 303)


@blueprint.post("/<int:account_id>/refuse")
@allow(*CONFIRMERS)
def refuse(account_id: int) -> Answer:
    """Take the roles that wait away; what is wrong is said first."""
    row = _seen(account_id)
    try:
        check_refusing(the_bureau(), row.username, the_person().account_id, _shown())
        ground = " ".join(request.form.get("ground", "").split())
        long = too_long({"ground": ground}, ground=_MOST_GROUND)
        if long:
            return _page(row, *long, ground=ground), 422
        if not ground.isprintable() or not says_why(ground):
            text = Text(f"请写明具体事由（{LEAST_GROUND.zh}）", f"Say why: {LEAST_GROUND.en}")
            return _page(row, Trouble(field="ground", text=text), ground=ground), 422
        return _refuse(row, ground)
    except AccountError as error:
        return _page(row, Trouble(field="", text=error.text)), 422


@asks_again
def _refuse(row: AccountRow, ground: str) -> Answer:
    _do("accounts.refuse", row, ground, refuse_roles)
    say_done(_REFUSED)
    return redirect(url_for("confirming.index"), 303)


def _do(act: str, row: AccountRow, ground: str, do: Callable[..., None]) -> None:
    """Note an act and do it; of two who do so at once the trail says that one failed."""
    bureau, person = the_bureau(), the_person()
    subject = " ".join([row.username, *sorted(waiting_roles(row))])
    with reading(bureau.desks) as session:
        actor = name_on_trail(session, person.account_id, person.name)
    bureau.note(actor, act, subject, ground)
    try:
        do(bureau, row.username, person.account_id, seen=_shown())
    except AccountError as error:
        bureau.note(actor, f"{act}.failed", f"{subject} {error.code}", ground)
        raise


def _shown() -> str:
    return request.form.get("seen", "")
