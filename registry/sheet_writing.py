"""Writes rows as files for spreadsheet programs, which would compute what looks a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # ships no types

SheetValue = str | int | float | date | None
# In some locales a program computes what begins with the full-width forms as well.
_FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDTH_CHARACTERS: Final = 22
_SHEET_NAME_CHARACTERS: Final = 31
_NOT_IN_SHEET_NAMES: Final = str.maketrans("[]:*?/\\'", "        ")


class _PlainSheet(Worksheet):  # type: ignore[misc]  # its base has no types
    """A sheet whose texts are shown as they are: the library takes one of `<r>…</r>` for markup.

    What stands in it would go unread into the workbook's own XML, and could put other texts into
    other cells. Written in parts it is a text like any other.
    """

    def _write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> int:
        if not string.startswith("<r>"):
            written: int = super()._write_string(row, col, string, cell_format)
            return written
        fits = string.encode("utf-16-le", "replace")[: 2 * self.xls_strmax]
        text = fits.decode("utf-16-le", "ignore")
        style = () if cell_format is None else (cell_format,)
        parted: int = self._write_rich_string(row, col, text[:1], text[1:2], text[2:], *style)
        return parted


class _PlainWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]  # nor has this one
    worksheet_class = _PlainSheet


def open_workbook(file: io.BytesIO) -> Any:
    """Return a new workbook that is written to `file`; every text in it is a string.

    It may name people, so nothing of it goes through a file in clear.
    """
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    return _PlainWorkbook(file, options)


def harmless(text: str) -> str:
    """Return a text of a CSV file; one that would be computed gets an apostrophe before it.

    Hyphens alone, as certificates print them for no specialty, are nothing to compute.
    """
    computed = text.startswith(_FORMULA_BEGINS) and text.strip("-") != ""
    return f"'{text}" if computed else text


def write_csv_rows(headings: Sequence[str], rows: Iterable[Sequence[SheetValue]]) -> bytes:
    """Return rows as CSV in UTF-8 with a byte order mark; days as 2026-11-22."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([harmless(text) for text in headings])
    for row in rows:
        plain = [_plain(value) for value in row]
        writer.writerow([harmless(one) if isinstance(one, str) else one for one in plain])
    return out.getvalue().encode("utf-8-sig", "replace")


def write_workbook_rows(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[SheetValue]]
) -> bytes:
    """Return rows as an .xlsx workbook of one sheet; every text is a string, never a formula.

    Its columns are text: what is typed into an empty cell, such as `3-1`, stays as it is.
    """
    file = io.BytesIO()
    with open_workbook(file) as workbook:
        sheet_name = name.translate(_NOT_IN_SHEET_NAMES).strip()[:_SHEET_NAME_CHARACTERS]
        sheet = workbook.add_worksheet(sheet_name or "1")
        head = workbook.add_format({"bold": True, "bottom": 1})
        day = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        sheet.freeze_panes(1, 0)
        text_cell = workbook.add_format({"num_format": "@"})
        number_cell = workbook.add_format({"num_format": "General"})
        sheet.set_column(0, max(0, len(headings) - 1), _WIDTH_CHARACTERS, text_cell)
        for column, text in enumerate(headings):
            sheet.write_string(0, column, text, head)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, date) and not isinstance(value, datetime):
                    sheet.write_datetime(number, column, value, day)
                elif isinstance(value, int | float):
                    sheet.write_number(number, column, value, number_cell)
                elif value is not None:
                    sheet.write_string(number, column, str(_plain(value)), text_cell)
    return file.getvalue()


def _plain(value: SheetValue) -> str | int | float:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else value
