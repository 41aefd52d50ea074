"""The list of cases: whose, in what state, and what leads to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from registry.case_models import PoliceCase
from registry.session import transaction
from tests.verifier.police_accounts import NAMESAKE, plant_accounts
from tests.verifier.police_homes import ONE, OTHER, SURE, PoliceHome, open_police_home

UNCLOSED = "officer=mine&amp;state=not_closed"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks with cases of two officers and a namesake, one given away, one closed."""
    with open_police_home(tmp_path_factory.mktemp("police-list")) as made:
        plant_accounts(made)
        for reference, person in (("甲1", ONE), ("甲2", ONE), ("乙1", OTHER), ("丙1", NAMESAKE)):
            made.open_case(reference, person)
        given = {"give_to": str(OTHER.account_id), "give_reason": "分工调整"}
        assert made.post("/police/cases/1/give", **given)[0] == 303
        closed = {"outcome": "no_paper", "result": "未送检", "unexamined": "撤回举报"}
        assert made.post("/police/cases/2/close", **closed, **SURE)[0] == 303
        yield made


def listed(desk: PoliceHome, query: str) -> set[str]:
    page = desk.page(f"/police/cases?{query}")
    return set(re.findall(r'<a href="/police/cases/\d+">(.+?)</a>', page))


def test_everything_that_a_new_case_lacks_is_said_at_once(desk: PoliceHome) -> None:
    status, _, body = desk.post("/police/cases/new")
    page = body.decode()
    assert (status, "有 2 处需要补充" in page) == (422, True)
    assert 'id="reference-wrong"' in page and 'id="about-wrong"' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"甲1", "甲2", "乙1", "丙1"}),
        ("officer=mine", {"甲2"}),
        (f"officer={OTHER.account_id}", {"甲1", "乙1"}),
        (f"officer={NAMESAKE.account_id}", {"丙1"}),
        ("state=not_closed", {"甲1", "乙1", "丙1"}),
        ("state=closed", {"甲2"}),
        ("officer=mine&state=not_closed", set[str]()),
        ("officer=12&reference=甲", {"甲1"}),
        ("officer=nobody", {"甲1", "甲2", "乙1", "丙1"}),
    ],
)
def test_cases_are_listed_by_officer_and_state(
    desk: PoliceHome, query: str, found: set[str]
) -> None:
    assert listed(desk, query) == found


def test_the_list_names_who_holds_a_case_and_tells_namesakes_apart(desk: PoliceHome) -> None:
    page = desk.page("/police/cases")
    assert f"{OTHER.name}（officer-{OTHER.account_id}）" in page
    assert f"{NAMESAKE.name}（officer-{NAMESAKE.account_id}）" in page
    assert f"{ONE.name}（" not in page


def test_the_list_says_what_a_case_is_about_and_what_came_of_it(desk: PoliceHome) -> None:
    rows = desk.page("/police/cases").split("<tr>")
    (closed,) = [one for one in rows if ">甲2<" in one]
    assert "招聘时提交的证书可疑" in closed and "未收到送检材料" in closed
    (open_one,) = [one for one in rows if ">乙1<" in one]
    assert "招聘时提交的证书可疑" in open_one and "未收到送检材料" not in open_one
    with transaction(desk.room.desks) as session:
        session.get_one(PoliceCase, 3).about_sealed = b"x" * 40
    assert "打不开，内容被改动" in desk.page("/police/cases")


def test_what_waits_leads_to_ones_own_cases_that_are_not_closed(desk: PoliceHome) -> None:
    assert UNCLOSED in desk.page("/", OTHER)
    assert listed(desk, "officer=12&state=not_closed") == {"甲1", "乙1"}
    assert UNCLOSED not in desk.page("/", ONE)


def test_a_second_case_of_a_number_is_opened_only_with_a_tick(desk: PoliceHome) -> None:
    form = {"reference": "丙1", "about": "同一份材料"}
    status, _, body = desk.post("/police/cases/new", **form)
    page = body.decode()
    assert status == 422
    assert "已用这个编号登记过案件" in page and 'href="/police/cases/4"' in page
    assert 'name="same_number"' in page and "同一份材料" in page
    assert "same_number" not in desk.page("/police/cases/new")
    assert desk.post("/police/cases/new", **form, same_number="yes")[0] == 303


@pytest.mark.parametrize(
    ("address", "form", "field", "most"),
    [
        ("new", {"reference": "丁1", "about": "长" * 1300}, "about", 500),
        ("1/papers/new", {"by": "number", "giver": "长" * 121, "number": "S1"}, "giver", 120),
        ("1/papers/new", {"by": "number", "giver": "甲", "number": "S" * 41}, "number", 40),
        ("1/papers/new", {"by": "number", "giver": "甲", "name": "长" * 61}, "name", 60),
        ("1/records", {"number": "S1", "ground": "为查明" * 101}, "ground", 300),
        ("1/close", {"outcome": "no_paper", "result": "长" * 1301, **SURE}, "result", 500),
    ],
)
def test_no_text_is_cut_in_silence(
    desk: PoliceHome, address: str, form: dict[str, str], field: str, most: int
) -> None:
    if address == "1/records":  # which are read for a paper
        paper = {"by": "number", "giver": "甲", "number": desk.number, "name": desk.name}
        assert desk.post("/police/cases/1/papers/new", **paper)[0] == 303
    status, _, body = desk.post(f"/police/cases/{address}", **form)
    page = body.decode()
    assert status == 422
    assert f'id="{field}-wrong' in page
    assert f"{len(form[field])} 字，最多 {most} 字" in page
    assert form[field] in page  # whole
