"""Drill: Python's verifier and the browser's agree on every QR text, genuine or tampered with."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.drills.drill import Drill, Facts, Figure, Part, ToolMissing, require_none
from tests.journeys.agreement import cut_off, disagreements
from tests.journeys.conftest import launch, serving
from tests.journeys.sample_codes import (
    NOW,
    World,
    genuine_texts,
    make_world,
    tampered_texts,
)
from tests.journeys.site_apps import make_app
from tests.keys.trust_samples import trust_list
from tests.tools import HEADLESS_SHELL, has_chromium
from verifier.service import Verifier

_TEXTS = {Figure.FULL: 1_000, Figure.SHORT: 60}


def _mixed_texts(world: World, seed: int) -> Iterator[str]:
    """Yield genuine texts and tampered ones by turns."""
    for pair in zip(genuine_texts(world, seed), tampered_texts(world, seed), strict=False):
        yield from pair


_OFFLINE = "mixed, network cut"
_TEXTS_OF = {"genuine": genuine_texts, "tampered": tampered_texts, _OFFLINE: _mixed_texts}


def _parts(figure: Figure, seed: int) -> list[Part]:
    return [
        Part(name=kind, run=partial(_run, kind=kind, count=_TEXTS[figure], seed=seed))
        for kind in _TEXTS_OF
    ]


def _run(_: Path, *, kind: str, count: int, seed: int) -> Facts:
    world = make_world()
    # Without a register: what the browser can say by itself is what the signature says.
    verifier = Verifier(lambda: trust_list(world.document), None, b"", lambda: NOW)
    texts = list(islice(_TEXTS_OF[kind](world, seed), count))
    outcomes = Counter(verifier.verify_qr(text).outcome.value for text in texts)
    with _page(verifier, offline=kind == _OFFLINE) as page:
        differing = list(disagreements(page, verifier, NOW, texts))
    faults = [f"server {own['outcome']}, browser {other['outcome']}" for _, own, other in differing]
    require_none(faults, f"{kind} texts judged differently")
    return {
        f"{kind} texts": count,
        **{f"{kind}, {name} to both": number for name, number in sorted(outcomes.items())},
        "judged differently": 0,
    }


@contextmanager
def _page(verifier: Verifier, *, offline: bool) -> Iterator[Page]:
    if not has_chromium():
        raise ToolMissing(f"no Chromium (package {HEADLESS_SHELL})")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with serving(make_app(verifier)) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            context = browser.new_context()
            page = context.new_page()
            if offline:
                cut_off(page, context, address)
            else:
                page.goto(f"{address}/q")
            yield page
        finally:
            browser.close()


DRILL = Drill(
    name="browser",
    promise="The server's verifier and the browser's give the same verdict on every QR text.",
    method="""1 000 genuine QR texts (both algorithms, many names) and 1 000 tampered with in every
        way we know are judged by the server's verifier and, in headless Chromium on the real
        pages, by the browser's own. Outcome, status, findings in both languages, evidence and
        printed fields must be the same. So are 1 000 more, genuine and tampered with by turns, on
        the scanner's page after the network was cut: it and the trust list come from the browser's
        own memory. Neither asks the register, so a genuine text is
        inconclusive to both: its present status is not known.""",
    parts=_parts,
    defect="The browser's verifier no longer compares the address of the code with our own hosts.",
    defect_part="tampered",
)
