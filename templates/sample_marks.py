"""What marks a page as a sample: a word across the sheet and a seal nobody takes for a real one.

Both are drawn as outlines, not as text, so that the text layer of a sample reads exactly like
that of a real certificate; the sample note at the foot of the page is text.
"""

from __future__ import annotations

from math import cos, pi, radians, sin
from typing import Any, Final

from fontTools.pens.basePen import BasePen

from templates import labels
from templates.artwork import (
    PAGE_BOX,
    SAMPLE_PALE,
    SAMPLE_RED,
    Point,
    fill,
    number,
    scaled,
    smooth_curve,
    stroke,
)
from templates.drawing import Artwork
from templates.fonts import FontChain
from templates.glyphs import UNITS_PER_EM

SEAL_ARC: Final = "仅供演示 不具效力"
_WORD_SIZE: Final = 27.0  # of the em, in millimetres
_WORD_MIDDLE: Final[Point] = (110.0, 162.0)  # clear of the QR symbol and of the title
_WORD_ANGLE: Final = radians(52)


def sample_artwork(fonts: FontChain, seal_mm: Point, radius_mm: float) -> Artwork:
    """Return the sample marks.

    Args:
        fonts: where the outlines come from.
        seal_mm: the middle of the seal.
        radius_mm: its radius.
    """
    pen = _PathPen(fonts)
    parts = [_word_across(pen), _seal(pen, seal_mm, radius_mm)]
    return Artwork.of(scaled("\n".join(parts)), PAGE_BOX)


class _PathPen(BasePen):  # type: ignore[misc]  # fontTools ships no types
    """Turns outlines into path operators, in thousandths of the em.

    The camel-case methods are the ones fontTools calls.
    """

    def __init__(self, fonts: FontChain) -> None:
        super().__init__(None)
        self._fonts = fonts
        self._operators: list[str] = []

    def path(self, character: str) -> tuple[str, float]:
        """Return a character's path and its advance."""
        self._operators = []
        outline = self._fonts.outline(character)
        outline.draw(self)
        return "\n".join(self._operators), outline.advance

    def width(self, text: str) -> float:
        """Return how wide a text is, in ems."""
        return sum(self._fonts.outline(c).advance for c in text) / UNITS_PER_EM

    def _moveTo(self, point: Point) -> None:  # noqa: N802 - the pen's name
        self._operators.append(_points(point) + " m")

    def _lineTo(self, point: Point) -> None:  # noqa: N802 - the pen's name
        self._operators.append(_points(point) + " l")

    def _curveToOne(self, first: Point, second: Point, end: Point) -> None:  # noqa: N802 - the pen's name
        self._operators.append(_points(first, second, end) + " c")

    def _closePath(self) -> None:  # noqa: N802 - the pen's name
        self._operators.append("h")

    def _endPath(self) -> None:  # noqa: N802 - the pen's name
        self._operators.append("h")


def _points(*points: Any) -> str:
    return " ".join(f"{number(x)} {number(y)}" for x, y in points)


def _placed(path: str, size: float, angle: float, x: float, y: float, paint: str) -> str:
    """Draw a path in thousandths of the em at a size in millimetres, turned, at a place."""
    scale = size / UNITS_PER_EM
    c, s = cos(angle) * scale, sin(angle) * scale
    matrix = f"{c:.5f} {s:.5f} {-s:.5f} {c:.5f} {number(x)} {number(y)}"
    return f"q {matrix} cm\n{path}\n{paint} Q"


def _word_across(pen: _PathPen) -> str:
    half = pen.width(labels.SAMPLE_MARK) * _WORD_SIZE / 2
    c, s = cos(_WORD_ANGLE), sin(_WORD_ANGLE)
    drop = 0.36 * _WORD_SIZE
    x = _WORD_MIDDLE[0] - half * c + drop * s
    y = _WORD_MIDDLE[1] - half * s - drop * c
    parts = [fill(SAMPLE_PALE), stroke(SAMPLE_PALE, 20)]
    for character in labels.SAMPLE_MARK:
        path, advance = pen.path(character)
        parts.append(_placed(path, _WORD_SIZE, _WORD_ANGLE, x, y, "B"))
        step = advance / UNITS_PER_EM * _WORD_SIZE
        x, y = x + step * c, y + step * s
    return "\n".join(parts)


def _seal(pen: _PathPen, middle: Point, radius: float) -> str:
    x, y = middle
    parts = [_ring(middle, radius - 0.5, 1.0), _ring(middle, radius - 1.9, 0.2)]
    parts += [fill(SAMPLE_RED), stroke(SAMPLE_RED, 16)]
    parts.append(_centred(pen, "样本", 9.6, x, y - 2.2, "B"))
    parts.append(_centred(pen, "SAMPLE", 4.8, x, y - 9.0, "f"))
    parts.append(_arc(pen, middle, radius - 5.9))
    return "\n".join(parts)


def _ring(middle: Point, radius: float, width: float) -> str:
    x, y = middle

    def circle(angle: float) -> Point:
        return (x + radius * cos(angle), y + radius * sin(angle))

    return f"{stroke(SAMPLE_RED, width)}\n{smooth_curve(circle, 0, 2 * pi, 8)} s"


def _centred(pen: _PathPen, text: str, size: float, x: float, y: float, paint: str) -> str:
    x -= pen.width(text) * size / 2
    parts: list[str] = []
    for character in text:
        path, advance = pen.path(character)
        parts.append(_placed(path, size, 0, x, y, paint))
        x += advance / UNITS_PER_EM * size
    return "\n".join(parts)


def _arc(pen: _PathPen, middle: Point, radius: float) -> str:
    """The seal's words along the upper arc, evenly spread."""
    size, spread = 3.7, radians(172)
    parts: list[str] = []
    for place, character in enumerate(SEAL_ARC):
        angle = pi / 2 + spread / 2 - spread * place / (len(SEAL_ARC) - 1)
        turn = angle - pi / 2
        path, advance = pen.path(character)
        back = advance / UNITS_PER_EM * size / 2
        x = middle[0] + radius * cos(angle) - back * cos(turn)
        y = middle[1] + radius * sin(angle) - back * sin(turn)
        parts.append(_placed(path, size, turn, x, y, "f"))
    return "\n".join(parts)
