"""The sample pages of a batch are asked for one after another, and again where one fails."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Route, expect

_SCRIPT = Path("templates/static/desk/samples.js")
_SITE = "http://desks.test"
_PAGE = """
<div class="samples" data-drawing="drawn" data-again="again" data-failed="failed">
<figure data-picture="/2.svg"><img alt="" width="9" hidden><span role="status">drawn</span></figure>
<figure data-picture="/3.svg"><img alt="" width="9" hidden><span role="status">drawn</span></figure>
</div>
"""
_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


def test_sample_pages_come_one_after_another_and_are_tried_again(browser: Browser) -> None:
    page = browser.new_page()
    page.clock.install()
    asked: list[str] = []
    answers = iter((409, 200, 409, 409, 409, 409))

    def answer(route: Route) -> None:
        asked.append(route.request.url.removeprefix(_SITE))
        status = next(answers)
        body = _PICTURE if status == 200 else ""
        route.fulfill(status=status, body=body, content_type="image/svg+xml")

    page.route(f"{_SITE}/*", lambda route: route.fulfill(body=_PAGE, content_type="text/html"))
    page.route(f"{_SITE}/*.svg", answer)
    page.goto(f"{_SITE}/")
    page.add_script_tag(path=_SCRIPT)
    words, pictures = page.get_by_role("status"), page.locator("img")
    expect(words).to_have_text(["again", "drawn"])
    expect(pictures.first).to_be_hidden()
    page.clock.run_for(2000)
    expect(words).to_have_text(["", "again"])
    expect(pictures.first).to_be_visible()
    for wait in (2000, 5000):
        page.clock.run_for(wait)
        expect(words.last).to_have_text("again")
    page.clock.run_for(10_000)
    expect(words.last).to_have_text("failed")
    assert asked == ["/2.svg"] * 2 + ["/3.svg"] * 4
    page.close()
