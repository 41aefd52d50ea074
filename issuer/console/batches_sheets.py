"""What the pages of sheets have in common: the sheet that came back, and rows page by page."""

from __future__ import annotations

from flask import request

from codes.wording import Text
from issuer.console.batches_forms import Trouble
from issuer.errors import IssuerError
from issuer.exam_columns import ExamColumn
from issuer.exam_sheets import LinesRefused

PAGE_ROWS = 50
_MOST_TOLD = 50
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
    """Return what a refusal says for the list above a page; of a sheet each line by itself."""
    faults = error.faults if isinstance(error, LinesRefused) else ()
    if not faults:
        return (Trouble(field=field, text=error.text),)
    told = tuple(Trouble(field=field, text=fault.whole) for fault in faults[:_MOST_TOLD])
    return told if len(told) == len(faults) else (*told, Trouble(field="", text=error.text))


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
