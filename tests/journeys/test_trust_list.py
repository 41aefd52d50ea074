"""The page believes only a signed trust list under the pinned root, and never an older one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from keys.algorithms import Algorithm
from keys.document import KeyDocument, dump_key_document
from keys.ring import Standing
from tests.journeys.conftest import serving
from tests.journeys.site import PHONE, Site, running_site
from tests.journeys.site_apps import make_app
from tests.journeys.test_landing import NO_ED25519
from tests.keys.trust_samples import (
    ONE,
    list_file,
    one_root,
    published,
    root_document,
    root_key,
    signed_root,
)
from tests.verifier.world import NOW, PEPPER, unreachable
from verifier.catalogue import CATALOGUE
from verifier.finding_codes import Code
from verifier.service import Verifier
from verifier.verdict import Outcome

ROLLBACKS = 200
_ROLL_BACK = """async ({ lists, newest }) => {
  const { readTrustList } = await import('/static/trust_list.js');
  const { acceptTrust } = await import('/static/trust_memory.js');
  const pin = document.querySelector('meta[name="root-pin"]').content;
  const take = async (text) => {
    const trust = await readTrustList(text, pin, window.crypto.subtle);
    acceptTrust(trust, window.localStorage);
    return trust.document.version;
  };
  await take(newest);
  const said = [];
  for (const text of lists) said.push(await take(text).catch((error) => error.code));
  return said;
}"""


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


def serve_list(page: Page, data: bytes) -> None:
    """Let the page get these bytes for the published list from now on."""

    def answer(route: Route) -> None:
        route.fulfill(body=data, content_type="application/json")

    page.unroute("**/keys.json")
    page.route("**/keys.json", answer)


def open_code(page: Page, site: Site) -> None:
    page.goto("about:blank")
    page.goto(site.link(site.current))


def refused(page: Page, code: Code) -> None:
    expect(page.locator("h1")).to_have_text(Outcome.INCONCLUSIVE.text.zh)
    expect(page.locator("[data-slot=findings]")).to_contain_text(CATALOGUE[code].text.zh)


def version(site: Site, number: int) -> KeyDocument:
    return replace(site.document, version=number)


def test_every_one_of_many_rollbacks_is_refused(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/q")
    lists = [published(version(site, number)).decode() for number in range(1, ROLLBACKS + 1)]
    newest = published(version(site, ROLLBACKS + 1)).decode()
    said = page.evaluate(_ROLL_BACK, {"lists": lists, "newest": newest})
    assert said == ["trust_list_older"] * ROLLBACKS


def test_an_older_list_is_refused_on_the_page_and_the_code_is_sent_to_nobody(
    page: Page, site: Site
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    serve_list(page, published(version(site, 5)))
    open_code(page, site)
    expect(page.locator("h1")).to_have_text(Outcome.VALID.text.zh)
    serve_list(page, published(version(site, 4)))
    asked.clear()
    open_code(page, site)
    refused(page, Code.TRUST_LIST_OLDER)
    assert not [url for url in asked if "/api/" in url]


def test_a_lagging_cache_is_passed_by(page: Page, site: Site) -> None:
    serve_list(page, published(version(site, 5)))
    open_code(page, site)
    expect(page.locator("h1")).to_have_text(Outcome.VALID.text.zh)
    answers = [published(version(site, number)) for number in (4, 5)]
    page.unroute("**/keys.json")
    page.route("**/keys.json", lambda route: route.fulfill(body=answers.pop(0)))
    open_code(page, site)
    expect(page.locator("h1")).to_have_text(Outcome.VALID.text.zh)
    assert answers == []


def test_another_list_of_the_same_version_is_refused(page: Page, site: Site) -> None:
    serve_list(page, published(version(site, 5)))
    open_code(page, site)
    expect(page.locator("h1")).to_have_text(Outcome.VALID.text.zh)
    serve_list(page, published(replace(version(site, 5), demo=False)))
    open_code(page, site)
    refused(page, Code.TRUST_LIST_FORKED)


def test_what_is_not_signed_as_it_must_be_is_refused(page: Page, site: Site) -> None:
    stranger = root_key("stranger")
    foreign = signed_root(root_document([stranger]), [stranger])
    alone = signed_root(root_document([stranger], version=2), [stranger])
    document = version(site, 9)
    for data in (
        dump_key_document(document),
        list_file(document, [one_root()], []),
        list_file(document, [one_root()], [stranger]),
        list_file(document, [foreign], [stranger]),
        list_file(document, [one_root(), alone], [stranger]),
        list_file(document, [one_root(), one_root()], [ONE]),
        list_file(document, [], [ONE]),
        published(document).replace(b'"payload": "', b'"more": 1, "payload": "', 1),
    ):
        serve_list(page, data)
        open_code(page, site)
        refused(page, Code.TRUST_LIST_UNSIGNED)


def test_the_page_follows_a_rotation_of_the_root_and_not_back(page: Page, site: Site) -> None:
    new = root_key("new")
    second = signed_root(root_document([ONE, new], threshold=2, version=2), [ONE, new])
    serve_list(page, list_file(version(site, 6), [one_root(), second], [new, ONE]))
    open_code(page, site)
    expect(page.locator("h1")).to_have_text(Outcome.VALID.text.zh)
    serve_list(page, published(version(site, 7)))
    open_code(page, site)
    refused(page, Code.TRUST_LIST_OLDER)


def test_a_browser_without_the_roots_algorithm_offers_the_servers_check(
    page: Page, site: Site
) -> None:
    edwards = root_key("edwards", Algorithm.EDDSA)
    second = signed_root(root_document([edwards], version=2), [ONE, edwards])
    data = list_file(version(site, 6), [one_root(), second], [edwards])
    serve_list(page, data)
    open_code(page, site)
    expect(page.locator("h1")).to_have_text(Outcome.VALID.text.zh)
    page.add_init_script(NO_ED25519)
    page.route("**/api/**", lambda route: route.abort())
    open_code(page, site)
    expect(page.locator("h1")).to_have_text("此浏览器不能在本机验证签名")


def test_version_and_age_are_shown_and_an_expired_list_says_so(
    browser: Browser, site: Site
) -> None:
    composed = NOW - timedelta(days=200)
    expired = replace(
        site.document, published_at=composed, expires_at=composed + timedelta(days=180)
    )
    old = Site(world=site.world, document=expired, look=site.look)
    verifier = Verifier(old.trust, unreachable, PEPPER, lambda: NOW)
    with serving(make_app(verifier)) as address:
        page = browser.new_page()
        page.clock.set_fixed_time(NOW)
        page.goto(site.current.qr_text(f"{address}/q#"))
        expect(page.locator("[data-slot=trust]")).to_have_text(
            "核验依据：信任列表第 1 版，200 天前编制"
        )
        expect(page.locator("[data-slot=findings]")).to_contain_text("已满 200 天，超过有效期")
        page.goto(address)
        page.fill("#number", str(site.current.number))
        page.fill("#name", site.current.record.holder_name)
        page.click(".look-up button")
        expect(page.locator("main")).to_contain_text("信任列表第 1 版，200 天前编制")
        page.close()
    verifier.close()


def test_a_compromised_key_makes_no_code_sound(page: Page, site: Site) -> None:
    (body,) = site.document.bodies
    lost = replace(
        body.keys[0], standing=Standing.COMPROMISED, compromised_since=NOW - timedelta(days=1)
    )
    bodies = (replace(body, keys=(lost, *body.keys[1:])),)
    serve_list(page, published(replace(site.document, version=8, bodies=bodies)))
    page.route("**/api/**", lambda route: route.abort())
    open_code(page, site)
    expect(page.locator("h1")).to_have_text(Outcome.INCONCLUSIVE.text.zh)
    expect(page.locator("[data-slot=findings]")).to_contain_text("签名密钥已声明自")
