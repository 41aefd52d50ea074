"""Rosters to test with: good people, files made of them, and what the lints ask for."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # ships no types
from stdnum.iso7064 import mod_11_2

from codes.levels import Level
from codes.wording import Text
from issuer.candidates import Photo
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.photo_reading import PhotoReading
from issuer.roster import RosterTable, read_roster

TODAY = date(2026, 11, 23)
OCCUPATION = 1
HEADINGS = tuple(column.value for column in Column)
Row = dict[Column, str]


def resident_number(stem: str) -> str:
    """Return the 17 digits with their check character."""
    return stem + mod_11_2.calc_check_digit(stem)


def person(index: int = 0, **changes: str) -> Row:
    """Return a good row, different for every index; `changes` by column name (`name="…"`)."""
    row = {
        Column.NAME: "王晓" + chr(ord("晨") + index % 500),
        Column.DOCUMENT_TYPE: "居民身份证",
        Column.DOCUMENT_NUMBER: resident_number(f"12010119{50 + index % 50}0101{index // 50:02d}7"),
        Column.SEX: "男",
        Column.BIRTH_DATE: f"19{50 + index % 50}-01-01",
        Column.OCCUPATION: "保卫管理员",
        Column.LEVEL: "三级/高级工",
    }
    return row | {Column[name.upper()]: value for name, value in changes.items()}


def texts(row: Row) -> list[str]:
    """Return the row's cells in the order of `HEADINGS`."""
    return [row.get(column, "") for column in Column]


def write_xlsx(
    path: Path,
    rows: Sequence[Row],
    *,
    headings: Sequence[str] = HEADINGS,
    above: int = 0,
    tweak: Callable[[Any, Any], None] | None = None,
    options: dict[str, Any] | None = None,
) -> Path:
    """Write a workbook with `above` title rows; `tweak(workbook, sheet)` spoils it afterwards."""
    with xlsxwriter.Workbook(str(path), options or {}) as workbook:
        sheet = workbook.add_worksheet("名册")
        for line in range(above):
            sheet.write_string(line, 0, f"标题 {line + 1}")
        sheet.write_row(above, 0, headings)
        for line, row in enumerate(rows, start=above + 1):
            for position, value in enumerate(texts(row)):
                if value:
                    sheet.write_string(line, position, value)
        if tweak is not None:
            tweak(workbook, sheet)
    return path


def csv_text(rows: Sequence[Row], *, delimiter: str = ",") -> str:
    """Return the rows as delimited text with the headings on top."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(texts(row) for row in rows)
    return out.getvalue()


def table_of(folder: Path, *rows: Row) -> RosterTable:
    """Return the table read from a text file of these rows."""
    path = folder / "roster.csv"
    path.write_text(csv_text(rows), encoding="utf-8")
    return read_roster(path)


class PortraitPerPerson:
    """Photos that are simply there: other bytes for every document number, or a named file."""

    def read(self, *, file: str, document_number: str) -> PhotoReading:
        """Return the photo of this person."""
        photo = Photo.of((file or document_number).encode())
        return PhotoReading(photo=photo, notices=(), problems=())


def context(**changes: Any) -> LintContext:
    """Return a context in which every good row passes, with `changes`."""
    settings: dict[str, Any] = {
        "today": TODAY,
        "scopes": {OCCUPATION: (Level.ONE, Level.TWO, Level.THREE)},
        "live_award": lambda *_: None,
        "batch_award": lambda *_: None,
        "serials_left": lambda _: 999_999,
        "missing_characters": lambda _: (),
        "explain_missing": lambda char: Text(f"缺字 U+{ord(char):04X}", f"no U+{ord(char):04X}"),
        "check_fit": lambda _: (),
    }
    return LintContext(**(settings | changes))
