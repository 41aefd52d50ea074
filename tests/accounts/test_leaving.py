"""What a manager is told before an account is disabled, and of who may confirm a new one."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from tests.accounts.sign_in_ways import Desks, open_desks

BODY = "S000012000123"


@pytest.fixture
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Desks of a new home."""
    return open_desks(tmp_path_factory.mktemp("leaving"))


def test_disabling_all_directors_but_one_is_told_before(desks: Desks) -> None:
    browser = desks.arrived(desks.plant("one", Role.AUTHORITY_DIRECTOR))
    other = desks.plant("two", Role.AUTHORITY_DIRECTOR)
    told = "停用后只剩一名主管部门负责人（one某）"
    page = browser.get(f"/people/{other.account_id}").text
    assert told in page and "已看过上面的提示，确认停用这个账号" in page
    desks.plant("three", Role.AUTHORITY_DIRECTOR)
    assert told not in browser.get(f"/people/{other.account_id}").text


def test_disabling_the_last_of_a_body_in_a_role_is_told_before(desks: Desks) -> None:
    browser = desks.arrived(desks.plant("one", Role.AUTHORITY_DIRECTOR))
    clerk = desks.plant("clerk", Role.BODY_CLERK, body=BODY)
    desks.plant("elsewhere", Role.BODY_CLERK, body="S000012000999")
    told = "停用后，本机构没有在用的“机构经办人”账号"
    assert told in browser.get(f"/people/{clerk.account_id}").text
    desks.plant("second", Role.BODY_CLERK, body=BODY)
    page = browser.get(f"/people/{clerk.account_id}").text
    assert told not in page and "已看过上面的提示" not in page


def test_the_page_of_a_link_says_where_nobody_may_confirm(desks: Desks) -> None:
    browser = desks.arrived(desks.plant("one", Role.AUTHORITY_DIRECTOR))
    typed = {"name": "新负责人", "roles": ["authority_director"], "body": ""}
    alone = browser.post("/people/add", data=typed | {"username": "new.one"}).text
    assert "目前没有可以确认的人" in alone and "可以确认的人：另一名" not in alone
    assert "yanzhen accounts roles new.one --role authority_director" in alone
    desks.plant("two", Role.AUTHORITY_DIRECTOR)
    both = browser.post("/people/add", data=typed | {"username": "new.two", "name": "又一人"}).text
    assert "可以确认的人：另一名主管部门负责人" in both and "目前没有可以确认的人" not in both
