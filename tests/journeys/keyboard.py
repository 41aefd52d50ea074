"""What people do who work without a mouse: come to a control by Tab, and use it by its keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

_MOST_TABS = 150
_TRIES = 3  # a page that tells of progress may be renewed between two keys
_SLOW_MS = 120_000

_SEEN = """
async one => {
  const wrong = () => {
    const focused = document.activeElement
    if (one !== focused) return `the focus is at ${focused.outerHTML.slice(0, 200)}`
    const label = one.closest("label")
    const ringed = [one, label].some(part => {
      const style = part && getComputedStyle(part)
      return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    })
    if (!ringed) return "nothing is drawn around it"
    const box = one.getBoundingClientRect()
    const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2
    const top = document.elementFromPoint(
      middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight))
    const own = top && (one.contains(top) || top.contains(one) || label?.contains(top))
    return own ? "" : `it is out of sight or covered: ${box.top} to ${box.bottom}`
  }
  // A page scrolls smoothly to what has the focus.
  for (let turn = 0; wrong().startsWith("it is out of sight") && turn < 25; turn++)
    await new Promise(done => setTimeout(done, 20))
  return wrong()
}
"""
"""What is wrong with how a focused control is seen; nothing where it is seen."""

_STEPS_IN_GROUP = """
one => {
  const group = [...document.querySelectorAll("input[type=radio]:enabled")]
    .filter(other => other.name === one.name && other.form === one.form)
  const stop = Math.max(0, group.findIndex(other => other.checked))
  group[stop].focus()
  return group.indexOf(one) - stop
}
"""
"""Focus the radio button of a group that Tab comes to; say how far from it the wanted one is."""

_STEPS_IN_LIST = """
(one, value) => {
  const open = [...one.options].filter(option => !option.disabled)
  const at = wanted => open.findIndex(option => option.value === wanted)
  return at(value) - at(one.value)
}
"""

Coming = Callable[[Locator], None]
"""A way to come to a control."""


def by_tab(wanted: Locator) -> None:
    """Come to a control by the Tab key alone, from wherever the focus is."""
    expect(wanted).to_be_visible()
    for _ in range(_MOST_TABS):
        wanted.page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"the Tab key never reaches {wanted}")


def reach(wanted: Locator) -> None:
    """Come to a control by the Tab key from the one before it, and see that it has the focus.

    Shift+Tab leaves it and Tab comes back only where it has its place in the order of Tab; so
    a page is walked as by `by_tab`, without all the keys on the way.
    """
    expect(wanted).to_be_visible()
    seen = ""
    for _ in range(_TRIES):
        wanted.focus()
        wanted.page.keyboard.press("Shift+Tab")
        wanted.page.keyboard.press("Tab")
        seen = wanted.evaluate(_SEEN)
        if not seen:
            return
    pytest.fail(f"{wanted} by the Tab key: {seen}")


def enter(page: Page) -> None:
    """Press Enter, and return on the page that it leads to."""
    with page.expect_navigation(wait_until="domcontentloaded", timeout=_SLOW_MS):
        page.keyboard.press("Enter")


def press(wanted: Locator, *, come: Coming = reach) -> None:
    """Come to a link or a button and press it; return on the page that it leads to."""
    come(wanted)
    enter(wanted.page)


def write(wanted: Locator, text: str, *, come: Coming = reach) -> None:
    """Come to a field and type, in place of what it holds."""
    come(wanted)
    wanted.page.keyboard.press("Control+a")
    wanted.page.keyboard.type(text)


def tick(wanted: Locator) -> None:
    """Tick a box by Space; choose a radio button by the arrow keys of its group."""
    if wanted.get_attribute("type") != "radio":
        reach(wanted)
        wanted.page.keyboard.press("Space")
        expect(wanted).to_be_checked()
        return
    steps = wanted.evaluate(_STEPS_IN_GROUP)
    wanted.page.keyboard.press("Shift+Tab")
    wanted.page.keyboard.press("Tab")
    _arrows(wanted.page, steps)
    if not steps:
        wanted.page.keyboard.press("Space")
    expect(wanted).to_be_checked()
    seen = wanted.evaluate(_SEEN)
    assert not seen, (wanted, seen)


def choose(wanted: Locator, value: str) -> None:
    """Choose an option of a list by the arrow keys."""
    reach(wanted)
    _arrows(wanted.page, wanted.evaluate(_STEPS_IN_LIST, value))
    expect(wanted).to_have_value(value)


def _arrows(page: Page, steps: int) -> None:
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")


def hand_over(wanted: Locator, file: Path | FilePayload) -> None:
    """Come to the field of a file; the window in which it is chosen is not the page's."""
    reach(wanted)
    wanted.set_input_files(file)


def fetch(wanted: Locator) -> Path:
    """Come to a link or a button that gives a file; return the file."""
    reach(wanted)
    with wanted.page.expect_download(timeout=_SLOW_MS) as sent:
        wanted.page.keyboard.press("Enter")
    return sent.value.path()
