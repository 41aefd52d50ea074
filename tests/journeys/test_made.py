"""A page whose form makes a file is loaded again once it is made, unless somebody typed into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

_SCRIPTS = Path("templates/static")


@pytest.fixture
def page(browser: Browser) -> Page:
    """A page with a form that makes a file, and says how often it was made."""
    page, made = browser.new_page(), [0]

    def answer(route: Route) -> None:
        path = route.request.url.split("/", 3)[3]
        if path.startswith("static/"):
            route.fulfill(path=_SCRIPTS / path.removeprefix("static/"))
        elif path == "bundle":
            made[0] += 1
            route.fulfill(body="ZIP", headers={"Content-Disposition": "attachment"})
        elif path == "bundles":
            route.fulfill(json={"made": made[0]})
        else:
            body = f"""<!doctype html><meta charset="utf-8"><p>made {made[0]}</p><input name="to">
            <form method="post" action="/bundle" data-made="/bundles" data-count="{made[0]}">
            <button>make</button></form><script src="/static/desk/made.js"></script>"""
            route.fulfill(body=body, content_type="text/html")

    page.route("**/*", answer)
    page.goto("http://desks.example/")
    return page


def test_the_page_says_that_the_file_was_made(page: Page) -> None:
    with page.expect_download():
        page.get_by_role("button", name="make").click()
    expect(page.get_by_text("made 1")).to_be_visible()


def test_what_somebody_typed_meanwhile_stays(page: Page) -> None:
    page.locator("[name=to]").fill("检察院")
    with page.expect_response("**/bundle"):
        page.get_by_role("button", name="make").click()
    page.wait_for_timeout(1500)
    expect(page.get_by_text("made 0")).to_be_visible()
    expect(page.locator("[name=to]")).to_have_value("检察院")
