"""The gate before any figure: a page made fast but wrong is worth nothing.

Each check returns what is wrong in a few words, and nothing when all is well. It reads the file
with other programs than those that wrote it: qpdf, PDFium, poppler, zxing-cpp, pyHanko.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image, ImageChops
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel
from pyhanko.sign.validation import (  # type: ignore[attr-defined]  # another package defines it
    ValidationContext as TrustContext,
)
from pyhanko.sign.validation import validate_pdf_signature as validate

from bench.issue_page import texts_of
from templates.certificate import CertificateFace

SYMBOL_DPI: Final = 200
PICTURE_DPI: Final = 100
_FILES: Final = ("/FontFile", "/FontFile2", "/FontFile3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is asked of a file beside its texts, symbol and photo.

    Args:
        same_photo: the photo's own bytes are in the file, not a copy encoded anew.
        unembedded_fonts: names of fonts that may be unembedded: ReportLab's canvas names Helvetica
            on every page and sets nothing in it.
        reference: what this page's picture must equal by pixel: a page (PDF), a picture at
            `PICTURE_DPI` (PNG), or None.
        seal_root_pem: the root its seal must lead to, or None for a file without a seal.
    """

    same_photo: bool = False
    unembedded_fonts: frozenset[str] = frozenset()
    reference: bytes | None = None
    seal_root_pem: bytes | None = None


def faults(pdf: bytes, face: CertificateFace, demand: Demand) -> list[str]:
    """Return everything that is wrong with a finished certificate.

    Args:
        pdf: the file.
        face: what it must show.
        demand: what else is asked of it.
    """
    return [
        *_structure_faults(pdf),
        *_font_faults(pdf, demand.unembedded_fonts),
        *_text_faults(pdf, face),
        *_symbol_faults(pdf, face.qr_text),
        *_photo_faults(pdf, face.photo_jpeg, same=demand.same_photo),
        *([] if demand.reference is None else picture_faults(pdf, demand.reference)),
        *([] if demand.seal_root_pem is None else _seal_faults(pdf, demand.seal_root_pem)),
    ]


def _structure_faults(pdf: bytes) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        with pikepdf.open(file.name) as opened:
            yield from (f"qpdf: {problem}" for problem in opened.check_pdf_syntax())
            if len(opened.pages) != 1:
                yield f"{len(opened.pages)} pages"


def _font_faults(pdf: bytes, spared: frozenset[str]) -> Iterator[str]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        fonts = [font for font in map(_as_font, opened.objects) if font is not None]
        if not fonts:
            yield "no font at all"
        for font in fonts:
            name = str(font.get("/BaseFont", "/?")).removeprefix("/")
            descriptor = font.get("/FontDescriptor", {})
            embedded = any(key in descriptor for key in _FILES) or font.Subtype == "/Type3"
            if not embedded and name not in spared:
                yield f"font {name} is not embedded"


def _as_font(found: Any) -> Any:
    """Return a font that carries outlines or should: a composite one only points at another."""
    is_font = isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/Font"
    return found if is_font and found.get("/Subtype") != "/Type0" else None


def _text_faults(pdf: bytes, face: CertificateFace) -> Iterator[str]:
    for extractor, text in (("PDFium", _pdfium_text(pdf)), ("pdftotext", _poppler_text(pdf))):
        closed = _without_blanks(text)
        for wanted in texts_of(face):
            if _without_blanks(wanted) not in closed:
                yield f"{extractor} does not find “{wanted}”"


def _without_blanks(text: str) -> str:
    return "".join(text.split())


def _pdfium_text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        text: str = document[0].get_textpage().get_text_range()
    finally:
        document.close()
    return text


def _poppler_text(pdf: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.pdf"
        path.write_bytes(pdf)
        # What it cannot read has no text: the fault is then that nothing is found.
        run = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=False)
    return run.stdout.decode("utf-8")


def _symbol_faults(pdf: bytes, qr_text: str) -> Iterator[str]:
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    seen = zxingcpp.read_barcodes(_picture(pdf, SYMBOL_DPI).convert("L"), formats=wanted)
    if [symbol.text for symbol in seen] != [qr_text]:
        yield f"{len(seen)} QR symbols are read at {SYMBOL_DPI} dpi, not the one printed"


def _photo_faults(pdf: bytes, jpeg: bytes, *, same: bool) -> Iterator[str]:
    with Image.open(BytesIO(jpeg)) as photo:
        size = photo.size
    with pikepdf.open(BytesIO(pdf)) as opened:
        sizes = [
            (int(found.Width), int(found.Height))
            for found in opened.objects
            if isinstance(found, pikepdf.Stream) and found.get("/Subtype") == "/Image"
        ]
    if size not in sizes:
        yield f"no picture of {size[0]} × {size[1]} pixels, the photo's size"
    elif same and jpeg not in pdf:
        yield "the photo is not carried byte for byte"


def picture_faults(pdf: bytes, reference: bytes) -> Iterator[str]:
    """Yield how a page's picture differs from another page's."""
    ours, wanted = _picture(pdf, PICTURE_DPI), _picture(reference, PICTURE_DPI)
    if ours.size != wanted.size:
        yield f"the picture has {ours.size} pixels, the reference {wanted.size}"
    elif (box := ImageChops.difference(ours, wanted).getbbox()) is not None:
        yield f"the picture differs from the reference within {box} at {PICTURE_DPI} dpi"


def _picture(pdf: bytes, dots_per_inch: int) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()  # the seal is the appearance of a form field
        picture: Image.Image = document[0].render(scale=dots_per_inch / 72).to_pil()
    finally:
        document.close()
    return picture.convert("RGB")


def _seal_faults(pdf: bytes, root_pem: bytes) -> Iterator[str]:
    reader = PdfFileReader(BytesIO(pdf))
    signatures = reader.embedded_signatures
    if len(signatures) != 1:
        yield f"{len(signatures)} seals"
        return
    context = TrustContext(
        trust_roots=list(load_certs_from_pemder_data(root_pem)), allow_fetching=False
    )
    status = validate(signatures[0], signer_validation_context=context)
    if not (status.intact and status.valid and status.trusted):
        yield f"pyHanko does not call the seal valid: {status.summary()}"
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        yield "the seal does not cover the whole file"
