"""Says what an untrusted file may share with others: `python -m verifier.cases.marks_child`.

Gets a file's bytes, answers JSON: of a PDF the programs that made it, its fonts, and hashes of the
pictures in it; nothing of any other file. No face is looked for.

Source of the hash by looks: the difference hash of 17 × 16 greys, 256 signs of neighbours.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import re
import warnings
from collections.abc import Iterator
from typing import Any, Final

import pypdfium2
from PIL import Image
from pypdfium2 import PdfDocument, PdfImage, PdfPage, raw

from registry.child import serve
from verifier.file_kinds import FileKind, kind_of
from verifier.picture_files import MAX_PICTURE_PIXELS

_PAGES: Final = 3
_OBJECTS: Final = 20_000
_MOST_IMAGES: Final = 20
_MOST_FONTS: Final = 40
_LEAST_SIDE: Final = 48  # pixels; smaller pictures are dots and lines that anything has
_MOST_PIXELS: Final = 40_000_000
_SIDE: Final = 16
_PLAIN: Final = 10  # signs that a picture with nothing in it has at most
_EVEN: Final = 4  # grey levels apart that neighbours may be by the noise of saving anew
_PAGE_SHARE: Final = 0.5  # of a page: a picture as large is a scan, and pages of a layout are alike
_LONGEST: Final = 120
_SUBSET: Final = re.compile(r"[A-Z]{6}\+")


def handle(data: bytes) -> bytes:
    """Return the JSON about a file; running out of memory ends the process."""
    told: dict[str, Any] = {}
    try:
        if kind_of(data) is FileKind.PDF:
            told = _of_pdf(data)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the readers leak a dozen types on damaged files
        told = {}
    return json.dumps(told).encode("ascii")


def dhash(picture: Image.Image) -> str | None:
    """Return 64 hex digits that are alike for alike pictures; None of a plain surface."""
    wide = _SIDE + 1
    greys = picture.convert("L").resize((wide, _SIDE), Image.Resampling.BOX).tobytes()
    signs = [
        greys[row * wide + column] > greys[row * wide + column + 1] + _EVEN
        for row in range(_SIDE)
        for column in range(_SIDE)
    ]
    if not _PLAIN <= sum(signs) <= len(signs) - _PLAIN:
        return None
    return f"{int(''.join('01'[sign] for sign in signs), 2):064x}"


def _of_pdf(data: bytes) -> dict[str, Any]:
    document = PdfDocument(data)
    try:
        metadata = document.get_metadata_dict()
        fonts: set[str] = set()
        images: list[dict[str, str | None]] = []
        for index in range(min(len(document), _PAGES)):
            _look_at(document[index], fonts, images)
    finally:
        document.close()
    return {
        "producer": metadata.get("Producer", "")[:_LONGEST],
        "creator": metadata.get("Creator", "")[:_LONGEST],
        "fonts": sorted(fonts)[:_MOST_FONTS],
        "images": images,
    }


def _look_at(page: PdfPage, fonts: set[str], images: list[dict[str, str | None]]) -> None:
    for count, one in enumerate(page.get_objects(max_depth=4)):
        if count > _OBJECTS:
            return
        if one.type == raw.FPDF_PAGEOBJ_TEXT:
            fonts.update(_font_of(one.raw))
        elif isinstance(one, PdfImage) and len(images) < _MOST_IMAGES:
            images.extend(_image_of(one, page.get_width() * page.get_height()))


def _font_of(text: Any) -> Iterator[str]:
    font = raw.FPDFTextObj_GetFont(text)
    size = raw.FPDFFont_GetBaseFontName(font, None, 0) if font else 0
    if 1 < size <= _LONGEST:
        name = ctypes.create_string_buffer(size)
        raw.FPDFFont_GetBaseFontName(font, name, size)
        yield _SUBSET.sub("", name.value.decode("utf-8", "replace"))


def _image_of(image: PdfImage, page_area: float) -> Iterator[dict[str, str | None]]:
    width, height = image.get_px_size()
    if min(width, height) < _LEAST_SIDE or width * height > _MOST_PIXELS:
        return
    digest = hashlib.sha256(bytes(image.get_data())).hexdigest()
    left, bottom, right, top = image.get_bounds()
    is_page = (right - left) * (top - bottom) > _PAGE_SHARE * page_area
    looks = None if is_page else dhash(image.get_bitmap().to_pil())
    yield {"sha256": digest, "looks": looks}


def main() -> None:
    """Serve questions until the parent closes the pipe."""
    pypdfium2.raw.FPDF_GetLastError()  # loads the library before limits apply to a question
    Image.MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
    warnings.simplefilter("ignore")
    serve(handle)


if __name__ == "__main__":
    main()
