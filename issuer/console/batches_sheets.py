"""What the pages of sheets have in common: the sheet that came back, and rows page by page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from codes.wording import Text
from issuer.console.batches_forms import Trouble
from issuer.errors import IssuerError
from issuer.exam_columns import ExamColumn
from issuer.exam_sheets import LineFault, LinesRefused

PAGE_ROWS = 50
_MOST_TOLD = 50
_FEW_ALIKE = 3
SCORE_HEADINGS = {
    column: Text(column.value, en)
    for column, en in (
        (ExamColumn.THEORY, "Theory"),
        (ExamColumn.SKILLS, "Skills"),
        (ExamColumn.REVIEW, "Review"),
        (ExamColumn.THEORY_RESIT, "Theory, resit"),
        (ExamColumn.SKILLS_RESIT, "Skills, resit"),
        (ExamColumn.REVIEW_RESIT, "Review, resit"),
    )
}
_NO_FILE = Text("请选择填写好的表格（.xlsx 或 .csv）", "choose the sheet that was filled in")


def page_number(total: int) -> tuple[int, int]:
    """Return the page that the address asks for, and how many there are."""
    pages = max(1, -(-total // PAGE_ROWS))
    asked = request.args.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    return max(1, min(number, pages)), pages


def troubles_of(error: IssuerError, field: str) -> tuple[Trouble, ...]:
    """Return what a refusal says for the list above a page.

    Of a sheet each line by itself; what is wrong alike in many lines of a column is said once.
    """
    faults = error.faults if isinstance(error, LinesRefused) else ()
    if not faults:
        return (Trouble(field=field, text=error.text),)
    alike: dict[tuple[str, Text], list[LineFault]] = {}
    for fault in faults:
        alike.setdefault((fault.column, fault.text), []).append(fault)
    told = [
        Trouble(field=field, text=_said_of(group), count=len(group))
        for same in alike.values()
        for group in ([same] if len(same) > _FEW_ALIKE else [[one] for one in same])
    ]
    if len(told) <= _MOST_TOLD:
        return tuple(told)
    listed = sum(one.count for one in told[:_MOST_TOLD])
    text = Text(
        f"共 {len(faults)} 处，以上列出前 {listed} 处",
        f"{len(faults)} in all; the first {listed} are listed above",
    )
    return (*told[:_MOST_TOLD], Trouble(field="", text=text, count=len(faults) - listed))


def _said_of(faults: Sequence[LineFault]) -> Text:
    first = faults[0]
    if len(faults) == 1:
        return first.whole
    rows = [str(fault.row) for fault in faults[:_FEW_ALIKE]]
    of_zh, of_en = ("表格第", " of the sheet") if first.of_sheet else ("第", "")
    zh, en = "、".join(rows), ", ".join(rows)
    return Text(
        f"{of_zh} {zh} 行等 {len(faults)} 行“{first.column}”：{first.text.zh}",
        f"Rows {en} and others{of_en} ({len(faults)}), “{first.column}”: {first.text.en}",
    )


def read_file(name: str) -> bytes:
    """Return the file of a form.

    Raises:
        IssuerError: none was chosen (`exam_sheet_not_chosen`).
    """
    file = request.files.get(name)
    if file is None or not file.filename:
        raise IssuerError("exam_sheet_not_chosen", _NO_FILE)
    data: bytes = file.read()
    return data
