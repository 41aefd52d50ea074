"""The certificate desk and the holder's own pages: codes at the counter, requests to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, abort, render_template, request
from flask import redirect as lead
from flask import url_for as address_of
from sqlalchemy import select
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.shown_once import show_once, what_to_show
from accounts.tables import Column, ColumnKind, TableSpec, read_table
from accounts.troubles import Trouble, too_long
from codes.wording import Text
from issuer.awarding import open_private
from issuer.console.certificates_asking import BODY_READERS, REFUSALS, the_award
from issuer.console.certificates_forms import trouble_of
from issuer.console.certificates_pending import READ_REQUEST, Pending, holder_counter, pending_of
from issuer.console.office import the_office, the_operator
from issuer.holder_counter import MOST_ANSWER, HolderCounter, request_not_taken_up
from issuer.operator import DEFAULT_GROUND, note_act_now
from registry.holder_access import CodePurpose
from registry.holder_requests import (
    ANSWERS,
    AskedFor,
    RequestOutcome,
    find_request,
    requests_to,
)
from registry.models import Award
from registry.session import reading

blueprint = Blueprint("certificate_holder", __name__, url_prefix="/certificates")
_LIST = TableSpec(
    columns=(
        Column(key="id", text=Text("申请", "Request")),
        Column(key="kind", text=Text("事项", "For")),
        Column(key="number", text=Text("证书编号", "Certificate number"), kind=ColumnKind.CODE),
        Column(key="sent_at", text=Text("提交日期", "Sent"), kind=ColumnKind.DATE),
        Column(key="state", text=Text("答复", "Answer")),
    )
)
_ANSWERED = {
    RequestOutcome.ACCEPTED.value: Text(
        "答复已保存，持证人凭回执编号可以看到。接着请办理：提出以前，这件申请一直列在待办里",
        "The answer is saved, and the holder sees it by the receipt code. Now propose the act: "
        "until then the request stays among what waits for you",
    ),
    RequestOutcome.DECLINED.value: Text(
        "答复已保存，持证人凭回执编号可以看到",
        "The answer is saved, and the holder sees it by the receipt code",
    ),
}
_CHOOSE = Text("请选择是否受理", "Choose whether it is taken up")


@blueprint.post("/<int:award_id>/holder-code")
@allow(Role.BODY_CLERK)
def make_code(award_id: int) -> Response | tuple[str, int]:
    """Make a code for the holder at the counter, noted first; its own page shows it."""
    office = the_office()
    with reading(office.engine) as session:
        award = the_award(session, award_id)
        operator, now = the_operator(ground=DEFAULT_GROUND), office.clock()
        note_act_now(office.engine, operator, "certificates.holder_code", award.number, at=now)
        try:
            document_number = open_private(office.vault(), award).document_number
            with holder_counter() as counter:
                code = counter.code_at_the_counter(award, document_number)
        except REFUSALS as error:
            return _code_page(award, troubles=(trouble_of(error),)), 422
    until = now + CodePurpose.COUNTER.lasts
    words = {"code": code, "until": until.isoformat()}
    return show_once("certificate_holder.show_code", words, award_id=award_id)


@blueprint.get("/<int:award_id>/holder-code")
@allow(Role.BODY_CLERK)
def show_code(award_id: int) -> str:
    """Show a code that was made just now, to the browser that asked for it."""
    with reading(the_office().engine) as session:
        award = the_award(session, award_id)
    shown = what_to_show()
    if shown is None:
        return _code_page(award)
    return _code_page(award, shown["code"], datetime.fromisoformat(shown["until"]))


def _code_page(
    award: Award, code: str = "", until: datetime | None = None, troubles: Sequence[Trouble] = ()
) -> str:
    return render_template(
        "desk/certificates/holder_code.html",
        award_id=award.id,
        number=award.number,
        code=code,
        until=until,
        public_url=the_office().public_url,
        troubles=troubles,
    )


@blueprint.get("/requests")
@allow(*BODY_READERS)
def requests() -> str:
    """List what holders ask this body for."""
    table = read_table(request.args, _LIST)
    with holder_counter() as counter, reading(counter.public) as session:
        found = requests_to(session, counter.keys, _own_body())
    to_do = {one.asked.id for one in pending_of(_own_body()) if one.to_do}
    found = sorted(found, key=lambda one: (one.outcome is not None, one.id not in to_do))
    return render_template(
        "desk/certificates/requests.html",
        table=table,
        rows=found[table.offset : table.offset + table.size],
        total=len(found),
        to_do=to_do,
    )


@blueprint.get("/requests/<int:number>")
@allow(*BODY_READERS)
def show_request(number: int) -> Response | str:
    """Show a request and what it says; noted first."""
    return _request_page(number)


@blueprint.post("/requests/<int:number>/answer")
@allow(Role.BODY_CLERK)
def answer(number: int) -> Response | str | tuple[str, int]:
    """Answer a request; what is to be done about it is done by the act's own form."""
    _find(number)
    said, words = (request.form.get(key, "").strip() for key in ("outcome", "answer"))
    words = words.replace("\r\n", "\n")
    if said not in tuple(map(str, ANSWERS)):
        choose = Trouble(field="outcome", text=_CHOOSE)
        return _request_page(number, (choose,), said=said, words=words), 422
    long = too_long(request.form, answer=MOST_ANSWER)
    if long:
        return _request_page(number, long, said=said, words=words), 422

    def do(counter: HolderCounter) -> None:
        counter.answer(_own_body(), number, RequestOutcome(said), words)

    trouble = _refusal_of("certificates.request.answer", number, do)
    if trouble is not None:
        return _request_page(number, (trouble,), said=said, words=words), 422
    say_done(_ANSWERED[said])
    return lead(address_of("certificate_holder.show_request", number=number), 303)


