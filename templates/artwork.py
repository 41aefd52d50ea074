"""The ornaments of the page, drawn as curves by this module alone.

Everything here is the same on every certificate, so it is computed and compressed once. The
curves are the engraver's: sine strands braided into a band, roses turned about their centre.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin
from typing import Final

from templates.drawing import MM, Artwork, Colour, colour

A4_MM: Final = (210.0, 297.0)

RED: Final = colour("9E1F23")
GOLD: Final = colour("B08A45")
PALE_GOLD: Final = colour("F1E4C6")
PAPER: Final = colour("FFFDF8")
INK: Final = colour("1B1714")
LABEL_INK: Final = colour("6A4C2B")
FAINT_INK: Final = colour("77644D")
RULE: Final = colour("D9C79F")
SAMPLE_RED: Final = colour("C8322D")
SAMPLE_PALE: Final = colour("F7DEDA")

PAGE_BOX: Final = (0.0, 0.0, A4_MM[0] * MM, A4_MM[1] * MM)
_EDGE: Final = 8.0  # outer line, from the edge of the sheet
_BAND: Final = 13.0  # middle of the braid
_BAND_HALF: Final = 3.4
_INNER: Final = 18.0  # inner line
_CORNER: Final = 9.2  # half the side of a corner piece's clearing, measured along the band

Point = tuple[float, float]
Curve = Callable[[float], Point]


def page_artwork(rule_mm: Point, rule_half_mm: float) -> Artwork:
    """Return paper, background rose, border and heading rule of the certificate.

    Args:
        rule_mm: the middle of the rule under the title.
        rule_half_mm: half its length.
    """
    parts = [
        fill(PAPER),
        scaled(_inset(_EDGE) + " f"),
        _background_rose(),
        _border(),
        _rule_with_diamond(*rule_mm, rule_half_mm),
    ]
    return Artwork.of("\n".join(parts), PAGE_BOX)


def smooth_curve(curve: Curve, start: float, end: float, pieces: int) -> str:
    """Return path operators, in millimetres, for a curve given by its parameter.

    Args:
        curve: gives the point at a parameter; must be smooth.
        start: parameter of the first point.
        end: parameter of the last point.
        pieces: how many Bézier pieces to use.
    """
    step = (end - start) / pieces
    points = [curve(start + step * n) for n in range(pieces + 1)]
    slopes = [_slope(curve, start + step * n) for n in range(pieces + 1)]
    operators = [f"{number(points[0][0])} {number(points[0][1])} m"]
    for n in range(pieces):
        (x0, y0), (x3, y3) = points[n], points[n + 1]
        (dx0, dy0), (dx3, dy3) = slopes[n], slopes[n + 1]
        leaving = (x0 + dx0 * step / 3, y0 + dy0 * step / 3)
        arriving = (x3 - dx3 * step / 3, y3 - dy3 * step / 3)
        operators.append(" ".join(number(v) for v in (*leaving, *arriving, x3, y3)) + " c")
    return "\n".join(operators)


def _slope(curve: Curve, at: float) -> Point:
    delta = 1e-5
    (x0, y0), (x1, y1) = curve(at - delta), curve(at + delta)
    return ((x1 - x0) / (2 * delta), (y1 - y0) / (2 * delta))


def _background_rose() -> str:
    """A large pale rose behind the fields, one curve turned twelve times."""
    petals, turns, radius = 9, 12, 62.0

    def petal(angle: float) -> Point:
        r = radius * (0.66 + 0.34 * cos(petals * angle))
        return (r * cos(angle), r * sin(angle))

    path = smooth_curve(petal, 0, 2 * pi, petals * 8) + " s"
    parts = [stroke(PALE_GOLD, 0.09)]
    for turn in range(turns):
        angle = 2 * pi / petals / turns * turn
        parts.append(f"q {_turned(angle, A4_MM[0] / 2, 150)} cm {path} Q")
    return scaled("\n".join(parts))


def _border() -> str:
    """Three lines, a braid along each side, a rose in each corner."""
    width, height = A4_MM
    parts = [stroke(GOLD, 0.35), _inset(_EDGE) + " S", stroke(RED, 0.5), _inset(_INNER) + " S"]
    parts.append(stroke(GOLD, 0.18))
    for inset in (_EDGE + 0.9, _INNER - 0.9, _INNER + 1.0):
        parts.append(_inset(inset) + " S")
    across = width - 2 * (_BAND + _CORNER / 2)
    along = height - 2 * (_BAND + _CORNER / 2)
    start = _BAND + _CORNER / 2
    for length, angle, x, y in (
        (across, 0.0, start, _BAND),
        (across, 0.0, start, height - _BAND),
        (along, pi / 2, _BAND, start),
        (along, pi / 2, width - _BAND, start),
    ):
        parts.append(f"q {_turned(angle, x, y)} cm {_braid(length)} Q")
    for x in (_BAND, width - _BAND):
        for y in (_BAND, height - _BAND):
            parts.append(f"q {_turned(0, x, y)} cm {_corner()} Q")
    return scaled("\n".join(parts))


def _braid(length: float) -> str:
    """Strands of sine along the x axis, each amplitude with its mirror image."""
    period = length / round(length / 8.6)
    tile: list[str] = []
    for amplitude in (1.0, 0.75, 0.5, 0.25):
        for sign in (1, -1):
            for phase in (0.0, pi / 2):

                def strand(
                    x: float, a: float = amplitude * sign * _BAND_HALF, p: float = phase
                ) -> Point:
                    return (x, a * sin(2 * pi * x / period + p))

                tile.append(smooth_curve(strand, 0, period, 4))
    path = "\n".join(tile) + " S"
    count = round(length / period)
    tiles = [f"q 1 0 0 1 {number(period * n)} 0 cm {path} Q" for n in range(count)]
    return f"{stroke(GOLD, 0.1)} " + "\n".join(tiles)


def _corner() -> str:
    """A rose within a square."""
    half = _CORNER / 2
    parts = [fill(PAPER), stroke(GOLD, 0.25)]
    parts.append(_rectangle(-half, -half, _CORNER, _CORNER) + " B")
    parts.append(stroke(RED, 0.12))
    for turn in range(6):

        def rose(angle: float, shift: float = turn * pi / 24) -> Point:
            r = half * 0.86 * (0.62 + 0.38 * cos(8 * (angle + shift)))
            return (r * cos(angle), r * sin(angle))

        parts.append(smooth_curve(rose, 0, 2 * pi, 48) + " s")
    return "\n".join(parts)


def _rule_with_diamond(middle_mm: float, y_mm: float, half_length_mm: float) -> str:
    """A thin rule with a diamond in its middle."""
    parts = [stroke(GOLD, 0.3)]
    for sign in (-1, 1):
        near, far = middle_mm + sign * 4.5, middle_mm + sign * half_length_mm
        parts.append(f"{number(near)} {number(y_mm)} m {number(far)} {number(y_mm)} l S")
        parts.append(fill(GOLD))
        parts.append(_diamond(middle_mm + sign * 3.2, y_mm, 0.7) + " f")
    parts.append(fill(RED))
    parts.append(_diamond(middle_mm, y_mm, 1.5) + " f")
    return scaled("\n".join(parts))


def _diamond(x: float, y: float, half: float) -> str:
    corners = ((x - half, y), (x, y + half), (x + half, y), (x, y - half))
    first, *others = (f"{number(a)} {number(b)}" for a, b in corners)
    return f"{first} m " + " ".join(f"{corner} l" for corner in others) + " h"


def _turned(angle: float, x: float, y: float) -> str:
    c, s = cos(angle), sin(angle)
    return f"{number(c)} {number(s)} {number(-s)} {number(c)} {number(x)} {number(y)}"


def scaled(operators: str) -> str:
    """Return operators drawn in millimetres instead of points."""
    return f"q {number(MM)} 0 0 {number(MM)} 0 0 cm\n{operators}\nQ"


def _inset(inset: float) -> str:
    """The sheet's rectangle, made smaller on all sides."""
    return _rectangle(inset, inset, A4_MM[0] - 2 * inset, A4_MM[1] - 2 * inset)


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    return f"{number(x)} {number(y)} {number(width)} {number(height)} re"


def stroke(ink: Colour, width_mm: float) -> str:
    """Return the operators that set the ink and width of lines."""
    return " ".join(number(part) for part in ink) + f" RG {number(width_mm)} w"


def fill(ink: Colour) -> str:
    """Return the operator that sets the ink of areas."""
    return " ".join(number(part) for part in ink) + " rg"


def number(value: float) -> str:
    """Return a number as PDF writes it: three decimals at most, no trailing zeros."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text
