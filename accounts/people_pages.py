"""The people who may use the desks: added, given roles, disabled, enabled, reset.

A director of the authority sees every account; the key custodian of a body those of the body. No
one changes their own account here. Roles that wait are confirmed in `accounts.confirming_pages`.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts.account_acts import (
    GROUND,
    NewAccount,
    add_account,
    change_roles,
    check_not_last_director,
    check_roles,
    disable_account,
    enable_account,
    find_account,
    inspect_account,
    list_accounts,
    read_account,
    reset_account,
)
from accounts.account_rules import SIDES, filed_bodies, read_body, read_roles
from accounts.asking_again import asks_again
from accounts.bureau import the_bureau
from accounts.confirming import find_waiting, list_waiting, who_confirms
from accounts.desk_address import desk_url
from accounts.errors import AccountError
from accounts.leaving import left_behind
from accounts.machine_access import end_access, live_access
from accounts.namesakes import name_on_trail
from accounts.next_page_notice import say_done
from accounts.page_words import Place, add_places
from accounts.person import Person, the_person
from accounts.qr_symbol import qr_symbol
from accounts.role_standing import can_sign_in, waiting_roles
from accounts.roles import BODY_ROLES, Role, allow
from accounts.setup_links import SetupLink, handed_over, has_link
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble, too_long
from codes.wording import Text
from registry.account_models import AccountRow
from registry.session import reading

blueprint = Blueprint("people", __name__, url_prefix="/people")
Answer = str | Response | tuple[str, int]
MANAGERS: Final = (Role.AUTHORITY_DIRECTOR, Role.KEY_CUSTODIAN)
_FIELD_OF: Final = {
    "account_username": "username",
    "account_exists": "username",
    "account_name": "name",
    "account_roles": "roles",
    "account_body": "body",
}
_MOST_GROUND: Final = 300
_MACHINES: Final = "随账号重置、停用一并停用"
_NO_REASON: Final = Text(
    "请写明事由，如离岗、调动、怀疑被他人使用",
    "say why, such as who left or a suspicion that somebody else uses it",
)
_DONE: Final = {
    "same": Text("没有改动", "Nothing was changed"),
    "roles": Text("角色已更改，即时生效", "The roles were changed and are in force"),
    "roles_wait": Text(
        "角色已更改；标明“待确认”的，经另一人确认后生效",
        "The roles were changed; those marked as waiting count once another person confirmed them",
    ),
    "disabled": Text(
        "账号已停用，其登录均已退出", "The account was disabled and signed out everywhere"
    ),
    "enabled": Text("账号已恢复使用", "The account may be used again"),
}


def add_people_place(app: Flask) -> None:
    """Show managers the way here."""
    text = Text("人员与账号", "People and accounts")
    why = Text("新建、停用、重置账号", "New accounts, disabled ones, new sign-in links")
    roles = frozenset(MANAGERS)
    add_places(app, [Place(endpoint="people.people", text=text, roles=roles, purpose=why)])


def may_manage(person: Person, row: AccountRow) -> bool:
    """Return whether somebody sees an account and may change it."""
    if person.is_one_of(Role.AUTHORITY_DIRECTOR):
        return True
    return person.body is not None and row.body == person.body


def roles_to_give(person: Person) -> tuple[frozenset[Role], ...]:
    """Return the roles somebody may give, side by side: a custodian those of the body."""
    return SIDES if person.is_one_of(Role.AUTHORITY_DIRECTOR) else (BODY_ROLES,)


@blueprint.get("")
@allow(*MANAGERS)
def people() -> Answer:
    """List the accounts that this person manages."""
    person = the_person()
    body = None if person.is_one_of(Role.AUTHORITY_DIRECTOR) else person.body or ""
    bureau = the_bureau()
    rows = list_accounts(bureau, body=body)
    with reading(bureau.desks) as session:
        waiting = {row.id for row in rows if has_link(session, bureau, row)}
    to_confirm = {one.row.id for one in list_waiting(bureau, person.account_id) if one.is_other}
    return render_template(
        "desk/people.html",
        rows=rows,
        waiting=waiting,
        can_sign_in=can_sign_in,
        role=Role,
        waiting_roles=waiting_roles,
        to_confirm=to_confirm,
        bodies=dict(filed_bodies(bureau.register)),
    )


@blueprint.get("/add")
@allow(*MANAGERS)
def add() -> Answer:
    """Show the form of a new account."""
    return _add_page(NewAccount(username="", name="", roles=(), body=""))


@blueprint.post("/add")
@allow(*MANAGERS)
def take_new() -> Answer:
    """Add an account, and show its set-up link once; what is wrong is said first."""
    person = the_person()
    new = NewAccount(
        username=request.form.get("username", ""),
        name=request.form.get("name", ""),
        roles=request.form.getlist("roles"),
        body=_body_given(person),
    )
    _check_may_give(person, new.roles)
    faults = inspect_account(the_bureau(), new)
    if faults:
        return _add_page(new, *map(_trouble, faults)), 422
    try:
        return _add(read_account(the_bureau(), new))
    except AccountError as error:
        return _add_page(new, _trouble(error)), 422


@asks_again
def _add(new: NewAccount) -> Answer:
    bureau, person = the_bureau(), the_person()
    bureau.note(_actor(), "accounts.add", new.username, _ground())
    username, link = add_account(bureau, new, made_by=person.name, giver=person.account_id)
    return _link_page(username, link)


def _add_page(new: NewAccount, *troubles: Trouble) -> str:
    person = the_person()
    return render_template(
        "desk/person_add.html",
        new=new,
        role_options=_role_options(person),
        body_options=_body_options(person),
        own_body=_own_body(person),
        troubles=troubles,
    )


def _own_body(person: Person) -> str:
    """Return the body that a custodian's people belong to; empty for a director."""
    if person.is_one_of(Role.AUTHORITY_DIRECTOR) or person.body is None:
        return ""
    return f"{person.body} {dict(filed_bodies(the_bureau().register)).get(person.body, '')}".strip()


