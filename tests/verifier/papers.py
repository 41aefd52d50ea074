"""Certificate files to verify: as issued, edited, flattened, photographed, damaged."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image

from codes.occupations import occupation_by_index
from templates.certificate import CertificateFace, CertificatePrinter
from templates.labels import format_print_serial
from tests.pdf.page_samples import BARE, draw, make_photo
from tests.verifier.world import BODY_NAME, OCCUPATION, Issued

A4_POINTS = (595.0, 842.0)


@cache
def printer() -> CertificatePrinter:
    """One printer for all papers of a test run."""
    return CertificatePrinter(BARE)


@cache
def photo() -> bytes:
    """One drawn photo."""
    return make_photo()


def face(issued: Issued, **changes: Any) -> CertificateFace:
    """The page of a certificate, any field of it changed as an editor would."""
    record = issued.record
    fields: dict[str, Any] = {
        "body_name": BODY_NAME,
        "holder_name": record.holder_name,
        "document_type": record.document_type,
        "document_number": issued.document_number,
        "occupation": occupation_by_index(OCCUPATION),
        "specialty": record.specialty,
        "level": record.number.level,
        "number": record.number,
        "issued_on": record.issued_on,
        "print_serial_text": format_print_serial(record.number.year, record.print_serial),
        "qr_text": issued.qr_text(),
        "photo_jpeg": photo(),
        "sample": False,
    }
    return CertificateFace(**(fields | changes))


def paper(issued: Issued, **changes: Any) -> bytes:
    """The PDF of a certificate, as issued or with fields changed and its QR left genuine."""
    return draw(printer(), face(issued, **changes))


def picture_of(pdf: bytes, dpi: int = 150) -> Image.Image:
    """The first page as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        image: Image.Image = document[0].render(scale=dpi / 72).to_pil()
    finally:
        document.close()
    return image.convert("RGB")


def encode_picture(image: Image.Image, kind: str) -> bytes:
    """The picture as a file of this kind."""
    output = BytesIO()
    image.save(output, kind)
    return output.getvalue()


def flattened(pdf: bytes) -> bytes:
    """A PDF that shows the same page as one picture, without any text."""
    return encode_picture(picture_of(pdf), "PDF")


def joined(*pdfs: bytes) -> bytes:
    """One PDF with the pages of several."""
    target = pypdfium2.PdfDocument.new()
    for pdf in pdfs:
        source = pypdfium2.PdfDocument(pdf)
        target.import_pages(source)
        source.close()
    output = BytesIO()
    target.save(output)
    target.close()
    return output.getvalue()


def blank_pdf(pages: int) -> bytes:
    """A PDF of empty pages."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(*A4_POINTS)
    output = BytesIO()
    document.save(output)
    document.close()
    return output.getvalue()
