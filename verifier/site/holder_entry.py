"""The page by which holders come in, and where what they asked for is followed up."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from codes.wording import Text
from registry.holder_requests import AskedFor, request_of_receipt
from registry.session import reading
from verifier.site.forms import MAX_FORM_BYTES, Trouble
from verifier.site.holder_room import the_holder_desk

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
) -> AnyResponse:
    """Return the page; with troubles it is a refused form, its entries kept.

    Args:
        receipt: the receipt code that was typed.
        asked: the request it belongs to, to say what became of it.
    """
    page = render_template(
        "holder_enter.html", entry=entry, receipt=receipt, asked=asked, troubles=troubles
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


_UNKNOWN = Text(
    "没有这个回执编号，请核对后重新输入",
    "There is no such receipt code; check it and enter it again",
)