def _role_options(person: Person) -> list[tuple[str, Text]]:
    may = {role for side in roles_to_give(person) for role in side}
    return [(role.value, role.text) for role in Role if role in may]


def _body_options(person: Person) -> list[tuple[str, str]]:
    """Return the bodies that a director chooses from; none for a custodian."""
    if not person.is_one_of(Role.AUTHORITY_DIRECTOR):
        return []
    return [(prefix, f"{prefix} {name}") for prefix, name in filed_bodies(the_bureau().register)]


def _body_given(person: Person) -> str | None:
    if person.is_one_of(Role.AUTHORITY_DIRECTOR):
        return request.form.get("body", "")
    return person.body


def _check_may_give(person: Person, roles: list[str] | tuple[str, ...] | object) -> None:
    """Answer 403 where somebody gives a role they may not; unknown ones are judged later."""
    allowed = {role.value for side in roles_to_give(person) for role in side}
    asked = {role for role in roles if role in set(Role)} if isinstance(roles, list) else set()
    if not asked <= allowed:
        abort(403)


def _trouble(error: AccountError) -> Trouble:
    return Trouble(field=_FIELD_OF.get(error.code, ""), text=error.text)


def _ground(field: str = "ground", without: str = GROUND) -> str:
    ground = " ".join(request.form.get(field, "").split())
    return ground if ground and ground.isprintable() else without


def _actor() -> str:
    """Return who acts, as the trail names them: of two who share a name it tells which."""
    person = the_person()
    with reading(the_bureau().desks) as session:
        return name_on_trail(session, person.account_id, person.name)


def _link_page(username: str, link: SetupLink) -> str:
    address = desk_url() + link.path
    with reading(the_bureau().desks) as session:
        row = find_account(session, username)
    return render_template(
        "desk/set_up_link.html",
        row=row,
        link=link,
        address=address,
        symbol=qr_symbol(address) if address.startswith("http") else None,
        body=dict(filed_bodies(the_bureau().register)).get(row.body or "", ""),
        waiting=sorted(waiting_roles(row)),
        who=who_confirms(row.body),
        standing=find_waiting(the_bureau(), row.id, the_person().account_id),
    )


@blueprint.get("/<int:account_id>")
@allow(*MANAGERS)
def person_page(account_id: int) -> Answer:
    """Show one account."""
    return _page(_managed(account_id))


def _managed(account_id: int, *, to_change: bool = False) -> AccountRow:
    """Return an account that this person manages; 404 for any other, 403 to change one's own."""
    with reading(the_bureau().desks) as session:
        row = session.get(AccountRow, account_id)
    if row is None or not may_manage(the_person(), row):
        abort(404)
    if to_change and row.id == the_person().account_id:
        abort(403)
    return row


def _page(row: AccountRow, *troubles: Trouble) -> str:
    bureau, person = the_bureau(), the_person()
    with reading(bureau.desks) as session:
        waiting = _is_waiting(session, row)
        handed = handed_over(session, bureau, row)
    return render_template(
        "desk/person.html",
        row=row,
        held=[Role(one.role) for one in row.roles],
        own=row.id == person.account_id,
        waiting=waiting,
        handed=handed,
        can_sign_in=can_sign_in,
        standing=find_waiting(bureau, row.id, person.account_id),
        who=who_confirms(row.body),
        bodies=dict(filed_bodies(bureau.register)),
        role_options=_role_options(person),
        body_options=_body_options(person),
        machines=live_access(row.id),
        left=left_behind(bureau, row),
        ground=request.form.get("ground", ""),
        why=request.form.get("why", ""),
        troubles=troubles,
    )


