"""The columns of the spreadsheets of an examination, and where their header stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum

from issuer.columns import HEADER_ROWS
from registry.grid import COMPLETE, LONGEST_HEADING, Grid, text_of


class ExamColumn(StrEnum):
    """A column; the value is its heading."""

    ROW = "名册行号"
    NAME = "姓名"
    DOCUMENT = "证件号码（部分隐去）"
    LEVEL = "级别"
    CONDITION = "申报条件"
    YEARS = "相关年限"
    QUALIFICATION = "学历或职级"
    CERTIFICATE = "原证书编号"
    CERTIFIED_ON = "原证书发证日期"
    EVIDENCE = "依据材料"
    THEORY = "理论成绩"
    SKILLS = "技能成绩"
    REVIEW = "综合评审成绩"
    THEORY_RESIT = "理论补考"
    SKILLS_RESIT = "技能补考"
    REVIEW_RESIT = "综合评审补考"
    NUMBER = "证书编号"
    RESULT = "上传结果"
    UPLOADED_ON = "上传日期"
    REASON = "说明"


_KEYS = frozenset({ExamColumn.ROW, ExamColumn.NUMBER})
"""One of these says what a line is about."""

_KNOWN = {unicodedata.normalize("NFKC", column.value): column for column in ExamColumn}


def find_columns(
    rows: Sequence[tuple[int, Mapping[int, str]]],
) -> tuple[int, Mapping[ExamColumn, int]] | None:
    """Return the header's row number and the 0-based place of each column it has; None for none.

    Args:
        rows: (row number, text by place), in order.
    """
    for number, texts in rows:
        if number > HEADER_ROWS:
            break
        places: dict[ExamColumn, int] = {}
        for place, text in sorted(texts.items()):
            if len(text) > LONGEST_HEADING:
                continue
            column = _KNOWN.get("".join(unicodedata.normalize("NFKC", text).split()))
            if column is not None:
                places.setdefault(column, place)
        if len(places) >= 2 and not _KEYS.isdisjoint(places):
            return number, places
    return None


def headings(rows: Sequence[tuple[int, Mapping[int, str]]]) -> int:
    """Return how many columns the beginning of a file names, as `read_text` asks."""
    found = find_columns(rows)
    return 0 if found is None else len(found[1])


def beginning(grid: Grid) -> list[tuple[int, Mapping[int, str]]]:
    """Return the first rows of a sheet as texts."""
    return [
        (row.number, {place: text_of(cell) for place, cell in row.cells.items()})
        for row in grid.rows[:HEADER_ROWS]
    ]


def rank(grid: Grid) -> int:
    """Return how much of a header a sheet has, as `read_workbook` asks."""
    return 0 if find_columns(beginning(grid)) is None else COMPLETE
