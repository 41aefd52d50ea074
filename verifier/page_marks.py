"""Which places of a page to show in dashes of amber: covered ones, and what was added to it.

A part of the child process that compares pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from verifier.page_places import Box
from verifier.seal_states import MANY_ROWS, Change

_MOST: Final = 8
_NEAR: Final = 4  # pixels between places that are shown as one

Difference = tuple[str, str, Change, Box]


def doubtful_places(differences: Sequence[Difference]) -> list[Box]:
    """Return the places that are covered, or hold what the issued page does not, near ones joined.

    Args:
        differences: place, the field in whose row it is, what changed, and where.
    """
    differing = {place for place, _, change, _ in differences if change is Change.DIFFERS}
    marked = [
        (place, near, box)
        for place, near, change, box in differences
        if change in (Change.MARKED, Change.COVERED) and near not in differing
    ]
    many = len({near for place, near, _ in marked if not place and near}) >= MANY_ROWS
    joined: list[Box] = []
    for box in [box for place, _, box in marked if place or not many]:
        apart = [one for one in joined if not _are_near(one, box)]
        joined = [*apart, _around([box, *(one for one in joined if _are_near(one, box))])]
    return sorted(joined, key=lambda box: (box[1], box[0]))[:_MOST]


def _are_near(one: Box, other: Box) -> bool:
    across = max(one[0], other[0]) - min(one[2], other[2])
    down = max(one[1], other[1]) - min(one[3], other[3])
    return max(across, down) <= _NEAR


def _around(boxes: Sequence[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)
