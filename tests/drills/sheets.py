"""Printed sheets: the finished page as a fine picture, its QR symbol found by reading it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pypdfium2
import zxingcpp
from PIL import Image

from codes.qr_symbol import Symbol
from tests.drills.drill import require

A4_MM = (210.0, 297.0)
PRINT_DPI = 500
MM_PER_INCH = 25.4
_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
_FINDING_DPI = 250
_QUIET_MODULES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedSymbol:
    """Where a symbol stands on a sheet, and what it is.

    Args:
        left_mm: from the sheet's left edge.
        top_mm: from the sheet's upper edge.
        side_mm: without the quiet zone.
        modules: a side.
        level: error correction, "L" to "H".
        text: what it says.
    """

    left_mm: float
    top_mm: float
    side_mm: float
    modules: int
    level: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An A4 sheet as printed.

    Args:
        picture: its colours.
        dots_per_mm: of the picture.
        symbol: its QR symbol.
    """

    picture: Image.Image
    dots_per_mm: float
    symbol: PrintedSymbol

    def at(self, dots_per_inch: float) -> Sheet:
        """Return the sheet drawn with fewer dots, each the mean of those it stands for."""
        dots_per_mm = dots_per_inch / MM_PER_INCH
        width, height = (round(side * dots_per_mm) for side in A4_MM)
        coarser = self.picture.resize((width, height), Image.Resampling.BOX)
        return replace(self, picture=coarser, dots_per_mm=dots_per_mm)


def print_sheet(pdf: bytes) -> Sheet:
    """Return the only page of a PDF as a sheet; it must show exactly one QR symbol.

    Raises:
        DrillFailed: it does not.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=PRINT_DPI / 72).to_pil().convert("RGB")
    finally:
        document.close()
    sheet = Sheet(
        picture=picture,
        dots_per_mm=PRINT_DPI / MM_PER_INCH,
        symbol=PrintedSymbol(left_mm=0, top_mm=0, side_mm=0, modules=0, level="", text=""),
    )
    return replace(sheet, symbol=_find_symbol(sheet.at(_FINDING_DPI)))


def with_symbol(sheet: Sheet, symbol: Symbol, *, side_mm: float, text: str) -> Sheet:
    """Return the sheet with another symbol about the same middle, on white of four modules.

    Args:
        sheet: as printed.
        symbol: the other.
        side_mm: its side without the quiet zone.
        text: what it says.
    """
    old, dots = sheet.symbol, sheet.dots_per_mm
    stride = 8 * symbol.row_bytes
    stored = Image.frombytes("1", (stride, symbol.size), symbol.bitmap, "raw", "1;I")
    bare = stored.convert("L").crop((0, 0, symbol.size, symbol.size))
    quiet = round(_QUIET_MODULES * side_mm / symbol.size * dots)
    side = round(side_mm * dots)
    patch = Image.new("RGB", (side + 2 * quiet, side + 2 * quiet), "white")
    patch.paste(bare.resize((side, side), Image.Resampling.NEAREST), (quiet, quiet))
    left, top = (start + (old.side_mm - side_mm) / 2 for start in (old.left_mm, old.top_mm))
    picture = sheet.picture.copy()
    picture.paste(patch, (round(left * dots) - quiet, round(top * dots) - quiet))
    placed = PrintedSymbol(
        left_mm=left,
        top_mm=top,
        side_mm=side_mm,
        modules=symbol.size,
        level=symbol.level.value,
        text=text,
    )
    return replace(sheet, picture=picture, symbol=placed)


def _find_symbol(sheet: Sheet) -> PrintedSymbol:
    found = zxingcpp.read_barcodes(sheet.picture.convert("L"), formats=_QR_ONLY)
    require(len(found) == 1, f"{len(found)} symbols read from the page as printed")
    (code,) = found
    version = str(dict(code.extra)["Version"])  # type: ignore[call-overload]  # typed as object
    corner, opposite = code.position.top_left, code.position.bottom_right
    side = ((opposite.x - corner.x) + (opposite.y - corner.y)) / 2
    return PrintedSymbol(
        left_mm=corner.x / sheet.dots_per_mm,
        top_mm=corner.y / sheet.dots_per_mm,
        side_mm=side / sheet.dots_per_mm,
        modules=17 + 4 * int(version),
        level=code.ec_level,
        text=code.text,
    )
