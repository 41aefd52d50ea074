"""Puts the police desk into the private application: its pages, the way to them, what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Flask, url_for
from sqlalchemy import func, select

from accounts.page_words import Place, add_places
from accounts.person import Person
from accounts.roles import Role
from accounts.waiting import Waiting, add_waiting
from codes.wording import Text
from registry.case_models import PoliceCase
from registry.cases import CaseState
from registry.session import reading
from verifier.cases.asking import cases_answered, cases_overdue
from verifier.cases.gaps import cases_to_confirm
from verifier.cases.giving import holding_account
from verifier.cases.readings import cases_questioned, readings_to_review
from verifier.cases.room import PoliceRoom
from verifier.cases.tips import cases_on
from verifier.desks.police import EXTENSION, OFFICERS, REVIEWERS, the_room
from verifier.desks.police_cases import blueprint as cases
from verifier.desks.police_custody import blueprint as custody
from verifier.desks.police_giving import blueprint as giving
from verifier.desks.police_list import MINE, NOT_CLOSED
from verifier.desks.police_list import blueprint as listing
from verifier.desks.police_papers import blueprint as papers
from verifier.desks.police_records import WAITING
from verifier.desks.police_records import blueprint as records

_PLACES = (
    (
        "police_list.cases",
        Text("案件", "Cases"),
        OFFICERS,
        Text("登记案件，核验可疑证书，制作证据包", "Open a case, examine papers, make the bundle"),
    ),
    (
        "police_records.clusters",
        Text("串并线索", "Clusters"),
        OFFICERS,
        Text("同案、各案材料之间相同或相近之处", "What papers share, of one case or several"),
    ),
    (
        "police_records.readings",
        Text("查看复核", "Readings to review"),
        REVIEWERS,
        Text("另一名民警复核对个人信息的查看", "A second officer reviews who read personal data"),
    ),
)


def add_police_desk(app: Flask, room: PoliceRoom) -> None:
    """Register the pages of the police and their places in the navigation."""
    app.extensions[EXTENSION] = room
    for part in (listing, cases, papers, records, custody, giving):
        app.register_blueprint(part)
    add_waiting(app, waiting_for_police)
    app.jinja_env.globals["cases_on_tip"] = _cases_on_tip
    add_places(
        app,
        [
            Place(endpoint=at, text=text, roles=frozenset(roles), purpose=why)
            for at, text, roles, why in _PLACES
        ],
    )


def _cases_on_tip(tip: int) -> Sequence[PoliceCase]:
    """Return the cases opened on a tip, for the page of the tip, which is another room's."""
    with reading(the_room().desks) as session:
        return cases_on(session, tip)


def waiting_for_police(person: Person) -> Iterator[Waiting]:
    """Yield what waits for an officer."""
    if not person.is_one_of(Role.POLICE):
        return
    room = the_room()
    with reading(room.desks) as session:
        open_cases = session.scalar(
            select(func.count()).where(
                PoliceCase.state != CaseState.CLOSED, holding_account() == person.account_id
            )
        )
        overdue = cases_overdue(session, room.today())
        answered = cases_answered(session, person.account_id)
        questioned = cases_questioned(session, person.account_id)
        to_confirm = cases_to_confirm(session, person.name)
        to_review = len(readings_to_review(session, person.account_id))
    yield Waiting(
        text=Text("个本人承办的案件未办结", "{case|cases} that you hold, not closed"),
        count=open_cases or 0,
        link=url_for("police_list.cases", officer=MINE, state=NOT_CLOSED),
    )
    yield Waiting(
        text=Text("项机构答复已逾期", "{answer of a body|answers of bodies} overdue"),
        count=len(overdue),
        link=_case_or_list(overdue, "questions"),
    )
    yield Waiting(
        text=Text("项答复尚未查看", "{answer of a body|answers of bodies} not seen yet"),
        count=len(answered),
        link=_case_or_list(answered, "questions"),
    )
    yield Waiting(
        text=Text("次查看被提出疑问", "{reading|readings} of yours questioned by a reviewer"),
        count=len(questioned),
        link=_case_or_list(questioned, "records"),
    )
    yield Waiting(text=WAITING, count=to_review, link=url_for("police_records.readings"))
    if to_confirm:
        yield Waiting(
            text=Text("个案件的保管记录缺漏待确认", "{case|cases} with gaps in custody to confirm"),
            count=len(to_confirm),
            link=url_for("police_custody.custody", case_id=to_confirm[0]),
        )


def _case_or_list(cases: list[int], part: str) -> str:
    """Return the address of a part of the one case, or of the list where there are several."""
    if len(set(cases)) == 1:
        return url_for("police.case", case_id=cases[0]) + f"#{part}"
    return url_for("police_list.cases")
