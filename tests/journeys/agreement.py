"""Asks the server's verifier and the browser's the same questions, and compares the answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from playwright.sync_api import BrowserContext, Page

from verifier.service import Verifier
from verifier.verdict import verdict_to_json

BATCH = 100

_JUDGE = """async ({ texts, now, asked }) => {
  const { unanswered, verifyText } = await import('/static/verify.js');
  const { readTrustList } = await import('/static/trust_list.js');
  const load = async (address) => (await fetch(address)).text();
  const { subtle } = window.crypto;
  const pin = document.querySelector('meta[name="root-pin"]').content;
  const trust = await readTrustList(await load('/keys.json'), pin, subtle);
  const tables = JSON.parse(await load('/tables.json'));
  const judge = async (text) => {
    const judged = await verifyText(text, { trust, tables, now: new Date(now), subtle });
    return asked ? unanswered(judged, tables) : judged;
  };
  return Promise.all(texts.map(judge));
}"""


_READY = "() => navigator.serviceWorker.ready.then(one => one.active.state)"


def cut_off(page: Page, context: BrowserContext, address: str) -> None:
    """Open the scanner of the site at `address`, cut the network, and open it again from memory."""
    page.goto(f"{address}/scan")
    page.evaluate(_READY)
    page.reload()
    context.set_offline(True)
    page.reload()


def disagreements(
    page: Page, verifier: Verifier, now: datetime, texts: Iterable[str], *, asked: bool = False
) -> Iterator[tuple[str, Any, Any]]:
    """Yield each text that the two verifiers answer differently, with both answers.

    Args:
        page: any page of a site whose verifier this is.
        verifier: the server's, without a register.
        now: the reference time of both.
        asked: the register was asked and gave no answer; else it was not asked.
    """
    waiting = iter(texts)
    while batch := list(islice(waiting, BATCH)):
        answers = page.evaluate(_JUDGE, {"texts": batch, "now": now.isoformat(), "asked": asked})
        for text, browser in zip(batch, answers, strict=True):
            server = verdict_to_json(verifier.verify_qr(text))
            if comparable(server) != comparable(browser):
                yield text, comparable(server), comparable(browser)


def comparable(verdict: dict[str, Any]) -> Any:
    """Return what both must agree on: everything but explanations only the server gives."""
    alike = ("outcome", "status", "summary", "checked_at", "demo", "trust_list")
    kept = {name: verdict[name] for name in alike}
    kept["findings"] = [
        {
            "code": one["code"],
            "severity": one["severity"],
            "message_zh": one["message_zh"],
            "message_en": one["message_en"],
            "evidence": {k: v for k, v in one["evidence"].items() if k != "reason"},
        }
        for one in verdict["findings"]
    ]
    printed = verdict["certificate"]
    kept["certificate"] = (
        None if printed is None else {k: printed[k] for k in printed if k != "number_parts"}
    )
    return json.loads(json.dumps(kept))
