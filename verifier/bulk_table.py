"""Reads a list to check: an employer's spreadsheet or text file of numbers and names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.child import Child, ChildFailed
from registry.grid import Cell, CellKind, GridRow, WorkbookReading, cell_name, text_of
from registry.sheet_faults import SheetRefused
from registry.sheet_format import SheetFormat, recognise_format
from registry.sheet_text import read_text
from registry.workbook_json import decode_answer
from verifier import bulk_faults as faults
from verifier.bulk_columns import RULES_SHEET, Column, Header, headings_found, inspect_header
from verifier.bulk_faults import BulkError, RowFault
from verifier.bulk_limits import (
    BULK_ANSWER_BYTES,
    BULK_READ_MEMORY_BYTES,
    BULK_READ_SECONDS,
    MAX_BULK_BYTES,
    MAX_BULK_ROWS,
    MAX_CELL_CHARACTERS,
    MAX_KEPT_CHARACTERS,
)

_BLANKS = " \t\r\n\u3000\u00a0\ufeff"
_EXACT_NUMBER = re.compile(r"-?(?=[0-9.]{1,15}$)[0-9]+(\.[0-9]+)?")
_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*[Ee]\+?[0-9]{1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRow:
    """One row of the list.

    Args:
        row: the row's number as the spreadsheet program shows it, from 1.
        texts: what stands in each 0-based position, as it is given back; cut where too long.
        asked: the text in each column that is asked about, outer blanks removed.
        numbers: the positions that hold numbers a spreadsheet program keeps exactly.
        fault: why the row is not asked about, or None.
    """

    row: int
    texts: Mapping[int, str] = field(repr=False)
    asked: Mapping[Column, str] = field(repr=False)
    numbers: frozenset[int]
    fault: RowFault | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkTable:
    """A list as read.

    Args:
        file: the file's name, without its folder.
        sheet: the sheet taken, or None for a text file.
        other_sheets: visible ones that are not blank and hold no list, nor the template's rules.
        headings: the text over each position, empty where there is none.
        rows: every row with something in it below the header, in order.
        blank_rows: how many with nothing in them stand between those.
    """

    file: str
    sheet: str | None
    headings: tuple[str, ...]
    rows: tuple[BulkRow, ...]
    other_sheets: tuple[str, ...] = ()
    blank_rows: int = 0


def open_bulk_child() -> Child:
    """Return a child process for `parse_bulk`; it starts when a workbook is first read."""
    return Child(
        "verifier.bulk_child",
        seconds=BULK_READ_SECONDS,
        memory_bytes=BULK_READ_MEMORY_BYTES,
        answer_bytes=BULK_ANSWER_BYTES,
    )


def parse_bulk(data: bytes, file: str, child: Child) -> BulkTable:
    """Return the list in `data`, the content of a file named `file`.

    Args:
        data: untrusted; workbooks are taken apart in `child`.
        file: the name for errors.
        child: from `open_bulk_child`.

    Raises:
        BulkError: the file is no list that can be checked; says where, why and what to do.
    """
    try:
        return _table(_read(data, child), file)
    except BulkError as refused:
        raise refused.about(file) from refused


def _read(data: bytes, child: Child) -> WorkbookReading:
    if len(data) > MAX_BULK_BYTES:
        raise faults.too_large()
    if not data.strip():
        raise faults.empty_file()
    kind = recognise_format(data)
    try:
        if kind is SheetFormat.XLSX:
            return decode_answer(child.ask(data))
        if kind is SheetFormat.TEXT:
            grid = read_text(data, headings_found, max_rows=MAX_BULK_ROWS).grid
            return WorkbookReading(grid=grid, other_sheets=())
    except SheetRefused as refused:
        raise faults.refuse_sheet(refused) from refused
    except ChildFailed as error:
        raise faults.beyond_limits() from error
    raise faults.refuse_format(kind)


def _table(reading: WorkbookReading, file: str) -> BulkTable:
    grid = reading.grid
    header = inspect_header(grid)
    if header is None:
        raise faults.no_header(grid.sheet)
    for column in header.repeated:
        raise faults.column_repeated(header, column)
    if not header.is_complete:
        raise faults.holder_column_missing(header)
    rows = [_row(row, header) for row in grid.rows if row.number > header.row]
    if not rows:
        raise faults.no_rows(header)
    if len(rows) > MAX_BULK_ROWS:
        raise faults.too_many_rows()
    if reading.alike:
        raise faults.several_lists([grid.sheet or "", *reading.alike])
    width = 1 + max(position for row in grid.rows for position in row.cells)
    top = next(row for row in grid.rows if row.number == header.row)
    return BulkTable(
        file=file,
        sheet=grid.sheet,
        other_sheets=tuple(
            one for one in reading.other_sheets if one not in (RULES_SHEET.zh, RULES_SHEET.en)
        ),
        headings=tuple(_kept(top.cells.get(position, "")) for position in range(width)),
        rows=tuple(rows),
        blank_rows=rows[-1].row - header.row - len(rows),
    )


def _row(row: GridRow, header: Header) -> BulkRow:
    cells = {column: row.cells.get(p, "") for column, p in header.positions.items()}
    asked = {column: text_of(cell).strip(_BLANKS) for column, cell in cells.items()}
    return BulkRow(
        row=row.number,
        texts={position: _kept(cell) for position, cell in row.cells.items()},
        asked={column: text for column, text in asked.items() if text},
        numbers=frozenset(position for position, cell in row.cells.items() if _is_number(cell)),
        fault=_fault(row.number, header, cells, asked) or _length_fault(row),
    )


def _kept(cell: Cell) -> str:
    return text_of(cell)[:MAX_KEPT_CHARACTERS]


def _length_fault(row: GridRow) -> RowFault | None:
    """Return the fault of a cell that could not be given back whole."""
    return next(
        (
            faults.cell_too_long(cell_name(row.number, position), MAX_KEPT_CHARACTERS)
            for position, cell in row.cells.items()
            if len(text_of(cell)) > MAX_KEPT_CHARACTERS
        ),
        None,
    )


def _is_number(cell: Cell) -> bool:
    number = not isinstance(cell, str) and cell.kind is CellKind.NUMBER
    return number and _EXACT_NUMBER.fullmatch(text_of(cell)) is not None


def _fault(
    row: int, header: Header, cells: Mapping[Column, Cell], asked: Mapping[Column, str]
) -> RowFault | None:
    """Return the first reason for which a row is not asked about."""
    for column, position in header.positions.items():
        fault = _cell_fault(cells[column], cell_name(row, position))
        if fault is not None:
            return fault
    if not asked[Column.NUMBER]:
        return faults.number_missing(cell_name(row, header.positions[Column.NUMBER]))
    holder = [column for column in header.positions if column is not Column.NUMBER]
    if not any(asked[column] for column in holder):
        return faults.holder_missing(cell_name(row, header.positions[holder[0]]))
    return None


def _cell_fault(cell: Cell, name: str) -> RowFault | None:
    if isinstance(cell, str):
        if len(cell) > MAX_CELL_CHARACTERS:
            return faults.cell_too_long(name, MAX_CELL_CHARACTERS)
        return faults.cell_not_text(name) if _SCIENTIFIC.fullmatch(cell.strip(_BLANKS)) else None
    if cell.kind is CellKind.FORMULA:
        return faults.cell_formula(name)
    # An error value, a date, a truth value, and a number of which zeros or digits may be lost.
    return faults.cell_not_text(name)
