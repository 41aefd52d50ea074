"""What paper suffers: a stain, a fold or a stamp over so many percent of a sheet's QR symbol.

Each mark has a field over the symbol, smaller where the mark comes first: the distance from a
stain's middle, from the line of a fold, from the strokes of a stamp. The mark is where the field
stays below the value that makes its share of the symbol exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.drills.sheets import PrintedSymbol, Sheet

Plane = NDArray[np.float32]

HIDDEN_SHARE = 0.05
_MARGIN_MM = 9.0
_FINDER_MODULES = 7
# A finder pattern counts as hit where a tenth of it lies under the mark.
_FINDER_HIT = 0.1
_COFFEE = (0.78, 0.60, 0.38)
_STAMP_RED = (0.93, 0.22, 0.25)
_STAMP_RADIUS_MM = 20.0
_STAR_RADIUS_MM = 6.0


class Mark(StrEnum):
    """Kinds of marks."""

    STAIN = "stain"
    FOLD = "fold"
    STAMP = "stamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A sheet with a mark.

    Args:
        sheet: how it looks now.
        on_finder: whether the mark hits a finder pattern, which no error correction covers.
    """

    sheet: Sheet
    on_finder: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patch:
    """The symbol and its surroundings, in millimetres from the symbol's middle.

    Args:
        colours: rows × columns × red, green, blue, from 0 to 1.
        x: to the right.
        y: downwards.
        symbol: which dots are the symbol's.
        corner: of the patch in the sheet's picture.
    """

    colours: Plane
    x: Plane
    y: Plane
    symbol: NDArray[np.bool_]
    corner: tuple[int, int]


def spoil(sheet: Sheet, mark: Mark, chance: np.random.Generator) -> Marked:
    """Return the sheet with a mark over `HIDDEN_SHARE` of its symbol, anywhere on it.

    Args:
        sheet: clean; it is not changed.
        mark: which kind.
        chance: decides on place, shape and strength.
    """
    patch = _cut(sheet)
    field, colours = _DRAWN[mark](patch, sheet.symbol, chance)
    covered = field < np.quantile(field[patch.symbol], HIDDEN_SHARE)
    picture = sheet.picture.copy()
    pixels = np.rint(255 * np.clip(colours, 0, 1)).astype(np.uint8)
    picture.paste(Image.fromarray(pixels), patch.corner)
    return Marked(
        sheet=replace(sheet, picture=picture),
        on_finder=_hits_finder(covered, patch, sheet.symbol),
    )


def _cut(sheet: Sheet) -> _Patch:
    symbol, dots = sheet.symbol, sheet.dots_per_mm
    half = symbol.side_mm / 2
    middle_x, middle_y = symbol.left_mm + half, symbol.top_mm + half
    reach = half + _MARGIN_MM
    left, top = round((middle_x - reach) * dots), round((middle_y - reach) * dots)
    side = round(2 * reach * dots)
    box = (left, top, left + side, top + side)
    colours = np.asarray(sheet.picture.crop(box), dtype=np.float32) / np.float32(255)
    steps = np.arange(side, dtype=np.float32) + np.float32(0.5)
    x, y = np.meshgrid((left + steps) / dots - middle_x, (top + steps) / dots - middle_y)
    inside = (np.abs(x) < half) & (np.abs(y) < half)
    return _Patch(
        colours=colours,
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        symbol=inside,
        corner=(left, top),
    )


def _stain(
    patch: _Patch, symbol: PrintedSymbol, chance: np.random.Generator
) -> tuple[Plane, Plane]:
    """Coffee: uneven, see-through, darkest at its rim."""
    x, y = _from_somewhere(patch, symbol, chance)
    angle = np.arctan2(y, x)
    reach = np.ones_like(angle)
    for waves in range(2, 6):
        height, turn = chance.uniform(0, 0.3 / waves), chance.uniform(0, 2 * np.pi)
        reach += height * np.cos(waves * angle + turn)
    field = (np.hypot(x, y) / reach).astype(np.float32)
    edge = np.quantile(field[patch.symbol], HIDDEN_SHARE)
    depth = np.clip((edge - field) / 0.15, 0, 1) * (
        0.75 + 0.25 * np.exp(np.minimum(field - edge, 0) / 0.5)
    )
    strength = depth * chance.uniform(0.5, 1.6) + 0.04 * _mottle(patch, chance) * (depth > 0)
    return field, _tinted(patch.colours, _COFFEE, strength)


