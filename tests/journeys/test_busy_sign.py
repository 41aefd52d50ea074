"""A form with files shows that it is on its way, and is not sent twice."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

_SCRIPT = Path("templates/static/busy.js")
_PAGE = """
<form data-busy="正在上传" action="/"><button>上传</button></form>
<form id="other"><button>保存</button></form>
"""
_COUNT = """
window.sent = 0;
document.addEventListener('submit', (event) => {
  if (!event.defaultPrevented) window.sent += 1;
  event.preventDefault();
});
"""


def test_a_form_with_files_says_that_it_is_being_sent_and_goes_once(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(_PAGE)
    page.add_script_tag(path=_SCRIPT)
    page.evaluate(_COUNT)
    form, bar = page.locator("form[data-busy]"), page.locator("progress")
    expect(bar).to_be_hidden()
    for _ in range(2):
        form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_have_text("正在上传")
    expect(bar).to_be_visible()
    expect(form).to_have_attribute("aria-busy", "true")
    page.locator("#other button").click()
    assert page.evaluate("window.sent") == 2  # the upload once, the other form as ever
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    expect(bar).to_be_hidden()
    form.get_by_role("button").click()
    assert page.evaluate("window.sent") == 3
    page.close()
