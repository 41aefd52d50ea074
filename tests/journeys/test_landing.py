"""What a scanned code opens, in a real browser: with and without register, script, WebCrypto."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.journeys.conftest import launch, serving
from tests.journeys.site import LAN_HOST, PHONE, Site, running_site
from tests.journeys.site_apps import make_app
from tests.keys.trust_samples import trust_list
from tests.verifier.world import NAME, NOW, PEPPER, unreachable
from verifier.service import Verifier
from verifier.site.words import SIGNATURE_WRONG
from verifier.verdict import Outcome

NO_ED25519 = """
  const real = crypto.subtle.importKey.bind(crypto.subtle);
  crypto.subtle.importKey = (format, key, kind, ...rest) => kind.name === 'Ed25519'
    ? Promise.reject(new DOMException('', 'NotSupportedError'))
    : real(format, key, kind, ...rest);
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    width, height = PHONE
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def headline(page: Page, words: str) -> None:
    expect(page.locator("h1")).to_have_text(words)


def test_a_genuine_code_is_valid_and_shows_every_field(page: Page, site: Site) -> None:
    page.goto(site.link(site.current))
    headline(page, Outcome.VALID.text.zh)
    facts = page.locator("[data-slot=facts]")
    for shown in (NAME, str(site.current.number), "三级/高级工", "2026年3月9日", "202600000001"):
        expect(facts).to_contain_text(shown)
    expect(page.locator("#demo-strip")).to_be_visible()


def test_an_eddsa_signature_is_checked_too(page: Page, site: Site) -> None:
    page.goto(site.link(site.edwards))
    headline(page, Outcome.VALID.text.zh)


def test_the_signature_is_shown_at_once_while_the_status_is_asked(page: Page, site: Site) -> None:
    page.route("**/api/**", lambda route: None)
    page.goto(site.link(site.current))
    headline(page, "签名真实")
    expect(page.locator("[data-slot=asking]")).to_contain_text("正在查询证书现在是否有效")
    expect(page.locator(".banner")).to_have_class(re.compile("tone-note"))  # green is for in force
    expect(page.locator("[data-slot=facts]")).to_contain_text(NAME)
    for too_early in ("暂时无法连接", "离线核验"):
        expect(page.locator("main")).not_to_contain_text(too_early)


def test_the_fragment_never_stands_in_the_address_of_a_request(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.link(site.current))
    headline(page, Outcome.VALID.text.zh)
    page.get_by_role("link", name="English").click()
    headline(page, Outcome.VALID.text.en)
    page.reload()
    headline(page, Outcome.VALID.text.en)
    digits = site.link(site.current).partition("#")[2][:40]
    assert len(asked) > 10
    # Chromium names the fragment of a page it opens; what it sends has none.
    assert [url for url in asked if digits in url.partition("#")[0]] == []


def test_with_the_api_down_the_signature_still_counts(page: Page, site: Site) -> None:
    page.route("**/api/**", lambda route: route.abort())
    page.goto(site.link(site.current))
    headline(page, Outcome.INCONCLUSIVE.text.zh)
    expect(page.locator(".meaning")).to_contain_text("签名真实，但暂时查不到证书现在的状态")
    expect(page.locator("[data-slot=findings]")).to_contain_text("暂时无法连接登记库")
    expect(page.locator("main")).not_to_contain_text("离线核验")
    expect(page.locator("[data-slot=facts]")).to_contain_text(NAME)
    page.unroute("**/api/**")
    page.get_by_role("button", name="重新查询状态").click()
    headline(page, Outcome.VALID.text.zh)


def test_with_the_database_down_the_answer_is_inconclusive(page: Page, site: Site) -> None:
    site.look = unreachable
    try:
        page.goto(site.link(site.current))
        headline(page, Outcome.INCONCLUSIVE.text.zh)
        expect(page.locator("[data-slot=findings]")).to_contain_text("签名有效")
        expect(page.locator("[data-slot=findings]")).to_contain_text("暂时无法连接登记库")
    finally:
        site.look = site.world.look


def test_a_page_opened_before_works_with_the_server_gone(page: Page, site: Site) -> None:
    verifier = Verifier(lambda: trust_list(site.document), unreachable, PEPPER, lambda: NOW)
    with serving(make_app(verifier)) as address:
        digits = site.link(site.unrecorded).partition("#")[2]
        page.goto(f"{address}/q#{digits}")
        expect(page.locator("#outcome")).to_be_visible()
    digits = site.link(site.current).partition("#")[2]
    page.goto(f"{address}/q#{digits}")
    expect(page.locator("[data-slot=facts]")).to_contain_text(str(site.current.number))
    expect(page.locator("[data-slot=findings]")).to_contain_text("签名有效")


