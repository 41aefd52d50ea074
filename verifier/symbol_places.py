"""Where a picture may show a QR symbol whose finder patterns are damaged.

A symbol is a block of dark and light as finely and evenly mixed as nothing else on a page, with
white around it. The block is found coarsely by how much of it is dark, and its outline then by the
smallest quadrilateral around its dark dots.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from verifier.symbol_window import Corners, Plane

_CELL = 8
_PAPER_CELLS = 9  # a symbol shows white paper in every such square
# Of the paper's brightness: at most so bright is what counts as dark. With the first, modules the
# camera blurred count; with the second, shadows and what is left of a stamp do not.
_DARK = (0.62, 0.45)
_MIXED = 0.22  # of a block's dots are dark at least
_MOST_BLOCKS = 3
_LEAST_CELLS = 20
_LEAST_FILLED = 0.45  # of the cells about it are the block's own
_LONGEST = 2  # times as long as wide
_MOST_SIDES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Cells that touch.

    Args:
        rows: of the cells.
        columns: of the cells, in the same order.
        worth: greater where it is likelier a symbol.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    worth: float


def find_outlines(plane: Plane) -> list[Corners]:
    """Return outlines of blocks that may be symbols, the likeliest first.

    Args:
        plane: brightness, any unit.

    Returns:
        Four corners each, x and y in dots, clockwise, any of them first.
    """
    height, width = (side // _CELL * _CELL for side in plane.shape)
    if min(height, width) < 4 * _CELL:
        return []
    whole = plane[:height, :width]
    share = whole / _paper(whole)
    outlines = []
    for limit in _DARK:
        dark = share < limit
        outlines += [_outline(dark, block) for block in _blocks(dark)]
    return [outline for outline in outlines if outline is not None]


def _paper(plane: Plane) -> Plane:
    """Return the brightness of the paper near each dot."""
    height, width = plane.shape
    cells = _by_cell(plane).max(axis=(1, 3))
    small = Image.fromarray(np.clip(cells, 1, 255).astype(np.uint8))
    brightest = small.filter(ImageFilter.MaxFilter(_PAPER_CELLS)).filter(
        ImageFilter.GaussianBlur(_PAPER_CELLS / 3)
    )
    return np.asarray(brightest.resize((width, height), Image.Resampling.BILINEAR), np.float32)


def _by_cell(plane: Plane) -> Plane:
    """Return the plane by row of cells, row in it, column of cells, column in it."""
    height, width = plane.shape
    return plane.reshape(height // _CELL, _CELL, width // _CELL, _CELL)


def _blocks(dark: NDArray[np.bool_]) -> list[_Block]:
    """Return the blocks that may be symbols, those with most edges first."""
    edges = np.zeros(dark.shape, np.float32)
    edges[:, 1:] += dark[:, 1:] != dark[:, :-1]
    edges[1:] += dark[1:] != dark[:-1]
    busy = _by_cell(edges).mean(axis=(1, 3))
    mixed = _near_mean(_by_cell(dark.astype(np.float32)).mean(axis=(1, 3))) > _MIXED
    blocks = [_block(cells, busy) for cells in _connected(mixed) if _may_be_symbol(cells)]
    return sorted(blocks, key=lambda block: -block.worth)[:_MOST_BLOCKS]


def _may_be_symbol(cells: list[tuple[int, int]]) -> bool:
    rows, columns = zip(*cells, strict=True)
    height, width = max(rows) - min(rows) + 1, max(columns) - min(columns) + 1
    slim = max(height, width) >= _LONGEST * min(height, width)
    return not slim and len(cells) >= max(_LEAST_CELLS, _LEAST_FILLED * height * width)


def _block(cells: list[tuple[int, int]], busy: Plane) -> _Block:
    rows, columns = (np.array(axis) for axis in zip(*cells, strict=True))
    worth = float(busy[rows, columns].mean()) * len(cells) ** 0.5
    return _Block(rows=rows, columns=columns, worth=worth)


def _near_mean(plane: Plane) -> Plane:
    """Return the mean of each cell and its eight neighbours."""
    padded = np.pad(plane, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9)


def _connected(mixed: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Return the sets of cells that touch."""
    left = set(zip(*(axis.tolist() for axis in np.nonzero(mixed)), strict=True))
    found = []
    while left:
        cells, border = [], [left.pop()]
        while border:
            row, column = border.pop()
            cells.append((row, column))
            for near in (
                (row - 1, column),
                (row + 1, column),
                (row, column - 1),
                (row, column + 1),
            ):
                if near in left:
                    left.remove(near)
                    border.append(near)
        found.append(cells)
    return found


def _outline(dark: NDArray[np.bool_], block: _Block) -> Corners | None:
    """Return the smallest quadrilateral around the dark dots in the block's cells."""
    inside = np.zeros((dark.shape[0] // _CELL, dark.shape[1] // _CELL), np.bool_)
    inside[block.rows, block.columns] = True
    top, left = block.rows.min(), block.columns.min()
    part = (slice(top, block.rows.max() + 1), slice(left, block.columns.max() + 1))
    dots = dark[tuple(slice(_CELL * side.start, _CELL * side.stop) for side in part)]
    dots = dots & inside[part].repeat(_CELL, axis=0).repeat(_CELL, axis=1)
    corners = _smallest_around(_hull(dots))
    return None if corners is None else corners + np.array([left, top]) * _CELL


def _hull(dots: NDArray[np.bool_]) -> Corners:
    """Return the convex hull of whole dots, clockwise as y goes down."""
    points = set()
    for row in np.flatnonzero(dots.any(axis=1)).tolist():
        columns = np.flatnonzero(dots[row])
        ends = (int(columns[0]), int(columns[-1]) + 1)
        points |= {(column, line) for line in (row, row + 1) for column in ends}
    ordered = sorted(points)
    return np.array(_half(ordered)[:-1] + _half(ordered[::-1])[:-1], dtype=np.float64)


def _half(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    chain: list[tuple[int, int]] = []
    for x, y in points:
        while len(chain) > 1:
            (ax, ay), (bx, by) = chain[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            chain.pop()
        chain.append((x, y))
    return chain


def _smallest_around(hull: Corners) -> Corners | None:
    """Return the smallest quadrilateral whose sides lie along sides of the hull."""
    sides = np.roll(hull, -1, axis=0) - hull
    longest = np.sort(np.argsort(-np.hypot(*sides.T))[:_MOST_SIDES])
    if len(longest) < 4:
        return None
    chosen = np.array(list(combinations(longest.tolist(), 4)))
    a, along = hull[chosen], sides[chosen]
    b, across = np.roll(a, -1, axis=1), np.roll(along, -1, axis=1)
    turn = along[..., 0] * across[..., 1] - along[..., 1] * across[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = ((b - a)[..., 0] * across[..., 1] - (b - a)[..., 1] * across[..., 0]) / turn
        met = a + reach[..., np.newaxis] * along
        following = np.roll(met, -1, axis=1)
        area = (met[..., 0] * following[..., 1] - met[..., 1] * following[..., 0]).sum(axis=1) / 2
        length = np.hypot(*np.moveaxis(following - met, -1, 0))
    # Lines that do not turn the same way enclose nothing; a slim or pointed figure is no symbol.
    fair = (turn > 0).all(axis=1) & (_LONGEST * length.min(axis=1) > length.max(axis=1))
    best = int(np.argmin(np.where(fair, area, np.inf)))
    return met[best] if fair[best] else None
