"""The scanner in a real browser: camera, pictures, false addresses, and no network at all."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest
import qrcode
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Page,
    Playwright,
    Route,
    expect,
)

from codes.wording import Text
from tests.journeys.agreement import cut_off, disagreements
from tests.journeys.conftest import launch, serving
from tests.journeys.sample_codes import NOW, genuine_texts, make_world, tampered_texts
from tests.journeys.site import PHONE, Site, running_site
from tests.journeys.site_apps import make_app
from tests.keys.trust_samples import trust_list
from tests.verifier.world import NAME
from verifier.service import Verifier
from verifier.verdict import Outcome

NOT_COMPARED = Text(
    "二维码属实；图片上的文字和照片尚未比对",
    "The QR code is genuine; the print and photo in the picture are not compared yet",
)
OFFLINE_INPUTS = 60  # of each kind
FOREIGN = "https://query-certificates.example/q#"
_READY = "() => navigator.serviceWorker.ready.then(one => one.active.state)"
_STUB_DETECTOR = """
  window.BarcodeDetector = class {
    static async getSupportedFormats() { return ['qr_code']; }
    async detect() { return [{ rawValue: window.seen }]; }
  };
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    width, height = PHONE
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def symbol(text: str) -> Image.Image:
    """Return a QR code as a picture."""
    file = BytesIO()
    qrcode.make(text, box_size=5).save(file)
    return Image.open(file).convert("RGB")


def png(text: str) -> bytes:
    """Return a QR code as a file."""
    file = BytesIO()
    symbol(text).save(file, "PNG")
    return file.getvalue()


def choose(page: Page, text: str) -> None:
    """Give the scanner a picture of a code."""
    picture: FilePayload = {"name": "code.png", "mimeType": "image/png", "buffer": png(text)}
    page.set_input_files("#picture", picture)


def headline(page: Page, words: str) -> None:
    expect(page.locator("h1")).to_have_text(words)


def test_a_picture_of_a_code_is_read_here_and_checked(page: Page, site: Site) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.goto(f"{site.address}/scan")
    choose(page, site.link(site.current))
    headline(page, NOT_COMPARED.zh)
    expect(page.locator("[data-slot=facts]")).to_contain_text(NAME)
    expect(page.locator("#leads")).to_be_hidden()
    posts = [one for one in sent if one.startswith("POST")]
    assert posts == [f"POST {site.address}/api/v1/verify/qr"]  # the picture itself stays here


