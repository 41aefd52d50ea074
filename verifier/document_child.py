"""Reads an untrusted file in a process of its own: `python -m verifier.document_child`.

Gets a question (`verifier.questions`), answers one JSON object: of a file's bytes {"kind",
"pages": [{"glyphs", "symbols", "others"}], "proof"} or {"fault"}. It opens nothing else, and the
parent believes nothing it says unproved. The text layer is read of pages with a QR code, and of a
few others beside them.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable
from typing import Any, assert_never

import pypdfium2
from PIL import Image, ImageFilter
from pypdfium2 import PdfDocument, PdfiumError, PdfPage
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

from registry.child import serve
from templates.archival import PROOF_NAME, SECOND_RECORD_FILE
from verifier.attachments import read_attachment
from verifier.file_limits import MAX_PAGES, MAX_PROOF_BYTES, MAX_SECOND_RECORD_BYTES
from verifier.page_compare import compare_pages
from verifier.pdf_glance import glance
from verifier.picture_files import (
    MAX_PICTURE_PIXELS,
    UnreadPicture,
    open_picture,
)
from verifier.questions import Question, Task, unpack
from verifier.symbol_reading import find_symbols, read_others
from verifier.symbol_repair import redraw_symbols
from verifier.text_layer import read_glyphs

MAX_SYMBOLS = 8
MAX_SYMBOL_CHARACTERS = 8192
MAX_RENDER_PIXELS = 16_000_000
RENDER_DPI = 200
# A code printed small, or inside a scan, may need a closer look; it costs four times as much, so
# only where no page showed any code, and only at the first pages.
CLOSE_RENDER_DPI = 400
CLOSE_PAGES = 3
# What other pages print is read as well: as many of them as people put before a certificate.
BESIDE_PAGES = 3
# A photograph that showed no code gets a closer look, twice as large. More dots than these are
# close enough as they are, and two copies of them would need too much memory.
CLOSE_PHOTO_PIXELS = 25_000_000
CLOSE_PHOTO_SCALE = 2.0
# Where that shows none either, symbols whose finder patterns are damaged are drawn anew: first at
# about the dots of a whole page in a photograph, then, as of a symbol close up, with fewer.
REDRAW_PIXELS = (4_000_000, 500_000)
# Weights of red, green and blue. JPEG files blur colours, so that thin red strokes stay visible in
# red light; the second takes more from them and leaves greys as they are.
_RED_LIGHT = (1.0, 0.0, 0.0, 0.0)
_LESS_THAN_RED = (1.5, -0.42, -0.08, 0.0)
_SHARPEN = ImageFilter.UnsharpMask(radius=3, percent=150, threshold=0)
_POINTS_PER_INCH = 72


class Unread(Exception):
    """The file cannot be read; `fault` is the code of the finding that says why."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def handle(sent: bytes) -> bytes:
    """Return the JSON answer to one question; running out of memory ends the process."""
    try:
        answer = _answer(unpack(sent))
    except (Unread, UnreadPicture) as error:
        answer = {"fault": error.fault}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the readers leak a dozen types on damaged files
        answer = {"fault": "file_unreadable"}
    return json.dumps(answer).encode("ascii")


def _answer(question: Question) -> dict[str, Any]:
    match question.task:
        case Task.READ_PDF:
            return {"kind": "pdf", **_read_pdf(question.data)}
        case Task.READ_PICTURE:
            return {"kind": "picture", "pages": [read_picture(question.data)]}
        case Task.GLANCE:
            return glance(question.data)
        case Task.COMPARE:
            return compare_pages(question.data, question.issued, question.page)
        case _:
            assert_never(question.task)


def _read_pdf(data: bytes) -> dict[str, Any]:
    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        locked = error.err_code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY)
        raise Unread("file_encrypted" if locked else "file_unreadable") from error
    try:
        document.init_forms()
        count = len(document)
        if count == 0:
            raise Unread("file_empty")
        if count > MAX_PAGES:
            raise Unread("file_too_many_pages")
        pages = [_read_page(document[index], RENDER_DPI) for index in range(count)]
        for index in range(min(count, CLOSE_PAGES)):
            if any(page["symbols"] for page in pages):
                break
            pages[index] = _read_page(document[index], CLOSE_RENDER_DPI)
        if any(page["symbols"] for page in pages):
            bare = [index for index in range(count) if not pages[index]["symbols"]]
            for index in bare[:BESIDE_PAGES]:
                pages[index]["glyphs"] = _read_print(document[index])
        proof = read_attachment(document, PROOF_NAME, most_bytes=MAX_PROOF_BYTES)
        second = read_attachment(document, SECOND_RECORD_FILE, most_bytes=MAX_SECOND_RECORD_BYTES)
        return {
            "pages": pages,
            "proof": None if proof is None else proof.decode("utf-8", "replace"),
            "second": None if second is None else second.hex(),
        }
    finally:
        document.close()