def _fold(patch: _Patch, symbol: PrintedSymbol, chance: np.random.Generator) -> tuple[Plane, Plane]:
    """A crease: ink worn off along it, one flank in shadow, the paper beyond it displaced."""
    x, y = _from_somewhere(patch, symbol, chance)
    turn = chance.uniform(0, np.pi)
    across = x * np.cos(turn) + y * np.sin(turn)
    field = np.abs(across).astype(np.float32)
    width = np.quantile(field[patch.symbol], HIDDEN_SHARE)
    shift = chance.uniform(0.15, 0.5) * np.exp(-np.abs(across) / 6) * (across > 0)
    dots = patch.x[0, 1] - patch.x[0, 0]
    rows, columns = np.indices(field.shape, dtype=np.float32)
    row = np.clip(np.rint(rows + shift * np.sin(turn) / dots), 0, field.shape[0] - 1)
    column = np.clip(np.rint(columns + shift * np.cos(turn) / dots), 0, field.shape[1] - 1)
    moved = patch.colours[row.astype(np.intp), column.astype(np.intp)]
    flank = chance.uniform(0.1, 0.3) * np.exp(-field / 1.5) * np.sign(across)
    flank *= np.clip((patch.x.max() - np.maximum(np.abs(patch.x), np.abs(patch.y))) / 5, 0, 1)
    worn = (field < width) * np.clip(chance.uniform(0.5, 0.9) + 0.3 * _mottle(patch, chance), 0, 1)
    bare = np.float32(0.9)
    colours = moved + (bare - moved) * worn[:, :, np.newaxis]
    return field, (colours * (1 + flank)[:, :, np.newaxis]).astype(np.float32)


def _stamp(
    patch: _Patch, symbol: PrintedSymbol, chance: np.random.Generator
) -> tuple[Plane, Plane]:
    """A round red stamp of 40 mm, part of which lies over the symbol."""
    x, y = _from_somewhere(patch, symbol, chance)
    turn = chance.uniform(0, 2 * np.pi)
    x, y = x + _STAMP_RADIUS_MM * np.cos(turn), y + _STAMP_RADIUS_MM * np.sin(turn)
    radius, angle = np.hypot(x, y), np.arctan2(y, x) + turn
    ring = np.abs(radius - _STAMP_RADIUS_MM)
    step = np.pi / 12
    sideways = np.abs((angle % step) - step / 2) * radius
    characters = np.maximum(sideways, np.abs(radius - 15.5) - 2)
    step = 2 * np.pi / 5
    star = np.maximum(np.abs((angle % step) - step / 2) * radius, radius - _STAR_RADIUS_MM)
    field = np.minimum(np.minimum(ring, characters), star).astype(np.float32)
    inked = field < np.quantile(field[patch.symbol], HIDDEN_SHARE)
    strength = inked * np.clip(chance.uniform(0.8, 1.1) + 0.25 * _mottle(patch, chance), 0, 1.2)
    return field, _tinted(patch.colours, _STAMP_RED, strength)


_DRAWN = {Mark.STAIN: _stain, Mark.FOLD: _fold, Mark.STAMP: _stamp}


def _from_somewhere(
    patch: _Patch, symbol: PrintedSymbol, chance: np.random.Generator
) -> tuple[Plane, Plane]:
    """Return the co-ordinates as seen from a point anywhere on the symbol."""
    half = symbol.side_mm / 2
    x, y = chance.uniform(-half, half, size=2)
    return patch.x - np.float32(x), patch.y - np.float32(y)


def _mottle(patch: _Patch, chance: np.random.Generator) -> Plane:
    """Return unevenness about 0, as of ink on the grain of paper."""
    side = patch.x.shape[0]
    grains = Image.fromarray(chance.standard_normal((side // 4, side // 4), dtype=np.float32))
    return np.asarray(grains.resize((side, side), Image.Resampling.BILINEAR))


def _tinted(colours: Plane, ink: tuple[float, float, float], strength: Plane) -> Plane:
    """Return the colours seen through ink; twice the strength lets through the square."""
    through = np.asarray(ink, dtype=np.float32) ** strength[:, :, np.newaxis]
    return (colours * through).astype(np.float32)


def _hits_finder(covered: NDArray[np.bool_], patch: _Patch, symbol: PrintedSymbol) -> bool:
    half = symbol.side_mm / 2
    finder = _FINDER_MODULES * symbol.side_mm / symbol.modules
    low_x, low_y = patch.x < finder - half, patch.y < finder - half
    high_x, high_y = patch.x > half - finder, patch.y > half - finder
    corners = (low_x & low_y, high_x & low_y, low_x & high_y)
    return any(covered[patch.symbol & corner].mean() > _FINDER_HIT for corner in corners)
