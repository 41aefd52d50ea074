"""The two technique sets of wear: A for setting thresholds by, B for testing."""

from __future__ import annotations

from collections.abc import Mapping

from tests.forgery import wear_a, wear_b
from tests.forgery.raster_edits import Hand


def wears_of(hand: Hand) -> Mapping[str, wear_a.Wear]:
    """Return the wears of a technique set; both have the same names."""
    return wear_a.WEARS if hand is Hand.A else wear_b.WEARS
