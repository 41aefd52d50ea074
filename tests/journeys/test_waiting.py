"""A real browser once look-ups are spent, with script and without; and the page that checks links.

With YANZHEN_SCREENSHOTS set to a folder, each page is pictured there too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.axe import check_accessible
from tests.journeys.conftest import serving
from tests.journeys.site_apps import make_app
from tests.verifier.gates import Clock, make_gate
from tests.verifier.world import NAME, CopyPlan, Issued, World, make_record, sign_record
from verifier.budgets_gate import LookUpGate
from verifier.budgets_request import GATE_EXTENSION
from verifier.verdict import Outcome

NARROW, DESK = (360, 780), (1280, 800)
HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A site whose look-ups from here are spent."""

    address: str
    issued: Issued
    gate: LookUpGate
    clock: Clock


@pytest.fixture
def site(world: World, tmp_path: Path) -> Iterator[Guarded]:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    verifier = world.verifier()
    clock = Clock(time.time())
    app = make_app(verifier)
    app.extensions[GATE_EXTENSION] = gate = make_gate(tmp_path, clock)
    gate.budgets.spend(HERE, 3)
    with serving(app) as address:
        yield Guarded(address=address, issued=issued, gate=gate, clock=clock)
    verifier.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.make(tmp_path)
    yield made
    made.engine.dispose()


def ask(page: Page, site: Guarded) -> None:
    page.goto(site.address)
    page.fill("#number", str(site.issued.number))
    page.fill("#name", NAME)
    page.click(".look-up button")


def test_the_browser_works_the_puzzle_out_and_goes_on_by_itself(
    browser: Browser, site: Guarded
) -> None:
    page = browser.new_page()
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text))
    ask(page, site)
    expect(page.locator("h1")).to_have_text(Outcome.VALID.text.zh, timeout=60_000)
    assert broken == [] or all("429" in one for one in broken)
    page.close()


def test_without_script_one_waits_and_presses_the_button(browser: Browser, site: Guarded) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    ask(page, site)
    expect(page.locator("#by-waiting")).to_have_text("请等 10 秒，再按下面的按钮。")
    site.clock.now += 3
    page.get_by_role("button", name="继续").click()
    expect(page.locator("#by-waiting")).to_contain_text("再按下面的按钮。")
    site.clock.now += 9
    page.get_by_role("button", name="继续").click()
    expect(page.locator("h1")).to_have_text(Outcome.VALID.text.zh)
    context.close()


def _waiting(page: Page, site: Guarded) -> None:
    site.gate.budgets.spend(HERE, 100)
    # What scripts would send is held back, so that the page stays to be looked at.
    page.add_init_script("HTMLFormElement.prototype.submit = () => {};")
    ask(page, site)
    expect(page.locator("#by-working")).to_be_visible()


def _link(page: Page, site: Guarded) -> None:
    page.goto(f"{site.address}/link")


def _paste(page: Page, site: Guarded, link: str) -> None:
    _link(page, site)
    page.fill("#link", link)
    page.get_by_role("button", name="检查链接").or_(
        page.get_by_role("button", name="Check the link")
    ).click()


def _link_look_alike(page: Page, site: Guarded) -> None:
    _paste(page, site, site.issued.qr_text("https://yz.example.cn@yz.exarnple.cn/q#"))
    expect(page.locator(".banner.tone-bad")).to_be_visible()
    expect(page.locator(".host")).to_have_text("yz.exarnple.cn")


def _link_ours(page: Page, site: Guarded) -> None:
    _paste(page, site, "【通知】证书查验 https://yz.example.cn/q 请点击")
    expect(page.locator(".banner.tone-good")).to_be_visible()


PAGES: dict[str, Callable[[Page, Guarded], None]] = {
    "waiting": _waiting,
    "link": _link,
    "link-look-alike": _link_look_alike,
    "link-ours": _link_ours,
}


@pytest.mark.parametrize("shown", PAGES)
@pytest.mark.parametrize(("size", "language"), [(NARROW, "en"), (DESK, "zh")])
def test_the_pages_are_accessible_and_fit(
    browser: Browser, site: Guarded, shown: str, size: tuple[int, int], language: str
) -> None:
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_cookies([{"name": "lang", "value": language, "url": site.address}])
    page = context.new_page()
    PAGES[shown](page, site)
    folder = os.environ.get("YANZHEN_SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{shown}-{width}-{language}.png", full_page=True)
    check_accessible(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    context.close()
