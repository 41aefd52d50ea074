"""An officer's whole way in a browser: case, forged photo, verdict, bundle; clean of axe on it.

Every page is pictured under build/desk-pictures.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.accounts.desk_app import working_as
from tests.journeys.conftest import serving
from tests.verifier.police_homes import ONE, REFERENCE, PoliceHome, open_police_home

PICTURES = Path("build/desk-pictures")
SECONDS = 280_000  # of a browser on a busy machine, in milliseconds


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-journey")) as made:
        yield made


def looked_at(page: Page, name: str) -> None:
    """Picture a page, and let axe judge it; nothing is wider than the screen."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"police-{name}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, (name, found.generate_report())
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_from_a_forged_photo_to_an_evidence_bundle(
    browser: Browser, desk: PoliceHome, tmp_path: Path
) -> None:
    with working_as(desk.app, ONE), serving(desk.app) as address:
        context = browser.new_context(
            base_url=address, locale="zh-CN", viewport={"width": 1366, "height": 768}
        )
        page = context.new_page()
        page.set_default_timeout(SECONDS)
        page.goto("/police/cases")
        looked_at(page, "no-cases")
        page.get_by_role("link", name="立案登记").click()
        page.get_by_label("案件编号").fill(REFERENCE)
        page.get_by_label("案由和简要情况").fill("招聘时提交的证书可疑")
        looked_at(page, "new")
        page.get_by_role("button", name="登记，下一步提交材料").click()
        looked_at(page, "case-empty")
        page.get_by_role("link", name="提交文件").click()
        looked_at(page, "paper-new")
        page.get_by_label("可疑证书的照片").set_input_files(
            {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": desk.forged}
        )
        page.get_by_label("提交人或来源").fill("某公司人事部")
        page.get_by_role("button", name="提交并核验").click()
        page.get_by_role("heading", name="与登记不符之处").wait_for()
        looked_at(page, "paper")
        case_id = int(page.url.split("/")[5])
        page.goto(f"/police/cases/{case_id}")
        looked_at(page, "case")
        with page.expect_download() as download:
            page.get_by_role("button", name="制作并下载证据包").click()
        download.value.save_as(tmp_path / "bundle.zip")
        with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
            assert archive.read("originals/01.jpg") == desk.forged
        page.goto(f"/police/cases/{case_id}/custody")
        looked_at(page, "custody")
        _on_a_phone(browser, address, case_id)
        context.close()


def _on_a_phone(browser: Browser, address: str, case_id: int) -> None:
    context = browser.new_context(
        base_url=address, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    context.add_cookies([{"name": "lang", "value": "en", "url": address}])
    page = context.new_page()
    page.set_default_timeout(SECONDS)
    here = f"/police/cases/{case_id}"
    for name, path in (
        ("case", here),
        ("paper", f"{here}/papers/1"),
        ("custody", f"{here}/custody"),
        ("clusters", "/police/clusters"),
        ("readings", "/police/readings"),
    ):
        page.goto(path)
        looked_at(page, f"{name}-390-en")
    context.close()
