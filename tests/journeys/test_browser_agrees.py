"""The browser's verifier and the server's judge every QR text alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.agreement import disagreements
from tests.journeys.conftest import serving
from tests.journeys.sample_codes import NOW, World, genuine_texts, make_world, tampered_texts
from tests.journeys.site_apps import make_app
from verifier.service import Verifier
from verifier.verdict import Outcome

SEED = 20261123
GENUINE = 60
TAMPERED = 160


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def page(browser: Browser, world: World) -> Iterator[Page]:
    with serving(make_app(lambda: world.document, lambda: NOW)) as address:
        page = browser.new_page()
        page.goto(f"{address}/robots.txt")
        yield page
        page.close()


def test_genuine_codes_get_the_same_verdict(page: Page, world: World) -> None:
    texts = list(islice(genuine_texts(world, SEED), GENUINE))
    assert list(disagreements(page, world.document, NOW, texts)) == []


def test_genuine_codes_lack_only_the_register(world: World) -> None:
    verifier = Verifier(lambda: world.document, None, b"", lambda: NOW)
    for text in islice(genuine_texts(world, SEED), GENUINE):
        codes = {one.code for one in verifier.verify_qr(text).findings}
        assert {"signature_genuine", "issuer_entitled", "registry_unreachable"} <= codes


def test_tampered_codes_get_the_same_verdict(page: Page, world: World) -> None:
    texts = list(islice(tampered_texts(world, SEED), TAMPERED))
    assert list(disagreements(page, world.document, NOW, texts)) == []


def test_tampering_reaches_every_outcome_a_signature_can_show(world: World) -> None:
    verifier = Verifier(lambda: world.document, None, b"", lambda: NOW)
    outcomes = {
        verifier.verify_qr(text).outcome for text in islice(tampered_texts(world, SEED), TAMPERED)
    }
    assert outcomes == {Outcome.ALTERED, Outcome.UNKNOWN_ISSUER, Outcome.INCONCLUSIVE}
