"""The gate before look-ups by number and holder: free, or for a puzzle or a while of waiting.

Nothing here refuses anybody. See docs/decisions/0021-nothing-to-learn-by-guessing.md.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from registry.home import Home
from registry.public_database import public_database_url
from templates.labels import Field
from verifier.budgets import Budgets, Sizes
from verifier.budgets_address import Proxies, network_of, trusted_proxies
from verifier.budgets_puzzle import (
    PUZZLE_SECONDS,
    WAITING_SECONDS,
    Challenge,
    make_challenge,
    question_digest,
    read_challenge,
    wait_seconds,
)
from verifier.finding_codes import Code
from verifier.verdict import Verdict

_OF_A_PLACE = frozenset(
    {
        Code.FIELD_DIFFERS,
        Code.FIELD_COVERED,
        Code.PICTURE_FIELD_UNCLEAR,
        Code.PAGE_DIFFERS,
        Code.PAGE_COVERED,
        Code.PAGE_MARKED,
    }
)
"""Findings of one place on the page, by which a guess of what stands there can be told right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What the asker brought for a challenge: untrusted texts, empty where there is none."""

    challenge: str = ""
    solution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a question costs now.

    Args:
        wait_seconds: how long to wait yet, where the puzzle is not solved.
    """

    challenge: Challenge
    wait_seconds: int


class LookUpGate:
    """Stands before every look-up by number and holder, whichever face asks.

    Args:
        budgets: what is counted.
        key: signs challenges; the same in all workers.
        proxies: whose `X-Forwarded-For` is believed.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        budgets: Budgets,
        key: bytes,
        proxies: Proxies,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.budgets = budgets
        self._key = key
        self._proxies = proxies
        self._clock = clock

    def network(self, peer: str | None, forwarded: Iterable[str]) -> str:
        """Return whose budget a request is counted against."""
        return network_of(peer, forwarded, self._proxies)

    def demand(self, network: str, facts: tuple[str | None, ...], paid: Paid) -> Demand | None:
        """Return what the question costs yet; None lets it through.

        Args:
            network: as `network` returns it.
            facts: what is asked, always in the same order.
            paid: what was brought for it.
        """
        grade = self.budgets.grade(network)
        if grade is None:
            return None
        question = question_digest(*facts)
        now = self._clock()
        brought = read_challenge(self._key, paid.challenge, question, now)
        if brought is not None:
            if brought.is_solved_by(paid.solution, now):
                if self.budgets.use_once(brought.mark, keep_seconds=PUZZLE_SECONDS):
                    return None
            else:
                left = brought.issued_at + wait_seconds(grade) - now
                if left > 0:
                    return Demand(challenge=brought, wait_seconds=int(left) + 1)
                if self._has_waited(network, brought):
                    return None
        fresh = make_challenge(self._key, question, grade, now, secrets.token_bytes(8))
        return Demand(challenge=fresh, wait_seconds=fresh.wait_seconds)

    def _has_waited(self, network: str, challenge: Challenge) -> bool:
        """Return whether waiting counts: once a challenge, and one after another for a network."""
        return self.budgets.use_once(
            challenge.mark, keep_seconds=WAITING_SECONDS
        ) and self.budgets.take_turn(
            network, waiting_since=challenge.issued_at, keep_seconds=WAITING_SECONDS
        )

    def settle_file(self, network: str, verdict: Verdict) -> None:
        """Count a file as one that failed where it held a wrong number, name or document number.

        A document number that was held against the page as issued and does not agree counts too:
        which digits of it can be told says as much as a wrong one.
        """
        codes = {one.code for one in verdict.findings}
        differing = {
            one.evidence.get("field") for one in verdict.findings if one.code == Code.FIELD_DIFFERS
        }
        guessed = _tells_document(verdict) or Code.PRINT_NOT_FOUND in codes
        if Code.PICTURE_BY_PRINT in codes:  # a wrong name was looked up before the document number
            guessed |= Field.HOLDER_NAME.value in differing
        if guessed:
            self.budgets.spend(network)
        else:
            self.settle(network, verdict)

    def settle(self, network: str, verdict: Verdict) -> None:
        """Count the look-up if it failed; one that was right, or that asked nothing, is free."""
        if any(one.code == Code.NOT_FOUND for one in verdict.findings):
            self.budgets.spend(network)


def _tells_document(verdict: Verdict) -> bool:
    """Return whether a verdict tells of a document number in the file that it does not agree."""
    name = Field.DOCUMENT_NUMBER.value
    return any(
        one.code in _OF_A_PLACE
        and name in (one.evidence.get("field", ""), *one.evidence.get("places", "").split())
        for one in verdict.findings
    )


def open_gate(home: Home, environment: Mapping[str, str] = os.environ) -> LookUpGate:
    """Return the gate of a home, its budgets in the public side's own database.

    Raises:
        HomeError: a setting is malformed (`budget_invalid`, `trusted_proxies_invalid`), or the
            look-up pepper is missing.
    """
    pepper = home.pepper()
    return LookUpGate(
        Budgets(
            public_database_url(home, environment),
            _derive(pepper, b"budgets"),
            Sizes.read(environment),
        ),
        _derive(pepper, b"puzzles"),
        trusted_proxies(environment),
    )


def _derive(pepper: bytes, purpose: bytes) -> bytes:
    return hmac.digest(pepper, b"yanzhen/look-up gate/" + purpose, hashlib.sha256)
