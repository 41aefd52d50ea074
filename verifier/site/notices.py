"""Public notices of filings: what is under notice today, objecting, following that up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from flask import Blueprint, Flask, current_app, make_response, render_template, request
from sqlalchemy import Engine, select
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from codes.wording import Text
from registry.errors import RegistryError
from registry.filing_models import FilingApplication, Objection, PublicNotice
from registry.home import Home
from registry.objections import ObjectionBox, ObjectionsFull, ObjectionWords, find_sent
from registry.public_database import PublicSide
from registry.sendings import new_mark, sending_of
from registry.session import open_engine, reading, transaction
from verifier.budgets_request import may_write
from verifier.notices import Notice, current_notices
from verifier.service import Verifier
from verifier.site.forms import MANY_LETTERS, MAX_FORM_BYTES, Trouble
from verifier.site.pages import error_response

EXTENSION: Final = "yanzhen_notices"
MOST_SENDER: Final = 200
MOST_WORDS: Final = 5000

blueprint = Blueprint("notices", __name__)


class NoticeDesk(PublicSide):
    """What the public side reads of notices and keeps of objections.

    Args:
        home: the installation.
    """

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._register = open_engine(home.database_url, read_only=True)
        self.box = ObjectionBox(home.pepper())

    @property
    def register(self) -> Engine:
        """The register, read only."""
        return self._register


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionEntry:
    """An objection as typed."""

    sender: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


def add_notices(app: Flask, home: Home) -> None:
    """Let an application show the notices of a home."""
    app.extensions[EXTENSION] = NoticeDesk(home)
    app.register_blueprint(blueprint)


@blueprint.get("/notices")
def notices() -> AnyResponse:
    """Show what is under notice today."""
    return _list()


@blueprint.get("/notices/<int:number>/object")
def objection_form(number: int) -> AnyResponse:
    """Show the form for an objection to one notice."""
    return _form(_find(number), ObjectionEntry())


@blueprint.post("/notices/<int:number>/object")
def object_to(number: int) -> AnyResponse:
    """Keep an objection, sealed, and show its receipt code once."""
    request.max_content_length = MAX_FORM_BYTES
    notice, entry = _find(number), _read(request.form)
    troubles = _inspect(entry)
    if troubles:
        return _form(notice, entry, troubles)
    desk = _desk()
    typed = (str(number), entry.sender, entry.text)
    sending = sending_of(request.form.get("sending", ""), *typed)
    with reading(desk.public) as session:
        again = desk.box.repeated(session, sending)
    if again is not None:  # the page of the receipt was loaded once more
        return _sent_page(notice, again)
    if not may_write(request, "objection"):
        return _form(notice, entry, (Trouble(field="text", text=MANY_LETTERS),), status=429)
    try:
        with transaction(desk.public) as session:
            words, now = ObjectionWords(sender=entry.sender, text=entry.text), _verifier().now()
            code = desk.box.send(session, number, words, now=now, sending=sending)
    except ObjectionsFull as error:
        return _form(notice, entry, (Trouble(field="text", text=error.text),))
    return _sent_page(notice, code)


def _sent_page(notice: Notice, code: str) -> AnyResponse:
    return make_response(render_template("objection_sent.html", notice=notice, code=code))


@blueprint.post("/notices/receipt")
def follow_up() -> AnyResponse:
    """Say what became of an objection, to who holds its receipt code."""
    request.max_content_length = MAX_FORM_BYTES
    code = request.form.get("code", "").strip()
    desk = _desk()
    with reading(desk.public) as session:
        row = find_sent(session, code)
        notice_id, objection_id = (None, None) if row is None else (row.notice_id, row.objection_id)
    if row is None:
        text = Text(
            "没有这个回执编号，请核对后重新输入",
            "There is no such receipt code; check it and enter it again",
        )
        return _list(code=code, troubles=(Trouble(field="code", text=text),))
    with reading(desk.register) as session:
        unit = session.scalar(
            select(FilingApplication.name)
            .join(PublicNotice, PublicNotice.application_id == FilingApplication.id)
            .where(PublicNotice.id == notice_id)
        )
        found = session.get(Objection, objection_id) if objection_id is not None else None
        outcome, settled = (None, None) if found is None else (found.outcome, found.settled_on)
    standing = _STANDINGS[objection_id is not None, outcome]
    return _list(code=code, standing=standing, about=unit or "", settled=settled)


_STANDINGS: Final = {
    (False, None): Text(
        "已收到，等待主管部门登记", "received; the authority has yet to take it in"
    ),
    (True, None): Text("主管部门已登记，正在核实处理", "on record; the authority looks into it"),
    (True, "dismissed"): Text("已处理：经核实，异议不成立", "settled: it was not upheld"),
    (True, "upheld"): Text("已处理：经核实，异议成立", "settled: it was upheld"),
}


def _list(
    *,
    code: str = "",
    standing: Text | None = None,
    about: str = "",
    settled: date | None = None,
    troubles: tuple[Trouble, ...] = (),
) -> AnyResponse:
    day = _verifier().today()
    page = render_template(
        "notices.html",
        notices=_current(day),
        on=day,
        code=code,
        standing=standing,
        about=about,
        settled=settled,
        troubles=troubles,
    )
    return make_response(page, 422 if troubles else 200)


def _form(
    notice: Notice, entry: ObjectionEntry, troubles: tuple[Trouble, ...] = (), *, status: int = 422
) -> AnyResponse:
    page = render_template(
        "objection.html",
        notice=notice,
        entry=entry,
        sending=new_mark(),
        most_sender=MOST_SENDER,
        most=MOST_WORDS,
        troubles=troubles,
    )
    return make_response(page, status if troubles else 200)


def _read(form: Mapping[str, str]) -> ObjectionEntry:
    text = form.get("text", "").replace("\r\n", "\n").strip()
    return ObjectionEntry(sender=form.get("sender", "").strip(), text=text)


def _inspect(entry: ObjectionEntry) -> tuple[Trouble, ...]:
    troubles = []
    if not 1 <= len(entry.sender) <= MOST_SENDER or not entry.sender.isprintable():
        text = Text("请填写姓名和联系方式", "Say who you are and how to reach you")
        troubles.append(Trouble(field="sender", text=text))
    if not 1 <= len(entry.text) <= MOST_WORDS or not entry.text.replace("\n", "").isprintable():
        text = Text(
            f"请写明异议内容，不超过 {MOST_WORDS} 字",
            f"Say what you object to, in at most {MOST_WORDS} characters",
        )
        troubles.append(Trouble(field="text", text=text))
    return tuple(troubles)


def _find(number: int) -> Notice:
    found = next((one for one in _current(_verifier().today()) if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def _current(day: date) -> list[Notice]:
    with reading(_desk().register) as session:
        return list(current_notices(session, day))


def _desk() -> NoticeDesk:
    desk: NoticeDesk = current_app.extensions[EXTENSION]
    return desk


def _verifier() -> Verifier:
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    return verifier


@blueprint.errorhandler(RegistryError)
def show_unavailable(error: RegistryError) -> AnyResponse:
    """Say that notices cannot be read at present."""
    return error_response(error, 503)