def _end_access(row: AccountRow) -> None:
    """End what acts for an account without signing in, where that was ticked."""
    if request.form.get("machines") == "yes":
        end_access(the_bureau(), row.id, by=_actor(), ground=_MACHINES)


def _is_waiting(session: Session, row: AccountRow) -> bool:
    return has_link(session, the_bureau(), row)


@blueprint.post("/<int:account_id>/roles")
@allow(*MANAGERS)
def take_roles(account_id: int) -> Answer:
    """Give an account other roles; what is wrong is said first."""
    row, person = _managed(account_id, to_change=True), the_person()
    roles = request.form.getlist("roles")
    _check_may_give(person, roles)
    long = too_long({"ground": _ground()}, ground=_MOST_GROUND)
    if long:
        return _page(row, *long), 422
    try:
        check_roles(the_bureau(), row.username, roles, _body_given(person))
        if _is_as_it_was(row, roles, _body_given(person)):
            return _done(row.id, "same")
        return _give(row, roles)
    except AccountError as error:
        return _page(row, _trouble(error)), 422


def _is_as_it_was(row: AccountRow, roles: list[str], body: str | None) -> bool:
    chosen = read_roles(roles)
    held = {Role(one.role) for one in row.roles}
    return chosen == held and read_body(the_bureau().register, body, chosen) == row.body


@asks_again
def _give(row: AccountRow, roles: list[str]) -> Answer:
    bureau, person = the_bureau(), the_person()
    said = " ".join([row.username, *sorted(role for role in roles if role in set(Role))])
    bureau.note(_actor(), "accounts.roles", said, _ground())
    body, giver = _body_given(person), person.account_id
    change_roles(bureau, row.username, roles, body, by=_actor(), giver=giver)
    return _done(row.id, "roles_wait" if waiting_roles(_managed(row.id)) else "roles")


@blueprint.post("/<int:account_id>/disable")
@allow(*MANAGERS)
def disable(account_id: int) -> Answer:
    """Disable an account and end its sessions, once that was confirmed and a ground given."""
    row, why = _managed(account_id, to_change=True), _ground("why", "")
    wrong = list(too_long({"why": why}, why=_MOST_GROUND))
    if not why:
        wrong.append(Trouble(field="why", text=_NO_REASON))
    if not is_ticked():
        wrong.append(Trouble(field="disable-sure", text=UNTICKED))
    return (_page(row, *wrong), 422) if wrong else _disable(row, why)


@asks_again
def _disable(row: AccountRow, why: str) -> Answer:
    bureau = the_bureau()
    try:
        check_not_last_director(bureau, row.username)
        bureau.note(_actor(), "accounts.disable", row.username, why)
        disable_account(bureau, row.username, by=_actor())
    except AccountError as error:
        return _page(row, _trouble(error)), 422
    _end_access(row)
    return _done(row.id, "disabled")


@blueprint.post("/<int:account_id>/enable")
@allow(*MANAGERS)
@asks_again
def enable(account_id: int) -> Answer:
    """Enable a disabled account."""
    row, bureau = _managed(account_id, to_change=True), the_bureau()
    bureau.note(_actor(), "accounts.enable", row.username, _ground())
    enable_account(bureau, row.username, by=_actor())
    return _done(account_id, "enabled")


@blueprint.post("/<int:account_id>/reset")
@allow(*MANAGERS)
def reset(account_id: int) -> Answer:
    """Void all that proves an account, once that was confirmed; show its new set-up link once."""
    row = _managed(account_id, to_change=True)
    if not is_ticked():
        return _page(row, Trouble(field=SURE, text=UNTICKED)), 422
    return _reset(row)


@asks_again
def _reset(row: AccountRow) -> Answer:
    bureau, person = the_bureau(), the_person()
    try:
        check_not_last_director(bureau, row.username)
        bureau.note(_actor(), "accounts.reset", row.username, _ground())
        giver = person.account_id
        _end_access(row)
        link = reset_account(bureau, row.username, by=_actor(), giver=giver)
    except AccountError as error:
        return _page(row, _trouble(error)), 422
    return _link_page(row.username, link)


def _done(account_id: int, what: str) -> Response:
    say_done(_DONE[what])
    return redirect(url_for("people.person_page", account_id=account_id), 303)
