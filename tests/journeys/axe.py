"""The rules of accessibility that a program can check on a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

BROKEN_NUMBERS = """() => [...document.querySelectorAll('.code')].filter(one => {
  const range = document.createRange();
  range.selectNodeContents(one);
  const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
  return /^[SY][0-9]{21}$/.test(one.textContent.trim()) && lines.size > 1;
}).map(one => one.textContent)"""
"""A script: the certificate numbers on a page that do not stand on one line."""


def check_accessible(page: Page, name: str = "") -> None:
    """Hold a page as it stands to every rule of axe."""
    found = Axe().run(page)
    assert found.violations_count == 0, (name, found.generate_report())
