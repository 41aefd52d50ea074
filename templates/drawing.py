"""Drawings made of paths alone: what one is, and the operators it is written with.

A drawing never holds text, fonts or pictures, so nothing in it can reach the text layer.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

from templates.pdf_objects import compress_once

MM: Final = 72 / 25.4

Colour = tuple[float, float, float]
Point = tuple[float, float]
Curve = Callable[[float], Point]


def colour(hexadecimal: str) -> Colour:
    """Return the colour written as six hexadecimal digits."""
    red, green, blue = bytes.fromhex(hexadecimal)
    return (red / 255, green / 255, blue / 255)


RED: Final = colour("9E1F23")
GOLD: Final = colour("B08A45")
PAPER: Final = colour("FFFDF8")
INK: Final = colour("1B1714")
LABEL_INK: Final = colour("6A4C2B")
RULE: Final = colour("D9C79F")
WAVE_GOLD: Final = colour("E8D8B4")
ROSE_RED: Final = colour("EBC9BA")
MICRO_GOLD: Final = colour("BF9C5A")
SEAL_RED: Final = colour("E8483F")
SAMPLE_PALE: Final = colour("F7DEDA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An upright rectangle in millimetres from the lower left corner of the sheet.

    Args:
        left: least x.
        bottom: least y.
        right: greatest x.
        top: greatest y.
    """

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """The length of the lower side."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """The length of the left side."""
        return self.top - self.bottom

    @property
    def middle(self) -> Point:
        """The point in the middle."""
        return ((self.left + self.right) / 2, (self.bottom + self.top) / 2)

    def grown(self, by_mm: float) -> Box:
        """Return the box with every side moved outwards; inwards where negative."""
        return Box(
            left=self.left - by_mm,
            bottom=self.bottom - by_mm,
            right=self.right + by_mm,
            top=self.top + by_mm,
        )

    def overlaps(self, other: Box) -> bool:
        """Return whether the boxes share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top

    def path(self) -> str:
        """Return the rectangle as a path, in millimetres."""
        return " ".join(number(n) for n in (self.left, self.bottom, self.width, self.height)) + (
            " re"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A drawing ready to be a form XObject.

    Args:
        box: left, bottom, right, top of its bounding box, in its own units (points, unless
            whoever places it scales it).
        content: deflated drawing operators; paths and colours only.
        parts: the names of further drawings that it draws.
    """

    box: tuple[float, float, float, float]
    content: bytes
    parts: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, operators: str, box: tuple[float, float, float, float], parts: tuple[str, ...] = ()
    ) -> Drawing:
        """Compress drawing operators."""
        return cls(box=box, content=compress_once(operators.encode("ascii")), parts=parts)

    def operators(self) -> str:
        """Return the drawing operators as they were before compression."""
        return zlib.decompress(self.content).decode("ascii")


def page_box(size_mm: Point) -> tuple[float, float, float, float]:
    """Return the bounding box of a whole sheet, in points."""
    return (0.0, 0.0, size_mm[0] * MM, size_mm[1] * MM)


def smooth_curve(curve: Curve, start: float, end: float, pieces: int, places: int = 3) -> str:
    """Return path operators for a curve given by its parameter.

    Args:
        curve: gives the point at a parameter; must be smooth.
        start: parameter of the first point.
        end: parameter of the last point.
        pieces: how many Bézier pieces to use.
        places: decimals of each coordinate.
    """
    step = (end - start) / pieces
    points = [curve(start + step * n) for n in range(pieces + 1)]
    slopes = [_slope(curve, start + step * n) for n in range(pieces + 1)]
    operators = [" ".join(number(v, places) for v in points[0]) + " m"]
    for n in range(pieces):
        (x0, y0), (x3, y3) = points[n], points[n + 1]
        (dx0, dy0), (dx3, dy3) = slopes[n], slopes[n + 1]
        leaving = (x0 + dx0 * step / 3, y0 + dy0 * step / 3)
        arriving = (x3 - dx3 * step / 3, y3 - dy3 * step / 3)
        operators.append(" ".join(number(v, places) for v in (*leaving, *arriving, x3, y3)) + " c")
    return "\n".join(operators)


def _slope(curve: Curve, at: float) -> Point:
    delta = 1e-5
    (x0, y0), (x1, y1) = curve(at - delta), curve(at + delta)
    return ((x1 - x0) / (2 * delta), (y1 - y0) / (2 * delta))


def circle(middle: Point, radius: float) -> str:
    """Return a circle as an open path that ends where it began."""
    x, y = middle
    return smooth_curve(lambda a: (x + radius * cos(a), y + radius * sin(a)), 0, 2 * pi, 8)


def polygon(corners: tuple[Point, ...]) -> str:
    """Return a closed path through the corners."""
    first, *others = (f"{number(x)} {number(y)}" for x, y in corners)
    return f"{first} m " + " ".join(f"{corner} l" for corner in others) + " h"


def turned(angle: float, x: float, y: float, scale: float = 1.0) -> str:
    """Return the six numbers of a matrix that scales, turns by radians, and moves."""
    c, s = cos(angle) * scale, sin(angle) * scale
    return " ".join(number(n, 5) for n in (c, s, -s, c)) + f" {number(x)} {number(y)}"


def scaled(operators: str) -> str:
    """Return operators drawn in millimetres instead of points."""
    return f"q {number(MM, 6)} 0 0 {number(MM, 6)} 0 0 cm\n{operators}\nQ"


def stroke(ink: Colour, width: float) -> str:
    """Return the operators that set the ink and width of lines."""
    return " ".join(number(part) for part in ink) + f" RG {number(width)} w"


def fill(ink: Colour) -> str:
    """Return the operator that sets the ink of areas."""
    return " ".join(number(part) for part in ink) + " rg"


def numbers(*values: float) -> str:
    """Return numbers with spaces between them."""
    return " ".join([number(value) for value in values])


def number(value: float, places: int = 3) -> str:
    """Return a number as PDF writes it: so many decimals at most, no trailing zeros."""
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text
