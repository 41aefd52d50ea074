"""The ornaments of the page, drawn as curves by this module alone.

Everything here is the same on every certificate, so it is computed and compressed once. The
curves are the engraver's: sine strands braided into a band, roses turned about their centre.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin
from typing import Final

from templates.page_canvas import A4_MM, MM, Artwork, Colour, colour

RED: Final = colour("9E1F23")
GOLD: Final = colour("B08A45")
PALE_GOLD: Final = colour("F1E4C6")
PAPER: Final = colour("FFFDF8")
INK: Final = colour("1B1714")
LABEL_INK: Final = colour("6A4C2B")
FAINT_INK: Final = colour("8C7A63")
RULE: Final = colour("D9C79F")
SAMPLE_RED: Final = colour("C8322D")
SAMPLE_PALE: Final = colour("F7DEDA")

_PAGE: Final = (0.0, 0.0, A4_MM[0] * MM, A4_MM[1] * MM)
_EDGE: Final = 8.0  # outer line, from the edge of the sheet
_BAND: Final = 13.0  # middle of the braid
_BAND_HALF: Final = 3.4
_INNER: Final = 18.0  # inner line
_CORNER: Final = 9.2  # half the side of a corner piece's clearing, measured along the band

Point = tuple[float, float]
Curve = Callable[[float], Point]


def page_artwork() -> Artwork:
    """Return paper, background rose and border of the certificate."""
    parts = [
        _fill(PAPER),
        _scaled(_rectangle(0, 0, *A4_MM) + " f"),
        _background_rose(),
        _border(),
        rule_with_diamond(A4_MM[0] / 2, 233.5, 46),
    ]
    return Artwork.of("\n".join(parts), _PAGE)


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
    operators = [f"{_n(points[0][0])} {_n(points[0][1])} m"]
    for n in range(pieces):
        (x0, y0), (x3, y3) = points[n], points[n + 1]
        (dx0, dy0), (dx3, dy3) = slopes[n], slopes[n + 1]
        leaving = (x0 + dx0 * step / 3, y0 + dy0 * step / 3)
        arriving = (x3 - dx3 * step / 3, y3 - dy3 * step / 3)
        operators.append(" ".join(_n(v) for v in (*leaving, *arriving, x3, y3)) + " c")
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
    parts = [_stroke(PALE_GOLD, 0.09)]
    for turn in range(turns):
        angle = 2 * pi / petals / turns * turn
        parts.append(f"q {_turned(angle, A4_MM[0] / 2, 150)} cm {path} Q")
    return _scaled("\n".join(parts))


def _border() -> str:
    """Three lines, a braid along each side, a rose in each corner."""
    width, height = A4_MM
    parts = [_stroke(GOLD, 0.35)]
    parts.append(_rectangle(_EDGE, _EDGE, width - 2 * _EDGE, height - 2 * _EDGE) + " S")
    parts.append(_stroke(RED, 0.5))
    parts.append(_rectangle(_INNER, _INNER, width - 2 * _INNER, height - 2 * _INNER) + " S")
    parts.append(_stroke(GOLD, 0.18))
    for inset in (_EDGE + 0.9, _INNER - 0.9, _INNER + 1.0):
        parts.append(_rectangle(inset, inset, width - 2 * inset, height - 2 * inset) + " S")
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
    return _scaled("\n".join(parts))


def _braid(length: float) -> str:
    """Strands of sine along the x axis, each amplitude with its mirror image."""
    period = length / round(length / 8.6)
    tile: list[str] = []
    for amplitude in (1.0, 0.8, 0.6, 0.4, 0.2):
        for sign in (1, -1):
            for phase in (0.0, pi / 2):

                def strand(
                    x: float, a: float = amplitude * sign * _BAND_HALF, p: float = phase
                ) -> Point:
                    return (x, a * sin(2 * pi * x / period + p))

                tile.append(smooth_curve(strand, 0, period, 4))
    path = "\n".join(tile) + " S"
    count = round(length / period)
    tiles = [f"q 1 0 0 1 {_n(period * n)} 0 cm {path} Q" for n in range(count)]
    return f"{_stroke(GOLD, 0.1)} " + "\n".join(tiles)


def _corner() -> str:
    """A rose within a square."""
    half = _CORNER / 2
    parts = [_fill(PAPER), _stroke(GOLD, 0.25)]
    parts.append(_rectangle(-half, -half, _CORNER, _CORNER) + " B")
    parts.append(_stroke(RED, 0.12))
    for turn in range(6):

        def rose(angle: float, shift: float = turn * pi / 24) -> Point:
            r = half * 0.86 * (0.62 + 0.38 * cos(8 * (angle + shift)))
            return (r * cos(angle), r * sin(angle))

        parts.append(smooth_curve(rose, 0, 2 * pi, 48) + " s")
    return "\n".join(parts)


def rule_with_diamond(middle_mm: float, y_mm: float, half_length_mm: float) -> str:
    """Return operators for a thin rule that thins out from a diamond in its middle."""
    parts = [_stroke(GOLD, 0.3)]
    for sign in (-1, 1):
        near, far = middle_mm + sign * 4.5, middle_mm + sign * half_length_mm
        parts.append(f"{_n(near)} {_n(y_mm)} m {_n(far)} {_n(y_mm)} l S")
        parts.append(_fill(GOLD))
        parts.append(_diamond(middle_mm + sign * 3.2, y_mm, 0.7) + " f")
    parts.append(_fill(RED))
    parts.append(_diamond(middle_mm, y_mm, 1.5) + " f")
    return _scaled("\n".join(parts))


def _diamond(x: float, y: float, half: float) -> str:
    points = (f"{_n(x)} {_n(y + half)}", f"{_n(x + half)} {_n(y)}", f"{_n(x)} {_n(y - half)}")
    return f"{_n(x - half)} {_n(y)} m " + " l ".join(points) + " l h"


def _turned(angle: float, x: float, y: float) -> str:
    c, s = cos(angle), sin(angle)
    return f"{_n(c)} {_n(s)} {_n(-s)} {_n(c)} {_n(x)} {_n(y)}"


def _scaled(operators: str) -> str:
    return f"q {_n(MM)} 0 0 {_n(MM)} 0 0 cm\n{operators}\nQ"


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    return f"{_n(x)} {_n(y)} {_n(width)} {_n(height)} re"


def _stroke(ink: Colour, width_mm: float) -> str:
    return " ".join(_n(part) for part in ink) + f" RG {_n(width_mm)} w"


def _fill(ink: Colour) -> str:
    return " ".join(_n(part) for part in ink) + " rg"


def _n(value: float) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text
