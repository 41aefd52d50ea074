"""Compares the rest of the page, beside the values and the photo; a part of `picture_child`.

Fixed print (title, body, labels, sites) is compared piece by piece with the drawing of the page,
in red light (where stamps are not seen) or in green (where red print is), whichever is more alike.
The seal is compared likewise, in tiles. Lines of text are looked for where the page has none, and
outside the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import cv2
import numpy as np

from codes.simplified import simplified
from verifier.picture_align import Laid
from verifier.picture_lights import Lights, Plane
from verifier.picture_match import BLURS
from verifier.picture_page import Finder
from verifier.picture_reference import Box, Reference
from verifier.picture_surplus import (
    INK,
    NEAR,
    READ,
    find_gold,
    find_red,
    find_surplus,
    read_box,
)
from verifier.picture_words import Reader

Light = tuple[Plane, Plane]

_SEARCH: Final = 7  # dots that print may lie off
_AIR: Final = 12  # dots around a piece, so that blurring it sees what is beside it
_SAMPLE: Final = 12  # pieces by which the blur of the picture is told
_CLEAR: Final = 0.75  # as alike as this in red light: not looked at in green
_TILE: Final = 40  # dots of the seal compared at a time
_SEAL_SHARE: Final = 0.12  # of a tile that the seal must ink
_LEAST_SEEN: Final = 0.25  # of a piece that the edge of the picture cuts
_RIM: Final = 12  # dots along the edges of a page, which a picture of the whole may lack
_MOSTLY: Final = 0.5  # of an edge of the page that a picture leaves out

USUAL: Final = 0.75  # less alike mostly than this: too worn to tell
OTHER: Final = 0.5  # less alike than this: not what was printed
DOUBTFUL: Final = 0.62  # and than this: it cannot be told
SEAL_OTHER: Final = 0.35  # of the seal's tiles
RING_UNLIKE: Final = 0.7  # less alike than this, with its neighbours: a tile of another ring
_RING: Final = (0.5, 1.0)  # of the seal's radius, in which its text runs
_RING_OTHER: Final = 3  # neighbouring tiles of that


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of the page: how alike the two drawings of it are."""

    box: Box
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The rest of a page, in boxes of the page.

    Args:
        differs: print is surplus, or another than was issued.
        unclear: it cannot be told.
    """

    differs: tuple[Box, ...]
    unclear: tuple[Box, ...]


def judge_elsewhere(
    reference: Reference,
    issued: Lights,
    laid: Laid,
    shown: Lights,
    surplus: Plane,
    finder: Finder,
    reader: Reader,
) -> Elsewhere:
    """Return what the rest of a picture laid onto the page comes to.

    Args:
        issued: the page in its lights.
        shown: the picture laid onto it, in its lights.
        surplus: its red ink where the page has none, as `surplus_red` returns it.
    """
    red, green = (issued.ink, shown.ink), (issued.green, shown.green)
    seen = [box for box in reference.fixed if _is_inside(box, laid)]
    blur = _blur(seen, red)
    pieces = [Piece(box=box, likeness=_fixed_likeness(box, red, green, blur)) for box in seen]
    cut = [box for box in reference.fixed if _LEAST_SEEN <= _share_inside(box, laid) < 1]
    differs: list[Box] = []
    unclear = [box for box in cut if _fixed_likeness(box, red, green, blur) < DOUBTFUL]
    if pieces and median(one.likeness for one in pieces) < USUAL:
        unclear.append(_around(seen))
    elif pieces:
        for box in _joined([one.box for one in pieces if one.likeness < OTHER]):
            other = _is_read_otherwise(box, reference, laid, reader)
            (differs if other else unclear).append(box)
        unclear += [one.box for one in pieces if OTHER <= one.likeness < DOUBTFUL]
        tiles = [box for box in _seal_tiles(reference, green[0]) if _is_inside(box, laid)]
        alike = [(box, _likeness(box, green, blur)) for box in tiles]
        others = [box for box, likeness in alike if likeness < OTHER]
        unlike = [box for box, likeness in alike if likeness < RING_UNLIKE]
        if reference.seal is not None and (
            len(others) > SEAL_OTHER * len(tiles) or _is_ring_broken(unlike, reference.seal)
        ):
            unclear.append(reference.seal)
    for box, sure in find_surplus(reference, issued, laid, shown, finder, reader):
        (differs if sure else unclear).append(box)
    unclear += find_red(laid, surplus, finder, reader)
    unclear += find_gold(reference, issued, laid, shown, finder, reader)
    return Elsewhere(differs=tuple(differs), unclear=tuple(unclear))


def _fixed_likeness(box: Box, red: Light, green: Light, blur: float) -> float:
    likeness = _likeness(box, red, blur)
    return likeness if likeness >= _CLEAR else max(likeness, _likeness(box, green, blur))


def _joined(boxes: Sequence[Box]) -> list[Box]:
    """Put neighbouring pieces of a line together."""
    joined: list[Box] = []
    for left, top, right, bottom in boxes:
        if joined:
            last = joined[-1]
            if abs(last[3] - bottom) < NEAR and 0 <= left - last[2] < bottom - top:
                joined[-1] = (last[0], min(last[1], top), right, max(last[3], bottom))
                continue
        joined.append((left, top, right, bottom))
    return joined


def _is_read_otherwise(box: Box, reference: Reference, laid: Laid, reader: Reader) -> bool:
    """Return whether other text than the page has can be read in a box."""
    air = (box[3] - box[1]) // 4
    wide = (box[0] - air, box[1] - air, box[2] + air, box[3] + air)
    issued, _ = read_box(reference.colours, wide, reader)
    shown, likely = read_box(laid.colours, wide, reader)
    return likely >= READ and simplified(issued) != simplified(shown)


def sides_missing(reference: Reference, laid: Laid) -> set[str]:
    """Return at which sides of the page print is not in the picture: top, bottom, left or right."""
    seal = () if reference.seal is None else (reference.seal,)
    if all(_share_inside(box, laid) >= _LEAST_SEEN for box in (*reference.fixed, *seal)):
        return set()
    seen = laid.inside[_RIM:-_RIM, _RIM:-_RIM]
    edges = {"top": seen[0], "bottom": seen[-1], "left": seen[:, 0], "right": seen[:, -1]}
    missing = {side: 1 - float(edge.mean()) for side, edge in edges.items()}
    least = min(_MOSTLY, max(missing.values()))
    return {side for side, share in missing.items() if share >= least}


def _is_inside(box: Box, laid: Laid) -> bool:
    return _share_inside(box, laid) == 1


def _share_inside(box: Box, laid: Laid) -> float:
    part = laid.inside[box[1] : box[3], box[0] : box[2]]
    return float(part.mean()) if part.size else 0.0


def _around(boxes: Sequence[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _blur(boxes: Sequence[Box], light: Light) -> float:
    """Return how much the page is to be blurred to be most alike to the picture."""
    sample = boxes[:: max(1, len(boxes) // _SAMPLE)]
    alike = [[_likeness(box, light, blur) for box in sample] for blur in BLURS]
    return BLURS[int(np.argmax(np.median(alike, axis=1)))] if sample else BLURS[0]


def _likeness(box: Box, light: Light, blur: float) -> float:
    """Return how alike the two drawings of a box are, from -1 to 1."""
    expected, shown = light
    around = _cut(shown, box, _SEARCH)
    soft = cv2.GaussianBlur(_cut(expected, box, _AIR), (0, 0), blur)[_AIR:-_AIR, _AIR:-_AIR]
    like = cv2.matchTemplate(around, np.ascontiguousarray(soft), cv2.TM_CCOEFF_NORMED)
    return float(np.nan_to_num(like, nan=-1, posinf=-1, neginf=-1).max())


def _cut(plane: Plane, box: Box, margin: int) -> Plane:
    """Return a part of a plane with a margin, the edge repeated where it goes beyond."""
    left, top, right, bottom = box
    left, top, right, bottom = left - margin, top - margin, right + margin, bottom + margin
    height, width = plane.shape
    if left >= 0 and top >= 0 and right <= width and bottom <= height:
        return plane[top:bottom, left:right]
    rows = np.clip(np.arange(top, bottom), 0, height - 1)
    columns = np.clip(np.arange(left, right), 0, width - 1)
    return plane[np.ix_(rows, columns)]


def _is_ring_broken(unlike: Sequence[Box], seal: Box) -> bool:
    """Return whether neighbouring tiles of the ring, where a seal names its body, are unlike."""
    ring = [box for box in unlike if _RING[0] <= _from_middle(box, seal) <= _RING[1]]
    left = set(ring)
    while left:
        together = [left.pop()]
        for one in together:
            near = {box for box in left if max(abs(box[0] - one[0]), abs(box[1] - one[1])) <= _TILE}
            left -= near
            together += near
        if len(together) >= _RING_OTHER:
            return True
    return False


def _from_middle(box: Box, seal: Box) -> float:
    """Return how far a tile is from the middle of the seal, in parts of its radius."""
    across = (box[0] + box[2] - seal[0] - seal[2]) / (seal[2] - seal[0])
    down = (box[1] + box[3] - seal[1] - seal[3]) / (seal[3] - seal[1])
    return float(np.hypot(across, down))


def _seal_tiles(reference: Reference, green: Plane) -> list[Box]:
    if reference.seal is None:
        return []
    left, top, right, bottom = reference.seal
    boxes = [
        (x, y, x + _TILE, y + _TILE)
        for y in range(top, bottom - _TILE // 2, _TILE)
        for x in range(left, right - _TILE // 2, _TILE)
    ]
    return [
        box
        for box in boxes
        if (green[box[1] : box[3], box[0] : box[2]] > INK).mean() >= _SEAL_SHARE
    ]
