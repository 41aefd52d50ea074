"""Finds numbers, dates and counts that a narrow page breaks inside."""

from __future__ import annotations

from playwright.sync_api import Page

_LONGEST = 24  # a certificate number has 22 characters; digests and seeds may break
_FIND = """
longest => {
  const found = [];
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const number = /[0-9A-Za-z]*\\d[0-9A-Za-z]*(?:[,.:]\\d+)*/g;
  while (all.nextNode()) {
    const node = all.currentNode;
    if (!node.parentElement.checkVisibility() || node.parentElement.closest('.unseen')) continue;
    for (const one of node.data.matchAll(number)) {
      if (one[0].length > longest) continue;
      const range = document.createRange();
      range.setStart(node, one.index);
      range.setEnd(node, one.index + one[0].length);
      const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
      if (lines.size > 1) found.push(one[0]);
    }
  }
  return found;
}
"""


def broken_numbers(page: Page) -> list[str]:
    """Return the numbers that stand on more than one line of a page as it is shown."""
    found: list[str] = page.evaluate(_FIND, _LONGEST)
    return found
