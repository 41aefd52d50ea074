"""Where every character of a page stands, by its text layer."""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import c_double
from dataclasses import dataclass, replace
from math import hypot

import pypdfium2
import pypdfium2.raw as raw


@dataclass(frozen=True, slots=True, kw_only=True)
class GlyphPlace:
    """A character of a page, in points from the lower left corner.

    Args:
        text: one character.
        ink: left, bottom, right, top of what is drawn.
        x: where it begins on its baseline.
        y: the baseline.
        size: of the font.
    """

    text: str
    ink: tuple[float, float, float, float]
    x: float
    y: float
    size: float


def glyph_places(pdf: bytes) -> tuple[GlyphPlace, ...]:
    """Return the characters of the first page in the order of its text layer, blanks left out."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0].get_textpage()
        try:
            count = raw.FPDFText_CountChars(page.raw)
            places = [_place(page.raw, index) for index in range(count)]
        finally:
            page.close()
    finally:
        document.close()
    return tuple(one for one in _joined(places) if one.text.strip())


def find_text(glyphs: Sequence[GlyphPlace], text: str) -> tuple[GlyphPlace, ...]:
    """Return the characters of the first occurrence of `text`, on one line; fail without one."""
    wanted = [character for character in text if character.strip()]
    for start in range(len(glyphs) - len(wanted) + 1):
        found = glyphs[start : start + len(wanted)]
        if [one.text for one in found] == wanted and len({round(one.y) for one in found}) == 1:
            return tuple(found)
    raise AssertionError("a value is not printed on one line")


def _place(page: raw.FPDF_TEXTPAGE, index: int) -> GlyphPlace:
    left, right, bottom, top, x, y = (c_double() for _ in range(6))
    raw.FPDFText_GetCharBox(page, index, left, right, bottom, top)
    raw.FPDFText_GetCharOrigin(page, index, x, y)
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(page, index, matrix)
    return GlyphPlace(
        text=chr(raw.FPDFText_GetUnicode(page, index)),
        ink=(left.value, bottom.value, right.value, top.value),
        x=x.value,
        y=y.value,
        size=raw.FPDFText_GetFontSize(page, index) * hypot(matrix.a, matrix.b),
    )


def _joined(places: Sequence[GlyphPlace]) -> list[GlyphPlace]:
    """Put the halves of characters beyond the BMP together."""
    joined: list[GlyphPlace] = []
    for one in places:
        last = joined[-1] if joined else None
        if last is not None and "\ud800" <= last.text <= "\udbff":
            whole = (last.text + one.text).encode("utf-16", "surrogatepass").decode("utf-16")
            joined[-1] = replace(last, text=whole)
        else:
            joined.append(one)
    return joined
