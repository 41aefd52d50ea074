"""Every state of every page, on phone and desk: no axe violation, nothing wider than the screen.

With YANZHEN_SCREENSHOTS set to a folder, each state is pictured there too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.axe import BROKEN_NUMBERS, check_accessible
from tests.journeys.site import DESK, PHONE, STATES, Site, running_site

SIZES = {"phone": PHONE, "desk": DESK}
NARROWEST = 320
SCREENSHOTS = "YANZHEN_SCREENSHOTS"
# English runs longer, so that is the one to fit on a phone.
VIEWS = (("phone", "en", "standard"), ("desk", "zh", "standard"), ("phone", "en", "elder"))
ALL_VIEWS = (
    *VIEWS,
    ("phone", "zh", "elder"),
    ("phone", "zh", "standard"),
    ("desk", "en", "standard"),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(params=ALL_VIEWS if os.environ.get(SCREENSHOTS) else VIEWS, ids="-".join)
def page(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    size, language, view = request.param
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        is_mobile=size == "phone",
        has_touch=size == "phone",
    )
    said = {"lang": language, "view": view}
    context.add_cookies([{"name": n, "value": v, "url": site.address} for n, v in said.items()])
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible_and_fits(
    page: Page, site: Site, state: str, request: pytest.FixtureRequest
) -> None:
    STATES[state](page, site)
    _picture(page, state, request.node.callspec.id)
    check_accessible(page)
    assert page.locator("h1").count() == 1
    assert page.locator("html.elder").count() == ("elder" in request.node.callspec.id)
    for width in {page.viewport_size["width"] if page.viewport_size else 0, NARROWEST}:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert page.evaluate(BROKEN_NUMBERS) == []


def _picture(page: Page, state: str, case: str) -> None:
    folder = os.environ.get(SCREENSHOTS)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{state}-{case}.png", full_page=True)
