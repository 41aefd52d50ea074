"""The batch check in a browser: with the keyboard alone, without a script, on phone and desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.axe import check_accessible
from tests.journeys.conftest import serving
from tests.verifier.bulk_homes import BulkHome, make_bulk_home
from tests.verifier.bulk_lists import HEADINGS, csv_text, workbook
from tests.verifier.world import NAME
from verifier.bulk_jobs import BulkJobs
from wsgi import create_public_app

NARROW = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> BulkHome:
    return make_bulk_home(tmp_path_factory.mktemp("bulk"))


@pytest.fixture(scope="module")
def address(made: BulkHome) -> Iterator[str]:
    app = create_public_app(made.home)
    jobs = BulkJobs(made.home.path, made.pdf.parent / "batches", 2)
    app.extensions["yanzhen_bulk"] = jobs
    with serving(app) as address:
        yield address
    jobs.close()
    app.extensions["yanzhen_verifier"].close()


@pytest.fixture
def lists(made: BulkHome, tmp_path: Path) -> dict[str, Path]:
    """A list with one row that is valid and one that is not, and one without a number."""
    good, bad = tmp_path / "list.xlsx", tmp_path / "list.csv"
    good.write_bytes(workbook([HEADINGS, (str(made.issued.number), NAME), ("S1", NAME)]))
    bad.write_text(csv_text([("姓名",), (NAME,)]), encoding="utf-8")
    return {"good": good, "bad": bad}


def check_page(page: Page) -> None:
    """Find no fault of accessibility, and nothing wider than the screen."""
    check_accessible(page)
    assert page.locator("h1").count() == 1
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("size", "language", "valid"),
    [
        (NARROW, "en", "Agrees with the register and is in force"),
        (DESK, "zh", "核验一致，现行有效"),
    ],
)
def test_a_list_goes_in_and_a_workbook_comes_out(
    browser: Browser, address: str, lists: dict[str, Path], size: object, language: str, valid: str
) -> None:
    context = browser.new_context(viewport=size)  # type: ignore[arg-type]  # a size as it takes one
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/batch?lang={language}")
    check_page(page)
    page.set_input_files("#file", lists["bad"])
    page.focus("form.upload button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".trouble")
    check_page(page)
    page.set_input_files("#file", lists["good"])
    page.focus("form.upload button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#counts")
    check_page(page)
    assert valid in page.locator(".counts").inner_text()
    assert "S1" in page.locator(".findings").inner_text()
    with page.expect_download() as given:
        page.locator("a[download]").first.press("Enter")
    named = {"zh": "核验结果.xlsx", "en": "yanzhen-batch.xlsx"}
    assert given.value.suggested_filename == named[language]
    context.close()


def test_without_a_script_the_page_comes_to_the_result_by_itself(
    browser: Browser, address: str, lists: dict[str, Path]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.click('a[href="/batch"]')
    page.set_input_files("#file", lists["good"])
    page.click("form.upload button")
    page.wait_for_selector("#counts")
    assert page.locator(".findings li").count() == 1
    context.close()
