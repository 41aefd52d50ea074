"""The page by WeasyPrint: style sheet and font configuration kept, one document a page."""

from __future__ import annotations

from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from bench.rival_html import document, style_sheet
from bench.rivals import Sheet


class WeasyPrintRival:
    """Prints HTML with a font configuration that outlives the document."""

    name = "WeasyPrint"
    in_this_process = True

    def __init__(self, font_path: Path) -> None:
        self._fonts = FontConfiguration()
        self._style = CSS(string=style_sheet(font_path), font_config=self._fonts)

    def render(self, sheet: Sheet) -> bytes:
        """Return the page as a PDF file."""
        page: bytes = HTML(string=document(sheet, "")).write_pdf(
            stylesheets=[self._style], font_config=self._fonts
        )
        return page
