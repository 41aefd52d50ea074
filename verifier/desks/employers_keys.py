"""The employers' desk: API keys, made and shown once, their usage day by day, revoked."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.asking_again import asks_again
from accounts.bureau import the_bureau
from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.shown_once import show_once, what_to_show
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble
from codes.wording import Text
from registry.api_key_models import ApiKeyRow
from registry.session import reading, transaction
from verifier.api_keys import (
    LONGEST_NAME,
    ROWS_A_DAY,
    Scope,
    check_key,
    find_key,
    keys_of,
    make_key,
    revoke_key,
    rows_left,
    usage_of,
)
from verifier.desks.employers_room import found_or_404, own_id, the_room
from verifier.errors import KeyRefused

blueprint = Blueprint("employer_keys", __name__, url_prefix="/employer")

Answer = Response | str | tuple[str, int]
_FIELDS: Final = {"key_name": "name", "key_scopes": "scopes", "key_quota": "rows_a_day"}
_USAGE_DAYS: Final = 31


@blueprint.get("/keys")
@allow(Role.EMPLOYER)
def keys() -> Answer:
    """List the keys, and show the form of a new one."""
    return _page()


@blueprint.post("/keys")
@allow(Role.EMPLOYER)
def make() -> Answer:
    """Make a key; what is wrong is said before anybody is asked again."""
    quota = request.form.get("rows_a_day", "")[:9]
    wish: dict[str, Any] = {
        "name": request.form.get("name", ""),
        "scopes": request.form.getlist("scopes"),
        "rows_a_day": int(quota) if quota.isascii() and quota.isdigit() else 0,
    }
    try:
        with reading(the_room().public) as session:
            check_key(session, own_id(), **wish)
        return _make(wish)
    except KeyRefused as refused:
        return _page(Trouble(field=_FIELDS.get(refused.code, ""), text=refused.text))


@asks_again
def _make(wish: dict[str, Any]) -> Answer:
    with transaction(the_room().public) as session:
        new = make_key(session, own_id(), **wish, now=the_room().clock())
        _note("employer.key_made", new.id, "建立接口密钥")
    return show_once("employer_keys.made", {"secret": new.secret}, key_id=new.id)


@blueprint.get("/keys/<int:key_id>/made")
@allow(Role.EMPLOYER)
def made(key_id: int) -> Answer:
    """Show a key that was made just now, to the browser that asked for it."""
    with reading(the_room().public) as session:
        row = find_key(session, own_id(), key_id)
    found_or_404(row)
    shown = what_to_show()
    if shown is None:
        return redirect(url_for("employer_keys.key", key_id=key_id))
    secret = shown["secret"]
    return render_template(
        "desk/employer_key_made.html", secret=secret, row=row, scopes=_scopes(row)
    )


@blueprint.get("/keys/<int:key_id>")
@allow(Role.EMPLOYER)
def key(key_id: int) -> Answer:
    """Show a key and what it was used for."""
    return _key_page(key_id)


def _key_page(key_id: int, *troubles: Trouble) -> Answer:
    with reading(the_room().public) as session:
        row = find_key(session, own_id(), key_id)
        found_or_404(row)
        assert row is not None
        left = rows_left(session, row, now=the_room().clock())
        days = usage_of(session, key_id, days=_USAGE_DAYS, now=the_room().clock())
    page = render_template(
        "desk/employer_key.html",
        row=row,
        scopes=_scopes(row),
        left=left,
        days=days,
        usage_days=_USAGE_DAYS,
        troubles=troubles,
    )
    return (page, 422) if troubles else page


@blueprint.post("/keys/<int:key_id>/revoke")
@allow(Role.EMPLOYER)
def revoke(key_id: int) -> Answer:
    """Revoke a key, from now on, once that was confirmed."""
    if not is_ticked():
        return _key_page(key_id, Trouble(field=SURE, text=UNTICKED))
    return _revoke(key_id)


@asks_again
def _revoke(key_id: int) -> Answer:
    with transaction(the_room().public) as session:
        row = find_key(session, own_id(), key_id)
        found_or_404(row)
        assert row is not None
        _note("employer.key_revoked", key_id, "停用接口密钥")
        revoke_key(row, now=the_room().clock())
    say_done(Text("密钥已停用", "The key is revoked"))
    return redirect(url_for("employer_keys.keys"), 303)


def _note(act: str, key_id: int, ground: str) -> None:
    the_bureau().note(the_person().name, act, f"api key {key_id}", ground)


def _scopes(row: ApiKeyRow | None) -> tuple[Scope, ...]:
    held = set() if row is None else set(row.scopes.split())
    return tuple(scope for scope in Scope if scope.value in held)


def _page(*troubles: Trouble) -> Answer:
    with reading(the_room().public) as session:
        rows = keys_of(session, own_id())
        left = {row.id: rows_left(session, row, now=the_room().clock()) for row in rows}
    page = render_template(
        "desk/employer_keys.html",
        rows=[(row, _scopes(row)) for row in rows],
        left=left,
        developers=the_room().developers,
        base=the_room().public_url.rstrip("/"),
        scopes=[(scope.value, scope.text) for scope in Scope],
        quotas=[(str(rows), Text(f"{rows:,} 行", f"{rows:,} rows")) for rows in ROWS_A_DAY],
        typed=request.form,
        chosen=request.form.getlist("scopes"),
        longest=LONGEST_NAME,
        troubles=troubles,
    )
    return (page, 422) if troubles else page
