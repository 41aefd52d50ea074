"""Reads an .xlsx workbook: the first visible sheet whose header is a roster's."""

from __future__ import annotations

import datetime as dt
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from codes.wording import Text
from issuer.columns import cell_name
from issuer.grid import (
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    CellKind,
    Grid,
    GridRow,
    MergedRange,
    OddCell,
    text_of,
)
from issuer.problems import FileProblem
from issuer.roster_header import inspect_header
from issuer.sheet_facts import (
    SheetFacts,
    UnsafeWorkbook,
    check_archive,
    read_sheet_facts,
    sheet_parts,
)

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


class WorkbookRefused(Exception):
    """The workbook cannot be read as a roster; `problem` says why and what to do."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookReading:
    """The sheet taken, and the visible sheets that were not."""

    grid: Grid
    other_sheets: tuple[str, ...]


def read_workbook(data: bytes) -> WorkbookReading:
    """Return the roster's sheet of a workbook: the first visible one with a roster's header.

    Where no sheet has one, the first visible sheet is returned, so that the caller can say which
    columns it lacks.

    Args:
        data: the file, untrusted; call it in a child process with limits.

    Raises:
        WorkbookRefused: it is damaged, locked, empty or beyond the stated limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive)
            parts = sheet_parts(archive)
            with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
                return _choose(archive, parts, workbook)
    except UnsafeWorkbook as error:
        raise WorkbookRefused(_DAMAGED) from error
    except (*_ARCHIVE_FAULTS, CalamineError) as error:
        raise WorkbookRefused(_DAMAGED) from error


def _choose(
    archive: zipfile.ZipFile, parts: Mapping[str, str], workbook: CalamineWorkbook
) -> WorkbookReading:
    names = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    best: tuple[int, Grid] | None = None
    for name in names[:_MAX_SHEETS]:
        if name not in parts:
            raise WorkbookRefused(_DAMAGED)
        facts = read_sheet_facts(archive, parts[name])
        _check_size(name, facts)
        grid = _read_sheet(name, workbook.get_sheet_by_name(name), facts)
        rank = _rank(grid)
        if best is None or rank > best[0]:
            best = rank, grid
        if rank == _COMPLETE:
            break
    if best is None:
        raise WorkbookRefused(_NO_SHEET)
    chosen = best[1]
    return WorkbookReading(grid=chosen, other_sheets=tuple(n for n in names if n != chosen.sheet))


_COMPLETE = 100


def _rank(grid: Grid) -> int:
    """Return how much of a roster's header the sheet has: 100 is all that is required."""
    header = inspect_header(grid)
    if header is None:
        return 0
    return len(header.positions) if header.missing else _COMPLETE


def _check_size(name: str, facts: SheetFacts) -> None:
    width = facts.last_column + 1
    if facts.last_row > MAX_ROWS + _MARGIN_ROWS:
        raise WorkbookRefused(_too_many_rows(name, facts.last_row))
    if width > MAX_COLUMNS or facts.last_row * width > _MAX_CELLS:
        far = cell_name(facts.last_row, facts.last_column)
        raise WorkbookRefused(_too_wide(name, far))


def _read_sheet(name: str, sheet: CalamineSheet, facts: SheetFacts) -> Grid:
    merged = sheet.merged_cell_ranges or []
    if len(merged) > _MAX_MERGED:
        raise WorkbookRefused(_too_many_merged(name))
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


_DAMAGED = FileProblem(
    code="roster_damaged",
    text=Text(
        "文件已损坏或不是规范的 .xlsx 工作簿；请用表格软件打开后另存为 .xlsx 再试。",
        "The file is damaged or no regular .xlsx workbook; open it in a spreadsheet program and "
        "save it again as .xlsx.",
    ),
)
_NO_SHEET = FileProblem(
    code="roster_no_sheet",
    text=Text(
        "工作簿中没有可见的工作表；请取消隐藏名册所在的工作表。",
        "The workbook has no visible sheet; unhide the sheet that holds the roster.",
    ),
)


def _too_many_rows(sheet: str, last_row: int) -> FileProblem:
    return FileProblem(
        code="roster_too_many_rows",
        row=last_row,
        text=Text(
            f"工作表“{sheet}”的内容到第 {last_row} 行，超过 {MAX_ROWS} 行的上限；"
            "请删除多余的行，或拆分为若干名册，用同一批次名分次导入。",
            f"Sheet “{sheet}” reaches row {last_row}, beyond the limit of {MAX_ROWS} rows; delete "
            "what does not belong there, or split the roster and issue the parts under the same "
            "batch name.",
        ),
    )


def _too_wide(sheet: str, far: str) -> FileProblem:
    return FileProblem(
        code="roster_too_wide",
        cell=far,
        text=Text(
            f"工作表“{sheet}”的内容到单元格 {far}，超出名册应有的范围；"
            "请删除右侧或下方多余的内容。",
            f"Sheet “{sheet}” reaches cell {far}, far beyond a roster; delete what does not "
            "belong on its right or below it.",
        ),
    )


def _too_many_merged(sheet: str) -> FileProblem:
    return FileProblem(
        code="roster_too_many_merged",
        text=Text(
            f"工作表“{sheet}”合并单元格过多；请全部取消合并，每人一行逐格填写。",
            f"Sheet “{sheet}” has too many merged cells; unmerge them all and fill in one row "
            "per person.",
        ),
    )
