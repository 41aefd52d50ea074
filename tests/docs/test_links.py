"""Links lead somewhere, and pictures are there."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from tests.docs.pages import READMES, ROOT, documents
from tests.pictures import MAX_BYTES

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_ELSEWHERE = ("http://", "https://", "mailto:")


def links_of(page: Path) -> list[str]:
    """Return the targets of a page's links and pictures."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    return [link or picture for link, picture in _LINK.findall(text)]


def anchors_of(page: Path) -> set[str]:
    """Return the anchors a page's headings make."""
    return {_anchor(heading) for heading in _HEADING.findall(page.read_text(encoding="utf-8"))}


def _anchor(heading: str) -> str:
    kept = (c for c in heading.lower() if c in "-_ " or unicodedata.category(c)[0] in "LN")
    return "".join(kept).replace(" ", "-")


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_something_in_the_repository(page: Path) -> None:
    for link in links_of(page):
        if link.startswith(_ELSEWHERE):
            continue
        target, _, anchor = link.partition("#")
        found = (page.parent / target) if target else page
        assert found.exists(), link
        if anchor:
            assert anchor in anchors_of(found), link


def test_a_broken_link_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[gone](nowhere.md) ![](gone.png)\n```\n[not](a-link)\n```\n", encoding="utf-8")

    assert links_of(page) == ["nowhere.md", "gone.png"]


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_readme_shows_a_certificate_and_a_verdict_of_moderate_size(page: Path) -> None:
    pictures = [page.parent / link for link in links_of(page) if link.endswith(".png")]

    assert [picture.name for picture in pictures] == ["certificate.png", "verdict-phone.png"]
    for picture in pictures:
        assert picture.stat().st_size <= MAX_BYTES
        with Image.open(picture) as opened:
            assert min(opened.size) >= 700
