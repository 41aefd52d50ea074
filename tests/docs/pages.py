"""The documents of the repository, and what tests read out of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")

_FENCE = re.compile(r"(?:<!-- file: (\S+) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block.

    Args:
        language: what stands after the fence.
        file: name of the file the block is, where a comment above it gives one.
        text: its lines, each with a line feed.
    """

    language: str
    file: str | None
    text: str


def documents() -> list[Path]:
    """Return every Markdown document of the repository."""
    return [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
    for file, language, text in _FENCE.findall(page.read_text(encoding="utf-8")):
        yield Block(language=language, file=file or None, text=text)


def table_rows(page: Path, first_cell: str) -> Iterator[list[str]]:
    """Yield the rows, cell by cell, of a page's tables whose first cell matches a pattern."""
    for line in _ROW.findall(page.read_text(encoding="utf-8")):
        cells = [cell.strip() for cell in line.split("|")]
        if re.fullmatch(first_cell, cells[0]):
            yield cells


def code_words(cell: str) -> list[str]:
    """Return what stands between backquotes."""
    return _CODE.findall(cell)
