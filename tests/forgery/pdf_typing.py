"""Things to draw onto a page of any size: patches, texts in the page's font, pictures."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from templates.fonts import FontChain
from templates.glyphs import FACE_NAME
from templates.labels import Field
from templates.to_unicode import PageFont
from tests.forgery.glyph_places import GlyphPlace
from tests.forgery.papers import MM_PER_INCH, POINTS_PER_INCH, Paper

_BLACK = "0.106 0.09 0.078 rg"
_PAPER = (1.0, 0.996, 0.965)

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""


def value_box(paper: Paper, field: Field) -> Box:
    """Return the room of a value: its characters and two more, from below to above them."""
    glyphs = paper.value_glyphs(field)
    first, last = glyphs[0], glyphs[-1]
    return first.x - 1, first.y - 2.6, last.ink[2] + 2 * first.size, first.y + first.size


def photo_box(paper: Paper) -> Box:
    """Return the frame of the photo in points."""
    left, bottom, width, height = paper.layout.photo_mm
    sides = (left, bottom, left + width, bottom + height)
    return tuple(side / MM_PER_INCH * POINTS_PER_INCH for side in sides)  # type: ignore[return-value]  # of four


def drawn_value(paper: Paper, field: Field, value: str, *, patch: bool) -> pikepdf.Pdf:
    """Return a page with nothing but another value in the place of a field's.

    Args:
        patch: whether the place is painted over in the colour of the paper first.
    """
    output = BytesIO()
    canvas: Any = Canvas(output, pagesize=paper.size_points, invariant=1)
    start = paper.value_glyphs(field)[0]
    if patch:
        left, bottom, right, top = value_box(paper, field)
        canvas.setFillColorRGB(*_PAPER)
        canvas.rect(left, bottom, right - left, top - bottom, stroke=0, fill=1)
    _type(canvas, value, start)
    canvas.save()
    return pikepdf.open(output)


def drawn_look_alike(paper: Paper, field: Field, value: str) -> pikepdf.Pdf:
    """Return a page with the one character of `value` that is not printed, in a font that lies.

    The font says that it is the printed character.
    """
    (at,) = changed_places(paper, field, value)
    said, shown = paper.values[field][at], value[at]
    output = BytesIO()
    canvas: Any = Canvas(output, pagesize=paper.size_points, invariant=1)
    _type(canvas, shown, glyph_of(paper, field, at))
    canvas.save()
    drawn = pikepdf.open(output)
    for font in drawn.pages[0].Resources.Font.values():
        if table := font.get("/ToUnicode"):
            lies = table.read_bytes().replace(_utf_16(shown), _utf_16(said))
            table.write(lies)
    return drawn


def changed_places(paper: Paper, field: Field, value: str) -> list[int]:
    """Return which characters of a value, as long as the printed one, are others."""
    pairs = zip(paper.values[field], value, strict=True)
    return [at for at, (one, other) in enumerate(pairs) if one != other]


def glyph_of(paper: Paper, field: Field, at: int) -> GlyphPlace:
    """Return where a character of a value is printed; blanks are not."""
    return paper.value_glyphs(field)[len(paper.values[field][:at].replace(" ", ""))]


def _type(canvas: Any, text: str, start: GlyphPlace) -> None:
    font = _font(frozenset(f"{text} "))
    runs = [
        f"{font.getSubsetInternalName(subset, canvas._doc)} {start.size} Tf <{codes.hex()}> Tj"
        for subset, codes in font.splitString(text, canvas._doc)
    ]
    canvas.addLiteral(f"BT {_BLACK} 1 0 0 1 {start.x:.3f} {start.y:.3f} Tm {' '.join(runs)} ET")


def _utf_16(character: str) -> bytes:
    return f" <{character.encode('utf-16-be').hex().upper()}>".encode()


def drawn_picture(paper: Paper, box: Box, picture: bytes) -> pikepdf.Pdf:
    """Return a page with nothing but a picture in a box."""
    output = BytesIO()
    canvas: Any = Canvas(output, pagesize=paper.size_points, invariant=1)
    left, bottom, right, top = box
    canvas.drawImage(ImageReader(BytesIO(picture)), left, bottom, right - left, top - bottom)
    canvas.save()
    return pikepdf.open(output)


@cache
def _font(characters: frozenset[str]) -> PageFont:
    subset = FontChain(system_dirs=()).subset(characters)
    return PageFont(FACE_NAME, BytesIO(subset), asciiReadable=False)
