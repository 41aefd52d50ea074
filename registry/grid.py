"""A sheet as it was read, before anyone says which column is which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_COLUMNS = 256
LONGEST_HEADING = 200
"""A longer text names no column and is not read: to compose its marks could take hours."""
COMPLETE = 100
"""The rank of a sheet whose header lacks nothing; each heading it has counts one."""


class CellKind(StrEnum):
    """What a cell holds, where it is not plain text."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    BOOLEAN = "boolean"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class OddCell:
    """A cell that is not plain text.

    Args:
        kind: what the cell holds.
        text: the value as text: a number in full, a date as YYYY-MM-DD, empty where unknown.
    """

    kind: CellKind
    text: str


Cell = str | OddCell


def column_letters(column: int) -> str:
    """Return the letters a spreadsheet program shows for the 0-based `column`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Return a cell's name (`C5`) from the 1-based `row` and the 0-based `column`."""
    return f"{column_letters(column)}{row}"


def text_of(cell: Cell) -> str:
    """Return the cell's value as text, whatever it holds."""
    return cell if isinstance(cell, str) else cell.text


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One row with something in it.

    Args:
        number: the row's number as the spreadsheet program shows it, from 1.
        cells: what is in the row by 0-based column; empty cells are left out.
        hidden: whether the spreadsheet program hides the row (by hand or by a filter).
    """

    number: int
    cells: Mapping[int, Cell]
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedRange:
    """Cells shown as one: rows from 1, columns from 0, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet, or one text file.

    Args:
        sheet: the sheet's name, or None for a text file.
        rows: the rows with something in them, in order.
        merged: cells shown as one.
    """

    sheet: str | None
    rows: tuple[GridRow, ...]
    merged: tuple[MergedRange, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookReading:
    """The sheet taken, and the visible sheets that were not.

    Args:
        grid: the sheet taken.
        other_sheets: the names of the others.
        alike: those of them that hold what was looked for, too, or could not be read.
    """

    grid: Grid
    other_sheets: tuple[str, ...]
    alike: tuple[str, ...] = ()
