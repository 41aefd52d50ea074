"""The page by a headless Chromium: one browser and one tab kept, one navigation a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from bench.rival_html import document, style_sheet
from bench.rivals import Sheet


def find_chromium() -> str | None:
    """Return a Chromium to drive: the system's, else Playwright's own, else None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


class ChromiumRival:
    """Prints HTML files in an open tab.

    Playwright keeps an event loop running in the thread it is used in, which pyHanko, used in the
    main one, does not bear: the browser is driven from a thread of its own.
    """

    name = "Chromium"
    in_this_process = False

    def __init__(self, driver: ThreadPoolExecutor, tab: Page, font_path: Path) -> None:
        self._driver = driver
        self._tab = tab
        self._head = f"<style>{style_sheet(font_path)}</style>"
        self._file = font_path.with_name("page.html")

    @classmethod
    @contextmanager
    def started(cls, executable: str, font_path: Path) -> Iterator[ChromiumRival]:
        """Keep a browser open."""
        with ThreadPoolExecutor(1) as driver:
            playwright = driver.submit(lambda: sync_playwright().start()).result()
            browser, tab = driver.submit(_open, playwright, executable).result()
            try:
                yield cls(driver, tab, font_path)
            finally:
                driver.submit(browser.close).result()
                driver.submit(playwright.stop).result()

    def render(self, sheet: Sheet) -> bytes:
        """Return the page as a PDF file."""
        self._file.write_text(document(sheet, self._head), encoding="utf-8")
        return self._driver.submit(self._print).result()

    def _print(self) -> bytes:
        self._tab.goto(self._file.as_uri())
        self._tab.evaluate("document.fonts.ready.then(() => 0)")
        return self._tab.pdf(prefer_css_page_size=True, print_background=True)


def _open(playwright: Playwright, executable: str) -> tuple[Browser, Page]:
    browser = playwright.chromium.launch(
        executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
    )
    return browser, browser.new_page()
