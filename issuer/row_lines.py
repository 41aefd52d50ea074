"""What a run says on the screen about single rows: a few lines, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from codes.wording import Text
from issuer.columns import Column
from issuer.problems import RowNotice, RowProblem

MOST_LINES = 20


def problem_lines(problems: Sequence[RowProblem]) -> list[Text]:
    """Return a line for each problem, at most `MOST_LINES`, then how many more there are."""
    return _limited(
        [_where(problem, problem.text) for problem in problems], Text("项问题", "problems")
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
