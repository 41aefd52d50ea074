"""A holder comes in, shares and withdraws; a complaint is followed up: without a mouse."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accounts.desk_app import working_as
from tests.issuer.authority_desk import CLERK as OFFICIAL
from tests.issuer.lives import NUMBER, PERSON
from tests.journeys.axe import check_accessible
from tests.journeys.conftest import serving
from tests.journeys.keyboard import choose, press, write
from tests.journeys.site import PHONE
from tests.journeys.unbroken import broken_numbers
from tests.verifier.holders import DOCUMENT, Sides, open_sides


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    with open_sides(tmp_path_factory.mktemp("holder")) as sides:
        yield sides


@pytest.fixture(scope="module")
def address(sides: Sides) -> Iterator[str]:
    with serving(sides.public) as address:
        yield address


@pytest.fixture(params=["zh-CN", "en-GB"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    width, height = PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=request.param,
        base_url=address,
        reduced_motion="reduce",  # what has the focus is scrolled to at once
    )
    yield context.new_page()
    context.close()


def check_clean(page: Page) -> None:
    check_accessible(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE[0]


def send(page: Page, action: str) -> None:
    press(page.locator(f"form[action$='{action}'] button[type=submit]").first)


def test_a_holder_shares_a_certificate_and_withdraws_it(
    sides: Sides, page: Page, browser: Browser
) -> None:
    page.goto("/holder")
    check_clean(page)
    write(page.locator("#number"), NUMBER)
    write(page.locator("#document"), DOCUMENT)
    write(page.locator("#code"), sides.code())
    send(page, "/holder")
    expect(page.get_by_text(PERSON.name)).to_be_visible()
    check_clean(page)
    for day in page.locator("#life ~ table th").all():  # a date stays on one line
        assert day.evaluate("one => one.getClientRects()[0].height") < 60
    page.context.add_cookies([{"name": "view", "value": "elder", "url": page.url}])
    page.goto("/holder")
    check_clean(page)
    assert page.locator("html.elder").count() == 1 and broken_numbers(page) == []
    send(page, "/shares")
    link = page.locator("#link").input_value()
    code = link.partition("#")[2]
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){4}", code)

    asked: list[str] = []
    visitor = browser.new_page()
    visitor.on("request", lambda request: asked.append(request.url))
    shared = page.url.partition("/holder")[0] + f"/shared#{code}"
    visitor.goto(f"{shared}&appinstall=0")  # as a chat app forwards it
    expect(visitor.locator("#outcome")).to_be_visible()
    assert PERSON.name not in visitor.content()
    assert "#" not in visitor.url and all(code not in url.partition("#")[0] for url in asked)

    page.goto("/holder")
    send(page, "/withdraw#shares")
    sure = re.compile("确认撤回链接|Withdraw link")
    expect(page.get_by_role("button", name=sure)).to_be_visible()
    check_clean(page)
    send(page, "/withdraw")
    visitor.goto(shared)  # in the same tab, where only what follows the # is another
    expect(visitor.locator("#over")).to_be_visible()
    check_clean(page)
    visitor.close()


def test_a_complaint_is_followed_up(sides: Sides, page: Page) -> None:
    page.goto("/complaints")
    check_clean(page)
    choose(page.locator("#kind"), "body")
    write(page.locator("#text"), "考场没有监考人员")
    send(page, "/complaints")
    code = page.locator(".code").inner_text()
    with working_as(sides.desks, OFFICIAL) as desk:
        desk.post("/complaints/take-in")
        found = re.findall(r"/complaints/(\d+)", desk.get("/complaints?state=open").text)
        path = f"/complaints/{max(map(int, found))}"
        desk.post(f"{path}/assign")
        mark = re.search(r'name="read" value="([0-9a-f]+)"', desk.post(f"{path}/read").text)
        last = {"answer": "已责令整改", "do": "close", "sure": "yes"}
        desk.post(f"{path}/answer", data=last | {"read": mark[1] if mark else ""})
    page.goto("/complaints")
    write(page.locator("#code"), code)
    send(page, "/receipt")
    expect(page.get_by_text("已责令整改")).to_be_visible()
    check_clean(page)
