"""The page by fpdf2.

It reads the font file anew for every document and has no way to keep it.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from fpdf import FPDF

from bench.issue_page import LINE, PAGE_MM, Box, photo_box, qr_box, rules, runs_of
from bench.rivals import Sheet
from templates import labels


class Fpdf2Rival:
    """Draws with fpdf2's own coordinates, in millimetres from the upper left corner."""

    name = "fpdf2"
    in_this_process = True

    def __init__(self, font_path: Path) -> None:
        self._font_path = font_path

    def render(self, sheet: Sheet) -> bytes:
        """Return the page as a PDF file."""
        pdf = FPDF(unit="mm", format="A4")
        pdf.set_auto_page_break(False)
        pdf.add_page()
        pdf.set_title(labels.TITLE)
        pdf.add_font("Rival", fname=self._font_path)
        for run in runs_of(sheet.face):
            pdf.set_font("Rival", size=run.size)
            pdf.set_text_color(run.ink)
            left = run.x - pdf.get_string_width(run.text) / 2 if run.centred else run.x
            pdf.text(left, PAGE_MM[1] - run.y, run.text)
        pdf.set_draw_color(LINE)
        for left, right, height in rules():
            pdf.line(left, PAGE_MM[1] - height, right, PAGE_MM[1] - height)
        _place(pdf, sheet.face.photo_jpeg, photo_box())
        _place(pdf, sheet.qr_png, qr_box())
        return bytes(pdf.output())


def _place(pdf: FPDF, picture: bytes, box: Box) -> None:
    left, bottom, width, height = box
    pdf.image(BytesIO(picture), left, PAGE_MM[1] - bottom - height, width, height)
