"""What looks for undrawn and misread characters finds them; `tests.drills.rare_names` uses it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pikepdf

from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import FontChain
from templates.page_file import UnsealedPage
from templates.page_plan import OWN_FONT
from tests.pdf.page_samples import BARE, draw, make_face, need
from tests.pdf.rare_names import faults_of, floor_drawer, rare_faces, undrawn


def test_rare_names_of_the_floor_are_drawn_and_read_back(tmp_path: Path) -> None:
    need(shutil.which("pdftotext") is not None, "pdftotext (poppler-utils)")
    faces = list(rare_faces(5, 20, floor_drawer(), BARE))
    assert len({face.holder_name for face in faces}) == 20
    assert any(ord(character) > 0xFFFF for face in faces for character in face.holder_name)
    assert faults_of(faces, CertificatePrinter(BARE), tmp_path) == []


def test_a_character_that_is_not_in_the_pages_font_is_told() -> None:
    page = draw(CertificatePrinter(BARE), make_face(holder_name="王磊"))
    assert list(undrawn(page, "王磊")) == []
    assert list(undrawn(page, "王𫖯")) == ["U+2B5AF is not drawn"]


def test_two_characters_drawn_alike_are_told() -> None:
    page = draw(CertificatePrinter(BARE), make_face(holder_name="王磊"))
    output = BytesIO()
    with pikepdf.open(BytesIO(page)) as document:
        font = document.pages[0].Resources.Font[f"/{OWN_FONT}"]
        table = font.ToUnicode.read_bytes()
        (code,) = (line[:6] for line in table.splitlines() if line.endswith(b"<738B>"))
        other = next(line for line in table.splitlines() if line.endswith(b"<78CA>"))
        gids = bytearray(b"".join(glyph.to_bytes(2, "big") for glyph in range(256)))
        at = 2 * int(code[1:5], 16)
        gids[at : at + 2] = int(other[1:5], 16).to_bytes(2, "big")
        font.DescendantFonts[0].CIDToGIDMap = document.make_stream(bytes(gids))
        document.save(output)
    assert list(undrawn(output.getvalue(), "王磊")) == ["U+78CA is drawn as U+738B"]


def test_a_value_read_otherwise_than_printed_is_told(tmp_path: Path) -> None:
    need(shutil.which("pdftotext") is not None, "pdftotext (poppler-utils)")
    face = make_face(holder_name="王磊")

    class Careless(CertificatePrinter):
        """Prints another name than it is given."""

        def render(self, face: CertificateFace, sealed_at: datetime | None = None) -> UnsealedPage:
            return super().render(replace(face, holder_name="王磊磊"), sealed_at)

    faults = faults_of([face], Careless(FontChain(system_dirs=())), tmp_path)
    assert faults == [
        "pypdfium2 gives holder_name as '王磊磊' for '王磊'",
        "pdftotext gives holder_name as '王磊磊' for '王磊'",
    ]