@pytest.mark.parametrize("tail", ["&appinstall=0", "?from=timeline", "%20"])
def test_what_a_chat_app_appends_does_no_harm(page: Page, site: Site, tail: str) -> None:
    page.goto(site.link(site.current) + tail)
    headline(page, Outcome.VALID.text.zh)


def test_a_query_a_chat_app_inserts_does_no_harm(page: Page, site: Site) -> None:
    page.goto(site.link(site.current).replace("/q#", "/q?from=singlemessage#"))
    headline(page, Outcome.VALID.text.zh)


@pytest.mark.parametrize(
    ("certificate", "outcome"),
    [
        ("revoked", Outcome.NOT_CURRENT),
        ("superseded", Outcome.NOT_CURRENT),
        ("unrecorded", Outcome.UNREGISTERED),
        ("unfiled", Outcome.UNKNOWN_ISSUER),
    ],
)
def test_each_standing_has_its_words(
    page: Page, site: Site, certificate: str, outcome: Outcome
) -> None:
    page.goto(site.link(getattr(site, certificate)))
    headline(page, outcome.text.zh)


@pytest.mark.parametrize(
    "certificate", ["current", "archive", "revoked", "superseded", "unrecorded", "unfiled"]
)
def test_the_scanned_and_the_pasted_code_get_the_same_banner(
    page: Page, site: Site, certificate: str
) -> None:
    link = site.link(getattr(site, certificate))
    page.goto(link)
    page.wait_for_selector("#outcome")
    expect(page.locator("[data-slot=asking]")).to_have_count(0)
    scanned = banner(page)
    page.goto(site.address)
    page.fill("#text", link)
    page.get_by_role("button", name="核验内容").click()
    page.wait_for_selector("#outcome")
    assert banner(page) == scanned


def banner(page: Page) -> tuple[list[str], list[str], str | None]:
    shown = page.locator(".banner")
    states = shown.locator(".state").all_inner_texts()
    advice = page.locator("section:has(#compare) > p").inner_text()
    said = [shown.locator(".meaning").inner_text(), advice]
    return said, states, shown.get_attribute("class")


def test_an_altered_code_shows_nothing_to_compare(page: Page, site: Site) -> None:
    page.goto(site.altered_link())
    headline(page, Outcome.ALTERED.text.zh)
    expect(page.locator("[data-slot=facts]")).to_have_count(0)
    expect(page.locator(".meaning")).to_contain_text(SIGNATURE_WRONG.zh)


def test_a_page_on_a_foreign_host_names_it(page: Page, site: Site) -> None:
    page.goto(site.link(site.current).replace("127.0.0.1", "localhost"))
    headline(page, Outcome.ALTERED.text.zh)
    expect(page.locator("[data-slot=findings]")).to_contain_text("localhost:")


def test_a_second_code_in_the_same_page_is_checked_anew(page: Page, site: Site) -> None:
    page.goto(site.link(site.current))
    headline(page, Outcome.VALID.text.zh)
    page.goto(site.link(site.revoked))
    headline(page, Outcome.NOT_CURRENT.text.zh)
    page.go_back()
    headline(page, Outcome.VALID.text.zh)


def test_after_an_answer_the_other_ways_stay_shut(page: Page, site: Site) -> None:
    page.goto(site.link(site.current))
    headline(page, Outcome.VALID.text.zh)
    expect(page.locator("[data-slot=asking]")).to_have_count(0)
    page.wait_for_timeout(5500)  # after which they would appear by themselves
    expect(page.locator("#ways")).not_to_be_visible()


def test_a_damaged_code_offers_the_other_ways(page: Page, site: Site) -> None:
    page.goto(site.link(site.current)[:200])
    headline(page, Outcome.INCONCLUSIVE.text.zh)
    expect(page.get_by_role("heading", name="按证书编号查询")).to_be_visible()


