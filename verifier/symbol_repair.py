"""Draws damaged QR symbols anew, with all that is known of any symbol put right, for the reader.

A reader finds a symbol by three finder patterns, which no error correction covers: a crease or
stamp over one of them hides a symbol whose data are hardly touched. What is read is still decided
by the reader: it gets each module as the picture shows it, and the error correction must agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from codes.qr_fixed import FORMATS, framed_modules, modules_a_side
from verifier.symbol_grid import VERSIONS, Grid, fit_grids
from verifier.symbol_places import find_outlines
from verifier.symbol_window import Plane, Window, open_window

_GRIDS = 2
_FORMATS = 3
# Shares of its light that a module is taken to have got from each of its four neighbours.
_UNSHARPNESS = (0.0, 0.15, 0.3)
_DOTS = 6  # of the flattened symbol for each module
_REACH = 3  # dots by which paper may be displaced
_DISPLACEMENT_COST = 0.006
_AROUND = 7  # modules
_DRAWN_DOTS = 4
_QUIET_MODULES = 4


def redraw_symbols(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield clean drawings of what may be symbols, the likeliest first, some several times.

    Args:
        picture: grey.
    """
    for outline in find_outlines(np.asarray(picture, np.float32)):
        window = open_window(picture, outline)
        for grid in fit_grids(window, outline)[:_GRIDS]:
            for light in _modules_seen(window, grid):
                for share in _UNSHARPNESS:
                    bright = light - share * _beside(light) > 0
                    for frame in _likely_frames(light, grid.version):
                        yield _draw(np.where(frame != 0, frame > 0, bright))


def _modules_seen(window: Window, grid: Grid) -> Iterator[Plane]:
    """Yield how light each module is, -1 to 1: where the grid says, then where displaced."""
    size = modules_a_side(grid.version)
    flat = np.pad(window.flattened(grid.corners, size * _DOTS), _REACH, mode="edge")
    offsets = [(down, right) for down in range(2 * _REACH + 1) for right in range(2 * _REACH + 1)]
    seen = np.stack([_at_middles(flat[down:, right:], size) for down, right in offsets])
    yield seen[len(offsets) // 2]
    # Paper that a fold displaced is seen best where the modules around show most contrast.
    clear = np.stack([_mean_around(np.abs(light)) for light in seen])
    cost = [_DISPLACEMENT_COST * ((d - _REACH) ** 2 + (r - _REACH) ** 2) for d, r in offsets]
    best = (clear - np.array(cost, np.float32)[:, np.newaxis, np.newaxis]).argmax(axis=0)
    yield np.take_along_axis(seen, best[np.newaxis], axis=0)[0]


def _at_middles(flat: Plane, size: int) -> Plane:
    """Return the mean of the four dots about each module's middle."""
    whole = flat[: size * _DOTS, : size * _DOTS].reshape(size, _DOTS, size, _DOTS)
    middle = slice(_DOTS // 2 - 1, _DOTS // 2 + 1)
    return np.asarray(whole[:, middle, :, middle].mean(axis=(1, 3)))


def _mean_around(plane: Plane) -> Plane:
    sums = np.pad(plane, (_AROUND // 2 + 1, _AROUND // 2), mode="edge").cumsum(0).cumsum(1)
    rows = sums[_AROUND:] - sums[:-_AROUND]
    return np.asarray((rows[:, _AROUND:] - rows[:, :-_AROUND]) / _AROUND**2)


def _beside(light: Plane) -> Plane:
    """Return the sum of the modules above, below, left and right of each."""
    wide = np.pad(light, 1, constant_values=1)
    return wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]


def _likely_frames(light: Plane, version: int) -> Plane:
    """Return all but data in the likeliest formats, of which a mark may hide both copies."""
    frames = _frames(version)
    return frames[np.argsort(-(frames * light).sum(axis=(1, 2)))[:_FORMATS]]


@lru_cache(maxsize=len(VERSIONS))
def _frames(version: int) -> Plane:
    """Return all but data for each format: 1 where light, -1 where dark, 0 where data stand."""
    shade = {None: 0, False: 1, True: -1}
    return np.array(
        [
            [[shade[dark] for dark in line] for line in framed_modules(version, number)]
            for number in range(FORMATS)
        ],
        np.float32,
    )


def _draw(bright: NDArray[np.bool_]) -> Image.Image:
    wide = np.pad(bright, _QUIET_MODULES, constant_values=True).astype(np.uint8) * 255
    return Image.fromarray(wide.repeat(_DRAWN_DOTS, axis=0).repeat(_DRAWN_DOTS, axis=1))
