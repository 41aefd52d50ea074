"""Compares the photo on a picture with the photo as issued, dot by dot; a part of `picture_child`.

Never a face: nothing is looked for or measured in a face, and nobody is recognised. Two prints of
one photo are alike all over, whatever it shows; two photos are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.picture_reference import Box

Plane = NDArray[np.float32]

_SIZE: Final = (60, 84)  # dots, across and down: what survives a messenger
_SEARCH: Final = 4  # of those
_BLURS: Final = (0.5, 1.0, 1.6, 2.4)
_BLOCKS: Final = (3, 4)
_PLAIN: Final = 0.25  # of the average contrast: blocks plainer than this are not compared
_HUE_SIZE: Final = (30, 42)  # dots, across and down: compressing smears colours
_HARDLY_ANY: Final = 3.0  # of 255
_EDGE: Final = 3  # dots: what lies at the frame may be cut by it


@dataclass(frozen=True, slots=True, kw_only=True)
class PortraitMatch:
    """How alike two prints of a photo are, each from -1 to 1.

    Args:
        tone: of the brightness all over.
        lines: of the edges all over.
        worst: of the edges, in the block that is least alike.
        contrast: of the picture's photo against that issued, 1 where equal.
        hues: how alike its colours are, what all of it has in common aside; None where either has
            hardly any, as in a picture without colours.
    """

    tone: float
    lines: float
    worst: float
    contrast: float
    hues: float | None


def match_portrait(
    reference: NDArray[np.uint8], picture: NDArray[np.uint8], box: Box
) -> PortraitMatch:
    """Return how alike the two photos at `box` are.

    Args:
        reference: the page as issued, red, green and blue.
        picture: the picture laid onto it.
    """
    wide = _SIZE[0] + 2 * _SEARCH, _SIZE[1] + 2 * _SEARCH
    margin = round(_SEARCH * (box[2] - box[0]) / _SIZE[0])
    issued = _grey(reference, box, 0, _SIZE)
    around = _grey(picture, box, margin, wide)
    best: tuple[float, Any, Any] = (-2.0, issued, issued)
    for blur in _BLURS:
        soft = cv2.GaussianBlur(issued, (0, 0), blur)
        like = cv2.matchTemplate(around, soft, cv2.TM_CCOEFF_NORMED)
        like[~np.isfinite(like)] = -1
        _, value, _, _ = cv2.minMaxLoc(like)
        if value > best[0]:
            best = (float(value), soft, like)
    tone, soft, like = best
    shown = _cut_at(around, *_summit(like))
    lines, worst = _edges_alike(soft, shown)
    spread = float(shown.std()) / max(1.0, float(soft.std()))
    return PortraitMatch(
        tone=tone,
        lines=lines,
        worst=worst,
        contrast=spread,
        hues=_hues_alike(reference, picture, box),
    )


def _summit(like: Plane) -> tuple[float, float]:
    """Return where two planes are most alike, across and down, between the dots too.

    Half a dot off, edges that are the same are a tenth less alike.
    """
    _, _, _, (left, top) = cv2.minMaxLoc(like)
    return left + _beside(like[top], left), top + _beside(like[:, left], top)


def _beside(values: Plane, at: int) -> float:
    """Return how far the top of the parabola through a highest value and its neighbours is off."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(one) for one in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else max(-0.5, min(0.5, (before - after) / (2 * bend)))


def _cut_at(around: Plane, left: float, top: float) -> Plane:
    shift = np.array([[1, 0, left], [0, 1, top]], np.float32)
    mode = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(around, shift, _SIZE, flags=mode, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.float32)


def _hues_alike(reference: NDArray[np.uint8], picture: NDArray[np.uint8], box: Box) -> float | None:
    one, other = _hues(reference, box), _hues(picture, box)
    powers = float((one**2).mean()), float((other**2).mean())
    if min(powers) < _HARDLY_ANY**2:
        return None
    return float((one * other).mean()) / float(np.sqrt(powers[0] * powers[1]))


def _hues(colours: NDArray[np.uint8], box: Box) -> Plane:
    """Return how much redder and bluer than green each part of a photo is than its average."""
    left, top, right, bottom = box
    cut = np.ascontiguousarray(colours[top:bottom, left:right])
    small = cv2.resize(cut, _HUE_SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
    soft = cv2.GaussianBlur(small, (0, 0), 1.0)
    hues = np.stack([soft[..., 0] - soft[..., 1], soft[..., 2] - soft[..., 1]], axis=-1)
    return np.asarray(hues - hues.mean(axis=(0, 1)), np.float32)


def _grey(colours: NDArray[np.uint8], box: Box, margin: int, size: tuple[int, int]) -> Plane:
    left, top = max(0, box[0] - margin), max(0, box[1] - margin)
    cut = np.ascontiguousarray(colours[top : box[3] + margin, left : box[2] + margin])
    grey = cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _edges_alike(one: Plane, other: Plane) -> tuple[float, float]:
    """Return how alike the edges are all over, and in the least alike block that has any."""
    first, second = _gradient(one), _gradient(other)
    shared = (first * second).sum(axis=2)
    powers = ((first**2).sum(axis=2), (second**2).sum(axis=2))
    all_over = _ratio(shared, *powers)
    average = float(powers[0].mean())
    blocks = []
    height, width = shared.shape
    for row in range(_BLOCKS[1]):
        for column in range(_BLOCKS[0]):
            part = (
                slice(row * height // _BLOCKS[1], (row + 1) * height // _BLOCKS[1]),
                slice(column * width // _BLOCKS[0], (column + 1) * width // _BLOCKS[0]),
            )
            if float(powers[0][part].mean()) >= _PLAIN * average:
                blocks.append(_ratio(shared[part], powers[0][part], powers[1][part]))
    return all_over, min(blocks, default=all_over)


def _gradient(plane: Plane) -> Plane:
    across = cv2.Sobel(plane, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(plane, cv2.CV_32F, 0, 1)
    both = np.stack([across, down], axis=-1)[_EDGE:-_EDGE, _EDGE:-_EDGE]
    return np.asarray(both, np.float32)


def _ratio(shared: Plane, one: Plane, other: Plane) -> float:
    return float(shared.sum() / max(1e-6, float(np.sqrt(one.sum() * other.sum()))))
