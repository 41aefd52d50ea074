"""Looking a certificate up in a real browser: without script, by keyboard, in print."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import PHONE, Site, running_site
from tests.verifier.world import DOCUMENT, NAME
from verifier.verdict import Outcome


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    """The start page on a phone, with script and without."""
    width, height = PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=request.param
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(site.address)
    yield page
    context.close()


@pytest.fixture
def script_page(browser: Browser, site: Site) -> Iterator[Page]:
    """The start page on a desk, with script."""
    page = browser.new_page()
    page.goto(site.address)
    yield page
    page.close()


def headline(page: Page, words: str) -> None:
    expect(page.locator("h1")).to_have_text(words)


def test_by_number_and_name(page: Page, site: Site) -> None:
    page.fill("#number", str(site.current.number))
    page.fill("#name", NAME)
    page.click(".look-up button")
    headline(page, Outcome.VALID.text.zh)
    assert page.url == f"{site.address}/verify"


def test_the_status_on_a_day_is_told_beside_the_present_one(page: Page, site: Site) -> None:
    expect(page.locator("#on")).to_be_hidden()
    page.fill("#number", str(site.current.number))
    page.fill("#name", NAME)
    page.click(".look-up summary")
    page.fill("#on", "2020-05-01")
    page.click(".look-up button")
    headline(page, Outcome.VALID.text.zh)
    expect(page.locator("body")).to_contain_text("2020年5月1日当日状态：尚未核发")
    page.click("text=English")
    expect(page.locator("body")).to_contain_text("On 1 May 2020: not yet issued")


def test_a_day_to_come_is_asked_for_again_in_place(page: Page, site: Site) -> None:
    page.fill("#number", str(site.current.number))
    page.fill("#name", NAME)
    page.click(".look-up summary")
    page.fill("#on", "2999-01-01")
    page.click(".look-up button")
    expect(page.locator("#on")).to_be_visible()
    expect(page.locator("#on")).to_have_value("2999-01-01")
    expect(page.locator("#on-wrong")).to_contain_text("今天或以前")


def test_by_number_and_document_number(page: Page, site: Site) -> None:
    expect(page.locator("#document")).to_be_hidden()
    page.fill("#number", str(site.current.number))
    page.check("#by-document")
    expect(page.locator("#name")).to_be_hidden()
    page.fill("#document", DOCUMENT)
    page.click(".look-up button")
    headline(page, Outcome.VALID.text.zh)
    assert page.url == f"{site.address}/verify"


def test_a_slip_is_corrected_in_place(page: Page, site: Site) -> None:
    page.fill("#number", str(site.current.number))
    page.click(".look-up button")
    expect(page.locator("#name-wrong")).to_have_text("请填写持证人姓名")
    page.fill("#name", "王小明")
    page.click(".look-up button")
    headline(page, Outcome.NOT_FOUND.text.zh)
    page.fill("#name", NAME)
    page.click(".look-up button")
    headline(page, Outcome.VALID.text.zh)


def test_a_result_can_be_read_in_english_and_another_check_begun(page: Page, site: Site) -> None:
    page.fill("#number", str(site.current.number))
    page.fill("#name", NAME)
    page.click(".look-up button")
    page.get_by_role("button", name="English").click()
    headline(page, Outcome.VALID.text.en)
    assert NAME not in page.url
    page.get_by_role("link", name="Check another").click()
    headline(page, "Check a vocational skill level certificate")


def test_a_pasted_code(page: Page, site: Site) -> None:
    page.fill("#text", site.link(site.revoked))
    page.get_by_role("button", name="核验内容").click()
    headline(page, Outcome.NOT_CURRENT.text.zh)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("certificate.pdf", Outcome.VALID), ("edited.pdf", Outcome.ALTERED)],
)
def test_an_uploaded_file(page: Page, site: Site, name: str, outcome: Outcome) -> None:
    page.set_input_files("#file", site.file(name))
    page.click(".upload button")
    headline(page, outcome.text.zh)


def test_an_edited_file_shows_both_names(script_page: Page, site: Site) -> None:
    script_page.set_input_files("#file", site.file("edited.pdf"))
    script_page.click(".upload button")
    row = script_page.locator(".facts tr", has_text="姓名").first
    expect(row).to_contain_text(NAME)
    expect(row).to_contain_text("文件所印：欧阳丽")


def test_everything_can_be_done_by_keyboard(script_page: Page, site: Site) -> None:
    page, press = script_page, script_page.keyboard.press
    press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    press("Enter")
    press("Tab")
    expect(page.locator("#number")).to_be_focused()
    page.keyboard.type(str(site.current.number))
    press("Tab")
    expect(page.locator("#by-name")).to_be_focused()
    press("ArrowRight")
    expect(page.locator("#by-document")).to_be_checked()
    press("Tab")
    expect(page.locator("#document")).to_be_focused()
    page.keyboard.type(DOCUMENT)
    press("Enter")
    headline(page, Outcome.VALID.text.zh)


def test_the_focus_can_be_seen(script_page: Page) -> None:
    for _ in range(12):
        script_page.keyboard.press("Tab")
        width = script_page.evaluate(
            "() => getComputedStyle(document.activeElement.matches('input[type=radio]')"
            " ? document.activeElement.closest('label') : document.activeElement).outlineWidth"
        )
        assert width == "3px"


def test_a_result_prints_without_what_cannot_be_used_on_paper(
    script_page: Page, site: Site
) -> None:
    page = script_page
    page.fill("#number", str(site.current.number))
    page.fill("#name", NAME)
    page.click(".look-up button")
    expect(page.locator("#print")).to_be_visible()
    page.emulate_media(media="print")
    for hidden in (".switches", ".actions", ".skip"):
        expect(page.locator(hidden)).to_be_hidden()
    for shown in (".banner", ".facts >> nth=0", ".findings", ".demo-strip", ".site-foot"):
        expect(page.locator(shown)).to_be_visible()


def test_a_link_fills_the_form_without_telling_the_server(script_page: Page, site: Site) -> None:
    page = script_page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("about:blank")
    page.goto(f"{site.address}/#number={site.current.number}&name={NAME}")
    expect(page.locator("#number")).to_have_value(str(site.current.number))
    expect(page.locator("#name")).to_have_value(NAME)
    assert all(str(site.current.number) not in url.partition("#")[0] for url in asked)
    page.keyboard.press("Enter")
    headline(page, Outcome.VALID.text.zh)


def test_a_file_that_is_too_large_is_told_before_it_is_sent(script_page: Page) -> None:
    page = script_page
    page.evaluate(
        """() => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(21 * 2 ** 20)], 'a.pdf'));
          const input = document.getElementById('file');
          input.files = files.files;
          input.dispatchEvent(new Event('change', { bubbles: true }));
        }"""
    )
    message = page.locator("#file").evaluate("(input) => input.validationMessage")
    assert "20 MB" in message


def test_a_refused_form_puts_the_focus_on_what_is_wrong(page: Page) -> None:
    page.locator("#name").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".trouble")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#number")).to_be_focused()
