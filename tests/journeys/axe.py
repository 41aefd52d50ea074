"""The rules of accessibility that a program can check on a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def check_accessible(page: Page, name: str = "") -> None:
    """Hold a page as it stands to every rule of axe."""
    found = Axe().run(page)
    assert found.violations_count == 0, (name, found.generate_report())
