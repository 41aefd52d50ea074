"""What a question costs once a budget is spent: a puzzle to solve, or else a while to wait.

A challenge is a short text that this side signs and does not keep. It is bound to one question, so
whoever solves it or waits for it gets the answer to that question and to no other. The puzzle: find
a decimal number such that SHA-256 of `challenge.number` begins with so many zero bits.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

PUZZLE_SECONDS = 600
"""How long a solution is taken; the puzzle itself takes seconds."""
WAITING_SECONDS = 3600
"""How long one may come back after having waited."""
_VERSION = "1"
_CLOCK_SECONDS = 60  # by which the clocks of several hosts may differ
_LEAST_BITS = 17
_LEAST_WAIT_SECONDS = 10
_NONCE_BYTES = 8
_MAC_BYTES = 16
_MAX_TEXT = 200
_MAX_SOLUTION = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A signed demand for work or patience, for one question.

    Args:
        text: what stands in forms and JSON.
        issued_at: whole seconds since 1970.
        grade: how dear the question was when it was put.
    """

    text: str
    issued_at: int
    grade: int

    @property
    def zero_bits(self) -> int:
        """How many zero bits the hash of a solution begins with."""
        return _LEAST_BITS + self.grade

    @property
    def wait_seconds(self) -> int:
        """How long to wait instead."""
        return wait_seconds(self.grade)

    @property
    def mark(self) -> bytes:
        """What is kept of it once it was used."""
        return hashlib.sha256(self.text.encode()).digest()[:16]

    def is_solved_by(self, solution: str, now: float) -> bool:
        """Return whether `solution` (untrusted) solves the puzzle, in time."""
        if not (solution.isascii() and solution.isdigit() and len(solution) <= _MAX_SOLUTION):
            return False
        digest = hashlib.sha256(f"{self.text}.{solution}".encode()).digest()
        zero = int.from_bytes(digest) >> (256 - self.zero_bits) == 0
        return zero and now - self.issued_at <= PUZZLE_SECONDS


def wait_seconds(grade: int) -> int:
    """Return how long to wait for a question of this grade; each grade doubles it."""
    return _LEAST_WAIT_SECONDS << grade


def question_digest(*facts: str | None) -> bytes:
    """Return what a challenge is bound to: exactly these texts, in this order."""
    message = b"".join(
        b"\0" if one is None else b"\1" + len(data).to_bytes(4, "big") + data
        for one, data in ((one, (one or "").encode("utf-8", "surrogatepass")) for one in facts)
    )
    return hashlib.sha256(message).digest()


def make_challenge(key: bytes, question: bytes, grade: int, now: float, nonce: bytes) -> Challenge:
    """Return a challenge for the question.

    Args:
        key: the secret that all workers share.
        question: as `question_digest` returns it.
        nonce: 8 random bytes.
    """
    issued_at = int(now)
    head = f"{_VERSION}.{issued_at}.{grade}.{nonce.hex()}"
    text = f"{head}.{_mac(key, head, question)}"
    return Challenge(text=text, issued_at=issued_at, grade=grade)


def read_challenge(key: bytes, text: str, question: bytes, now: float) -> Challenge | None:
    """Return the challenge that `text` (untrusted) is, or None: not ours, or not for this."""
    head, _, mac = text.rpartition(".") if len(text) <= _MAX_TEXT else ("", "", "")
    if not text.isascii() or not hmac.compare_digest(mac, _mac(key, head, question)):
        return None
    _, issued_at, grade, _ = head.split(".")
    challenge = Challenge(text=text, issued_at=int(issued_at), grade=int(grade))
    age_seconds = now - challenge.issued_at
    return challenge if -_CLOCK_SECONDS <= age_seconds <= WAITING_SECONDS else None


def _mac(key: bytes, head: str, question: bytes) -> str:
    message = b"yanzhen/puzzle/" + question + head.encode("ascii")
    return hmac.digest(key, message, hashlib.sha256)[:_MAC_BYTES].hex()
