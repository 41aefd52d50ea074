"""Faces, photos and readers shared by the tests of the page."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from codes.documents import DocumentType
from codes.levels import Level
from codes.number import parse_number
from codes.occupations import occupation_by_index
from templates.certificate import CertificateFace, CertificatePrinter
from templates.drawing import Box
from templates.fonts import SYSTEM_FONT_DIRS, FontChain

BARE = FontChain(system_dirs=())
HANAZONO_BLOCKS = (
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B738),
    (0x2B740, 0x2B81D),
    (0x2B820, 0x2CEA1),
    (0x2CEB0, 0x2EBE0),
)


def need(present: bool, tool: str) -> None:
    """Skip the test where a tool is absent; in CI fail, for a skip must not look green."""
    if present:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{tool} is not installed")
    pytest.skip(f"{tool} is not installed")


def need_hanazono() -> FontChain:
    """Return the chain with fonts-hanazono, or skip."""
    files = ("HanaMinA.ttf", "HanaMinB.ttf")
    found = all(any((folder / name).is_file() for folder in SYSTEM_FONT_DIRS) for name in files)
    need(found, "the font package fonts-hanazono")
    return FontChain()


def make_photo(width: int = 295, height: int = 413) -> bytes:
    """Return a drawn stand-in for a photo."""
    image = Image.new("RGB", (width, height), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.3, height * 0.2, width * 0.7, height * 0.6), fill=(226, 190, 165))
    draw.rectangle((width * 0.15, height * 0.72, width * 0.85, height), fill=(40, 60, 90))
    output = BytesIO()
    image.save(output, "JPEG", quality=85)
    return output.getvalue()


def make_qr_text(seed: int = 1) -> str:
    """Return a QR text of the length a real record has."""
    digits = random.Random(seed).choices("0123456789", k=480)
    return "https://yz.example.cn/q#" + "".join(digits)


def make_face(**changes: Any) -> CertificateFace:
    """Return an ordinary certificate, changed where asked."""
    fields: dict[str, Any] = {
        "body_name": "天津市某某职业技能培训学校有限公司",
        "holder_name": "欧阳𫖯䶮",
        "document_type": DocumentType.RESIDENT_ID,
        "document_number": "12010119900307771X",
        "occupation": occupation_by_index(1),
        "specialty": None,
        "level": Level.THREE,
        "number": parse_number("S000012000123263000001"),
        "issued_on": date(2026, 11, 23),
        "print_serial_text": "202600000001",
        "qr_text": make_qr_text(),
        "photo_jpeg": make_photo(),
        "sample": False,
    }
    return CertificateFace(**(fields | changes))


def render(face: CertificateFace, fonts: FontChain = BARE) -> bytes:
    """Draw one page, without a seal."""
    return draw(CertificatePrinter(fonts), face)


def draw(printer: CertificatePrinter, face: CertificateFace) -> bytes:
    """Draw one page of several, without a seal."""
    return printer.render(face).filled(b"")[0]


def page_text(pdf: bytes) -> str:
    """Return the page's text as pypdfium2 extracts it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        text: str = document[0].get_textpage().get_text_range()
    finally:
        document.close()
    return text


def page_picture(pdf: bytes, dots_per_inch: int) -> Image.Image:
    """Return the page as a picture in colours."""
    return _picture(pdf, dots_per_inch, grey=False).convert("RGB")


def symbols_seen(
    pdf: bytes, dots_per_inch: int, within: Box | None = None
) -> list[zxingcpp.Barcode]:
    """Return the QR symbols that are read from a grey picture of the page, or of a box of it."""
    picture = _picture(pdf, dots_per_inch, grey=True, within=within)
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return list(zxingcpp.read_barcodes(picture, formats=wanted))


def _picture(
    pdf: bytes, dots_per_inch: int, *, grey: bool, within: Box | None = None
) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()  # without it the library leaves out the seal, a form's widget
        page = document[0]
        cut = _margins(page, within) if within else (0, 0, 0, 0)
        drawn = page.render(scale=dots_per_inch / 72, grayscale=grey, crop=cut)
        picture: Image.Image = drawn.to_pil()
    finally:
        document.close()
    return picture


def _margins(page: pypdfium2.PdfPage, box: Box) -> tuple[float, float, float, float]:
    """Return what lies left of, below, right of and above a box, in points."""
    width, height = page.get_size()
    left, bottom, right, top = (mm * 72 / 25.4 for mm in (box.left, box.bottom, box.right, box.top))
    return left, bottom, width - right, height - top


def poppler_text(pdf: bytes, folder: Path) -> str:
    """Return the page's text as pdftotext extracts it, or skip."""
    need(shutil.which("pdftotext") is not None, "pdftotext (poppler-utils)")
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    return run.stdout.decode("utf-8")
