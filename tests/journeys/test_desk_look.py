"""The pages of the desks in a browser: clean of axe, nothing too wide, by keyboard, without script.

Every state is pictured under build/desk-pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from accounts.page_words import Place, add_places
from accounts.roles import EVERYBODY, Role
from accounts.waiting import Waiting, add_waiting
from codes.wording import Text
from registry.home import Home
from tests.accounts.desk_app import person_of, working_as
from tests.conftest import NOW, PASSPHRASE
from tests.journeys.axe import BROKEN_NUMBERS, check_accessible
from tests.journeys.conftest import serving
from tests.journeys.desk_specimen import blueprint
from wsgi import create_private_app

PICTURES = Path("build/desk-pictures")
NARROWEST = 320
MAX_PAGE_BYTES = 200_000
PAGES = {
    "front": "/",
    "keys": "/keys",
    "specimen": "/specimen",
    "filtered-away": "/specimen?batch=9&state=suspended",
    "error": "/nowhere",
}
# Every width, both languages and large type, each with each other once.
VIEWS = (
    (390, "en", "standard"),
    (1366, "zh", "standard"),
    (390, "zh", "elder"),
    (1920, "en", "elder"),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of desks with work that waits, for a clerk of a body."""
    home = Home.create(
        tmp_path_factory.mktemp("desks") / "home", demo=True, passphrase=PASSPHRASE, now=NOW
    )
    desks = create_private_app(home, PASSPHRASE)
    _furnish(desks)
    person = person_of(Role.BODY_CLERK, Role.EXAMINER, body="S000012000123")
    with working_as(desks, person), serving(desks) as address:
        yield address


def _furnish(desks: Flask) -> None:
    desks.register_blueprint(blueprint)
    text = Text("样页", "Specimen")
    add_places(desks, [Place(endpoint="specimen.specimen", text=text, roles=EVERYBODY)])
    waits = (
        Waiting(text=Text("个批次待核对", "batches to check"), count=3, link="/specimen"),
        Waiting(text=Text("件公示异议", "objections to answer"), count=1204, link="/specimen"),
    )
    add_waiting(desks, lambda _: waits)


