"""What a run says on the screen about single rows: a few lines, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from codes.wording import Text
from issuer.columns import Column
from issuer.photo_wording import MISSING
from issuer.problems import RowNotice, RowProblem

MOST_LINES = 20
_ROWS_NAMED = 5


def problem_lines(problems: Sequence[RowProblem]) -> list[Text]:
    """Return a line for each problem, at most `MOST_LINES`, then how many more there are.

    Photos that are not there are told in one line before the others, which they would hide.
    """
    rows = [problem.row for problem in problems if problem.code == MISSING.code]
    several = len(rows) > 1
    lines = [
        _where(problem, problem.text)
        for problem in problems
        if not (several and problem.code == MISSING.code)
    ]
    told = _limited(lines, Text("项问题", "problems"))
    return [_photos_missing(rows), *told] if several else told


def _photos_missing(rows: Sequence[int]) -> Text:
    first = [str(row) for row in rows[:_ROWS_NAMED]]
    more = len(rows) > _ROWS_NAMED
    return Text(
        f"缺少照片 {len(rows)} 人（第 {'、'.join(first)} 行{'等' if more else ''}）：照片文件夹"
        "（或压缩包）中没有以证件号码或“照片”列所写文件名命名的照片（.jpg 或 .png）；请补上，"
        "或核对文件名和 --photos。",
        f"photos missing: {len(rows)} (rows {', '.join(first)}{' …' if more else ''}): among the "
        "photos is no picture named like the document number or as the photo column says (.jpg or "
        ".png); add them, or check the names and --photos.",
    )


def name_lines(notices: Sequence[RowNotice]) -> list[Text]:
    """Return a line for each row whose name was changed or wants a look; no name is repeated.

    These are read before a number is spent: what is printed is the name as changed.

    Args:
        notices: of a whole roster, by row; those on other columns are left out.
    """
    told = [notice for notice in notices if notice.column == Column.NAME.value]
    lines = []
    for _, group in groupby(told, key=lambda notice: notice.row):
        of_row = list(group)
        said = Text(
            "".join(notice.text.zh for notice in of_row),
            " ".join(notice.text.en for notice in of_row),
        )
        line = _where(of_row[0], said)
        lines.append(Text(f"提示：{line.zh}", f"note: {line.en}"))
    return _limited(lines, Text("行提示", "notes"))


def _limited(lines: list[Text], things: Text) -> list[Text]:
    more = len(lines) - MOST_LINES
    if more <= 0:
        return lines
    rest = Text(
        f"……另有 {more} {things.zh}，见结果表（加 --dry-run 时用 --json 查看）",
        f"… and {more} more {things.en}, see the workbook (with --dry-run: --json)",
    )
    return [*lines[:MOST_LINES], rest]


def _where(about: RowProblem | RowNotice, said: Text) -> Text:
    place_zh = f"第 {about.row} 行" + (f"【{about.column}】" if about.column else "")
    place_en = f"row {about.row}" + (f", {about.cell}" if about.cell else "")
    return Text(f"{place_zh}：{said.zh}", f"{place_en}: {said.en}")
