"""Marks by keyboard alone: Enter and the arrows go from row to row, as in a spreadsheet."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page

_SCRIPT = Path("templates/static/desk/grid.js")
_PAGES = Path("templates/pages/desk")
_PAGE = """<!doctype html><meta charset="utf-8"><form method="post" action="/save">
<table class="grid"><thead><tr><th>行<th>姓名<th>理论<th>技能</thead><tbody>
<tr><th>2<td>甲<td><input name="a2"><td><input name="b2">
<tr><th>3<td>乙<td>缺考<td><input name="b3">
<tr><th>4<td>丙<td><input name="a4" value="60"><td><input name="b4">
</tbody></table><button type="submit">保存</button></form>"""


def at(page: Page) -> str:
    """Return the name of the field that has the focus, or what a button says."""
    found: str = page.evaluate(
        "document.activeElement.name || document.activeElement.textContent.trim()"
    )
    return found


def test_enter_and_arrows_go_up_and_down_a_column_and_save_nothing(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(_PAGE)
    page.add_script_tag(path=_SCRIPT)
    page.focus("[name=a2]")
    for key, name in (
        ("Enter", "a4"),  # over a row without a field there
        ("ArrowUp", "a2"),
        ("ArrowUp", "a2"),
        ("ArrowDown", "a4"),
        ("Shift+Enter", "a2"),
        ("Enter", "a4"),
        ("Enter", "保存"),
    ):
        page.keyboard.press(key)
        assert at(page) == name, key
    page.focus("[name=b2]")
    page.keyboard.press("Enter")
    assert at(page) == "b3"
    page.close()


def test_the_sheets_that_are_typed_into_have_the_script() -> None:
    for name in ("batch_scores.html", "batch_rows.html"):
        assert "filename='desk/grid.js'" in (_PAGES / name).read_text(), name