def test_without_its_fragment_the_page_offers_the_other_ways(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/q")
    headline(page, "没有读到证书数据")
    for way in ("重新扫描", "上传证书", "按证书编号查询", "粘贴完整网址"):
        expect(page.get_by_role("heading", name=way)).to_be_visible()
    expect(page.locator("#server-check")).to_be_hidden()
    page.fill("#number", str(site.current.number))
    page.fill("#name", NAME)
    page.click(".look-up button")
    headline(page, Outcome.VALID.text.zh)


def test_without_the_keys_the_server_is_offered(page: Page, site: Site) -> None:
    page.route("**/keys.json", lambda route: route.abort())
    page.goto(site.link(site.current))
    headline(page, "暂时不能在本机验证签名")
    page.get_by_role("button", name="提交核验").click()
    headline(page, Outcome.VALID.text.zh)
    assert page.url == f"{site.address}/verify/qr"


def test_without_ed25519_in_the_browser_the_server_checks(
    context: BrowserContext, site: Site
) -> None:
    context.add_init_script(NO_ED25519)
    page = context.new_page()
    page.goto(site.link(site.edwards))
    headline(page, Outcome.VALID.text.zh)
    page.route("**/api/**", lambda route: route.abort())
    page.reload()
    headline(page, Outcome.INCONCLUSIVE.text.zh)
    expect(page.get_by_text("签名采用 EdDSA 算法，这里不能核验该算法")).to_be_visible()
    page.get_by_role("button", name="提交核验").click()
    headline(page, Outcome.VALID.text.zh)


def test_an_sm2_signature_is_left_to_the_server(page: Page, site: Site) -> None:
    page.goto(site.link(site.sm2))
    headline(page, Outcome.VALID.text.zh)
    page.route("**/api/**", lambda route: route.abort())
    page.reload()
    headline(page, Outcome.INCONCLUSIVE.text.zh)
    expect(page.get_by_text("签名采用 SM2 算法，这里不能核验该算法")).to_be_visible()
    page.get_by_role("button", name="提交核验").click()
    headline(page, Outcome.VALID.text.zh)


def test_without_webcrypto_the_server_is_offered(playwright: Playwright, site: Site) -> None:
    rule = f"--host-resolver-rules=MAP {LAN_HOST} 127.0.0.1"
    browser = launch(playwright, rule)
    try:
        page = browser.new_page()
        page.goto(site.link(site.current).replace("127.0.0.1", LAN_HOST))
        headline(page, "此浏览器不能在本机验证签名")
        page.get_by_role("button", name="提交核验").click()
        headline(page, Outcome.VALID.text.zh)
    finally:
        browser.close()


def test_without_script_the_other_ways_are_there_at_once(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.link(site.current))
    expect(page.get_by_text("此浏览器没有启用脚本")).to_be_visible()
    page.fill("#text", site.link(site.current))
    page.get_by_role("button", name="核验内容").click()
    headline(page, Outcome.VALID.text.zh)
    context.close()


def test_when_the_script_does_not_start_the_other_ways_appear(page: Page, site: Site) -> None:
    page.route("**/landing.js", lambda route: route.abort())
    page.goto(site.link(site.current))
    way = page.get_by_role("heading", name="按证书编号查询")
    expect(way).to_be_hidden()
    expect(way).to_be_visible(timeout=15_000)


def test_the_language_is_kept_and_the_code_taken_along(page: Page, site: Site) -> None:
    page.goto(site.link(site.current))
    headline(page, Outcome.VALID.text.zh)
    page.get_by_role("link", name="English").click()
    headline(page, Outcome.VALID.text.en)
    page.goto("about:blank")
    page.goto(site.link(site.revoked))
    headline(page, Outcome.NOT_CURRENT.text.en)
    page.get_by_role("link", name="中文").click()
    headline(page, Outcome.NOT_CURRENT.text.zh)


def test_large_type_is_kept_beside_the_language_and_the_code_taken_along(
    page: Page, site: Site
) -> None:
    page.goto(site.link(site.current))
    headline(page, Outcome.VALID.text.zh)
    page.get_by_role("link", name="长者模式").click()
    headline(page, Outcome.VALID.text.zh)
    page.get_by_role("link", name="English").click()
    headline(page, Outcome.VALID.text.en)
    page.goto("about:blank")
    page.goto(site.link(site.revoked))
    headline(page, Outcome.NOT_CURRENT.text.en)
    expect(page.locator("html")).to_have_class("elder")
    page.goto(f"{site.address}/scan")
    expect(page.locator("html")).to_have_class("elder")
    page.get_by_role("link", name="Standard view").click()
    expect(page.locator("html")).not_to_have_class("elder")
    page.wait_for_function("document.cookie.includes('view=standard')")  # its script has run
    page.goto(site.address)
    expect(page.locator("html")).not_to_have_class("elder")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "certificate", ["current", "revoked", "superseded", "unrecorded", "unfiled"]
)
def test_the_script_and_the_server_show_a_verdict_in_the_same_words(
    page: Page, site: Site, certificate: str, language: str
) -> None:
    link = site.link(getattr(site, certificate))
    page.goto(link.replace("/q#", f"/q?lang={language}#"))
    page.wait_for_selector("[data-slot=checked]")
    by_script = page.locator("#result").locator(".banner, .card").all_inner_texts()
    page.goto(site.address)
    page.fill("#text", link)
    page.locator("form", has=page.locator("#text")).locator("button").click()
    page.wait_for_selector("#print:not([hidden])")
    by_server = page.locator(".banner, .card").all_inner_texts()
    assert [text.split() for text in by_script] == [text.split() for text in by_server]
