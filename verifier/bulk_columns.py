"""The columns of a list to check, and how their headings are recognised, in both languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from codes.wording import Text
from registry.grid import COMPLETE, LONGEST_HEADING, Grid, text_of

RULES_SHEET = Text("填表说明", "How to fill it in")  # of the template
HEADER_ROWS = 10  # a title and a date line often stand above the header


class Column(StrEnum):
    """What a row brings."""

    NUMBER = "number"
    NAME = "name"
    DOCUMENT = "document"

    @property
    def text(self) -> Text:
        """The heading in both languages."""
        return _HEADINGS[self]


_HEADINGS = {
    Column.NUMBER: Text("证书编号", "Certificate number"),
    Column.NAME: Text("姓名", "Name"),
    Column.DOCUMENT: Text("证件号码", "Document number"),
}
_ALIASES = {
    Column.NUMBER: "证书编号 证书编码 证书号 证书号码 技能证书编号 技能等级证书编号 "
    "技能等级证书号 职业技能等级证书编号 职业技能等级证书号 "
    "certificatenumber certificateno certificateid certnumber certno",
    Column.NAME: "姓名 名字 持证人姓名 持证人 员工姓名 人员姓名 考生姓名 学员姓名 职工姓名 "
    "name fullname holder holdername employeename",
    Column.DOCUMENT: "证件号码 证件号 身份证号 身份证号码 居民身份证号码 公民身份号码 身份证件号码 "
    "身份证 documentnumber documentno idnumber idno idcardnumber",
}
# A list's own counting goes by these names too: they count where nothing better is there.
_VAGUE = {"编号": Column.NUMBER, "number": Column.NUMBER, "no": Column.NUMBER}
_KNOWN = {alias: column for column, words in _ALIASES.items() for alias in words.split()}
_DECORATION = re.compile(r"[\s*_\-:.]+")
_REMARK = re.compile(r"\([^()]*\)$")
_LATIN = re.compile(r"[a-z]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the columns of one sheet stand.

    Args:
        row: the header's row number, from 1.
        positions: 0-based position of each column found.
        repeated: columns that several headings name, with all their positions.
    """

    row: int
    positions: Mapping[Column, int]
    repeated: Mapping[Column, tuple[int, ...]]

    @property
    def is_complete(self) -> bool:
        """Whether rows under it can be asked about: a number, and something about the holder."""
        return Column.NUMBER in self.positions and len(self.positions) > 1


def recognise(heading: str) -> Column | None:
    """Return the column a heading names; spacing, stars, remarks and a second language are let be.

    A vague heading such as 编号 names none here.
    """
    folded = _folded(heading)
    forms = (folded, *("".join(one.findall(folded)) for one in (_CHINESE, _LATIN)))
    return next((_KNOWN[form] for form in forms if form in _KNOWN), None)


def _folded(heading: str) -> str:
    if len(heading) > LONGEST_HEADING:
        return ""
    folded = _DECORATION.sub("", unicodedata.normalize("NFKC", heading)).lower()
    return _REMARK.sub("", folded) or folded


def find_header(rows: Sequence[tuple[int, Mapping[int, str]]]) -> Header | None:
    """Return the header among the first ten rows, or None where no row names a number.

    Args:
        rows: (row number, text by 0-based position), in order.
    """
    readings = [_read(number, texts) for number, texts in rows if number <= HEADER_ROWS]
    numbered = [one for one in readings if Column.NUMBER in one.positions]
    return max(numbered, key=lambda header: len(header.positions), default=None)


def _read(row: int, headings: Mapping[int, str]) -> Header:
    found: dict[Column, list[int]] = {}
    vague: list[int] = []
    for position, heading in sorted(headings.items()):
        column = recognise(heading)
        if column is not None:
            found.setdefault(column, []).append(position)
        elif _folded(heading) in _VAGUE:
            vague.append(position)
    if Column.NUMBER not in found and vague:
        found[Column.NUMBER] = vague
    return Header(
        row=row,
        positions={column: places[0] for column, places in found.items()},
        repeated={column: tuple(places) for column, places in found.items() if len(places) > 1},
    )


def headings_found(rows: Sequence[tuple[int, Mapping[int, str]]]) -> int:
    """Return how many headings the beginning of a file has, as `read_text` asks."""
    header = find_header(rows)
    return 0 if header is None else len(header.positions)


def inspect_header(grid: Grid) -> Header | None:
    """Return what the sheet's first ten rows say where the columns stand, or None."""
    beginning = [row for row in grid.rows[:HEADER_ROWS] if row.number <= HEADER_ROWS]
    return find_header(
        [(row.number, {p: text_of(cell) for p, cell in row.cells.items()}) for row in beginning]
    )


def rank(grid: Grid) -> int:
    """Return how much of the header a sheet has, as `read_workbook` asks."""
    header = inspect_header(grid)
    if header is None:
        return 0
    return COMPLETE if header.is_complete else len(header.positions)


def is_list(grid: Grid) -> bool:
    """Return whether a sheet holds a list: rows below a header that can be asked about."""
    header = inspect_header(grid)
    return header is not None and header.is_complete and grid.rows[-1].number > header.row
