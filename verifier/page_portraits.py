"""Tells whether two drawings of a portrait are of one picture; no faces are recognised.

What another program does to a picture (compress it again, turn it grey, shift its colours) is
allowed for: brightness is fitted first. Source: domain.md, photos are compared by image, never by
face recognition.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_CELL: Final = 5  # pixels, 0.9 mm
_FARTHEST: Final = 2  # pixels that another program may draw it off its place
_MOVES: Final = range(-_FARTHEST, _FARTHEST + 1)
_FAR: Final = 30  # of 255: how much brighter or darker a cell is
_LEAST_CELLS: Final = 5
_HUE_FAR: Final = 28
_GREY: Final = 6
_GAINS: Final = (0.5, 2.0)


def portraits_differ(printed: NDArray[np.uint8], shown: NDArray[np.uint8]) -> bool:
    """Return whether a portrait is not the one that was printed.

    Args:
        printed: the portrait as issued, red, green and blue.
        shown: the same place of the page in question, of the same size.
    """
    moves = [(down, right) for down in _MOVES for right in _MOVES]
    inner = printed[_FARTHEST:-_FARTHEST, _FARTHEST:-_FARTHEST]
    return all(_differ(inner, _moved(shown, *move)) for move in moves)


def _moved(pixels: NDArray[np.uint8], down: int, right: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    top, left = _FARTHEST + down, _FARTHEST + right
    return pixels[top : height - _FARTHEST + down, left : width - _FARTHEST + right]


def _differ(printed: NDArray[np.uint8], shown: NDArray[np.uint8]) -> bool:
    was, now = _averaged(printed), _averaged(shown)
    light, other = was.mean(axis=2), now.mean(axis=2)
    gain, offset = _fitted(light, other)
    if not _GAINS[0] <= gain <= _GAINS[1]:
        return True
    far = np.abs(gain * light + offset - other) > _FAR
    if int(far.sum()) >= _LEAST_CELLS:
        return True
    hue, other_hue = was - light[..., None], now - other[..., None]
    if np.abs(other_hue).max() <= _GREY:
        return False  # printed in grey
    strange = np.abs(hue - other_hue).max(axis=2) > _HUE_FAR
    return int(strange.sum()) >= _LEAST_CELLS


def _fitted(light: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float]:
    """Return gain and offset that bring one brightness near the other."""
    spread = float(light.var())
    if spread < 1:
        return 1.0, float(other.mean() - light.mean())
    gain = float(((light - light.mean()) * (other - other.mean())).mean()) / spread
    return gain, float(other.mean() - gain * light.mean())


def _averaged(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    height, width = (side // _CELL * _CELL for side in pixels.shape[:2])
    cells = pixels[:height, :width].reshape(height // _CELL, _CELL, width // _CELL, _CELL, 3)
    averaged: NDArray[np.float64] = cells.mean(axis=(1, 3))
    return averaged
