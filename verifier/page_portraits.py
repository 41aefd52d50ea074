"""Tells whether two drawings of a portrait are of one picture; no faces are recognised.

What another program does to a picture (compress it again, turn it grey, shift its colours) is
allowed for: brightness is fitted first. Source: domain.md, photos are compared by image, never by
face recognition.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_CELL: Final = 5  # pixels, 0.9 mm
_FARTHEST: Final = 2  # pixels that another program may draw it off its place
_MOVES: Final = range(-_FARTHEST, _FARTHEST + 1)
_HALVES: Final = tuple((down, right) for down in (-0.5, 0.0, 0.5) for right in (-0.5, 0.0, 0.5))
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
    inner = printed[_FARTHEST:-_FARTHEST, _FARTHEST:-_FARTHEST]
    moves = [(down, right) for down in _MOVES for right in _MOVES]
    seen = [_compare(inner, _moved(shown, *move)) for move in moves]
    if any(one is not None and _is_same(one) for one in seen):
        return False
    # Edges of another program lie between the dots: each cell counts where it is most alike.
    far = [np.inf if one is None else float((one[0] > _FAR).sum()) for one in seen]
    best = moves[int(np.argmin(far))]
    near = [_compare(inner, _moved(_between(shown, *half), *best)) for half in _HALVES]
    told = [one for one in near if one is not None]
    return len(told) < len(near) or not _is_same(np.min(np.array(told), axis=0))


def _between(pixels: NDArray[np.uint8], down: float, right: float) -> NDArray[np.uint8]:
    """Return a picture moved by less than a pixel."""
    affine, smooth = Image.Transform.AFFINE, Image.Resampling.BICUBIC
    frame = (1, 0, right, 0, 1, down)
    size = (pixels.shape[1], pixels.shape[0])
    return np.asarray(Image.fromarray(pixels).transform(size, affine, frame, smooth))


def _moved(pixels: NDArray[np.uint8], down: int, right: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    top, left = _FARTHEST + down, _FARTHEST + right
    return pixels[top : height - _FARTHEST + down, left : width - _FARTHEST + right]


def _compare(printed: NDArray[np.uint8], shown: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Return how far each cell is off in brightness and in colour; None where nothing is alike."""
    was, now = _averaged(printed), _averaged(shown)
    light, other = was.mean(axis=2), now.mean(axis=2)
    gain, offset = _fitted(light, other)
    if not _GAINS[0] <= gain <= _GAINS[1]:
        return None
    hue, other_hue = was - light[..., None], now - other[..., None]
    grey = np.abs(other_hue).max() <= _GREY  # printed in grey
    strange = np.zeros_like(light) if grey else np.abs(hue - other_hue).max(axis=2)
    return np.array([np.abs(gain * light + offset - other), strange])


def _is_same(off: NDArray[np.float64]) -> bool:
    far, strange = off
    return int((far > _FAR).sum()) < _LEAST_CELLS and int((strange > _HUE_FAR).sum()) < _LEAST_CELLS


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
