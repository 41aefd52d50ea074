"""The contact sheet (核对样张): photos and names of a batch, for a check by eye before handing out.

Lengths are in millimetres from the lower left corner of an upright A4 sheet, sizes in points.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Final

from PIL import Image
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream, PDFZCompress
from reportlab.pdfgen.canvas import Canvas

from templates.fonts import FontChain
from templates.glyphs import FACE_NAME
from templates.to_unicode import PageFont

PER_PAGE: Final = 20
TITLE: Final = "核对样张"
_MM: Final = 72 / 25.4
_WIDTH, _HEIGHT = 210.0, 297.0
_COLUMNS: Final = 4
_LEFT: Final = 13.0
_TOP: Final = 272.0
_CELL_WIDTH: Final = 46.0
_CELL_HEIGHT: Final = 50.5
_PHOTO_WIDTH, _PHOTO_HEIGHT = 20.0, 28.0
_THUMBNAIL: Final = (148, 207)  # pixels: 188 to the inch, and half of a 300 dpi one-inch photo
_BOX: Final = 4.0
_NAME_SIZES: Final = (10.0, 9.0, 8.0, 7.0, 6.0, 5.5)
_LEADING: Final = 2.3  # of a name on two lines
_SMALL: Final = 7.0
_NO_GLYPH: Final = "〓"
_FIXED: Final = (
    TITLE + _NO_GLYPH + "第页，共至核对人日期：＿·" + "".join(map(chr, range(0x20, 0x7F)))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCell:
    """What the sheet shows of one certificate.

    Args:
        sequence: its place in the delivery, from 1; the order list has the same.
        name: the holder's name.
        number: the certificate number.
        level: the level as printed.
        print_serial: the print serial as printed.
        photo_jpeg: what `thumbnail` made of the certificate's photo.
    """

    sequence: int
    name: str
    number: str
    level: str
    print_serial: str
    photo_jpeg: bytes

    @property
    def texts(self) -> str:
        """All of its text."""
        return f"{self.name}{self.number}{self.level}{self.print_serial}"


def draw_contact_sheet(
    cells: Sequence[ContactCell], *, heading: str, made_on: date, fonts: FontChain
) -> bytes:
    """Return the sheet as a PDF file, twenty certificates a page; same input, same bytes.

    Args:
        cells: in the order to be shown, at least one. Each keeps a few kilobytes in memory.
        heading: such as the body's name and the batch; one line.
        made_on: the date in the file.
        fonts: where glyphs come from; a character that none holds shows as 〓.
    """
    wanted = frozenset("".join(cell.texts for cell in cells) + heading + _FIXED)
    printable = wanted.difference(fonts.missing_characters("".join(sorted(wanted))))
    font = PageFont(FACE_NAME, BytesIO(fonts.subset(printable)), asciiReadable=False)
    canvas = _SheetCanvas(font, printable, made_on)
    pages = -(-len(cells) // PER_PAGE)
    for page in range(pages):
        shown = cells[page * PER_PAGE : (page + 1) * PER_PAGE]
        _draw_margins(canvas, shown, heading, f"第 {page + 1} 页，共 {pages} 页")
        for place, cell in enumerate(shown):
            row, column = divmod(place, _COLUMNS)
            _draw_cell(canvas, cell, _LEFT + column * _CELL_WIDTH, _TOP - row * _CELL_HEIGHT)
        canvas.showPage()
    return canvas.finished()


class _SheetCanvas(Canvas):
    """ReportLab's canvas without clock and base font, its text through one given font."""

    _doc: Any  # the library's document object, which its type stubs leave out

    def __init__(self, font: PageFont, printable: frozenset[str], made_on: date) -> None:
        size = (_WIDTH * _MM, _HEIGHT * _MM)
        super().__init__(BytesIO(), pagesize=size, pageCompression=0, invariant=1, lang="zh-CN")
        self._page_font = font
        self._printable = printable
        self._doc.defaultStreamFilters = [PDFZCompress]
        self._doc.signature = hashlib.md5(usedforsecurity=False)
        self.setTitle(TITLE)
        self.setProducer("Yanzhen")
        self.setDateFormatter(lambda *_: f"D:{made_on:%Y%m%d}000000+08'00'")

    def _make_preamble(self) -> None:
        # The library's own preamble selects Helvetica, which would not be embedded.
        self._preamble = "1 0 0 1 0 0 cm"

    def width_mm(self, text: str, size: float) -> float:
        """Return how wide `text` is when drawn."""
        return float(self._page_font.stringWidth(self._shown(text), size)) / _MM

    def text(self, x_mm: float, y_mm: float, text: str, size: float) -> None:
        """Draw one line of text from the point given."""
        parts = [f"BT 0 g 1 0 0 1 {x_mm * _MM:.3f} {y_mm * _MM:.3f} Tm"]
        for subset, codes in self._page_font.splitString(self._shown(text), self._doc):
            name = self._page_font.getSubsetInternalName(subset, self._doc)
            parts.append(f"{name} {size:g} Tf <{codes.hex()}> Tj")
        self.addLiteral(" ".join((*parts, "ET")))

    def photo(self, name: str, jpeg: bytes, left_mm: float, bottom_mm: float) -> None:
        """Draw a photo with a thin frame."""
        box = tuple(length * _MM for length in (left_mm, bottom_mm, _PHOTO_WIDTH, _PHOTO_HEIGHT))
        self._doc.addForm(name, _picture(jpeg))
        self.saveState()
        self.transform(box[2], 0, 0, box[3], box[0], box[1])
        self.doForm(name)
        self.restoreState()
        self.setLineWidth(0.3)
        self.rect(*box)

    def finished(self) -> bytes:
        """Return the file."""
        data: bytes = self._doc.GetPDFData(self)
        return data

    def _shown(self, text: str) -> str:
        return "".join(char if char in self._printable else _NO_GLYPH for char in text)


