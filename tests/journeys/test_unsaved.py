"""A page with something typed and not saved asks before it is left; saving asks nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route

_BASE = Path("templates/pages/desk/base.html")
_SCRIPTS = Path("templates/static")
_PAGE = """<!doctype html><meta charset="utf-8">
<form method="post" action="/save"><input type="hidden" name="token" value="1">
<input name="mark" value="60"><select name="level"><option>三级<option>四级</select>
<label><input type="checkbox" name="seen" value="yes">看过</label><button>保存</button></form>
<form method="get" action="/find"><input name="search"><button>查找</button></form>
<form method="post" action="/out"><button>退出</button></form>
<form method="post" action="/codes.xlsx"><input type="checkbox" name="sure">
<button>生成</button></form>
<a href="/next" data-key="h">下一页</a> <a href="/sheet.xlsx">下载</a>
<script src="/static/desk/keys.js"></script><script src="/static/desk/unsaved.js"></script>"""


@pytest.fixture
def page(browser: Browser) -> Page:
    """A page of the desks' forms, whose script comes from a file as the policy asks."""
    page = browser.new_page()

    def answer(route: Route) -> None:
        path = route.request.url.split("/", 3)[3]
        if path.startswith("static/"):
            route.fulfill(path=_SCRIPTS / path.removeprefix("static/"))
        elif path.endswith(".xlsx"):
            route.fulfill(body="1", headers={"content-disposition": "attachment"})
        else:
            route.fulfill(body=_PAGE if not path else "<p>", content_type="text/html")

    page.route("**/*", answer)
    page.goto("http://desks.example/")
    return page


def asked(page: Page, press: str) -> list[str]:
    """Press something and return the kinds of the questions that came; they are answered no."""
    kinds: list[str] = []

    def answer(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    page.click(press, no_wait_after=True)
    page.wait_for_timeout(200)
    page.remove_listener("dialog", answer)
    return kinds


@pytest.mark.parametrize(
    ("field", "value"), [("mark", "70"), ("level", "四级"), ("seen", "yes"), ("search", "张")]
)
def test_a_link_asks_only_where_a_form_to_save_was_changed(
    page: Page, field: str, value: str
) -> None:
    place = page.locator(f"[name={field}]")
    if field == "level":
        place.select_option(value)
    elif field == "seen":
        place.check()
    else:
        place.fill(value)
    assert asked(page, "a[href$=xlsx]") == []
    assert asked(page, "text=下一页") == (["beforeunload"] if field != "search" else [])
    assert (page.url == "http://desks.example/") == (field != "search")


def test_saving_asks_nothing_and_another_form_does(page: Page) -> None:
    assert asked(page, "text=查找") == []
    page.goto("http://desks.example/")
    page.fill("[name=mark]", "70")
    assert asked(page, "text=退出") == ["beforeunload"]
    assert asked(page, "text=保存") == []
    assert page.url == "http://desks.example/save"


def test_a_tick_for_a_file_that_was_sent_is_gone_from_the_page_that_stays(page: Page) -> None:
    page.check("[name=sure]")
    assert asked(page, "text=生成") == []
    assert page.url == "http://desks.example/" and not page.is_checked("[name=sure]")


def test_a_shortcut_asks_before_it_leaves_a_form_that_was_typed_in(page: Page) -> None:
    kinds: list[str] = []

    def answer(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    page.fill("[name=mark]", "70")
    page.focus("text=保存")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_timeout(300)
    assert (kinds, page.url) == (["beforeunload"], "http://desks.example/")
    assert page.input_value("[name=mark]") == "70"


def test_every_page_of_the_desks_has_the_script() -> None:
    assert "filename='desk/unsaved.js'" in _BASE.read_text()
