"""Reads pages in this process, as the child would, to what they print."""

from __future__ import annotations

from templates.page_reading import PagePrint, read_page
from templates.text_lines import Glyph
from verifier.document import FileReading, read_file
from verifier.document_child import handle


def glyphs_of(pdf: bytes) -> tuple[Glyph, ...]:
    """The glyphs of the first page; none where it carries no QR code."""
    reading = read_file(pdf, handle)
    assert isinstance(reading, FileReading)
    return reading.pages[0].glyphs


def printed(pdf: bytes) -> PagePrint:
    """What the first page prints."""
    return read_page(glyphs_of(pdf))


def values(page: PagePrint) -> dict[str, str]:
    """Every field's value."""
    return {field.value: shown.value for field, shown in page.fields.items()}
