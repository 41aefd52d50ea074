"""Reads a text file of comma, semicolon or tab separated values as Chinese offices save them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from registry.grid import MAX_COLUMNS, Cell, CellKind, Grid, GridRow, OddCell, cell_name
from registry.sheet_faults import SheetFault, SheetRefused

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DELIMITERS = ",;\t，；"
_HEADER_CHARACTERS = 20_000  # enough for ten rows; the header is looked for in these
_LONGEST_CELL = (1 << 31) - 1  # no bound of its own: who reads the rows names a cell too long
_MARGIN_ROWS = 100  # title rows and footers beside the rows of people
_SHEET_ROWS = 1 << 20  # a spreadsheet program shows no more, blank ones included

Headings = Callable[[Sequence[tuple[int, Mapping[int, str]]]], int]
"""How many headings of the wanted header the beginning of a file has; 0 where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextGrid:
    """A text file read as a sheet.

    Args:
        encoding: what it was read as, where that was not UTF-8.
    """

    grid: Grid
    encoding: str | None


def read_text(data: bytes, headings: Headings, *, max_rows: int) -> TextGrid:
    """Return the rows of a delimited text file.

    Args:
        data: the file, untrusted.
        headings: tells the right encoding and separator from the wrong ones.
        max_rows: beside some for titles and footers.

    Raises:
        SheetRefused: the bytes are no text, or the quoting is broken, the row being named; or it
            has too many rows or columns.
    """
    text, encoding = _decode(data, headings)
    delimiter = _delimiter(text[:_HEADER_CHARACTERS], headings)
    rows = tuple(_rows(text, delimiter, max_rows))
    return TextGrid(grid=Grid(sheet=None, rows=rows), encoding=encoding)


def _decode(data: bytes, headings: Headings) -> tuple[str, str | None]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = _decode_as(data[len(mark) :], encoding)
            if "\0" in text:  # UTF-32 begins as UTF-16 does
                raise SheetRefused(SheetFault.NO_TEXT)
            return text, None if encoding == "utf-8" else "UTF-16"
    if b"\0" in data:
        if not any(_shows_header(data, one, headings) for one in ("utf-8", "gb18030")):
            raise SheetRefused(SheetFault.NO_TEXT)
        row = data[: data.index(b"\0")].count(b"\n") + 1
        raise SheetRefused(SheetFault.UNDECODABLE, row=row, encoding="TEXT")
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    if _shows_header(data, "utf-8", headings) and not _shows_header(data, "gb18030", headings):
        return _decode_as(data, "utf-8"), None
    return _decode_as(data, "gb18030"), "GB18030"


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        row = before.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
        raise SheetRefused(SheetFault.UNDECODABLE, row=row, encoding=encoding.upper()) from error


def _shows_header(data: bytes, encoding: str, headings: Headings) -> bool:
    text = data[:_HEADER_CHARACTERS].decode(encoding, errors="replace")
    lines = text.splitlines()[:10]
    delimiter = _delimiter(text, headings)
    cells = [dict(enumerate(line.replace('"', "").split(delimiter))) for line in lines]
    return headings(list(enumerate(cells, start=1))) > 0


def _delimiter(beginning: str, headings: Headings) -> str:
    """Return the separator that splits the most headings that are known."""
    lines = [line.replace('"', "") for line in beginning.splitlines()[:10]]

    def found(delimiter: str) -> int:
        return headings([(n, dict(enumerate(s.split(delimiter)))) for n, s in enumerate(lines, 1)])

    return max(_DELIMITERS, key=found)


def _rows(text: str, delimiter: str, max_rows: int) -> list[GridRow]:
    rows: list[GridRow] = []
    number = 0
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, values in enumerate(reader, start=1):
            if len(rows) > max_rows + _MARGIN_ROWS or number > _SHEET_ROWS:
                raise SheetRefused(SheetFault.TOO_MANY_ROWS)
            cells = {
                position: _cell(value) for position, value in enumerate(values) if value.strip()
            }
            if len(values) > MAX_COLUMNS and max(cells, default=0) >= MAX_COLUMNS:
                far = cell_name(number, max(cells))
                raise SheetRefused(SheetFault.TOO_WIDE, cell=far)
            if cells:
                rows.append(GridRow(number=number, cells=cells))
    except csv.Error as error:
        raise SheetRefused(SheetFault.BROKEN_QUOTING, row=number + 1) from error
    return rows


def _cell(value: str) -> Cell:
    """Return the cell; one that begins with `=` is what a spreadsheet program would compute."""
    return OddCell(CellKind.FORMULA, value) if value.lstrip().startswith("=") else value