def test_a_tampered_code_is_altered(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/scan")
    choose(page, site.altered_link())
    headline(page, Outcome.ALTERED.text.zh)


def test_one_code_after_another_shows_the_last(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/scan?lang=en")
    choose(page, site.altered_link())
    headline(page, Outcome.ALTERED.text.en)
    choose(page, site.link(site.current))
    headline(page, NOT_COMPARED.en)


def test_a_code_to_another_site_is_named_in_red_and_never_followed(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.address}/scan")
    link = site.link(site.current)
    choose(page, FOREIGN + link.partition("#")[2])
    leads = page.locator("#leads")
    expect(leads).to_be_visible()
    expect(leads).to_contain_text("query-certificates.example")
    red = leads.locator("h2").evaluate("one => getComputedStyle(one).color")
    assert red == "rgb(152, 25, 31)"
    headline(page, Outcome.ALTERED.text.zh)  # no certificate of ours leads there
    choose(page, "https://query-certificates.example/?number=S000012000123263000001")
    expect(leads).to_be_visible()
    assert all(url.startswith((site.address, "blob:", "data:")) for url in asked)


_LEADS = {
    "https:\\\\evil.example\\q#1": "evil.example",
    "https:evil.example/q": "evil.example",
    "HTTP:/Evil.Example:8080": "evil.example:8080",
    "\u200bhttps://evil.example/": "evil.example",
    "\x01https://evil.example/": "evil.example",
    "ht\ttps://ev\nil.example/": "evil.example",
    "https://yz.example.cn@evil.example/": "evil.example",
    "https://evil.example\\@yz.example.cn/": "evil.example",
    "https://evil%2eexample/": "evil.example",
    "https://ｅｖｉｌ。example/": "evil.example",
    "https://yz.examplе.cn/": "yz.xn--exampl-8of.cn",
    "https://yz.example.cn./": "yz.example.cn.",
    "https://ev il.example/": "ev",
    "https://[evil/": "https://[evil/",
    "//evil.example/q": "evil.example",
    "www.evil.example/q#1": "www.evil.example",
    "evil.example:8080": "evil.example:8080",
    "查询：https://evil.example/q": "evil.example",
    "weixin://dl/business x": "weixin://dl/business",
    "javascript:alert(1)": "javascript:alert(1)",
    "1" * 200: None,
    "S000012000123263000001": None,
    "王芳 3.5": None,
    "BEGIN:VCARD": None,
}


def test_wherever_a_phone_would_go_is_named(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/scan")
    told = page.evaluate(
        "async texts => { const { leadsTo } = await import('/static/leads.js');"
        " return texts.map(leadsTo); }",
        list(_LEADS),
    )
    assert dict(zip(_LEADS, told, strict=True)) == _LEADS
    choose(page, "https:\\\\query-certificates.example\\q#1")
    expect(page.locator("#leads")).to_contain_text("query-certificates.example")


def test_a_late_answer_to_an_earlier_code_takes_no_warning_away(
    browser: Browser, site: Site
) -> None:
    page = browser.new_page(service_workers="block")
    page.goto(f"{site.address}/scan")
    expect(page.locator("#list-words")).to_contain_text("信任列表第")
    held: list[Route] = []

    def hold_both_of_the_first(route: Route) -> None:
        if len(held) < 2:
            held.append(route)
        else:
            route.continue_()

    page.route("**/keys.json", hold_both_of_the_first)
    with page.expect_request("**/keys.json"):
        choose(page, site.link(site.current))
    expect(page.locator("#working")).to_be_hidden()
    choose(page, FOREIGN)
    leads = page.locator("#leads")
    expect(leads).to_be_visible()
    for route in held:
        route.continue_()
    page.evaluate("async () => (await import('/static/check.js')).loadTrust()")
    expect(leads).to_be_visible()
    page.close()


def test_a_picture_without_a_code_says_so_and_offers_the_server(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/scan")
    file = BytesIO()
    Image.new("RGB", (300, 300), "white").save(file, "PNG")
    picture: FilePayload = {"name": "x.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page.set_input_files("#picture", picture)
    headline(page, "图片中没有读到二维码")
    expect(page.locator("#whole button")).to_be_visible()
    picture["buffer"] = b"no picture"
    page.set_input_files("#picture", picture)
    headline(page, "图片无法打开")
    expect(page.locator("#whole button")).to_be_visible()


def test_a_picture_of_which_only_the_code_was_read_is_said_not_to_be_compared(
    page: Page, site: Site
) -> None:
    page.goto(f"{site.address}/scan")
    choose(page, site.link(site.current))
    headline(page, NOT_COMPARED.zh)
    expect(page.locator(".banner.tone-good")).to_have_count(0)
    expect(page.locator("[data-slot=meaning]")).to_contain_text("逐项比对整张图片")
    expect(page.locator("[data-slot=advice]")).to_contain_text("有一项不同")
    expect(page.locator("#report-card")).to_be_hidden()  # a report of the code alone says too much
    whole = page.locator("#whole")
    expect(whole).to_contain_text("还没有比对")
    above, below = whole.bounding_box(), page.locator("#result").bounding_box()
    assert above is not None and below is not None and above["y"] < below["y"]
    expect(page.locator("#not-proved ~ *").first).not_to_be_empty()
    whole.get_by_role("button").click()
    expect(page).to_have_url(f"{site.address}/verify/file")


def test_without_a_network_the_signature_is_checked_and_the_status_unknown(
    page: Page, context: BrowserContext, site: Site
) -> None:
    page.goto(f"{site.address}/scan")
    assert page.evaluate(_READY) in ("activated", "activating")
    page.reload()
    expect(page.locator("#list-words")).to_contain_text("信任列表第")
    context.set_offline(True)
    page.reload()
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#list-words")).to_contain_text("信任列表第")
    choose(page, site.link(site.current))
    headline(page, "离线：签名真实，现在的状态未知")
    expect(page.locator("#whole-button")).to_be_disabled()
    expect(page.locator("#whole-later")).to_contain_text("请联网后再比对")
    expect(page.locator("[data-slot=facts]")).to_contain_text(NAME)
    expect(page.locator(".banner.tone-good")).to_have_count(0)
    choose(page, site.altered_link())
    headline(page, Outcome.ALTERED.text.zh)
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Scan and check")
    choose(page, site.link(site.revoked))  # what was revoked cannot be known here
    headline(page, "Offline: signature genuine, present status not known")
    context.set_offline(False)
    expect(page.locator("#whole-button")).to_be_enabled()
    expect(page.locator("#whole-later")).to_be_hidden()
    page.get_by_role("button", name="Ask for the status again").click()
    headline(page, Outcome.NOT_CURRENT.text.en)
    expect(page.locator("[data-slot=status]")).to_contain_text("revoked")


def test_without_a_network_every_code_is_judged_as_by_the_server(
    page: Page, context: BrowserContext
) -> None:
    world = make_world()
    verifier = Verifier(lambda: trust_list(world.document), None, b"", lambda: NOW)
    with serving(make_app(verifier)) as address:
        cut_off(page, context, address)
        for texts in (genuine_texts(world, 7), tampered_texts(world, 7)):
            chosen = islice(texts, OFFLINE_INPUTS)
            assert list(disagreements(page, verifier, NOW, chosen)) == []


def test_the_camera_finds_a_code_and_is_closed_again(
    playwright: Playwright, site: Site, tmp_path: Path
) -> None:
    film = tmp_path / "camera.mjpeg"
    frame = Image.new("RGB", (1280, 720), (205, 205, 200))
    frame.paste(symbol(site.link(site.current)).resize((620, 620)), (330, 50))
    file = BytesIO()
    frame.save(file, "JPEG", quality=92)
    film.write_bytes(file.getvalue() * 3)
    browser = launch(
        playwright,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    page = browser.new_page()
    page.goto(f"{site.address}/scan")
    page.get_by_role("button", name="打开摄像头扫描").press("Enter")  # by the keyboard alone
    headline(page, Outcome.VALID.text.zh)
    expect(page.locator("#view")).to_be_hidden()
    assert page.evaluate("document.getElementById('viewfinder').srcObject === null")
    browser.close()


def test_a_camera_that_may_not_be_used_leads_to_the_picture(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/scan")
    page.click("#camera")  # no permission is given
    headline(page, "摄像头没有打开")
    expect(page.locator("#picture")).to_be_focused()


def test_the_browsers_own_detector_is_used_where_there_is_one(
    page: Page, context: BrowserContext, site: Site
) -> None:
    context.add_init_script(_STUB_DETECTOR)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.address}/scan")
    page.evaluate("text => { window.seen = text; }", site.link(site.current))
    choose(page, "anything")
    headline(page, NOT_COMPARED.zh)
    assert not any("packages/zxing" in url for url in asked if "sw.js" not in url)


def test_only_the_scanner_may_use_the_camera(page: Page, site: Site) -> None:
    for path, allowed in (("/scan", "camera=(self)"), ("/", "camera=()"), ("/q", "camera=()")):
        answer = page.request.get(site.address + path)
        assert allowed in answer.headers["permissions-policy"]
        assert ("wasm-unsafe-eval" in answer.headers["content-security-policy"]) is (
            path == "/scan"
        )


def test_it_can_be_installed(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/scan?lang=en")
    address = page.locator("link[rel=manifest]").get_attribute("href") or ""
    manifest = page.request.get(site.address + address).json()
    assert manifest["start_url"] == "/scan?lang=en"
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        picture = Image.open(BytesIO(page.request.get(site.address + icon["src"]).body()))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_without_script_nothing_is_offered_that_needs_it(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}/scan")
    expect(page.get_by_text("此浏览器没有启用脚本")).to_be_visible()
    expect(page.locator("#camera")).to_be_hidden()
    expect(page.locator("#picture")).to_be_hidden()
    expect(page.get_by_role("link", name="前往首页")).to_be_visible()
    context.close()
