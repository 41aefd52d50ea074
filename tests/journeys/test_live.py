"""A page that follows work is loaded again when that goes on, unless somebody types into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

_SCRIPTS = Path("templates/static")
_PAGE = """<!doctype html><meta charset="utf-8">
<div class="progress" data-state="waiting" data-poll="/progress"><span data-part="text"></span>
<span data-part="count"><i data-part="done"></i><i data-part="total"></i></span>
<progress></progress><p data-part="lost" hidden>lost</p>
<p data-part="news" hidden>有新进展，<a href="/?again">刷新查看</a></p>
</div><form method="post"><textarea name="result"></textarea></form>
<script src="/static/desk/live.js"></script>"""


@pytest.fixture
def page(browser: Browser) -> Page:
    """A page that waits, whose work is over the first time that it asks."""
    page = browser.new_page()

    def answer(route: Route) -> None:
        path = route.request.url.split("/", 3)[3]
        if path.startswith("static/"):
            route.fulfill(path=_SCRIPTS / path.removeprefix("static/"))
        elif path == "progress":
            route.fulfill(json={"state": "over", "text": "", "done": 1, "total": 1})
        else:
            route.fulfill(body=_PAGE, content_type="text/html")

    page.route("**/*", answer)
    page.goto("http://desks.example/")
    return page


def test_a_page_that_nobody_uses_is_loaded_again(page: Page) -> None:
    with page.expect_navigation():
        pass
    expect(page.locator("[data-part=news]")).to_be_hidden()


@pytest.mark.parametrize("does", ["types", "is about to"])
def test_a_page_into_which_somebody_types_says_that_something_is_new(page: Page, does: str) -> None:
    field = page.locator("[name=result]")
    field.focus()
    if does == "types":
        field.fill("等级系涂改")
        field.blur()
    expect(page.get_by_role("link", name="刷新查看")).to_be_visible()
    assert field.input_value() == ("等级系涂改" if does == "types" else "")
