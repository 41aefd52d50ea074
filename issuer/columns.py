"""The columns of a roster: their headings, and how a heading is recognised."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.grid import LONGEST_HEADING

MAX_ROWS = 100_000  # rows of people in one roster; split larger ones
MAX_FILE_BYTES = 64 << 20
HEADER_ROWS = 10  # a title, a unit and a date line often stand above the header
INSTRUCTIONS_SHEET = "填表说明"  # the template's own second sheet; nobody misses it
ORIGINAL_ROW = "原行号"  # in a list of rows to be mended: where each stands in the roster itself
TO_MEND = "需改正的内容"  # in such a list: what is wrong; for people only


class Column(StrEnum):
    """The columns a roster may have; the value is the heading the template prints."""

    NAME = "姓名"
    DOCUMENT_TYPE = "证件类型"
    DOCUMENT_NUMBER = "证件号码"
    SEX = "性别"
    BIRTH_DATE = "出生日期"
    OCCUPATION = "职业"
    SPECIALTY = "工种/职业方向"
    LEVEL = "级别"
    PHOTO = "照片"
    LATIN_NAME = "姓名拼音"

    @property
    def en(self) -> str:
        """The heading in English."""
        return _ENGLISH[self]

    @property
    def required(self) -> bool:
        """Whether a roster without this column is refused."""
        return self not in (Column.SPECIALTY, Column.PHOTO, Column.LATIN_NAME)


_ENGLISH = {
    Column.NAME: "Name",
    Column.DOCUMENT_TYPE: "Document type",
    Column.DOCUMENT_NUMBER: "Document number",
    Column.SEX: "Sex",
    Column.BIRTH_DATE: "Birth date",
    Column.OCCUPATION: "Occupation",
    Column.SPECIALTY: "Specialty",
    Column.LEVEL: "Level",
    Column.PHOTO: "Photo",
    Column.LATIN_NAME: "Name in Latin letters",
}

_ALIASES: dict[Column, str] = {
    Column.NAME: "姓名 名字 考生姓名 学员姓名 人员姓名 持证人姓名 name fullname",
    Column.DOCUMENT_TYPE: "证件类型 证件种类 证件名称 documenttype idtype",
    Column.DOCUMENT_NUMBER: "证件号码 证件号 身份证号 身份证号码 居民身份证号码 公民身份号码 "
    "身份证件号码 documentnumber idnumber",
    Column.SEX: "性别 sex gender",
    Column.BIRTH_DATE: "出生日期 出生年月日 生日 birthdate dateofbirth birthday",
    Column.OCCUPATION: "职业 职业名称 职业代码 职业(工种) 申报职业 评价职业 occupation",
    Column.SPECIALTY: "工种 职业方向 工种/职业方向 工种(职业方向) 工种名称 specialty",
    Column.LEVEL: "级别 等级 技能等级 职业技能等级 认定等级 认定级别 申报级别 申报等级 level",
    Column.PHOTO: "照片 照片文件 照片文件名 相片 电子照片 photo photofile",
    Column.LATIN_NAME: "姓名拼音 拼音 拼音姓名 姓名(拼音) 姓名汉语拼音 英文姓名 pinyin latinname "
    "nameinlatinletters",
}
_KNOWN = {alias: column for column, words in _ALIASES.items() for alias in words.split()}
_DECORATION = re.compile(r"[\s*_\-:]+")
_REMARK = re.compile(r"\([^()]*\)$")


def recognise(heading: str) -> Column | None:
    """Return the column this heading names, or None; spacing, stars and remarks do not matter."""
    if len(heading) > LONGEST_HEADING:
        return None
    folded = _DECORATION.sub("", unicodedata.normalize("NFKC", heading)).lower()
    return _KNOWN.get(folded) or _KNOWN.get(_REMARK.sub("", folded))


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the columns of one sheet stand.

    Args:
        row: the header's row number, from 1.
        positions: 0-based position of each column found.
        repeated: columns that several headings name, with all their positions.
        unknown: headings that no column goes by, with their positions.
    """

    row: int
    positions: Mapping[Column, int]
    repeated: Mapping[Column, tuple[int, ...]]
    unknown: Mapping[int, str]

    @property
    def missing(self) -> tuple[Column, ...]:
        """The required columns that no heading names."""
        return tuple(c for c in Column if c.required and c not in self.positions)


def read_header(row: int, headings: Mapping[int, str]) -> Header:
    """Return what the row numbered `row` says if it is read as a header."""
    found: dict[Column, list[int]] = {}
    unknown: dict[int, str] = {}
    for position, heading in sorted(headings.items()):
        column = recognise(heading)
        if column is not None:
            found.setdefault(column, []).append(position)
        elif heading.strip():
            unknown[position] = heading.strip()
    return Header(
        row=row,
        positions={column: places[0] for column, places in found.items()},
        repeated={c: tuple(places) for c, places in found.items() if len(places) > 1},
        unknown=unknown,
    )


def find_header(rows: Sequence[tuple[int, Mapping[int, str]]]) -> Header | None:
    """Return the header among the first ten rows, or None where no row names three columns.

    Args:
        rows: (row number, text by 0-based position), in order.
    """
    readings = [read_header(number, texts) for number, texts in rows if number <= HEADER_ROWS]
    best = max(readings, key=lambda header: len(header.positions), default=None)
    return best if best is not None and len(best.positions) >= 3 else None
