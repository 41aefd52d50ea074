"""Lists to check, as employers write them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

HEADINGS = ("证书编号", "姓名", "证件号码")


def workbook(rows: Sequence[Sequence[Any]], sheet: str = "名单", before: str = "") -> bytes:
    """Return a workbook of rows; with `before`, another visible sheet of that name comes first."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_numbers": False}) as book:
        if before:
            book.add_worksheet(before).write_row(0, 0, ["部门", "人数"])
        page = book.add_worksheet(sheet)
        for line, row in enumerate(rows):
            for position, value in enumerate(row):
                page.write(line, position, value)
    return file.getvalue()


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as comma separated text."""
    return "".join(",".join(row) + "\r\n" for row in rows)


def sheets(**lists: Sequence[Sequence[Any]]) -> bytes:
    """Return a workbook of several sheets of rows, by name."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_numbers": False}) as book:
        for name, rows in lists.items():
            page = book.add_worksheet(name)
            for line, row in enumerate(rows):
                page.write_row(line, 0, row)
    return file.getvalue()
