"""What the pages of the desks are styled by is in their stylesheet."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
STYLES = TEMPLATES / "static" / "desk" / "desk.css"
_CLASS = re.compile(r'class="([^"]*)"')
_SAID_BY_JINJA = re.compile(r"\S*(?:\{\{.*?\}\}|\{%.*?%\})\S*")
_RULED = re.compile(r"\.(-?[a-zA-Z][\w-]*)")


def used_classes() -> dict[str, set[str]]:
    """Return the classes pages use, with the pages."""
    used: dict[str, set[str]] = {}
    for page in (TEMPLATES / "pages" / "desk").rglob("*.html"):
        for value in _CLASS.findall(page.read_text(encoding="utf-8")):
            for word in _SAID_BY_JINJA.sub(" ", value).split():
                used.setdefault(word, set()).add(page.name)
    return used


def test_every_class_of_a_page_is_in_the_stylesheet() -> None:
    ruled = set(_RULED.findall(STYLES.read_text(encoding="utf-8")))
    used = used_classes()
    assert len(used) > 60
    assert {name: pages for name, pages in used.items() if name not in ruled} == {}
