"""The list of cases at the police desk, by officer and state, and the form that opens one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import allow
from accounts.tables import (
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    TablePage,
    TableSpec,
    read_table,
)
from accounts.troubles import Trouble
from codes.wording import Text
from registry.case_models import CaseItem, PoliceCase
from registry.case_sealed import CASE_ABOUT, read_json
from registry.cases import CaseOutcome, CaseState
from registry.errors import VaultError
from registry.session import reading
from registry.vault import Vault
from templates.row_ids import read_row_id
from verifier.cases.asking import cases_overdue
from verifier.cases.casework import faults_of_opening, open_case
from verifier.cases.giving import holders, holding_account
from verifier.cases.tips import find_tip
from verifier.compare import shorten
from verifier.desks.police import (
    OFFICERS,
    REFUSALS,
    STATE_TONES,
    the_officer,
    the_room,
    trouble_of,
    typed,
)

blueprint = Blueprint("police_list", __name__, url_prefix="/police/cases")

MINE: Final = "mine"
_MOST_ABOUT: Final = 40
NOT_CLOSED: Final = "not_closed"
_UNREADABLE: Final = Text("（打不开，内容被改动）", "(does not open; it was altered)")
_STATES: Final = (
    (NOT_CLOSED, Text("未办结", "not closed")),
    *((one.value, one.text) for one in CaseState),
)
_SPEC: Final = TableSpec(
    columns=(
        Column(key="reference", text=Text("案件编号", "Case number"), kind=ColumnKind.CODE),
        Column(key="about", text=Text("案由", "About")),
        Column(key="state", text=Text("状态", "State")),
        Column(key="outcome", text=Text("处理结果", "Outcome")),
        Column(key="papers", text=Text("送检材料", "Papers"), kind=ColumnKind.NUMBER),
        Column(key="held_by", text=Text("承办人", "Held by")),
        Column(
            key="opened_at", text=Text("登记时间", "Opened"), kind=ColumnKind.DATE, sortable=True
        ),
    ),
    filters=(
        Filter(key="reference", text=Text("案件编号", "Case number")),
        Filter(key="state", text=Text("状态", "State"), kind=FilterKind.CHOICE, choices=_STATES),
    ),
    sort="opened_at",
    descending=True,
)


@blueprint.get("")
@allow(*OFFICERS)
def cases() -> str:
    """List the cases, those of every officer unless one is chosen."""
    room = the_room()
    with reading(room.desks) as session:
        officers = holders(session)
        table = read_table(request.args, _spec(officers))
        query = _wanted(table, the_person().account_id)
        total = session.scalar(select(func.count()).select_from(query.subquery()))
        order = PoliceCase.id.desc() if table.descending else PoliceCase.id
        found = session.scalars(query.order_by(order).offset(table.offset).limit(table.limit)).all()
        shown, more = table.cut(found)
        papers = _papers(session, shown)
        abouts = {one.id: _about(one, room.vault()) for one in shown}
        overdue = set(cases_overdue(session, room.today()))
    rows = [
        {
            "id": one.id,
            "reference": one.reference,
            "about": abouts[one.id],
            "state": CaseState(one.state),
            "outcome": "" if one.outcome is None else CaseOutcome(one.outcome).text,
            "papers": papers.get(one.id, 0),
            "overdue": one.id in overdue,
            "held_by": officers.get(one.held_by_id, one.held_by),
            "opened_at": one.opened_at,
        }
        for one in shown
    ]
    return render_template(
        "desk/police/cases.html", table=table, rows=rows, more=more, total=total, tones=STATE_TONES
    )


def _spec(officers: Mapping[int, Text]) -> TableSpec:
    """Return the list with a filter that names who holds a case."""
    named = ((str(account), name) for account, name in officers.items())
    held_by = Filter(
        key="officer",
        text=Text("承办人", "Held by"),
        kind=FilterKind.CHOICE,
        choices=((MINE, Text("本人", "me")), *named),
    )
    return replace(_SPEC, filters=(*_SPEC.filters, held_by))


def _wanted(table: TablePage, own: int) -> Select[PoliceCase]:
    """Return the cases that the filters ask for."""
    query = select(PoliceCase)
    if reference := table.words("reference"):
        query = query.where(PoliceCase.reference.contains(reference, autoescape=True))
    state = table.words("state")
    if state == NOT_CLOSED:
        query = query.where(PoliceCase.state != CaseState.CLOSED)
    elif state:
        query = query.where(PoliceCase.state == state)
    if officer := table.words("officer"):
        query = query.where(holding_account() == (own if officer == MINE else int(officer)))
    return query


def _about(case: PoliceCase, vault: Vault) -> str | Text:
    """Return what a case is about, cut for the list; words for what was altered."""
    try:
        return shorten(read_json(CASE_ABOUT, case, vault)["about"], _MOST_ABOUT)
    except VaultError:
        return _UNREADABLE


def _papers(session: Session, cases_shown: Sequence[PoliceCase]) -> dict[int, int]:
    """Return how many papers each case has, those without any left out."""
    query = (
        select(CaseItem.case_id, func.count().label("papers"))
        .where(CaseItem.case_id.in_([one.id for one in cases_shown]))
        .group_by(CaseItem.case_id)
    )
    return {one.case_id: one.papers for one in session.execute(query)}


@blueprint.get("/new")
@allow(*OFFICERS)
def new() -> AnyResponse:
    """Show the form that opens a case, of its own accord or on a tip from the public."""
    return _new_page(tip=_tip(request.args.get("tip", "")))


@blueprint.post("/new")
@allow(*OFFICERS)
def open_new() -> AnyResponse:
    """Open a case."""
    reference, about, tip = typed("reference"), typed("about"), _tip(typed("tip"))
    if faults := [trouble_of(one) for one in faults_of_opening(reference, about)]:
        return _new_page(reference, about, tuple(faults), tip=tip)
    earlier = _of_that_number(reference)
    if earlier is not None and typed("same_number") != "yes":
        return _new_page(reference, about, (_taken(earlier),), earlier, tip)
    try:
        case_id = open_case(the_room(), the_officer(), reference=reference, about=about, tip=tip)
    except REFUSALS as error:
        trouble = trouble_of(error)
        if trouble.field == "ground":  # what may not stand on the trail is the number
            trouble = Trouble(field="reference", text=trouble.text)
        return _new_page(reference, about, (trouble,), earlier, tip)
    say_done(
        Text(
            f"案件 {reference} 已登记，下一步提交可疑证书",
            f"Case {reference} is open; next: hand in the suspect paper",
        )
    )
    return redirect(url_for("police.case", case_id=case_id), 303)


def _tip(said: str) -> int | None:
    """Return the number of a tip that lies with the police; None where there is none."""
    with reading(the_room().desks) as session:
        found = find_tip(session, read_row_id(said))
    return None if found is None else found.id


def _of_that_number(reference: str) -> PoliceCase | None:
    """Return the first case that has this very number already."""
    query = select(PoliceCase).where(PoliceCase.reference == reference).order_by(PoliceCase.id)
    with reading(the_room().desks) as session:
        return session.scalars(query.limit(1)).first()


def _taken(case: PoliceCase) -> Trouble:
    return Trouble(
        field="same_number",
        text=Text(
            f"{case.opened_by}已用这个编号登记过案件，材料请提交到那个案件；确须另行登记的，请勾选",
            f"{case.opened_by} has opened a case of this very number: hand the paper in there, or "
            "tick that another one is needed",
        ),
        link=url_for("police.case", case_id=case.id),
    )


def _new_page(
    reference: str = "",
    about: str = "",
    troubles: tuple[Trouble, ...] = (),
    earlier: PoliceCase | None = None,
    tip: int | None = None,
) -> AnyResponse:
    page = render_template(
        "desk/police/new.html",
        reference=reference,
        about=about,
        troubles=troubles,
        earlier=earlier,
        tip=tip,
    )
    return make_response(page, 422 if troubles else 200)
