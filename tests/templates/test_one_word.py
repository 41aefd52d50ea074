"""A thing has one English word on the pages of the desks; values are joined as English is."""

from __future__ import annotations

import re
from pathlib import Path

PAGES = Path(__file__).parents[2] / "templates" / "pages" / "desk"
_PAIR = re.compile(r't\("([^"]*)", "([^"]*)"\)')
_ONE_WORD = {"文号": "Reference", "证件号码": "Document number"}
_PUNCTUATION = re.compile(r'join\("[、，]"\)|\}\}[（，）]')


def test_what_names_a_thing_is_the_same_on_every_page() -> None:
    said: dict[str, set[str]] = {name: set() for name in _ONE_WORD}
    for page in PAGES.rglob("*.html"):
        for chinese, english in _PAIR.findall(page.read_text(encoding="utf-8")):
            if chinese in said:
                said[chinese].add(english)
    assert said == {name: {english} for name, english in _ONE_WORD.items()}


def test_no_english_page_has_chinese_punctuation_between_values() -> None:
    found = {
        page.name: marks
        for page in PAGES.rglob("*.html")
        if (marks := _PUNCTUATION.findall(page.read_text(encoding="utf-8")))
    }
    assert found == {}
