"""Reads an .xlsx workbook: the first visible sheet whose header is the one that is looked for."""

from __future__ import annotations

import datetime as dt
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from registry.grid import (
    COMPLETE,
    MAX_COLUMNS,
    Cell,
    CellKind,
    Grid,
    GridRow,
    MergedRange,
    OddCell,
    WorkbookReading,
    cell_name,
    text_of,
)
from registry.sheet_facts import (
    SheetFacts,
    UnsafeWorkbook,
    check_archive,
    read_sheet_facts,
    sheet_parts,
)
from registry.sheet_faults import SheetFault, SheetRefused

_MARGIN_ROWS = 100
_MAX_CELLS = 6_000_000  # the reader keeps the whole rectangle in memory
_MAX_SHEETS = 64
_MAX_MERGED = 20_000
_ARCHIVE_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    LookupError,
    OverflowError,
)
Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read_workbook(
    data: bytes,
    rank: Callable[[Grid], int],
    *,
    max_rows: int,
    is_alike: Callable[[Grid], bool] | None = None,
) -> WorkbookReading:
    """Return the sheet of a workbook that is looked for: the first visible one of rank COMPLETE.

    Where no sheet has that, the one of the highest rank is returned, so that the caller can say
    which columns it lacks.

    Args:
        data: the file, untrusted; call it in a child process with limits.
        rank: how much of the header a sheet has: COMPLETE is all that is required.
        max_rows: of one sheet, beside some for titles and footers.
        is_alike: whether a sheet after the one taken holds what is looked for, too; None where
            nobody asks, and those sheets are not read.

    Raises:
        SheetRefused: it is damaged, locked, empty or beyond the stated limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive)
            parts = sheet_parts(archive)
            with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
                return _choose(archive, parts, workbook, rank, max_rows, is_alike)
    except UnsafeWorkbook as error:
        raise SheetRefused(SheetFault.DAMAGED) from error
    except (*_ARCHIVE_FAULTS, CalamineError) as error:
        raise SheetRefused(SheetFault.DAMAGED) from error


def _choose(
    archive: zipfile.ZipFile,
    parts: Mapping[str, str],
    workbook: CalamineWorkbook,
    rank: Callable[[Grid], int],
    max_rows: int,
    is_alike: Callable[[Grid], bool] | None,
) -> WorkbookReading:
    names = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]

    def read(name: str) -> Grid:
        if name not in parts:
            raise SheetRefused(SheetFault.DAMAGED)
        facts = read_sheet_facts(archive, parts[name])
        _check_size(name, facts, max_rows)
        return _read_sheet(name, workbook.get_sheet_by_name(name), facts)

    best: tuple[int, Grid] | None = None
    left, blank = names[_MAX_SHEETS:], set[str]()
    for place, name in enumerate(names[:_MAX_SHEETS], start=1):
        grid = read(name)
        reached = rank(grid)
        if not grid.rows:
            blank.add(name)
        if best is None or reached > best[0]:
            best = reached, grid
        if reached == COMPLETE:
            left = names[place:]
            break
    if best is None:
        raise SheetRefused(SheetFault.NO_SHEET)
    chosen, alike = best[1], list[str]()
    for name, found in _look(left, read, is_alike) if is_alike else ():
        if found is None:
            blank.add(name)
        elif found:
            alike.append(name)
    others = [name for name in names if name != chosen.sheet and name not in blank]
    return WorkbookReading(grid=chosen, other_sheets=tuple(others), alike=tuple(alike))


def _look(
    names: Sequence[str], read: Callable[[str], Grid], is_alike: Callable[[Grid], bool]
) -> Iterator[tuple[str, bool | None]]:
    """Yield of each sheet whether it holds what is looked for, too; None of a blank one.

    Of one that is beyond the limits of a sheet nobody knows that it does not.
    """
    for place, name in enumerate(names):
        try:
            grid = read(name) if place < _MAX_SHEETS else None
        except SheetRefused:
            grid = None
        yield name, True if grid is None else is_alike(grid) if grid.rows else None


def _check_size(name: str, facts: SheetFacts, max_rows: int) -> None:
    width = facts.last_column + 1
    if facts.last_row > max_rows + _MARGIN_ROWS:
        raise SheetRefused(SheetFault.TOO_MANY_ROWS, sheet=name, row=facts.last_row)
    if width > MAX_COLUMNS or facts.last_row * width > _MAX_CELLS:
        far = cell_name(facts.last_row, facts.last_column)
        raise SheetRefused(SheetFault.TOO_WIDE, sheet=name, cell=far)


def _read_sheet(name: str, sheet: CalamineSheet, facts: SheetFacts) -> Grid:
    merged = sheet.merged_cell_ranges or []
    if len(merged) > _MAX_MERGED:
        raise SheetRefused(SheetFault.TOO_MANY_MERGED, sheet=name)
    return Grid(
        sheet=name,
        rows=tuple(_rows(sheet, facts)),
        merged=tuple(
            MergedRange(
                first_row=top + 1, first_column=left, last_row=bottom + 1, last_column=right
            )
            for (top, left), (bottom, right) in merged
        ),
    )


def _rows(sheet: CalamineSheet, facts: SheetFacts) -> Iterator[GridRow]:
    odd: dict[int, dict[int, CellKind]] = {}
    for places, kind in ((facts.errors, CellKind.ERROR), (facts.formulas, CellKind.FORMULA)):
        for row, column in places:
            odd.setdefault(row, {})[column] = kind
    left = sheet.start[1] if sheet.start is not None else 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells: dict[int, Cell] = {
            position: value if isinstance(value, str) else _odd_cell(value)
            for position, value in enumerate(values, start=left)
            if value != ""
        }
        for column, kind in odd.get(number, {}).items():
            cells[column] = OddCell(kind, text_of(cells.get(column, "")))
        if cells:
            yield GridRow(number=number, cells=cells, hidden=number in facts.hidden_rows)


def _odd_cell(value: Value) -> OddCell:
    if isinstance(value, bool):
        return OddCell(CellKind.BOOLEAN, str(value).upper())
    if isinstance(value, float):
        return OddCell(CellKind.NUMBER, str(int(value)) if value.is_integer() else repr(value))
    if isinstance(value, int):
        return OddCell(CellKind.NUMBER, str(value))
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return OddCell(CellKind.DATE if midnight else CellKind.TIME, value.date().isoformat())
    if isinstance(value, dt.date):
        return OddCell(CellKind.DATE, value.isoformat())
    return OddCell(CellKind.TIME, str(value))
