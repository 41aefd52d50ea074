"""The ToUnicode table in the form the standard asks for."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from templates.to_unicode import to_unicode_table


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
