"""Large type on a phone: numbers and dates stay whole, and no page is wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from accounts.person import Person
from accounts.roles import Role
from registry.models import Award
from registry.session import reading
from tests.accounts.desk_app import working_as
from tests.issuer.desks import PREFIX
from tests.journeys.conftest import serving
from tests.journeys.test_desk_look import a_page
from tests.journeys.unbroken import broken_numbers
from tests.verifier.police_homes import CLERK, ONE, PoliceHome, open_police_home

APPROVER = Person(
    account_id=21, name="李审批", roles=frozenset({Role.APPROVER, Role.BODY_CLERK}), body=PREFIX
)
PHONE = 390


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """Desks with a certificate on which an act waits, and a police case about it."""

    home: PoliceHome
    pages: dict[str, tuple[Person, str]]


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """A home whose certificate a case is about."""
    with open_police_home(tmp_path_factory.mktemp("large-type"), certificates=3) as home:
        yield Desks(home=home, pages=_pages(home))


def _pages(home: PoliceHome) -> dict[str, tuple[Person, str]]:
    with reading(home.room.register) as session:
        award = session.scalars(select(Award.id).where(Award.number == home.number)).one()
    certificate = f"/certificates/{award}"
    home.post(f"{certificate}/open", CLERK, ground="窗口核对本人")
    home.post(f"{certificate}/open", APPROVER, ground="审批变更事项")
    said = {"reason": "经核查属实", "reference": "津技鉴〔2026〕15号", "step": "propose"}
    status, act, _ = home.post(f"{certificate}/acts/suspend", CLERK, **said)
    assert status == 303
    case = f"/police/cases/{home.open_case()}"
    paper = {"by": "number", "giver": "来访", "number": home.number, "name": home.name}
    assert home.post(f"{case}/papers/new", **paper)[0] == 303
    due = (home.room.today() + timedelta(days=2)).isoformat()
    asked = {"asked_number": home.number, "question": "是否签发？", "due": due}
    assert home.post(f"{case}/questions", **asked)[0] == 303
    status, record, _ = home.post(f"{case}/records", number=home.number, ground="核对持证人身份")
    assert status == 303
    return {
        "certificates": (CLERK, "/certificates/"),
        "certificate": (CLERK, certificate),
        "acts": (APPROVER, "/acts/"),
        "act": (APPROVER, act),
        "cases": (ONE, "/police/cases"),
        "case": (ONE, case),
        "paper": (ONE, f"{case}/papers/1"),
        "record": (ONE, record),
        "custody": (ONE, f"{case}/custody"),
        "readings": (ONE, "/police/readings"),
        "questions": (CLERK, "/questions"),
        "question": (CLERK, "/questions/1"),
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_numbers_stay_whole_in_large_type_on_a_phone(
    browser: Browser, desks: Desks, language: str
) -> None:
    wrong: dict[str, object] = {}
    for name, (person, path) in desks.pages.items():
        with (
            working_as(desks.home.app, person),
            serving(desks.home.app) as address,
            a_page(browser, address, width=PHONE, language=language, view="elder") as page,
        ):
            answer = page.goto(address + path)
            assert answer is not None and answer.status == 200, name
            assert page.locator("html.elder").count() == 1
            wide = page.evaluate("document.documentElement.scrollWidth")
            if (broken := broken_numbers(page)) or wide > PHONE:
                wrong[name] = (broken, wide)
    assert wrong == {}
