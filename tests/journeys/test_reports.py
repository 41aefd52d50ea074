"""A verification report in a browser: the button, the wait, the report, its download and its check.

Every state is looked at by axe and is no wider than the screen; without scripts it works as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.axe import check_accessible
from tests.journeys.conftest import serving
from tests.sealer.report_homes import ReportHome, open_report_home

NARROW = 360


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReportHome]:
    with open_report_home(tmp_path_factory.mktemp("reports")) as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: ReportHome) -> Iterator[str]:
    with serving(desk.app) as address:
        yield address


def look_at(page: Page) -> None:
    """Assert that what is shown is accessible and fits."""
    check_accessible(page)
    assert page.locator("h1").count() == 1
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def look_up(page: Page, desk: ReportHome, address: str) -> None:
    page.goto(address)
    page.fill("#number", desk.number)
    page.fill("#name", desk.name)
    page.press("#name", "Enter")


@pytest.mark.parametrize(("width", "language"), [(NARROW, "en"), (1200, "zh")])
def test_from_the_button_to_the_checked_file(
    browser: Browser, desk: ReportHome, address: str, tmp_path: Path, width: int, language: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_cookies([{"name": "lang", "value": language, "url": address}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    look_up(page, desk, address)
    look_at(page)
    page.click("section[aria-labelledby=report] button")
    page.wait_for_selector("#waiting")
    look_at(page)
    assert desk.seal() == 1
    page.wait_for_selector("form[action='/report/pdf']")  # the page asked again by itself
    look_at(page)
    with page.expect_download() as download:
        page.click("form[action='/report/pdf'] button")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    page.goto(f"{address}/report")
    look_at(page)
    page.set_input_files("#file", file)
    page.click("section[aria-labelledby=by-report-file] button")
    page.wait_for_selector(".banner.tone-good")
    look_at(page)
    context.close()


def test_without_scripts_the_button_shows_the_report(
    browser: Browser, desk: ReportHome, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    look_up(page, desk, address)
    page.click("section[aria-labelledby=report] button")
    page.wait_for_selector("#waiting")
    desk.seal()
    page.click("#waiting button")
    page.wait_for_selector("form[action='/report/pdf']")
    assert desk.name in page.inner_text("main")
    context.close()


def test_a_scanned_code_is_reported_too(browser: Browser, desk: ReportHome, address: str) -> None:
    context = browser.new_context(viewport={"width": NARROW, "height": 800})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{address}/q#{desk.qr_text.partition('#')[2]}")
    page.wait_for_selector("#report-form button")
    look_at(page)
    page.click("#report-form button")
    page.wait_for_selector("#waiting")
    desk.seal()
    page.wait_for_selector("form[action='/report/pdf']")
    context.close()
