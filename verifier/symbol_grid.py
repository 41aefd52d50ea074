"""Lays the grid of a QR symbol's modules over a picture by what is known of every symbol.

The outline says roughly where the grid lies. Which way up, of which version, and where exactly, is
what makes finder, timing and alignment patterns fit best, however many of them are damaged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from codes.qr_fixed import fixed_modules, modules_a_side
from verifier.symbol_window import Corners, Plane, Window

# A text of ours takes version 7 to 10; a grid is tried for every one of these.
VERSIONS = range(2, 15)

_LEAST_MODULE_DOTS = 1.7
# From all the ways a grid may lie to the likeliest: how many are gone on with, and by which steps,
# in modules, their corners are moved.
_STARTS = 10
_FIRST_STEPS = (1.0,)
_FIRST_SWEEPS = 2
_REFINED = 4
_STEPS = (3.0, 1.5, 1.0, 0.5, 0.25, 0.12)
_SWEEPS = 6
_LEAST_GAIN = 1e-4
# What is no symbol seldom starts with a fit of more than 0.15, nor ends with one of 0.25; a symbol
# with one finder pattern hidden starts at 0.3 or more and ends at 0.6.
_LEAST_START = 0.2
_LEAST_FIT = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where a symbol lies.

    Args:
        version: of the symbol.
        corners: its upper left, upper right, lower right and lower left, x and y in dots of the
            picture.
        fit: how well the known patterns agree, -1 to 1.
    """

    version: int
    corners: Corners
    fit: float


def fit_grids(window: Window, outline: Corners) -> list[Grid]:
    """Return the grids that fit well, the best first.

    Args:
        window: about the outline.
        outline: of what may be a symbol; four corners clockwise, any of them first.
    """
    sides = np.hypot(*(np.roll(outline, -1, axis=0) - outline).T)
    most_modules = float(sides.mean()) / _LEAST_MODULE_DOTS
    turned = [np.roll(outline, turn, axis=0) for turn in range(4)]
    grids = [
        Grid(version=version, corners=corners, fit=_fit(window, version, corners))
        for version in VERSIONS
        if modules_a_side(version) <= most_modules
        for corners in turned
    ]
    grids = [
        _descend(window, grid, _FIRST_STEPS, _FIRST_SWEEPS) for grid in _best_first(grids)[:_STARTS]
    ]
    grids = [
        _descend(window, grid, _STEPS, _SWEEPS)
        for grid in _best_first(grids)[:_REFINED]
        if grid.fit >= _LEAST_START
    ]
    return [grid for grid in _best_first(grids) if grid.fit >= _LEAST_FIT]


def _best_first(grids: Iterable[Grid]) -> list[Grid]:
    return sorted(grids, key=lambda grid: -grid.fit)


def _descend(window: Window, grid: Grid, steps: Iterable[float], sweeps: int) -> Grid:
    """Move corners by ever smaller steps, each as long as the fit grows."""
    side = float(np.hypot(*(grid.corners[1] - grid.corners[0])))
    module = side / modules_a_side(grid.version)
    for step in steps:
        for _ in range(sweeps):
            before = grid.fit
            grid = _sweep(window, grid, step * module)
            if grid.fit - before < _LEAST_GAIN:
                break
    return grid


def _sweep(window: Window, grid: Grid, step: float) -> Grid:
    """Try each move either way once."""
    for move in _moves():
        for way in (step, -step):
            corners = grid.corners + way * move
            fit = _fit(window, grid.version, corners)
            if fit > grid.fit:
                grid = Grid(version=grid.version, corners=corners, fit=fit)
                break
    return grid


@lru_cache(maxsize=1)
def _moves() -> NDArray[np.float64]:
    """Return how corners move together: all, those of a side, one alone; each across and down."""
    moves = []
    for together in ((0, 1, 2, 3), (0, 1), (1, 2), (2, 3), (3, 0), (0,), (1,), (2,), (3,)):
        for axis in range(2):
            move = np.zeros((4, 2))
            move[list(together), axis] = 1
            moves.append(move)
    return np.array(moves)


@lru_cache(maxsize=len(VERSIONS))
def _known(version: int) -> tuple[Corners, Plane]:
    """Return the middles of the known modules, in parts of the side, and 1 where they are light."""
    size = modules_a_side(version)
    known = np.array(
        [
            ((column + 0.5) / size, (row + 0.5) / size, -1.0 if dark else 1.0)
            for row, line in enumerate(fixed_modules(version))
            for column, dark in enumerate(line)
            if dark is not None
        ]
    )
    return known[:, :2], known[:, 2].astype(np.float32)


def _fit(window: Window, version: int, corners: Corners) -> float:
    points, wanted = _known(version)
    # Corners may be moved until they enclose nothing; such a grid sees nothing.
    with np.errstate(divide="ignore", invalid="ignore"):
        return float((window.nearest(corners, points) * wanted).mean())
