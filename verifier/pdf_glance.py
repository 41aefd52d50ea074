"""Glances at a PDF in the child process: its seal, its words and its QR code, no page drawn.

Enough to find out whether a file is byte for byte one that was issued; whether its words can be
seen is left open, so nothing else may be concluded from it.
"""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageOps
from pypdfium2 import PdfDocument, PdfiumError, PdfPage, raw

from templates.archival import PROOF_NAME, SECOND_RECORD_FILE
from verifier.attachments import read_attachment
from verifier.file_limits import MAX_PROOF_BYTES, MAX_SECOND_RECORD_BYTES
from verifier.seal_reading import read_seal
from verifier.symbol_reading import find_symbols
from verifier.text_layer import read_all_glyphs

_MAX_IMAGES = 4
_QUIET_ZONE = 8  # modules
_MODULE_PIXELS = 3
_MODULES = (21, 177)  # of a QR symbol's side, by ISO/IEC 18004


def glance(data: bytes) -> dict[str, Any]:
    """Return the seal of a PDF, and what its one page says without being drawn.

    Returns:
        As `document_child.read`, with "seal" besides; no pages where it has not exactly one.
    """
    seal = read_seal(data)
    try:
        document = PdfDocument(data)
    except PdfiumError:
        return {"kind": "pdf", "pages": [], "seal": seal}
    try:
        pages = [_glance_at(document[0])] if len(document) == 1 else []
        proof = read_attachment(document, PROOF_NAME, most_bytes=MAX_PROOF_BYTES)
        second = read_attachment(document, SECOND_RECORD_FILE, most_bytes=MAX_SECOND_RECORD_BYTES)
        return {
            "kind": "pdf",
            "pages": pages,
            "proof": None if proof is None else proof.decode("utf-8", "replace"),
            "second": None if second is None else second.hex(),
            "seal": seal,
        }
    finally:
        document.close()


def _glance_at(page: PdfPage) -> dict[str, Any]:
    try:
        return {"glyphs": read_all_glyphs(page), "symbols": _symbols_on(page)}
    finally:
        page.close()


def _symbols_on(page: PdfPage) -> list[str]:
    """Return the QR codes among the page's pictures that have one pixel for each module."""
    images = page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=1)
    for _, image in zip(range(_MAX_IMAGES), images, strict=False):
        width, height = image.get_px_size()
        if width != height or not _MODULES[0] <= width <= _MODULES[1]:
            continue
        grey = image.get_bitmap().to_pil().convert("L")
        for drawn in (ImageOps.invert(grey), grey):
            side = width * _MODULE_PIXELS
            large = drawn.resize((side, side), Image.Resampling.NEAREST)
            framed = ImageOps.expand(large, _QUIET_ZONE * _MODULE_PIXELS, fill=255)
            found = find_symbols(framed)
            if found:
                return [found[0].text]
    return []