def _draw_margins(
    canvas: _SheetCanvas, shown: Sequence[ContactCell], heading: str, pages: str
) -> None:
    right = _WIDTH - _LEFT
    canvas.text(_LEFT, 283, f"{TITLE}  {heading}", 10)
    span = f"{shown[0].sequence} 至 {shown[-1].sequence}"
    canvas.text(_LEFT, 277.5, span, _SMALL + 1)
    canvas.text(right - canvas.width_mm(pages, _SMALL + 1), 277.5, pages, _SMALL + 1)
    canvas.setLineWidth(0.5)
    canvas.line(_LEFT * _MM, 275.5 * _MM, right * _MM, 275.5 * _MM)
    blank = "＿" * 8
    canvas.text(_LEFT, 11, f"核对人：{blank}  日期：{blank}", 9)


def _draw_cell(canvas: _SheetCanvas, cell: ContactCell, left: float, top: float) -> None:
    canvas.photo(f"photo{cell.sequence}", cell.photo_jpeg, left, top - _PHOTO_HEIGHT)
    beside = left + _PHOTO_WIDTH + 2.5
    canvas.text(beside, top - 3.5, str(cell.sequence), 9)
    canvas.rect(beside * _MM, (top - 5.5 - _BOX) * _MM, _BOX * _MM, _BOX * _MM)
    y = top - _PHOTO_HEIGHT - 4.2
    lines, size = _fitted(canvas, cell.name)
    for place, line in enumerate(lines):
        canvas.text(left, y - place * _LEADING, line, size)
    y -= 4.0 + (len(lines) - 1) * _LEADING
    for line in (cell.number, cell.level, cell.print_serial):
        canvas.text(left, y, line, _SMALL)
        y -= 3.3


def _fitted(canvas: _SheetCanvas, name: str) -> tuple[tuple[str, ...], float]:
    """Return a name on one line as large as fits, or on two."""
    room = _CELL_WIDTH - 2
    for size in _NAME_SIZES:
        if canvas.width_mm(name, size) <= room:
            return (name,), size
    half = -(-len(name) // 2)
    return (name[:half], name[half:]), _NAME_SIZES[-1]


def thumbnail(jpeg: bytes) -> bytes:
    """Return a photo made small, as a JPEG file: a sheet has a thousand of them."""
    with Image.open(BytesIO(jpeg), formats=["JPEG"]) as opened:
        opened.draft("RGB", _THUMBNAIL)
        small = opened.convert("RGB")
        small.thumbnail(_THUMBNAIL)
    output = BytesIO()
    small.save(output, "JPEG", quality=80)
    return output.getvalue()


def _picture(jpeg: bytes) -> PDFStream:
    with Image.open(BytesIO(jpeg), formats=["JPEG"]) as opened:
        width, height = opened.size
    entries = {
        "Type": PDFName("XObject"),
        "Subtype": PDFName("Image"),
        "Width": width,
        "Height": height,
        "BitsPerComponent": 8,
        "ColorSpace": PDFName("DeviceRGB"),
        "Filter": PDFName("DCTDecode"),
    }
    return PDFStream(dictionary=PDFDictionary(entries), content=jpeg)
