"""A QR symbol for a telephone, as an SVG path: drawn in the page, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass

import qrcode

_QUIET = 4  # modules of white around the symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class QrSymbol:
    """A QR symbol.

    Args:
        size: of its side, with the quiet zone, in modules.
        path: one unit square for each dark module, as the `d` of an SVG path.
    """

    size: int
    path: str


def qr_symbol(text: str) -> QrSymbol:
    """Return the symbol of a text."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=_QUIET)
    code.add_data(text)
    matrix = code.get_matrix()
    dark = (
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, cell in enumerate(row) if cell
    )
    return QrSymbol(size=len(matrix), path="".join(dark))
