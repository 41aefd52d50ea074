"""The public notice of an application and the objections to it, on the authority's desk."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from accounts.next_page_notice import say_done
from accounts.roles import Role, allow
from accounts.spoken import spoken_day
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble, too_long
from codes.filing_rules import RuleName, filing_rule
from codes.wording import Text
from issuer.applications import find_application
from issuer.certificate_reading import check_ground
from issuer.console.authority import (
    OFFICIALS,
    REFUSALS,
    DecisionEntry,
    acting,
    is_director,
    limit_form,
    not_found_unless,
    parse_day,
    parse_decision,
    read_decision_entry,
    today,
    trouble_of,
    typed,
)
from issuer.console.filing import OPINION_FIELDS
from issuer.console.office import the_office
from issuer.errors import IssuerError
from issuer.public_notice import (
    ObjectionForm,
    ObjectionOutcome,
    add_objection,
    check_objection_as_shown,
    objection_mark,
    objections_now,
    open_objection_now,
    settle_objection,
    start_notice,
    take_sent_objections,
    working_days,
)
from registry.filing_models import FilingApplication
from registry.objections import ObjectionBox
from registry.public_database import public_database, public_database_url
from registry.session import reading, transaction
from templates.row_ids import read_row_id

blueprint = Blueprint("filing_notice", __name__, url_prefix="/filing")

_DAYS: Final = re.compile(r"[\s,，、;；]+")
_MOST_WORDS: Final = 5000
_MOST_SENDER: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeEntry:
    """The days of a notice, as typed."""

    first: str = ""
    last: str = ""
    days_off: str = ""
    decision: DecisionEntry = field(default_factory=DecisionEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionEntry:
    """An objection that came by letter or in person, as typed. Personal data."""

    sender: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    received_on: str = ""


@blueprint.get("/applications/<int:number>/notice")
@allow(*OFFICIALS)
def notice_form(number: int) -> AnyResponse:
    """Show the form that starts a public notice, with days that would do."""
    first = today() + timedelta(days=1)
    entry = NoticeEntry(first=first.isoformat(), last=_earliest_last(first).isoformat())
    return _notice_page(number, entry)


@blueprint.post("/applications/<int:number>/notice")
@allow(*OFFICIALS)
def begin_notice(number: int) -> AnyResponse:
    """Start the public notice."""
    limit_form()
    entry = NoticeEntry(
        first=typed("first"),
        last=typed("last"),
        days_off=typed("days_off"),
        decision=read_decision_entry(),
    )
    troubles: list[Trouble] = []
    first = parse_day(entry.first, "first", troubles)
    last = parse_day(entry.last, "last", troubles)
    said = [one for one in _DAYS.split(entry.days_off) if one]
    days_off = [day for one in said if (day := parse_day(one, "days_off", troubles)) is not None]
    decision, more = parse_decision(entry.decision)
    if not is_ticked():
        troubles.append(Trouble(field=SURE, text=UNTICKED))
    if troubles or more or first is None or last is None or decision is None:
        return _notice_page(number, entry, (*troubles, *more))
    try:
        with (
            acting("filing.notice", str(number), reference=decision.reference or "") as now,
            transaction(the_office().engine) as session,
        ):
            start_notice(
                session,
                find_application(session, number),
                decision,
                first_day=first,
                last_day=last,
                days_off=days_off,
                now=now,
            )
    except REFUSALS as error:
        fields = {"notice_not_to_come": "first", "notice_too_short": "last"}
        return _notice_page(number, entry, (trouble_of(error, fields),))
    since, until = spoken_day(first), spoken_day(last)
    say_done(
        Text(
            f"公示已登记，{since.zh}至{until.zh}在核验网站公布；期满无异议再办理备案",
            f"The notice stands on the public site from {since.en} to {until.en}; once it has "
            "elapsed without objections the filing can be proposed",
        )
    )
    return redirect(url_for("filing.application", number=number), 303)


@blueprint.get("/applications/<int:number>/objections/new")
@allow(*OFFICIALS)
def objection_form(number: int) -> AnyResponse:
    """Show the form for an objection that came by letter or in person."""
    return _objection_page(number, ObjectionEntry(received_on=today().isoformat()))


@blueprint.post("/applications/<int:number>/objections/new")
@allow(*OFFICIALS)
def enter_objection(number: int) -> AnyResponse:
    """Put an objection on record, sealed."""
    limit_form()
    entry = ObjectionEntry(
        sender=typed("sender"),
        text=typed("text").replace("\r\n", "\n"),
        received_on=typed("received_on"),
    )
    troubles = list(too_long(request.form, sender=_MOST_SENDER, text=_MOST_WORDS))
    if not entry.sender:
        troubles.append(Trouble(field="sender", text=Text("请填写提出人", "Say who objects")))
    if not entry.text:
        troubles.append(Trouble(field="text", text=Text("请填写异议内容", "Say what it says")))
    received = parse_day(entry.received_on, "received_on", troubles)
    decision, _ = parse_decision(DecisionEntry())
    if troubles or received is None or decision is None:
        return _objection_page(number, entry, tuple(troubles))
    form = ObjectionForm(sender=entry.sender, text=entry.text, received_on=received)
    office = the_office()
    try:
        with (
            acting("filing.objection", str(number)) as now,
            transaction(office.engine) as session,
        ):
            application = find_application(session, number)
            add_objection(session, office.vault(), application, form, decision, now=now)
    except REFUSALS as error:
        fields = {"objection_out_of_time": "received_on"}
        return _objection_page(number, entry, (trouble_of(error, fields),))
    say_done(
        Text(
            "异议已登记并加密保存，由负责人作出处理",
            "The objection is on record, sealed; a director settles it",
        )
    )
    return redirect(url_for("filing.application", number=number) + "#objections", 303)


@blueprint.post("/applications/<int:number>/objections/sent")
@allow(*OFFICIALS)
def take_sent(number: int) -> AnyResponse:
    """Put on record what was sent on the public site."""
    limit_form()
    office = the_office()
    decision, _ = parse_decision(DecisionEntry())
    assert decision is not None
    box = ObjectionBox(office.home.pepper())
    with reading(office.engine) as session:
        not_found_unless(bool(_application(session, number).notices))
    try:
        with (
            acting("filing.objection", f"{number} sent") as now,
            public_database(public_database_url(office.home)) as public,
            transaction(public) as sent,
            transaction(office.engine) as session,
        ):
            application = find_application(session, number)
            taken = take_sent_objections(
                session, sent, office.vault(), box, application, decision, now=now
            )
    except REFUSALS as error:
        entry = ObjectionEntry(received_on=today().isoformat())
        return _objection_page(number, entry, (trouble_of(error),))
    say_done(
        Text(
            f"已登记异议 {taken} 件，由负责人作出处理",
            f"Objections put on record: {taken}; a director settles them",
        )
    )
    return redirect(url_for("filing.application", number=number) + "#objections", 303)


@blueprint.get("/applications/<int:number>/objections/<int:which>")
@allow(*OFFICIALS)
def objection(number: int, which: int) -> AnyResponse:
    """Show an objection without its words, which are read on a stated ground."""
    return _settle_page(number, which)


@blueprint.post("/applications/<int:number>/objections/<int:which>/read")
@allow(*OFFICIALS)
def read_objection(number: int, which: int) -> AnyResponse:
    """Show who objected and in what words; the ground is noted first."""
    limit_form()
    _check_as_shown(number, which)
    ground = typed("ground")
    try:
        check_ground(ground)
        with acting("filing.read", f"{number} objection {which}", ground=ground):
            return _settle_page(number, which, opened=True)
    except REFUSALS as error:
        trouble = trouble_of(error, {"objection_altered": ""}, "ground")
        return _settle_page(number, which, ground=ground, troubles=(trouble,))


@blueprint.post("/applications/<int:number>/objections/<int:which>/settle")
@allow(Role.AUTHORITY_DIRECTOR)
def settle(number: int, which: int) -> AnyResponse:
    """Say whether an objection is upheld, and why, with its words on the page."""
    limit_form()
    _check_as_shown(number, which)
    unread = _why_unread(number, which)
    if unread is not None:
        return _settle_page(number, which, troubles=(unread,))
    outcome, entry = typed("outcome"), read_decision_entry()
    decision, troubles = parse_decision(entry)
    if outcome not in tuple(map(str, ObjectionOutcome)):
        text = Text("请选择处理结果", "Choose an outcome")
        troubles = (Trouble(field="outcome", text=text), *troubles)
    if troubles or decision is None:
        return _settle_page(
            number, which, opened=True, outcome=outcome, entry=entry, troubles=troubles
        )
    try:
        with (
            acting("filing.settle", f"{number} {which}", reference=decision.reference or "") as now,
            transaction(the_office().engine) as session,
        ):
            application = find_application(session, number)
            settle_objection(
                session,
                application,
                which,
                ObjectionOutcome(outcome),
                decision,
                now=now,
                shown=_shown(),
            )
    except REFUSALS as error:
        told = (trouble_of(error, OPINION_FIELDS, "outcome"),)
        return _settle_page(number, which, opened=True, outcome=outcome, entry=entry, troubles=told)
    say_done(Text("异议处理结果已登记", "What came of the objection is noted"))
    return redirect(url_for("filing.application", number=number) + "#objections", 303)


def _check_as_shown(number: int, which: int) -> None:
    """Refuse a form of an objection that no longer has this number; raises IssuerError."""
    with reading(the_office().engine) as session:
        check_objection_as_shown(_application(session, number), which, _shown())


def _why_unread(number: int, which: int) -> Trouble | None:
    """Return why the form comes from no page that showed the words of an objection, or None."""
    office = the_office()
    with reading(office.engine) as session:
        found = _application(session, number)
        not_found_unless(1 <= which <= len(objections_now(found)))
        try:
            form = open_objection_now(office.vault(), found, which)
        except IssuerError as error:
            return trouble_of(error)
    if typed("read") == objection_mark(form):
        return None
    text = Text("请先查看异议原文，再作处理", "Read what it says first, then settle it")
    return Trouble(field="ground", text=text)


def _shown() -> int | None:
    return read_row_id(typed("objection"))


def _earliest_last(first: date) -> date:
    """Return the first last day on which a notice without holidays is long enough."""
    wanted, last = filing_rule(RuleName.NOTICE_WORKING_DAYS, first).value, first
    while working_days(first, last, ()) < wanted:
        last += timedelta(days=1)
    return last


def _application(session: Session, number: int) -> FilingApplication:
    found = session.get(FilingApplication, number)
    not_found_unless(found is not None)
    assert found is not None
    return found


def _notice_page(
    number: int, entry: NoticeEntry, troubles: tuple[Trouble, ...] = ()
) -> AnyResponse:
    with reading(the_office().engine) as session:
        page = render_template(
            "desk/filing_notice.html",
            application=_application(session, number),
            entry=entry,
            least=filing_rule(RuleName.NOTICE_WORKING_DAYS, today()).value,
            troubles=troubles,
        )
    return Response(page, status=422 if troubles else 200)


def _objection_page(
    number: int, entry: ObjectionEntry, troubles: tuple[Trouble, ...] = ()
) -> AnyResponse:
    with reading(the_office().engine) as session:
        found = _application(session, number)
        not_found_unless(bool(found.notices))
        page = render_template(
            "desk/filing_objection_new.html",
            application=found,
            notice=found.notices[-1],
            entry=entry,
            most=_MOST_WORDS,
            troubles=troubles,
        )
    return Response(page, status=422 if troubles else 200)


def _settle_page(
    number: int,
    which: int,
    *,
    opened: bool = False,
    ground: str = "",
    outcome: str = "",
    entry: DecisionEntry | None = None,
    troubles: tuple[Trouble, ...] = (),
) -> AnyResponse:
    office = the_office()
    with reading(office.engine) as session:
        found = _application(session, number)
        objections = objections_now(found)
        not_found_unless(1 <= which <= len(objections))
        words, altered = None, None
        try:
            words = open_objection_now(office.vault(), found, which)
        except IssuerError as error:
            if opened:
                raise
            altered = error.text
        words = words if opened else None
        page = render_template(
            "desk/filing_objection.html",
            application=found,
            number=which,
            objection=objections[which - 1],
            words=words,
            ground=ground,
            altered=altered,
            mark="" if words is None else objection_mark(words),
            is_director=is_director(),
            outcome=outcome,
            entry=entry or DecisionEntry(),
            troubles=troubles,
        )
    return Response(page, status=422 if troubles else 200)
