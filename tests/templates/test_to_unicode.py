"""The ToUnicode table in the form the standard asks for."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from templates.to_unicode import PageFont, to_unicode_table
from tests.pdf.page_samples import BARE, page_text

RARE_NAME = "𫖯𬭎䶮㛃𬱖"


def read_table(table: str) -> dict[int, str]:
    """Read a table as a PDF reader does."""
    pairs = re.findall(r"^<([0-9A-F]{2})> <([0-9A-F]+)>$", table, re.MULTILINE)
    return {
        int(code, 16): bytes.fromhex(text).decode("utf-16-be")
        for code, text in pairs
        if len(text) >= 4
    }


@given(st.lists(st.characters(exclude_categories=["Cs"], min_codepoint=1), max_size=255))
def test_every_plane_reads_back(characters: list[str]) -> None:
    read = read_table(to_unicode_table([0, *map(ord, characters)]))
    read.pop(0, None)
    assert read == dict(enumerate(characters, start=1))


def test_sections_hold_at_most_a_hundred_pairs() -> None:
    table = to_unicode_table([0, *range(0x4E00, 0x4E00 + 250)])
    assert [int(n) for n in re.findall(r"(\d+) beginbfchar", table)] == [100, 100, 50]


def test_two_byte_codes_read_back() -> None:
    table = to_unicode_table([0, 0x4E00, 0x2B5AF], code_bytes=2)
    assert "<0000> <FFFF>\nendcodespacerange" in table
    assert "<0001> <4E00>\n<0002> <D86DDDAF>\n" in table


def test_the_library_alone_gives_a_rare_name_wrong() -> None:
    """Shows the fault that `PageFont` mends; red once the library mends it, and both may go."""
    assert RARE_NAME not in page_text(_drawn_by_the_library(TTFont))
    assert RARE_NAME in page_text(_drawn_by_the_library(PageFont))


def _drawn_by_the_library(kind: type[TTFont]) -> bytes:
    output = BytesIO()
    canvas: Any = Canvas(output)
    font = kind("Rare", BytesIO(BARE.subset(RARE_NAME)), asciiReadable=False)
    text = canvas.beginText(100, 100)
    for subset, codes in font.splitString(RARE_NAME, canvas._doc):
        name = font.getSubsetInternalName(subset, canvas._doc)
        text._code.append(f"{name} 12 Tf <{codes.hex()}> Tj")
    canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    return output.getvalue()
