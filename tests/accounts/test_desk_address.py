"""Links to the desks name the address that was set, never a host that a request brought."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.desk_address import DESK_URL_VARIABLE, read_desk_url
from accounts.roles import Role
from registry.errors import HomeError
from tests.accounts.desk_app import DeskClient
from tests.accounts.sign_in_ways import Desks, open_desks

SET = "https://desks.example.cn"


def test_an_address_is_a_site_and_nothing_behind_it() -> None:
    assert read_desk_url({}) == ""
    for same in (f" {SET}/ ", f"{SET}/#", f"{SET}/?"):
        assert read_desk_url({DESK_URL_VARIABLE: same}) == SET
    for wrong in ("desks.example.cn", "ftp://a", f"{SET}/x", f"{SET}?a", "https://", "https://[x"):
        with pytest.raises(HomeError, match="desk_url_wrong"):
            read_desk_url({DESK_URL_VARIABLE: wrong})


def link_given(desks: Desks, browser: DeskClient, username: str, base: str) -> str:
    """What the page of a new account's link says, asked for at an address."""
    form = {"username": username, "name": "孙新人", "roles": ["auditor"]}
    answer = browser.post("/people/add", data=form, base_url=base)
    assert answer.status_code == 200
    return str(answer.text)


def test_without_the_setting_a_link_names_no_host_but_this_machine(tmp_path: Path) -> None:
    desks = open_desks(tmp_path)
    browser = desks.arrived(desks.plant("chief", Role.AUTHORITY_DIRECTOR))
    assert "http://localhost/set-up/" in link_given(desks, browser, "one", "http://localhost")
    browser.set_cookie("yanzhen_desk", browser.get_cookie("yanzhen_desk").value, domain="evil.cn")  # type: ignore[union-attr]  # it is set
    told = link_given(desks, browser, "two", "http://evil.cn")
    assert "evil.cn" not in told and "YANZHEN_DESK_URL" in told and "/set-up/" in told


def test_with_the_setting_links_and_requests_of_other_hosts_go_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DESK_URL_VARIABLE, SET)
    desks = open_desks(tmp_path)
    browser = desks.arrived(desks.plant("chief", Role.AUTHORITY_DIRECTOR))
    cookie = browser.get_cookie("yanzhen_desk")
    assert cookie is not None
    browser.set_cookie("yanzhen_desk", cookie.value, domain="desks.example.cn")
    led = browser.get("/people?x=1", base_url="http://evil.cn")
    assert (led.status_code, led.location) == (307, f"{SET}/people?x=1")
    for odd in ("/x%0D%0ASet-Cookie:a", "/x%3Fy%23z%25", "/x?y=%0D%0A&z=?"):
        led = browser.get(odd, base_url="http://evil.cn")
        assert (led.status_code, led.location) == (307, f"{SET}{odd}".replace(":a", "%3Aa"))
    assert browser.head("/people", base_url="http://evil.cn").status_code == 307
    assert browser.get("/people", headers={"Host": "desks.example.cn:443"}).status_code == 200
    assert browser.post("/sign-in", base_url="http://evil.cn").status_code == 400
    assert browser.get("/people", base_url="http://127.0.0.1:8001").status_code == 401  # a proxy
    assert f"{SET}/set-up/" in link_given(desks, browser, "four", "http://localhost")
    form = {"username": "three", "name": "孙新人", "roles": ["auditor"]}
    given = browser.post(
        "/people/add", data=form, base_url=SET, headers={"Referer": f"{SET}/people/add"}
    )
    assert f"{SET}/set-up/" in given.text
