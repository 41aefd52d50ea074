"""The child process that joins certificates for a printer: `python -m issuer.print_child`.

The library that does it works for one thread at a time and ends its whole process on some faults:
neither may happen to whoever issues. The visible seal of a certificate is drawn by the field of its
electronic seal, which pages do not take along: it is made part of the page first.
"""

from __future__ import annotations

import io
import json
import zipfile

import pypdfium2
from pypdfium2 import raw

from registry.child import serve


def join_pages(question: bytes) -> bytes:
    """Return certificates of a ZIP as one PDF without electronic seals.

    Args:
        question: JSON with the path of the `zip`, and the `names` in it, in order.
    """
    asked = json.loads(question)
    joined = pypdfium2.PdfDocument.new()
    with zipfile.ZipFile(asked["zip"]) as archive:
        for name in asked["names"]:
            with pypdfium2.PdfDocument(archive.read(name)) as certificate:
                _draw_seals(certificate)
                joined.import_pages(certificate)
    out = io.BytesIO()
    joined.save(out)
    joined.close()
    return out.getvalue()


def _draw_seals(certificate: pypdfium2.PdfDocument) -> None:
    for page in certificate:
        if raw.FPDFPage_Flatten(page, raw.FLAT_PRINT) == raw.FLATTEN_FAIL:
            raise ValueError("the seal of a page cannot be drawn")
        page.close()


if __name__ == "__main__":
    serve(join_pages)
