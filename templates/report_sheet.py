"""Sheets that text flows down: lines, paragraphs, tables of two columns, and a new sheet when full.

Lengths are in millimetres from the lower left corner of an upright A4 sheet, sizes in points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from templates.drawing import INK, MM, Colour, Point, number, numbers
from templates.embedded_font import EmbeddedFont
from templates.fonts import FontChain
from templates.glyphs import UNITS_PER_EM
from templates.report_file import FONT

SIZE_MM: Final[Point] = (210.0, 297.0)
LEFT: Final = 20.0
RIGHT: Final = 190.0
TOP: Final = 272.0
BOTTOM: Final = 24.0
_FACE: Final = "text"
_LEADING: Final = 1.5
_NOT_FIRST: Final = frozenset("，。、；：！？）》」』”’…·%)],.;:!?")
_NOT_LAST: Final = frozenset("（《「『“‘([")


Sides = tuple[float, float, float, float]
"""Left, bottom, width, height in millimetres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A picture on a sheet.

    Args:
        name: of its resource.
        sides: of the whole picture.
        window: what is seen of it; None is all.
    """

    name: str
    sides: Sides
    window: Sides | None = None


class Sheets:
    """Sheets of a document, filled from the top.

    Args:
        fonts: where glyphs come from.
    """

    def __init__(self, fonts: FontChain) -> None:
        self._fonts = fonts
        self.font = EmbeddedFont(lambda _, char: fonts.outline("" if char == "\0" else char))
        self.pages: list[list[str]] = []
        self.pictures: list[list[Placed]] = []
        self.y = TOP
        self.sections = 0  # headings so far
        self.new_sheet()

    def new_sheet(self) -> None:
        """Begin another sheet."""
        self.pages.append([])
        self.pictures.append([])
        self.y = TOP

    def need(self, height_mm: float) -> None:
        """Begin another sheet where this much is not left."""
        if self.y - height_mm < BOTTOM:
            self.new_sheet()

    def gap(self, height_mm: float) -> None:
        """Leave room, unless the sheet has just begun."""
        if self.y < TOP:
            self.y -= height_mm

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is, in millimetres."""
        units = sum(self._fonts.outline(char).advance for char in text)
        return units / UNITS_PER_EM * size / MM

    def text(
        self, x: float, y: float, text: str, size: float, ink: Colour = INK, *, sheet: int = -1
    ) -> None:
        """Draw one line from a point."""
        shown = "".join(char if char.isprintable() else " " for char in text)
        codes = self.font.encode(_FACE, shown)
        self.pages[sheet].append(
            f"BT {numbers(*ink)} rg /{FONT} {number(size)} Tf "
            f"{numbers(x * MM, y * MM)} Td <{codes}> Tj ET"
        )

    def rule(self, y: float, ink: Colour, weight: float = 0.5) -> None:
        """Draw a line across the sheet."""
        self.pages[-1].append(
            f"{numbers(*ink)} RG {number(weight)} w {numbers(LEFT * MM, y * MM)} m "
            f"{numbers(RIGHT * MM, y * MM)} l S"
        )

    def paragraph(
        self, text: str, size: float, *, left: float = LEFT, right: float = RIGHT, ink: Colour = INK
    ) -> None:
        """Draw a paragraph below what is there; it may go on on another sheet."""
        for line in self.wrap(text, size, right - left):
            self.need(size * _LEADING / MM)
            self.y -= size * _LEADING / MM
            self.text(left, self.y + size * 0.3 / MM, line, size, ink)

    def height(self, text: str, size: float, width_mm: float) -> float:
        """Return how high a paragraph is, in millimetres."""
        return len(self.wrap(text, size, width_mm)) * size * _LEADING / MM

    def wrap(self, text: str, size: float, width_mm: float) -> list[str]:
        """Break a text into lines: between words and ideographs, and inside what is too long."""
        lines, line, used = [], "", 0.0
        for piece in _pieces(" ".join(text.split())):
            width = self.width(piece, size)
            if line and used + width > width_mm:
                lines.append(line.rstrip())
                line, used, piece = "", 0.0, piece.lstrip()
                width = self.width(piece, size)
            while width > width_mm:
                cut = max(1, int(len(piece) * width_mm / width))
                while cut > 1 and self.width(piece[:cut], size) > width_mm:
                    cut -= 1
                colon = piece.rfind(":", 0, cut)
                if colon > 0 and cut - colon <= 3:  # of a fingerprint no two digits are parted
                    cut = colon + 1
                lines.append(piece[:cut])
                piece = piece[cut:]
                width = self.width(piece, size)
            line += piece
            used += width
        return [*lines, line.rstrip()] if line or not lines else lines

    def place(self, placed: Placed) -> None:
        """Take note of a picture on this sheet."""
        self.pictures[-1].append(placed)

    def operators(self, sheet: int) -> str:
        """Return the operators of a sheet, its pictures first."""
        return "\n".join([*map(_drawn, self.pictures[sheet]), *self.pages[sheet]])


def _drawn(placed: Placed) -> str:
    left, bottom, width, height = (side * MM for side in placed.sides)
    window = placed.window
    clip = "" if window is None else f"{numbers(*(side * MM for side in window))} re W n "
    matrix = f"{number(width)} 0 0 {number(height)} {numbers(left, bottom)} cm"
    return f"q {clip}{matrix} /{placed.name} Do Q"


def _pieces(text: str) -> Iterator[str]:
    """Yield what a line may end behind: words with their space, ideographs with what clings."""
    piece = ""
    for at, char in enumerate(text):
        piece += char
        following = text[at + 1 : at + 2]
        if not following or _may_end(char, following):
            yield piece
            piece = ""


def _may_end(before: str, after: str) -> bool:
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    if before == " ":
        return True
    return not (before.isascii() and after.isascii()) and after != " "
