"""Paper, border and heading rule of a sheet of any size, the same on every certificate.

The border is a ribbon of braided lines between two red rules, gold with a red heart, and a
rosette in each corner: the engraver's curves, computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import pi, sin
from typing import Final

from templates.drawing import (
    GOLD,
    PAPER,
    RED,
    Box,
    Drawing,
    Point,
    circle,
    fill,
    number,
    page_box,
    polygon,
    scaled,
    smooth_curve,
    stroke,
    turned,
)
from templates.line_families import rose

EDGE_MM: Final = 8.0  # outermost line, from the edge of the sheet
BAND_MM: Final = 13.0  # middle of the ribbon
INNER_MM: Final = 18.0  # innermost line of the ribbon; what is printed stays within
BORDER: Final = "Ab"
_TILE: Final = "At"
_ROSETTE: Final = "Ac"
_HALF: Final = 3.7  # of the ribbon's braid
_CORNER: Final = 10.0  # side of a corner piece
_PERIOD: Final = 8.7  # divides both sides of the A4 ribbon, so that one tile serves for both
_STRANDS: Final = 10


def page_drawings(size_mm: Point, *, rule_mm: Point, rule_half_mm: float) -> Mapping[str, Drawing]:
    """Return border and heading rule of a sheet, to be drawn over paper and pattern.

    Args:
        size_mm: width and height of the sheet.
        rule_mm: the middle of the rule under the title.
        rule_half_mm: half its length.

    Returns:
        The drawing `BORDER`, and the parts that it is put together from, by name.
    """
    sheet = Box(left=0, bottom=0, right=size_mm[0], top=size_mm[1])
    whole = scaled("\n".join([border(sheet), heading_rule(rule_mm, rule_half_mm)]))
    return {
        BORDER: Drawing.of(whole, page_box(size_mm), (_TILE, _ROSETTE)),
        _TILE: Drawing.of(_braid(), (-1, -_HALF - 1, _PERIOD + 1, _HALF + 1)),
        _ROSETTE: Drawing.of(_corner(), (-_CORNER, -_CORNER, _CORNER, _CORNER)),
    }


def paper_operators(size_mm: Point) -> bytes:
    """Return the operators, in points, that lay the paper's tint within the border."""
    sheet = Box(left=0, bottom=0, right=size_mm[0], top=size_mm[1])
    return (scaled(f"{fill(PAPER)} {sheet.grown(-EDGE_MM).path()} f") + "\n").encode()


def border(sheet: Box) -> str:
    """Return the border's operators, in millimetres."""
    parts = [
        f"{stroke(RED, 0.45)} {sheet.grown(-EDGE_MM).path()} S",
        f"{sheet.grown(-INNER_MM).path()} S",
        stroke(GOLD, 0.15),
        *(f"{sheet.grown(-inset).path()} S" for inset in (EDGE_MM + 0.8, INNER_MM - 0.8)),
    ]
    start = BAND_MM + _CORNER / 2
    far_x, far_y = sheet.right - BAND_MM, sheet.top - BAND_MM
    for length, angle, x, y in (
        (sheet.width - 2 * start, 0.0, start, BAND_MM),
        (sheet.width - 2 * start, 0.0, start, far_y),
        (sheet.height - 2 * start, pi / 2, BAND_MM, start),
        (sheet.height - 2 * start, pi / 2, far_x, start),
    ):
        parts.append(f"q {turned(angle, x, y)} cm\n{_ribbon(length)}\nQ")
    parts += [
        f"q {turned(0, x, y)} cm /{_ROSETTE} Do Q"
        for x in (BAND_MM, far_x)
        for y in (BAND_MM, far_y)
    ]
    return "\n".join(parts)


def heading_rule(middle_mm: Point, half_length_mm: float) -> str:
    """Return a thin rule with a diamond in its middle, in millimetres."""
    x, y = middle_mm
    parts = [stroke(GOLD, 0.3), fill(GOLD)]
    for sign in (-1, 1):
        near, far = x + sign * 4.5, x + sign * half_length_mm
        parts.append(f"{number(near)} {number(y)} m {number(far)} {number(y)} l S")
        parts.append(_diamond(x + sign * 3.2, y, 0.7) + " f")
    parts.append(f"{fill(RED)} {_diamond(x, y, 1.5)} f")
    return "\n".join(parts)


def _ribbon(length: float) -> str:
    """The braid along the x axis: one period after the other, stretched a hair to fill it."""
    count = round(length / _PERIOD)
    step = f"/{_TILE} Do 1 0 0 1 {number(_PERIOD, 5)} 0 cm\n"
    return f"{number(length / count / _PERIOD, 6)} 0 0 1 0 0 cm\n{step * count}"


def _braid() -> str:
    """One period of the braid."""
    gold = [_strand(_PERIOD, _HALF, 1, turn / _STRANDS) for turn in range(_STRANDS)]
    gold += [_strand(_PERIOD, _HALF * 0.45, 2, turn / 6) for turn in range(6)]
    red = [_strand(_PERIOD, _HALF * 0.72, 1, turn / 2) for turn in range(2)]
    # Round ends, so that no seam shows where one period meets the next.
    return "\n".join(["1 J", stroke(GOLD, 0.09), *gold, stroke(RED, 0.09), *red])


def _strand(period: float, height: float, waves: int, turn: float) -> str:
    """One line of the braid: so many waves in a period, begun at a part of a wave."""

    def sine(x: float) -> Point:
        return (x, height * sin(2 * pi * (waves * x / period + turn)))

    return smooth_curve(sine, 0, period, 6 * waves, places=2) + " S"


def _corner() -> str:
    """A rosette of three rounds within a square."""
    half = _CORNER / 2
    square = Box(left=-half, bottom=-half, right=half, top=half)
    parts = [f"{fill(PAPER)} {stroke(RED, 0.45)} {square.path()} B", stroke(GOLD, 0.15)]
    parts.append(f"{square.grown(-0.8).path()} S")
    for ink, petals, turns, depth, radius in (
        (GOLD, 12, 6, 0.36, half - 1.0),
        (RED, 12, 4, 0.56, half * 0.6),
    ):
        parts.append(f"q {stroke(ink, 0.09)}\n{rose(petals, turns, depth, radius, places=2)}Q")
    parts.append(f"{fill(RED)} {circle((0, 0), 0.45)} f")
    return "\n".join(parts)


def _diamond(x: float, y: float, half: float) -> str:
    return polygon(((x - half, y), (x, y + half), (x + half, y), (x, y - half)))
