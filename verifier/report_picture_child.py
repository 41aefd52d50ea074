"""Draws a small picture of an untrusted file: `python -m verifier.report_picture_child`.

Gets a file's bytes, answers a JPEG of its first page, or nothing where none can be drawn.
"""

from __future__ import annotations

import warnings
from io import BytesIO

import pypdfium2
from PIL import Image
from pypdfium2 import PdfDocument

from registry.child import serve
from verifier.file_kinds import FileKind, kind_of
from verifier.picture_files import MAX_PICTURE_PIXELS, open_as_seen

MOST_PIXELS = (850, 1200)
MOST_BYTES = 180 << 10
_SMALL_PIXELS = (480, 640)  # where a picture is too many bytes
_QUALITIES = (70, 55, 40)


def handle(data: bytes) -> bytes:
    """Return a small JPEG of a file, empty where there is none; out of memory ends the process."""
    try:
        kind = kind_of(data)
        if kind is FileKind.BOTH:
            return b""
        picture = _first_page(data) if kind is FileKind.PDF else open_as_seen(data)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the readers leak a dozen types on damaged files
        return b""
    colours = picture.convert("RGB")
    for most in (MOST_PIXELS, _SMALL_PIXELS):
        colours.thumbnail(most)
        for quality in _QUALITIES:
            output = BytesIO()
            colours.save(output, "JPEG", quality=quality)
            if output.tell() <= MOST_BYTES:
                return output.getvalue()
    return b""


def _first_page(data: bytes) -> Image.Image:
    document = PdfDocument(data)
    try:
        document.init_forms()
        page = document[0]
        width, height = page.get_size()
        scale = min(MOST_PIXELS[0] / max(width, 1), MOST_PIXELS[1] / max(height, 1), 2.0)
        picture: Image.Image = page.render(scale=scale).to_pil()
        return picture
    finally:
        document.close()


def main() -> None:
    """Serve questions until the parent closes the pipe."""
    pypdfium2.raw.FPDF_GetLastError()  # loads the library before limits apply to a question
    Image.MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
    warnings.simplefilter("ignore")
    serve(handle)


if __name__ == "__main__":
    main()
