"""Words drawn as outlines, so that the text layer does not see them."""

from __future__ import annotations

from math import cos, hypot, sin
from typing import Final

from fontTools.pens.basePen import BasePen
from fontTools.pens.qu2cuPen import Qu2CuPen

from templates.drawing import Point, number
from templates.fonts import FontChain
from templates.glyphs import UNITS_PER_EM

GRID: Final = 200  # steps to the em: a fortieth of a millimetre on a seal
_STEP: Final = UNITS_PER_EM / GRID
_TOLERANCE: Final = 3.0  # thousandths of the em a cubic may stray from the quadratics it joins
_FLAT: Final = 0.6  # a curve that bulges by no more grid steps is a straight line


class OutlinePen(BasePen):  # type: ignore[misc]  # fontTools ships no types
    """Turns the outlines of characters into short path operators, on whole steps of a grid.

    The camel-case methods are the ones fontTools calls.

    Args:
        fonts: where the outlines come from.
    """

    def __init__(self, fonts: FontChain) -> None:
        super().__init__(None)
        self._fonts = fonts
        self._operators: list[str] = []
        self._last = (0, 0)

    def path(self, character: str) -> str:
        """Return a character's path; empty for a space."""
        self._operators = []
        self._fonts.outline(character).draw(Qu2CuPen(self, _TOLERANCE, all_cubic=True))
        return "\n".join(self._operators)

    def advance(self, character: str) -> float:
        """Return a character's width, in ems."""
        return self._fonts.outline(character).advance / UNITS_PER_EM

    def width(self, text: str) -> float:
        """Return how wide a text is, in ems."""
        return sum(map(self.advance, text))

    def placed(
        self, character: str, size: float, place: Point, *, angle: float = 0.0, narrow: float = 1.0
    ) -> str:
        """Return a character filled and outlined in the inks set before.

        Args:
            character: the character.
            size: of the em.
            place: where its baseline begins.
            angle: by which it is turned, in radians.
            narrow: its width, as a part of the natural width.
        """
        path = self.path(character)
        if not path:
            return ""
        scale = size / GRID
        c, s = cos(angle) * scale, sin(angle) * scale
        matrix = " ".join(number(n, 5) for n in (c * narrow, s * narrow, -s, c))
        return f"q {matrix} {number(place[0])} {number(place[1])} cm\n{path}\nB Q"

    def centred(
        self, text: str, size: float, middle: float, baseline: float, *, narrow: float = 1.0
    ) -> str:
        """Return one level line of text about its middle."""
        x = middle - self.width(text) * size * narrow / 2
        parts: list[str] = []
        for character in text:
            parts.append(self.placed(character, size, (x, baseline), narrow=narrow))
            x += self.advance(character) * size * narrow
        return "\n".join(filter(None, parts))

    def _moveTo(self, point: Point) -> None:  # noqa: N802 - the pen's name
        self._last = _on_grid(point)
        self._operators.append(_written(self._last) + " m")

    def _lineTo(self, point: Point) -> None:  # noqa: N802 - the pen's name
        end = _on_grid(point)
        if end != self._last:
            self._operators.append(_written(end) + " l")
            self._last = end

    def _curveToOne(self, first: Point, second: Point, end: Point) -> None:  # noqa: N802 - the pen's name
        start, last = self._getCurrentPoint(), _on_grid(end)
        if max(_bulge(start, first, end), _bulge(start, second, end)) <= _FLAT * _STEP:
            self._lineTo(end)
            return
        points = (_on_grid(first), _on_grid(second), last)
        self._operators.append(" ".join(map(_written, points)) + " c")
        self._last = last

    def _closePath(self) -> None:  # noqa: N802 - the pen's name
        self._operators.append("h")

    def _endPath(self) -> None:  # noqa: N802 - the pen's name
        self._operators.append("h")


def _bulge(start: Point, control: Point, end: Point) -> float:
    """How far a handle lies from the straight line between the ends."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy)
    if not length:
        return hypot(control[0] - start[0], control[1] - start[1])
    return abs(dx * (control[1] - start[1]) - dy * (control[0] - start[0])) / length


def _on_grid(point: Point) -> tuple[int, int]:
    return (round(point[0] / _STEP), round(point[1] / _STEP))


def _written(point: tuple[int, int]) -> str:
    return f"{point[0]} {point[1]}"
