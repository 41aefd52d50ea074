"""A page whose picture is kept, so that what the benchmark draws cannot change unseen.

The picture is made by whoever makes the golden pages of tests/pdf, from `golden_page` at
`PICTURE_DPI`; until it is there, only the comparison with a fresh printer guards our pictures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bench.issue_awards import URL_PREFIX, awards, face_of
from bench.issue_gate import picture_faults
from bench.issue_ours import Ours

GOLDEN: Final = Path(__file__).parents[1] / "tests" / "pdf" / "golden" / "benchmark.png"
_DIGITS: Final = "0123456789" * 48  # as many as a record of ours takes


def golden_page(ours: Ours) -> bytes:
    """Return the same page on every run: the first award, with a QR text that nobody signed."""
    (award,) = awards(0, 1)
    return ours.seal(face_of(award, URL_PREFIX + _DIGITS))[0]


def golden_faults(ours: Ours, golden: Path = GOLDEN) -> list[str]:
    """Return how the page differs from its kept picture; nothing where none is kept."""
    if not golden.exists():
        return []
    return list(picture_faults(golden_page(ours), golden.read_bytes()))
