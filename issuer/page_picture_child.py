"""The child process that turns a page into a picture: `python -m issuer.page_picture_child`.

The library that does it works for one thread at a time and ends its whole process on some faults:
neither may happen to a web worker.
"""

from __future__ import annotations

import io

import pypdfium2

from registry.child import serve

_DOTS_PER_INCH = 110
_COLOURS = 128


def picture_of(pdf: bytes) -> bytes:
    """Return the first page of a PDF as PNG."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        image = document[0].render(scale=_DOTS_PER_INCH / 72).to_pil()
    finally:
        document.close()
    out = io.BytesIO()
    image.convert("RGB").quantize(_COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    serve(picture_of)