@blueprint.post("/requests/<int:number>/close")
@allow(Role.BODY_CLERK)
def close(number: int) -> Response | tuple[str, int]:
    """End a request that was taken up and that no act will follow."""
    words = request.form.get("answer", "").strip().replace("\r\n", "\n")
    long = too_long(request.form, answer=MOST_ANSWER)
    if long:
        return _request_page(number, long, words=words), 422

    def do(counter: HolderCounter) -> None:
        pending = _pending(number)
        if pending is None or not pending.to_do:
            raise request_not_taken_up()
        counter.close(_own_body(), number, words)

    _find(number)
    trouble = _refusal_of("certificates.request.close", number, do)
    if trouble is not None:
        return _request_page(number, (trouble,), words=words), 422
    text = "已结束，不再办理；持证人凭回执编号看到您写的原因"
    say_done(Text(text, "Closed; by the receipt code the holder reads why"))
    return lead(address_of("certificate_holder.show_request", number=number), 303)


def _refusal_of(act: str, number: int, do: Callable[[HolderCounter], None]) -> Trouble | None:
    """Do something about a request, noted first; return what to say where it is refused."""
    office, operator = the_office(), the_operator(ground=DEFAULT_GROUND)
    note_act_now(office.engine, operator, act, str(number), at=office.clock())
    try:
        with holder_counter() as counter:
            do(counter)
    except REFUSALS as error:
        failed = f"{number} {error.code}"
        note_act_now(office.engine, operator, f"{act}.failed", failed, at=office.clock())
        field = "answer" if error.code == "request_answer" else ""
        return Trouble(field=field, text=error.text)
    return None


def _request_page(
    number: int, troubles: tuple[Trouble, ...] = (), *, said: str = "", words: str = ""
) -> str:
    office, found = the_office(), _find(number)
    operator = the_operator(ground=DEFAULT_GROUND)
    subject = f"{found.number} {number}"
    note_act_now(office.engine, operator, READ_REQUEST, subject, at=office.clock())
    with reading(office.engine) as session:
        award_id = session.scalar(select(Award.id).where(Award.number == found.number))
    return render_template(
        "desk/certificates/request.html",
        asked=found,
        pending=_pending(number),
        award_id=award_id,
        may_act=the_person().is_one_of(Role.BODY_CLERK),
        outcomes=[(one.value, one.text) for one in ANSWERS],
        said=said,
        words=words,
        most=MOST_ANSWER,
        troubles=troubles,
    )


def _find(number: int) -> AskedFor:
    """Return a request to the person's own body; 404 for any other."""
    with holder_counter() as counter, reading(counter.public) as session:
        found = find_request(session, counter.keys, _own_body(), number)
    if found is None:
        abort(404)
    return found


def _pending(number: int) -> Pending | None:
    """Return what is still to do about a request of the person's body; None where nothing is."""
    return next((one for one in pending_of(_own_body()) if one.asked.id == number), None)


def _own_body() -> str:
    body = the_person().body
    if body is None:
        abort(404)
    return body
