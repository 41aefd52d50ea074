"""ReportLab's canvas, kept to what a certificate page needs.

Lengths are in millimetres from the lower left corner of the sheet, sizes of type in points.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Final

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFStream,
    PDFZCompress,
)
from reportlab.pdfgen.canvas import Canvas

from templates.to_unicode import PageFont

MM: Final = 72 / 25.4
A4_MM: Final = (210.0, 297.0)

Colour = tuple[float, float, float]


def colour(hexadecimal: str) -> Colour:
    """Return the colour written as six hexadecimal digits."""
    red, green, blue = bytes.fromhex(hexadecimal)
    return (red / 255, green / 255, blue / 255)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyle:
    """How a run of text is drawn.

    Args:
        size: in points.
        ink: fill colour.
        weight: width of an outline in the same colour, in points; makes the one weight the
            fonts come in bolder.
        tracking: extra space after each character, in points.
    """

    size: float
    ink: Colour
    weight: float = 0.0
    tracking: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Artwork:
    """A drawing that is the same on every page, compressed once.

    Args:
        box: left, bottom, right, top in points.
        content: deflated drawing operators; paths and colours only.
    """

    box: tuple[float, float, float, float]
    content: bytes

    @classmethod
    def of(cls, operators: str, box: tuple[float, float, float, float]) -> Artwork:
        """Compress drawing operators written in points."""
        return cls(box=box, content=zlib.compress(operators.encode("ascii"), 9))


class PageCanvas(Canvas):
    """One A4 page: no clock, no base font, no ASCII armour, text through one given font."""

    _doc: Any  # the library's document object, which its type stubs leave out

    def __init__(self, font: PageFont, *, issued_on: date, title: str, language: str) -> None:
        # Compression off and a default filter on: the only way in this library to have deflated
        # streams without ASCII85 around them that is no global setting.
        super().__init__(
            BytesIO(),
            pagesize=(A4_MM[0] * MM, A4_MM[1] * MM),
            pageCompression=0,
            invariant=1,
            pdfVersion=(1, 7),
            lang=language,
        )
        self._page_font = font
        self._doc.defaultStreamFilters = [PDFZCompress]
        self._doc.signature = hashlib.md5(usedforsecurity=False)
        self.setTitle(title)
        self.setAuthor("")
        self.setSubject("")
        self.setCreator("Yanzhen")
        self.setProducer("Yanzhen")
        day = f"D:{issued_on:%Y%m%d}000000+08'00'"
        self.setDateFormatter(lambda *_: day)

    def _make_preamble(self) -> None:
        # The library's own preamble selects Helvetica, which would then be a font of the page
        # that is not embedded in it.
        self._preamble = "1 0 0 1 0 0 cm"

    def width_mm(self, text: str, style: TextStyle) -> float:
        """Return how wide `text` is when drawn."""
        advance = self._page_font.stringWidth(text, style.size)
        return (advance + style.tracking * max(len(text) - 1, 0)) / MM

    def text(self, x_mm: float, y_mm: float, text: str, style: TextStyle) -> None:
        """Draw one run of text, its baseline beginning at the point given."""
        self.text_in_frame((1, 0, 0, 1, x_mm * MM, y_mm * MM), text, style)

    def centred_text(self, x_mm: float, y_mm: float, text: str, style: TextStyle) -> None:
        """Draw one run of text whose middle is at the point given."""
        self.text(x_mm - self.width_mm(text, style) / 2, y_mm, text, style)

    def text_in_frame(
        self, matrix: tuple[float, float, float, float, float, float], text: str, style: TextStyle
    ) -> None:
        """Draw one run of text under a text matrix whose lengths are in points."""
        ink = " ".join(_number(part) for part in style.ink)
        parts = ["BT", f"{ink} rg"]
        if style.weight:
            parts.append(f"{ink} RG {_number(style.weight)} w 2 Tr")
        if style.tracking:
            parts.append(f"{_number(style.tracking)} Tc")
        parts.append(" ".join(_number(part) for part in matrix) + " Tm")
        for subset, codes in self._page_font.splitString(text, self._doc):
            name = self._page_font.getSubsetInternalName(subset, self._doc)
            parts.append(f"{name} {_number(style.size)} Tf <{codes.hex()}> Tj")
        if style.tracking:
            parts.append("0 Tc")
        if style.weight:
            parts.append("0 Tr")
        parts.append("ET")
        self.addLiteral(" ".join(parts))

    def line_mm(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draw a straight line."""
        self.line(x1 * MM, y1 * MM, x2 * MM, y2 * MM)

    def artwork(self, name: str, artwork: Artwork) -> None:
        """Draw what is the same on every page."""
        entries: dict[str, Any] = {
            "Type": PDFName("XObject"),
            "Subtype": PDFName("Form"),
            "FormType": 1,
            "BBox": PDFArray(list(artwork.box)),
            "Resources": PDFDictionary({}),
            "Filter": PDFName("FlateDecode"),
        }
        self._external(name, entries, artwork.content)
        self.doForm(name)

    def picture(
        self,
        name: str,
        entries: Mapping[str, Any],
        content: bytes,
        box_mm: tuple[float, float, float, float],
    ) -> None:
        """Draw an encoded picture into the box (left, bottom, width, height)."""
        left, bottom, width, height = (length * MM for length in box_mm)
        described = {
            "Type": PDFName("XObject"),
            "Subtype": PDFName("Image"),
            **entries,
        }
        self._external(name, described, content)
        self.saveState()
        self.transform(width, 0, 0, height, left, bottom)
        self.doForm(name)
        self.restoreState()

    def _external(self, name: str, entries: Mapping[str, Any], content: bytes) -> None:
        stream = PDFStream(dictionary=PDFDictionary(dict(entries)), content=content)
        self._doc.addForm(name, stream)

    def finished(self) -> bytes:
        """Close the page and return the file."""
        self.showPage()
        data: bytes = self._doc.GetPDFData(self)
        return data


def _number(value: float) -> str:
    """Write a number with at most three decimals and no more digits than it needs."""
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"
