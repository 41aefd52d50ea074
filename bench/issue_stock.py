"""The plain pipeline: what an ordinary developer writes from the libraries' own documentation.

ReportLab's canvas with the whole font registered once a process (the library makes a subset for
every document), the qrcode library's picture, pyHanko's signer. Signing of records and the store
are ours: they are not what is compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import qrcode
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bench.issue_awards import Award
from bench.issue_keys import Keys
from bench.issue_ours import signed_face
from bench.issue_page import LINE, Box, photo_box, qr_box, rules, runs_of
from registry.store import FileStore, Parcel
from templates import labels
from templates.certificate import CertificateFace

_FONT: Final = "PlainFont"
_QUIET_SHARE: Final = 4  # modules of quiet zone the library's picture has on each side


class Stock:
    """Makes finished certificates the plain way.

    Args:
        font: a TrueType file.
        keys: of the body.
        store: where the finished files go.
    """

    def __init__(self, font: Path, keys: Keys, store: FileStore) -> None:
        pdfmetrics.registerFont(TTFont(_FONT, font))
        self._keys = keys
        self._store = store
        signer = signers.SimpleSigner.load_pkcs12_data(keys.pkcs12, other_certs=[])
        wanted = signers.PdfSignatureMetadata(
            field_name="Seal", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        self._signer: Any = signers.PdfSigner(wanted, signer=signer)

    def face(self, award: Award) -> CertificateFace:
        """Sign the record of an award; return what its page shows."""
        return signed_face(award, self._keys)

    def render(self, face: CertificateFace) -> bytes:
        """Draw the page."""
        output = BytesIO()
        canvas = Canvas(output, pagesize=A4)
        canvas.setTitle(labels.TITLE)
        for run in runs_of(face):
            canvas.setFont(_FONT, run.size)
            canvas.setFillColor(HexColor(run.ink))
            draw = canvas.drawCentredString if run.centred else canvas.drawString
            draw(run.x * mm, run.y * mm, run.text)
        canvas.setStrokeColor(HexColor(LINE))
        for left, right, height in rules():
            canvas.line(left * mm, height * mm, right * mm, height * mm)
        _draw_picture(canvas, ImageReader(BytesIO(face.photo_jpeg)), photo_box())
        symbol = qrcode.make(face.qr_text)
        picture = symbol.get_image()
        _draw_picture(canvas, ImageReader(picture), _with_quiet_zone(qr_box(), symbol.width))
        canvas.showPage()
        canvas.save()
        return output.getvalue()

    def seal(self, face: CertificateFace) -> bytes:
        """Draw the page and seal it."""
        writer = IncrementalPdfFileWriter(BytesIO(self.render(face)))
        sealed: BytesIO = self._signer.sign_pdf(writer)
        return sealed.getvalue()

    def finish(self, lot: Iterable[Award]) -> tuple[str, ...]:
        """Make and store the certificates of a lot of awards; return their names in the store."""
        return self._store.put_many(
            Parcel(content=self.seal(self.face(award)), key=award.data_key) for award in lot
        )


def _draw_picture(canvas: Canvas, picture: ImageReader, box: Box) -> None:
    left, bottom, width, height = box
    canvas.drawImage(picture, left * mm, bottom * mm, width * mm, height * mm)


def _with_quiet_zone(box: Box, modules: int) -> Box:
    """Return the box of the library's picture, whose symbol is to fill `box`."""
    left, bottom, width, height = box
    quiet = width / modules * _QUIET_SHARE
    return left - quiet, bottom - quiet, width + 2 * quiet, height + 2 * quiet
