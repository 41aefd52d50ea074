"""The browser's verifier and the server's judge every QR text and every signature alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.agreement import disagreements
from tests.journeys.conftest import serving
from tests.journeys.sample_codes import (
    NOW,
    World,
    every_bit_flipped,
    genuine_texts,
    make_world,
    tampered_texts,
)
from tests.journeys.site_apps import make_app
from tests.keys.trust_samples import trust_list
from tests.vectors.cases import SIGNATURE_FILES, signature_cases
from tests.verifier.world import PEPPER, unreachable
from verifier.service import Verifier
from verifier.verdict import Outcome

SEED = 20261123
GENUINE = 60
TAMPERED = 200

_VERIFY_SIGNATURES = """async (cases) => {
  const { verifySignature } = await import('/static/signature.js');
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const verify = (one) => verifySignature(
    one.algorithm, one.jwk, bytes(one.message_hex), bytes(one.signature_hex), crypto.subtle);
  return Promise.all(cases.map(verify));
}"""


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def verifier(world: World) -> Verifier:
    """The server's verifier without its register: what a signature alone can say."""
    return Verifier(lambda: trust_list(world.document), None, b"", lambda: NOW)


@pytest.fixture(scope="module")
def page(browser: Browser, verifier: Verifier) -> Iterator[Page]:
    with serving(make_app(verifier)) as address:
        page = browser.new_page()
        page.goto(f"{address}/q")
        yield page
        page.close()


def test_genuine_codes_get_the_same_verdict(page: Page, verifier: Verifier, world: World) -> None:
    texts = islice(genuine_texts(world, SEED), GENUINE)
    assert list(disagreements(page, verifier, NOW, texts)) == []


def test_a_register_that_does_not_answer_leaves_the_same_verdict(page: Page, world: World) -> None:
    away = Verifier(lambda: trust_list(world.document), unreachable, PEPPER, lambda: NOW)
    texts = list(islice(genuine_texts(world, SEED), GENUINE))
    texts += islice(tampered_texts(world, SEED), TAMPERED)
    assert list(disagreements(page, away, NOW, texts, asked=True)) == []


def test_genuine_codes_lack_only_the_register(verifier: Verifier, world: World) -> None:
    for text in islice(genuine_texts(world, SEED), GENUINE):
        codes = {one.code for one in verifier.verify_qr(text).findings}
        assert {"signature_genuine", "issuer_entitled", "registry_not_asked"} <= codes


def test_tampered_codes_get_the_same_verdict(page: Page, verifier: Verifier, world: World) -> None:
    texts = islice(tampered_texts(world, SEED), TAMPERED)
    assert list(disagreements(page, verifier, NOW, texts)) == []


def test_codes_that_hold_words_get_the_same_verdict(page: Page, verifier: Verifier) -> None:
    texts = [
        "😀你好",
        "\ufeff你\u200b好 ",
        "长" * 201,
        "x" * 100_000,
        "你好。",
        "你。好",
        "WIFI:S:a;;",
    ]
    texts += ["\u3000", "a.b", "c/d", "1234", "\ud800"]
    assert list(disagreements(page, verifier, NOW, texts)) == []


def test_tampering_reaches_every_outcome_a_signature_can_show(
    verifier: Verifier, world: World
) -> None:
    texts = islice(tampered_texts(world, SEED), TAMPERED)
    verdicts = [verifier.verify_qr(text) for text in texts]
    outcomes = {verdict.outcome for verdict in verdicts}
    assert outcomes == {Outcome.ALTERED, Outcome.UNKNOWN_ISSUER, Outcome.INCONCLUSIVE}
    said = {finding.code for verdict in verdicts for finding in verdict.findings}
    assert "key_compromised_unasked" in said


def test_every_flipped_bit_gets_the_same_verdict(
    page: Page, verifier: Verifier, world: World
) -> None:
    texts = list(every_bit_flipped(world, SEED))
    assert len(texts) >= 8 * (1 + 48 + 64)
    assert list(disagreements(page, verifier, NOW, texts)) == []


@pytest.mark.parametrize("name", SIGNATURE_FILES)
def test_published_signature_vectors_are_judged_as_on_the_server(page: Page, name: str) -> None:
    cases = list(signature_cases(name))
    judged = page.evaluate(_VERIFY_SIGNATURES, [asdict(one) for one in cases])
    wrong = [one.name for one, given in zip(cases, judged, strict=True) if given != one.accepted]
    assert wrong == []