@contextmanager
def a_page(
    browser: Browser,
    address: str,
    *,
    width: int = 1366,
    language: str = "zh",
    view: str = "standard",
    script: bool = True,
) -> Iterator[Page]:
    """Open a browser of somebody who works here."""
    phone = width < 500
    context = browser.new_context(
        viewport={"width": width, "height": 844 if phone else 768},
        is_mobile=phone,
        has_touch=phone,
        java_script_enabled=script,
    )
    said = {"lang": language, "view": view}
    context.add_cookies([{"name": n, "value": v, "url": address} for n, v in said.items()])
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(map(str, view)))
def test_every_page_is_accessible_fits_and_is_light(
    browser: Browser, address: str, view: tuple[int, str, str]
) -> None:
    width, language, kind = view
    PICTURES.mkdir(parents=True, exist_ok=True)
    with a_page(browser, address, width=width, language=language, view=kind) as page:
        for name, path in PAGES.items():
            answer = page.goto(address + path)
            assert answer is not None
            assert len(answer.body()) < MAX_PAGE_BYTES
            page.screenshot(path=PICTURES / f"{name}-{width}-{language}-{kind}.png", full_page=True)
            check_accessible(page, name)
            assert page.locator("h1").count() == 1
            for narrow in (width, NARROWEST):
                page.set_viewport_size({"width": narrow, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= narrow, name
            page.set_viewport_size({"width": width, "height": 800})


@pytest.mark.parametrize("view", ["standard", "elder"])
def test_a_certificate_number_in_a_heading_stays_on_one_line(
    browser: Browser, address: str, view: str
) -> None:
    with a_page(browser, address, width=NARROWEST, view=view) as page:
        page.goto(f"{address}/specimen")
        number = "S" + "0" * 21
        heading = f'证书 <span class="code">{number}</span>'
        page.evaluate("html => document.querySelector('h1').innerHTML = html", heading)
        assert number not in page.evaluate(BROKEN_NUMBERS)


@pytest.mark.parametrize("view", ["standard", "elder"])
def test_what_is_wrong_in_a_sheet_is_seen_without_scrolling_sideways(
    browser: Browser, address: str, view: str
) -> None:
    with a_page(browser, address, width=390, view=view) as page:
        page.goto(f"{address}/specimen")
        sheet = page.locator(".grid-wrap")
        assert sheet.evaluate("box => box.scrollWidth <= box.clientWidth")
        assert sheet.evaluate("box => box.scrollHeight <= box.clientHeight")
        edges = sheet.evaluate(
            "box => [...box.querySelectorAll('.why, .row-why td, input')]"
            ".map(one => one.getBoundingClientRect().right)"
        )
        assert len(edges) > 2
        assert max(edges) <= 390
        page.screenshot(path=PICTURES / f"sheet-390-{view}.png", full_page=True)


def test_an_open_menu_is_accessible_too(browser: Browser, address: str) -> None:
    with a_page(browser, address, width=390) as page:
        page.goto(address)
        page.locator(".places-label").click()
        assert page.get_by_role("link", name="批次").first.is_visible()
        page.locator(".menu > summary").click()
        check_accessible(page)
        assert page.get_by_role("button", name="退出登录").is_visible()
        page.screenshot(path=PICTURES / "menu-390-zh.png")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_menu_of_a_person_opens_on_a_narrow_screen(
    browser: Browser, address: str, language: str
) -> None:
    with a_page(browser, address, width=NARROWEST, language=language, view="elder") as page:
        page.goto(address)
        page.locator(".menu > summary").click()
        box = page.locator(".menu-box").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROWEST


def test_the_menu_and_the_switches_work_without_script(browser: Browser, address: str) -> None:
    with a_page(browser, address, width=390, script=False) as page:
        page.goto(address)
        place = page.locator(".places").get_by_role("link", name="样页")
        assert not place.is_visible()
        page.locator(".places-label").click()
        place.click()
        page.get_by_role("link", name="长者模式").click()
        assert page.locator("html.elder").count() == 1
        assert page.url == f"{address}/specimen"
        page.get_by_role("link", name="English").click()
        assert page.locator("html[lang=en]").count() == 1


def test_keys_lead_to_places_and_never_steal_typing(browser: Browser, address: str) -> None:
    with a_page(browser, address) as page:
        page.goto(f"{address}/specimen")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "filter-batch"
        page.keyboard.type("gh/?")
        assert page.input_value("#filter-batch") == "gh/?"
        assert page.url == f"{address}/specimen"
        page.locator("h1").click()
        page.keyboard.type("gh")
        page.wait_for_url(f"{address}/")
        key = page.locator("nav a", has_text="样页").get_attribute("data-key")
        page.keyboard.type(f"g{key}")
        page.wait_for_url(f"{address}/specimen")
        page.keyboard.press("?")
        page.wait_for_url(f"{address}/keys")


def test_every_control_is_reached_by_the_keyboard_and_shows_it(
    browser: Browser, address: str
) -> None:
    with a_page(browser, address) as page:
        page.goto(f"{address}/specimen")
        assert page.evaluate("document.activeElement.id") == "troubles"  # a refused form's
        page.evaluate("document.body.tabIndex = -1; document.body.focus()")
        page.keyboard.press("Tab")
        assert page.locator(".skip").evaluate("one => one === document.activeElement")
        wanted = page.evaluate(
            "[...document.querySelectorAll('main a, main button:not(:disabled), main input, "
            "main select, main textarea')].filter(one => one.type !== 'hidden' && "
            "one.type !== 'radio').length"
        )
        reached = 0
        for _ in range(200):
            page.keyboard.press("Tab")
            at = page.evaluate(
                "(() => { const one = document.activeElement; const style = getComputedStyle(one);"
                " return [!!one.closest('main') && one.tagName !== 'DIV' && one.type !== 'radio',"
                " style.outlineStyle !== 'none', one.id || one.tagName] })()"
            )
            if at[2] == "BODY":
                break
            assert at[1], at
            reached += at[0]
        assert reached >= wanted


def test_progress_moves_by_itself(browser: Browser, address: str) -> None:
    with a_page(browser, address) as page:
        page.goto(f"{address}/specimen")
        assert page.locator("[data-part=done]").inner_text() == "120"
        expect(page.locator("[data-part=done]")).to_have_text("121")
        assert page.evaluate("document.querySelector('progress').value") == 121


def test_a_page_prints_without_its_controls(browser: Browser, address: str) -> None:
    with a_page(browser, address) as page:
        page.goto(f"{address}/specimen")
        page.emulate_media(media="print")
        for away in (".places", ".head-tools", ".filters", ".actions >> nth=0"):
            assert not page.locator(away).is_visible(), away
        assert page.locator("table.data").first.is_visible()
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.pdf(path=PICTURES / "specimen.pdf")