def _read_page(page: PdfPage, dpi: int) -> dict[str, Any]:
    try:
        picture = _render(page, dpi)
        symbols = _symbols_in(picture)
        glyphs = read_glyphs(page, picture, lambda: _render(page, dpi)) if symbols else []
        return {"glyphs": glyphs, "symbols": symbols, "others": _others_in(picture)}
    finally:
        page.close()


def _read_print(page: PdfPage) -> list[list[Any]]:
    try:
        return read_glyphs(page, _render(page, RENDER_DPI), lambda: _render(page, RENDER_DPI))
    finally:
        page.close()


def _render(page: PdfPage, dpi: int) -> Image.Image:
    """Return the page as a grey picture, coarser than `dpi` where the page is huge."""
    width, height = page.get_size()
    area = max(1.0, width * height)
    scale = min(dpi / _POINTS_PER_INCH, (MAX_RENDER_PIXELS / area) ** 0.5)
    picture: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    return picture


def read_picture(data: bytes) -> dict[str, Any]:
    """Return the texts of a picture's codes, as a page without any glyphs.

    Raises:
        UnreadPicture: it cannot be opened.
    """
    grey = open_picture(data, "L").convert("L")
    symbols, others = _symbols_in(grey), _others_in(grey)
    if not symbols and grey.width * grey.height <= CLOSE_PHOTO_PIXELS:
        del grey
        symbols = _symbols_close_up(open_picture(data, "RGB").convert("RGB"))
    return {"glyphs": [], "symbols": symbols, "others": others}


def _symbols_close_up(colours: Image.Image) -> list[str]:
    """Read a picture in red light, which shows neither red stamps nor most stains, and enlarged.

    A reader samples modules of two or three dots better where they are more, and where blur is
    undone; but sharpening brings out noise as well, so it comes last.
    """
    scale = min(CLOSE_PHOTO_SCALE, (MAX_RENDER_PIXELS / (colours.width * colours.height)) ** 0.5)
    size = (max(1, round(colours.width * scale)), max(1, round(colours.height * scale)))

    def close_up(weights: tuple[float, float, float, float]) -> Image.Image:
        return colours.convert("L", weights).resize(size, Image.Resampling.BICUBIC)

    red = close_up(_RED_LIGHT)
    return (
        _symbols_in(red)
        or _symbols_in(close_up(_LESS_THAN_RED))
        or _symbols_in(red.filter(_SHARPEN))
        or _symbols_redrawn(colours)
    )


def _symbols_redrawn(colours: Image.Image) -> list[str]:
    for pixels in REDRAW_PIXELS:
        if pixels == REDRAW_PIXELS[0] or colours.width * colours.height > pixels:
            scale = min(1.0, (pixels / (colours.width * colours.height)) ** 0.5)
            size = (max(1, round(colours.width * scale)), max(1, round(colours.height * scale)))
            for weights in (_RED_LIGHT, _LESS_THAN_RED):
                grey = colours.convert("L", weights).resize(size, Image.Resampling.BOX)
                for drawing in redraw_symbols(grey):
                    if symbols := _symbols_in(drawing):
                        return symbols
    return []


def _symbols_in(picture: Image.Image) -> list[str]:
    return _first(dict.fromkeys(symbol.text for symbol in find_symbols(picture)))


def _others_in(picture: Image.Image) -> list[str]:
    return _first(read_others(picture))


def _first(texts: Iterable[str]) -> list[str]:
    return [text for text in list(texts)[:MAX_SYMBOLS] if len(text) <= MAX_SYMBOL_CHARACTERS]


def main() -> None:
    """Serve questions until the parent closes the pipe."""
    pypdfium2.raw.FPDF_GetLastError()  # loads the library before limits apply to a question
    Image.MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
    warnings.simplefilter("ignore")
    serve(handle)


if __name__ == "__main__":
    main()
