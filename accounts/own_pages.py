"""One's own account: password, second factors, recovery codes, and where one is signed in."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import and_, select
from werkzeug.wrappers import Response

from accounts.account_rules import filed_bodies
from accounts.arriving import the_account
from accounts.asking_again import asks_again
from accounts.bureau import the_bureau
from accounts.confirming_pages import own_standing
from accounts.ended_sessions import Ending, end_rows, end_sessions, is_over
from accounts.errors import AccountError
from accounts.library import inspect_password
from accounts.next_page_notice import say_done
from accounts.passkeys import check_removable, passkeys_of, remove_passkey
from accounts.roles import signed_in
from accounts.second_factor import make_recovery_codes
from accounts.shown_once import show_once, what_to_show
from accounts.sign_in_pages import keep_new_factor, recovery_codes_page, words_to_enrol
from accounts.signing_in import prove_password, set_password, the_browser
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble
from codes.wording import Text
from registry.account_models import AccountRow, SessionRow
from registry.session import reading, transaction

blueprint = Blueprint("own", __name__, url_prefix="/account")
Answer = str | Response | tuple[str, int]
_DONE: Final = {
    "password": Text(
        "密码已更改，其他设备上的登录均已退出",
        "The password was changed, and every other device signed out",
    ),
    "factor": Text("新的验证方式已启用", "The new second factor is in use"),
    "removed": Text("通行密钥已删除", "The passkey was removed"),
    "ended": Text("所选设备已退出登录", "That device was signed out"),
    "others": Text("其他设备均已退出登录", "Every other device was signed out"),
}


@blueprint.get("")
@signed_in
def own() -> Answer:
    """Show one's own account."""
    return _page()


def _page(*troubles: Trouble) -> str:
    bureau, account = the_bureau(), the_account()
    query = select(SessionRow).where(SessionRow.account_id == account.id)
    with reading(bureau.desks) as reader:
        rows = reader.scalars(query.order_by(SessionRow.seen_at.desc())).all()
    return render_template(
        "desk/own_account.html",
        account=account,
        passkeys=passkeys_of(bureau, account),
        devices=[row for row in rows if not is_over(row, bureau.clock())],
        this_device=the_browser().row_id,
        body_name=dict(filed_bodies(bureau.register)).get(account.body or "", ""),
        troubles=troubles,
        **own_standing(),
    )


def _done(what: str) -> Response:
    say_done(_DONE[what])
    return redirect(url_for("own.own"), 303)


@blueprint.post("/password")
@signed_in
def change_password() -> Answer:
    """Change one's password, and sign every other device out; what is wrong is said first."""
    password = request.form.get("password", "")
    complaint = inspect_password(password, the_account())
    if complaint is not None:
        return _page(Trouble(field="password", text=complaint)), 422
    if password != request.form.get("again", ""):
        differs = Text("两次输入的密码不一致", "The two passwords differ")
        return _page(Trouble(field="again", text=differs)), 422
    try:
        prove_password(the_bureau(), the_account().handle, request.form.get("present", ""))
    except AccountError as error:
        wrong = Text("当前密码不正确", "That is not your present password")
        told = wrong if error.code == "sign_in_failed" else error.text
        return _page(Trouble(field="present", text=told)), 422
    return _set_password(password)


@asks_again
def _set_password(password: str) -> Answer:
    bureau, account = the_bureau(), the_account()
    bureau.note(account.name, "accounts.password", account.handle, "更改本人密码")
    set_password(bureau, password, account)
    _end_others()
    return _done("password")


@blueprint.get("/factor")
@signed_in
@asks_again
def new_factor() -> Answer:
    """Offer a new second factor."""
    return render_template("desk/enrol.html", troubles=(), **words_to_enrol(the_account()))


@blueprint.post("/factor")
@signed_in
@asks_again
def take_new_factor() -> Answer:
    """Keep a new second factor; an app replaces the one before, a passkey joins the others."""
    bureau, account = the_bureau(), the_account()
    first = not account.has_factor
    try:
        keep_new_factor(account)
    except AccountError as error:
        troubles = (
            Trouble(field="name" if request.form.get("answer") else "code", text=error.text),
        )
        words = words_to_enrol(account)
        return render_template("desk/enrol.html", troubles=troubles, **words), 422
    if first:
        the_browser().show_factor(bureau.clock())
        codes = make_recovery_codes(bureau, account)
        return recovery_codes_page(codes, url_for("own.own"), are_first=True)
    return _done("factor")


@blueprint.post("/recovery-codes")
@signed_in
def new_recovery_codes() -> Answer:
    """Make one's recovery codes anew; that it voids earlier ones is ticked."""
    account = the_account()
    if not account.has_factor:
        abort(404)
    if account.recovery_count and not is_ticked():
        return _page(Trouble(field=SURE, text=UNTICKED)), 422
    return _make_recovery_codes()


@asks_again
def _make_recovery_codes() -> Answer:
    bureau, account = the_bureau(), the_account()
    bureau.note(account.name, "accounts.recovery_codes", account.handle, "重新生成本人恢复码")
    voids = "" if account.recovery_count == 0 else "yes"
    codes = make_recovery_codes(bureau, account)
    return show_once("own.recovery_codes", {"codes": " ".join(codes), "voids": voids})


@blueprint.get("/recovery-codes")
@signed_in
def recovery_codes() -> Answer:
    """Show recovery codes that were made just now, to the browser that asked for them."""
    shown = what_to_show()
    if shown is None:
        return redirect(url_for("own.own"))
    codes, are_first = shown["codes"].split(), not shown["voids"]
    return recovery_codes_page(codes, url_for("own.own"), are_first=are_first)


@blueprint.post("/passkeys/<int:passkey_id>/remove")
@signed_in
@asks_again
def take_passkey_away(passkey_id: int) -> Answer:
    """Remove one of one's passkeys."""
    bureau, account = the_bureau(), the_account()
    if passkey_id not in {one.id for one in passkeys_of(bureau, account)}:
        abort(404)
    try:
        check_removable(account)
        bureau.note(account.name, "accounts.passkey_removed", account.handle, "删除本人通行密钥")
        remove_passkey(bureau, account, passkey_id)
    except AccountError as error:
        return _page(Trouble(field="passkeys", text=error.text)), 422
    return _done("removed")


@blueprint.post("/devices/<int:row_id>/end")
@signed_in
def end_device(row_id: int) -> Answer:
    """Sign one device out."""
    bureau, account = the_bureau(), the_account()
    with transaction(bureau.desks) as session:
        ours = (SessionRow.id == row_id, SessionRow.account_id == account.id)
        if session.scalars(select(SessionRow.id).where(*ours)).first() is None:
            abort(404)
        ground = "本人退出一台设备的登录"
        bureau.note(account.name, "accounts.session_ended", account.handle, ground)
        end_rows(session, and_(*ours), Ending.ELSEWHERE, bureau.clock())
    return _done("ended")


@blueprint.post("/devices/end-others")
@signed_in
def end_other_devices() -> Answer:
    """Sign every device out but this one."""
    account, ground = the_account(), "本人退出其他设备的登录"
    the_bureau().note(account.name, "accounts.sessions_ended", account.handle, ground)
    _end_others()
    return _done("others")


def _end_others() -> None:
    with transaction(the_bureau().desks) as session:
        row = session.get(AccountRow, the_account().id)
        if row is not None:
            this, now = the_browser().row_id or 0, the_bureau().clock()
            end_sessions(session, row, Ending.ELSEWHERE, now, but=this)
