"""The page by which holders come in, follow up what they asked for, and withdraw a link."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from codes.wording import Text
from registry.holder_requests import AskedFor, request_of_receipt
from registry.holder_shares import withdraw_by_code
from registry.session import reading, transaction
from verifier.site.forms import MAX_FORM_BYTES, Trouble
from verifier.site.holder_room import holder_now, the_holder_desk
from verifier.site.holder_words import DONE_OUTSIDE

blueprint = Blueprint("holder_entry", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingIn:
    """What was typed to be let in."""

    number: str = ""
    document: str = field(default="", repr=False)


def enter_page(
    entry: ComingIn,
    troubles: tuple[Trouble, ...] = (),
    *,
    receipt: str = "",
    asked: AskedFor | None = None,
    withdrawal: str = "",
) -> AnyResponse:
    """Return the page; with troubles it is a refused form, its entries kept.

    Args:
        receipt: the receipt code that was typed.
        asked: the request it belongs to, to say what became of it.
        withdrawal: the withdrawal code that was typed.
    """
    page = render_template(
        "holder_enter.html",
        entry=entry,
        receipt=receipt,
        asked=asked,
        withdrawal=withdrawal,
        done=DONE_OUTSIDE.get(request.args.get("done", "")),
        troubles=troubles,
    )
    return make_response(page, 422 if troubles else 200)


@blueprint.post("/holder/receipt")
def follow_up() -> AnyResponse:
    """Say what became of a request, to who holds its receipt code."""
    request.max_content_length = MAX_FORM_BYTES
    code, desk = request.form.get("code", "").strip(), the_holder_desk()
    with reading(desk.public) as session:
        asked = request_of_receipt(session, desk.keys, code)
    if asked is None:
        return enter_page(ComingIn(), (Trouble(field="receipt", text=_UNKNOWN),), receipt=code)
    return enter_page(ComingIn(), receipt=code, asked=asked)


@blueprint.post("/holder/withdrawal")
def withdraw_link() -> AnyResponse:
    """Withdraw a link for good, for who holds its withdrawal code."""
    request.max_content_length = MAX_FORM_BYTES
    code, desk = request.form.get("code", "").strip()[:60], the_holder_desk()
    with transaction(desk.public) as session:
        found = withdraw_by_code(session, desk.keys, code, now=holder_now())
    if not found:
        trouble = Trouble(field="withdrawal", text=_NO_LINK)
        return enter_page(ComingIn(), (trouble,), withdrawal=code)
    return redirect(url_for("holder.start", done="withdrawn"), 303)


_NO_LINK = Text(
    "没有这个撤回码，请核对后重新输入；要填的是撤回码，不是分享链接",
    "There is no such withdrawal code; check it and enter it again. It is not the link itself",
)
_UNKNOWN = Text(
    "没有这个回执编号，请核对后重新输入",
    "There is no such receipt code; check it and enter it again",
)
