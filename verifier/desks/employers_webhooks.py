"""The employers' desk: addresses that are told of changes, and what became of each delivery."""

from __future__ import annotations

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
from registry.session import reading, transaction
from verifier.desks.employers_room import found_or_404, own_id, the_room
from verifier.desks.webhook_address import LONGEST_URL
from verifier.desks.webhook_tests import ask_test, messages_of
from verifier.desks.webhooks import (
    add_webhook,
    find_webhook,
    read_url,
    trouble_words,
    waiting_of,
    webhooks_of,
)
from verifier.errors import KeyRefused

blueprint = Blueprint("employer_webhooks", __name__, url_prefix="/employer")

Answer = Response | str | tuple[str, int]
_SHOWN = 50


@blueprint.get("/webhooks")
@allow(Role.EMPLOYER)
def webhooks() -> Answer:
    """List the webhooks, and show the form of a new one."""
    return _page()


@blueprint.post("/webhooks")
@allow(Role.EMPLOYER)
def add() -> Answer:
    """Set a webhook up; a wrong address is told before anybody is asked again."""
    try:
        return _add(read_url(request.form.get("url", "")))
    except KeyRefused as refused:
        return _page(Trouble(field="url", text=refused.text))


@asks_again
def _add(url: str) -> Answer:
    room = the_room()
    vault = room.open_vault()
    with transaction(room.desks) as session:
        new = add_webhook(session, vault, own_id(), url, now=room.clock())
        _note("employer.webhook_added", new.id, "设置回调地址")
    return show_once("employer_webhooks.made", {"secret": new.secret}, webhook_id=new.id)


@blueprint.get("/webhooks/<int:webhook_id>/made")
@allow(Role.EMPLOYER)
def made(webhook_id: int) -> Answer:
    """Show the secret of a webhook that was set up just now, to the browser that asked for it."""
    with reading(the_room().desks) as session:
        row = find_webhook(session, own_id(), webhook_id)
    found_or_404(row)
    shown = what_to_show()
    if shown is None:
        return redirect(url_for("employer_webhooks.webhook", webhook_id=webhook_id))
    return render_template("desk/employer_webhook_made.html", secret=shown["secret"], row=row)


@blueprint.get("/webhooks/<int:webhook_id>")
@allow(Role.EMPLOYER)
def webhook(webhook_id: int) -> Answer:
    """Show a webhook and its latest messages."""
    return _webhook_page(webhook_id)


@blueprint.post("/webhooks/<int:webhook_id>/test")
@allow(Role.EMPLOYER)
def test(webhook_id: int) -> Answer:
    """Have a test message sent; what came of it is listed with the others."""
    room = the_room()
    try:
        with transaction(room.desks) as session:
            found_or_404(find_webhook(session, own_id(), webhook_id))
            ask_test(session, webhook_id, now=room.clock())
            _note("employer.webhook_tested", webhook_id, "发送测试通知")
    except KeyRefused as refused:
        return _webhook_page(webhook_id, Trouble(field="", text=refused.text))
    say_done(
        Text(
            "测试通知即将发出；几秒后刷新本页，看是否送达",
            "A test message is on its way; load this page again in a few seconds to see",
        )
    )
    return redirect(url_for("employer_webhooks.webhook", webhook_id=webhook_id), 303)


def _webhook_page(webhook_id: int, *troubles: Trouble) -> Answer:
    with reading(the_room().desks) as session:
        row = find_webhook(session, own_id(), webhook_id)
        found_or_404(row)
        rows = messages_of(session, webhook_id, limit=_SHOWN)
        waiting = waiting_of(session, webhook_id)
    page = render_template(
        "desk/employer_webhook.html",
        row=row,
        rows=rows,
        waiting=waiting,
        trouble_words=trouble_words,
        troubles=troubles,
    )
    return (page, 422) if troubles else page


@blueprint.post("/webhooks/<int:webhook_id>/end")
@allow(Role.EMPLOYER)
def end(webhook_id: int) -> Answer:
    """End a webhook, once that was confirmed: nothing more is sent there."""
    if not is_ticked():
        return _webhook_page(webhook_id, Trouble(field=SURE, text=UNTICKED))
    return _end(webhook_id)


@asks_again
def _end(webhook_id: int) -> Answer:
    with transaction(the_room().desks) as session:
        row = find_webhook(session, own_id(), webhook_id)
        found_or_404(row)
        assert row is not None
        _note("employer.webhook_ended", webhook_id, "停用回调地址")
        row.ended_at = the_room().clock()
    say_done(Text("回调地址已停用", "The webhook is disabled"))
    return redirect(url_for("employer_webhooks.webhooks"), 303)


def _note(act: str, webhook_id: int, ground: str) -> None:
    the_bureau().note(the_person().name, act, f"webhook {webhook_id}", ground)


def _page(*troubles: Trouble) -> Answer:
    with reading(the_room().desks) as session:
        rows = [(row, waiting_of(session, row.id)) for row in webhooks_of(session, own_id())]
    page = render_template(
        "desk/employer_webhooks.html",
        rows=rows,
        url=request.form.get("url", ""),
        longest=LONGEST_URL,
        troubles=troubles,
    )
    return (page, 422) if troubles else page
