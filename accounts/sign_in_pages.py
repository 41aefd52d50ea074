"""The pages of signing in: password, second factor, setting both up, showing one again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_security import logout_user
from werkzeug.wrappers import Response

from accounts.arriving import local_path, the_site
from accounts.asking_again import check_passkey, factor_is_fresh, show_again
from accounts.asking_again import page as page_that_asks
from accounts.browser_sessions import why_signed_out
from accounts.bureau import the_bureau
from accounts.errors import AccountError
from accounts.library import Account, inspect_password, the_library
from accounts.passkeys import ask_to_make, ask_to_show, keep_passkey
from accounts.person import current_person
from accounts.qr_symbol import qr_symbol
from accounts.recovery_notice import say_recovery_code_used
from accounts.roles import anyone, signed_in
from accounts.second_factor import (
    is_app_code,
    keep_app_key,
    make_recovery_codes,
    new_app_key,
    prove,
    prove_code,
    wrong,
)
from accounts.setup_links import account_of_link
from accounts.signing_in import (
    begin_session,
    held_account,
    held_path,
    hold_for_factor,
    keep_first_password,
    prove_password,
    the_browser,
)
from accounts.troubles import Trouble
from codes.wording import Text
from registry.session import reading

blueprint = Blueprint("signing", __name__)
APP_KEY: Final = "app_key"
CHALLENGE: Final = "passkey_challenge"
SHOWN: Final = "factor_challenge"
Answer = str | Response | tuple[str, int]
_TO_FILL_IN: Final = {
    "username": Text("请填写用户名", "Enter your user name"),
    "password": Text("请填写密码", "Enter your password"),
}


@blueprint.get("/sign-in")
@anyone
def sign_in() -> Answer:
    """Ask for name and password."""
    if current_person() is not None:
        return redirect(local_path(request.args.get("next")))
    return sign_in_page(next_path=local_path(request.args.get("next")))


def sign_in_page(*, next_path: str, username: str = "", troubles: tuple[Trouble, ...] = ()) -> str:
    """Return the page that asks for name and password."""
    return render_template(
        "desk/sign_in.html",
        next_path=next_path,
        username=username,
        ended=why_signed_out(the_bureau(), request),
        troubles=troubles,
    )


@blueprint.post("/sign-in")
@anyone
def take_password() -> Answer:
    """Take name and password; go on to the second factor, or in."""
    username, next_path = request.form.get("username", ""), local_path(request.form.get("next"))
    empty = tuple(
        Trouble(field=name, text=text)
        for name, text in _TO_FILL_IN.items()
        if not request.form.get(name, "").strip()
    )
    if empty:
        return sign_in_page(next_path=next_path, username=username, troubles=empty), 422
    try:
        account = prove_password(the_bureau(), username, request.form.get("password", ""))
    except AccountError as error:
        troubles = (Trouble(field="username", text=error.text),)
        return sign_in_page(next_path=next_path, username=username, troubles=troubles), 422
    return _go_on(account, next_path)


def _go_on(account: Account, next_path: str) -> Answer:
    if account.has_factor:
        hold_for_factor(account, next_path=next_path)
        return redirect(url_for("signing.factor"), 303)
    if account.needs_factor:
        hold_for_factor(account, next_path=next_path)
        return redirect(url_for("signing.enrol"), 303)
    begin_session(account, factor_shown=False)
    return redirect(next_path, 303)


@blueprint.get("/sign-in/factor")
@anyone
def factor() -> Answer:
    """Ask for the second factor of who showed a password just now."""
    account = held_account()
    if account is None:
        return _start_again()
    return _factor_page(account)


def _factor_page(account: Account, *troubles: Trouble) -> str:
    asked = ask_to_show(the_bureau(), account, the_site())
    if asked is not None:
        session[SHOWN] = asked.challenge
    return render_template(
        "desk/factor.html", account=account, passkey=asked, troubles=troubles, kept=session
    )


@blueprint.post("/sign-in/factor")
@anyone
def take_factor() -> Answer:
    """Take the second factor, and let its person in."""
    account = held_account()
    if account is None:
        return _start_again()
    answer = request.form.get("answer", "")
    try:
        if answer:
            check_passkey(account, answer, SHOWN)
        elif prove_code(the_bureau(), account, request.form.get("code", "")):
            say_recovery_code_used(account)
    except AccountError as error:
        return _factor_page(account, Trouble(field="code", text=error.text)), 422
    next_path = held_path()
    begin_session(account, factor_shown=True)
    return redirect(local_path(next_path), 303)


def _start_again() -> Answer:
    return redirect(url_for("signing.sign_in", waited="yes"), 303)


@blueprint.get("/set-up/<token>")
@anyone
def set_up(token: str) -> Answer:
    """Let the person of a set-up link choose a password."""
    account = _account_of(token)
    return _set_up_page(account), 200 if account else 404


@blueprint.post("/set-up/<token>")
@anyone
def take_set_up(token: str) -> Answer:
    """Keep the chosen password, void the link and go on to the second factor."""
    account = _account_of(token)
    if account is None:
        return _set_up_page(None), 404
    password = request.form.get("password", "")
    complaint = inspect_password(password, account)
    if complaint is not None:
        return _set_up_page(account, Trouble(field="password", text=complaint)), 422
    if password != request.form.get("again", ""):
        differs = Text("两次输入的密码不一致", "The two passwords differ")
        return _set_up_page(account, Trouble(field="again", text=differs)), 422
    kept = keep_first_password(the_bureau(), token, password)
    if kept is None:  # another browser used it meanwhile
        return _set_up_page(None), 404
    return _go_on(kept, "/")


def _account_of(token: str) -> Account | None:
    bureau = the_bureau()
    with reading(bureau.desks) as reader:
        row = account_of_link(reader, bureau, token)
        return None if row is None else Account(row)


def _set_up_page(account: Account | None, *troubles: Trouble) -> str:
    return render_template("desk/set_up.html", account=account, troubles=troubles)


@blueprint.get("/sign-in/enrol")
@anyone
def enrol() -> Answer:
    """Let a person without a second factor choose one."""
    account = held_account()
    if account is None or account.has_factor:
        return _start_again()
    return _enrol_page(account)


def _enrol_page(account: Account, *troubles: Trouble) -> str:
    return render_template(
        "desk/enrol.html", troubles=troubles, **words_to_enrol(account), in_setting_up=True
    )


def words_to_enrol(account: Account) -> dict[str, Any]:
    """Return what a page needs to offer a new second factor; its secrets stay in the session."""
    key = session.get(APP_KEY) or new_app_key()
    session[APP_KEY] = key
    site = the_site()
    asked = ask_to_make(the_bureau(), account, site) if site.can_hold_passkeys else None
    if asked is not None:
        session[CHALLENGE] = asked.challenge
    shown = the_library().totp_factory.fetch_setup_values(key, account)
    return {
        "account": account,
        "app_address": shown["uri"],
        "symbol": qr_symbol(shown["uri"]),
        "app_key": shown["key"],
        "passkey": asked,
    }


@blueprint.post("/sign-in/enrol")
@anyone
def take_enrolment() -> Answer:
    """Keep the first second factor, show the recovery codes, and let its person in."""
    account = held_account()
    if account is None or account.has_factor:
        return _start_again()
    try:
        keep_new_factor(account)
    except AccountError as error:
        field = "name" if request.form.get("answer") else "code"
        return _enrol_page(account, Trouble(field=field, text=error.text)), 422
    next_path = held_path()
    codes = make_recovery_codes(the_bureau(), account)
    begin_session(account, factor_shown=True)
    return recovery_codes_page(codes, next_path, are_first=True)


def recovery_codes_page(codes: Sequence[str], next_path: str, *, are_first: bool) -> str:
    """Return the page that shows recovery codes once, and says whether they void earlier ones."""
    return render_template(
        "desk/recovery_codes.html", codes=codes, next_path=next_path, are_first=are_first
    )


def keep_new_factor(account: Account) -> None:
    """Keep what a form of a new second factor brought: a code of the new app, or a passkey.

    What is refused is not on the audit trail; what is kept was noted there before.

    Raises:
        AccountError: as `accounts.passkeys.keep_passkey` and `accounts.second_factor.prove`.
    """
    bureau, answer = the_bureau(), request.form.get("answer", "")

    def noted() -> None:
        bureau.note(account.name, "accounts.factor", account.handle, "设置本人第二重验证")

    if answer:
        keep_passkey(
            bureau,
            account,
            the_site(),
            challenge=session.pop(CHALLENGE, None),
            answer=answer,
            name=request.form.get("name", ""),
            noted=noted,
        )
        return
    prove(bureau, account, None)
    key = session.get(APP_KEY)
    code = "".join(request.form.get("code", "")[:20].split())
    right = key is not None and is_app_code(account, key, code)
    prove(bureau, account, right)
    if key is None:
        raise wrong()
    noted()
    keep_app_key(bureau, account, key)
    session.pop(APP_KEY)


@blueprint.get("/sign-in/again")
@signed_in
def again() -> Answer:
    """Ask for the second factor again, before a page that needs it."""
    if factor_is_fresh():
        return redirect(local_path(request.args.get("next")), 303)
    return page_that_asks(None)


@blueprint.post("/sign-in/again", endpoint="take_again")
@signed_in
def take_again() -> Answer:
    """Take the second factor shown again, and go on."""
    trouble = show_again()
    if factor_is_fresh():
        return redirect(local_path(request.form.get("next")), 303)
    return page_that_asks(trouble)


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Answer:
    """End this browser's session at once."""
    logout_user()
    the_browser().end()
    return redirect(url_for("signing.sign_in", out=1), 303)


def show_sign_in_where_needed(_error: Exception) -> Answer:
    """Answer a request of nobody's with the page of signing in, which leads back."""
    next_path = request.full_path.rstrip("?") if request.method == "GET" else "/"
    lost = () if request.method == "GET" else (Trouble(field="", text=_SIGNED_OUT),)
    return sign_in_page(next_path=next_path, troubles=lost), 401


_SIGNED_OUT: Final = Text(
    "登录已过期，刚才的操作未执行；请重新登录后再办理",
    "Your session is over and nothing was done; sign in and do it again",
)


def bad_token(_error: Exception) -> Answer:
    """Answer a form of another session, or of none."""
    return render_template("desk/stale_form.html"), 400
