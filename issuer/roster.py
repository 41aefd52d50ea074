"""Reads a roster: an evaluator's spreadsheet or text file of people to be certified."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codes.wording import Text
from issuer.columns import (
    INSTRUCTIONS_SHEET,
    MAX_FILE_BYTES,
    MAX_ROWS,
    ORIGINAL_ROW,
    TO_MEND,
    Column,
    Header,
    find_header,
)
from issuer.problems import FileNotice, FileProblem, RosterError, RowProblem
from issuer.roster_cells import read_rows
from issuer.roster_faults import encoding_notice, refuse_format, refuse_sheet
from issuer.roster_header import check_header
from registry.child import Child, ChildFailed
from registry.grid import Grid, WorkbookReading, cell_name, text_of
from registry.sheet_faults import SheetRefused
from registry.sheet_format import SheetFormat, recognise_format
from registry.sheet_text import read_text
from registry.workbook_json import decode_answer

_CHILD_SECONDS = 120.0
_CHILD_MEMORY_BYTES = 2 << 30
_ANSWER_BYTES = 256 << 20
_MOST_OF_A_TOTAL = 2
_TOTAL = re.compile(r"[合总共小]\s*计|总人数")
_ROW_NUMBER = re.compile(r"[0-9]{1,7}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One person's row.

    Args:
        row: the row's number as the spreadsheet program shows it, from 1.
        cells: the text in each column that is not empty, outer blanks removed.
    """

    row: int
    cells: Mapping[Column, str] = field(repr=False)

    def text(self, column: Column) -> str:
        """Return the text in `column`, empty where there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterTable:
    """A roster as read: every row with something in it below the header.

    Args:
        file: the file's name, without its folder.
        sheet: the sheet taken, or None for a text file.
        header_row: the header's row number.
        positions: 0-based position of each column.
        rows: the people, in order.
        problems: cells that cannot be taken as they stand (formulas, merged cells, lost digits);
            `lint_rows` reports them with all others.
        notices: what the operator should know about how the file was read.
        original_rows: row numbers a list of mended rows gives for its own (`ORIGINAL_ROW`).
    """

    file: str
    sheet: str | None
    header_row: int
    positions: Mapping[Column, int]
    rows: tuple[RosterRow, ...]
    problems: tuple[RowProblem, ...]
    notices: tuple[FileNotice, ...]
    original_rows: Mapping[int, int] = field(default_factory=dict)

    def cell(self, row: int, column: Column) -> str | None:
        """Return the cell's name (`C5`), or None where the roster has no such column."""
        position = self.positions.get(column)
        return None if position is None else cell_name(row, position)


def read_roster(path: Path) -> RosterTable:
    """Return the roster in the file at `path` (.xlsx, or text separated by comma or tab).

    Workbooks are taken apart in a child process with limits on time and memory.

    Raises:
        RosterError: the file is no roster; the error says where, why and what to do.
    """
    with open_workbook_child() as child:
        return parse_roster(_read_file(path), path.name, child)


def open_workbook_child() -> Child:
    """Return a child process for `parse_roster`; it starts when a workbook is first read."""
    return Child(
        "issuer.workbook_child",
        seconds=_CHILD_SECONDS,
        memory_bytes=_CHILD_MEMORY_BYTES,
        answer_bytes=_ANSWER_BYTES,
    )


def parse_roster(data: bytes, file: str, child: Child) -> RosterTable:
    """Return the roster in `data`, the content of a file named `file`.

    Args:
        data: untrusted.
        file: the name for errors.
        child: where workbooks are taken apart, from `open_workbook_child`.

    Raises:
        RosterError: as `read_roster`.
    """
    if not data.strip():
        raise RosterError(file, _EMPTY_FILE)
    kind = recognise_format(data)
    if kind not in (SheetFormat.XLSX, SheetFormat.TEXT):
        raise RosterError(file, refuse_format(kind))
    try:
        grid, notices = _read_grid(data, kind, child)
    except SheetRefused as refused:
        raise RosterError(file, refuse_sheet(refused)) from refused
    except ChildFailed as error:
        raise RosterError(file, _BEYOND_LIMITS) from error
    return _table(grid, notices, file)


def _read_file(path: Path) -> bytes:
    try:
        if not path.is_file():  # a folder, or a pipe that would never end
            raise RosterError(path.name, _UNREADABLE)
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise RosterError(path.name, _too_large(size))
        return path.read_bytes()
    except OSError as error:
        raise RosterError(path.name, _UNREADABLE) from error


def _read_grid(data: bytes, kind: SheetFormat, child: Child) -> tuple[Grid, tuple[FileNotice, ...]]:
    if kind is SheetFormat.XLSX:
        reading = decode_answer(child.ask(data))
        return reading.grid, _sheet_notices(reading)
    text = read_text(data, _headings, max_rows=MAX_ROWS)
    return text.grid, () if text.encoding is None else (encoding_notice(text.encoding),)


def _headings(rows: Sequence[tuple[int, Mapping[int, str]]]) -> int:
    header = find_header(rows)
    return 0 if header is None else len(header.positions)


def _table(grid: Grid, notices: tuple[FileNotice, ...], file: str) -> RosterTable:
    header = check_header(grid, file)
    people = read_rows(grid, header)
    totals = _totals(grid, people.rows)
    rows = [(number, cells) for number, cells in people.rows if number not in totals]
    if not rows:
        raise RosterError(file, _no_people(header))
    if len(rows) > MAX_ROWS:
        raise RosterError(file, _too_many_people(len(rows)))
    return RosterTable(
        file=file,
        sheet=grid.sheet,
        header_row=header.row,
        positions=header.positions,
        rows=tuple(RosterRow(row=number, cells=cells) for number, cells in rows),
        problems=tuple(one for one in people.problems if one.row not in totals),
        notices=notices + _column_notices(header) + _total_notices(totals),
        original_rows=_original_rows(grid, header),
    )


def _totals(grid: Grid, rows: Sequence[tuple[int, Mapping[Column, str]]]) -> frozenset[int]:
    """Return the rows that sum the roster up: next to empty, and saying so in any column."""
    bare = {
        number
        for number, cells in rows
        if len(cells) <= _MOST_OF_A_TOTAL and Column.DOCUMENT_NUMBER not in cells
    }
    return frozenset(
        row.number
        for row in grid.rows
        if row.number in bare
        and any(_TOTAL.match(text_of(cell).strip()) for cell in row.cells.values())
    )


def _total_notices(totals: Collection[int]) -> tuple[FileNotice, ...]:
    if not totals:
        return ()
    zh, en = "、".join(map(str, sorted(totals))), ", ".join(map(str, sorted(totals)))
    return (
        FileNotice(
            code="roster_total_row",
            text=Text(
                f"第 {zh} 行是合计行，没有作为人员读入。",
                f"What row {en} says is a total; it was not read as a person.",
            ),
        ),
    )


def _original_rows(grid: Grid, header: Header) -> dict[int, int]:
    place = next((place for place, name in header.unknown.items() if name == ORIGINAL_ROW), None)
    if place is None:
        return {}
    texts = {row.number: text_of(row.cells.get(place, "")).strip() for row in grid.rows}
    return {row: int(text) for row, text in texts.items() if _ROW_NUMBER.fullmatch(text)}


def _sheet_notices(reading: WorkbookReading) -> tuple[FileNotice, ...]:
    others = [f"“{name}”" for name in reading.other_sheets if name != INSTRUCTIONS_SHEET][:10]
    if not others:
        return ()
    return (
        FileNotice(
            code="roster_other_sheets",
            text=Text(
                f"只读取了工作表“{reading.grid.sheet}”，未读取{'、'.join(others)}。",
                f"Only sheet “{reading.grid.sheet}” was read, not {', '.join(others)}.",
            ),
        ),
    )


def _column_notices(header: Header) -> tuple[FileNotice, ...]:
    unused = {p: name for p, name in header.unknown.items() if name not in (ORIGINAL_ROW, TO_MEND)}
    if not unused:
        return ()
    names = [
        f"{cell_name(header.row, position)}“{heading[:20]}”"
        for position, heading in list(unused.items())[:12]
    ]
    return (
        FileNotice(
            code="roster_other_columns",
            text=Text(
                f"未使用这些列：{'、'.join(names)}。",
                f"These columns were not used: {', '.join(names)}.",
            ),
        ),
    )


def _no_people(header: Header) -> FileProblem:
    return FileProblem(
        code="roster_empty",
        row=header.row,
        text=Text(
            f"第 {header.row} 行表头之下没有人员；请从表头下一行起每人填一行。",
            f"There is no one below the header in row {header.row}; fill in one row per person "
            "from the next row on.",
        ),
    )


def _too_many_people(count: int) -> FileProblem:
    return FileProblem(
        code="roster_too_many_rows",
        text=Text(
            f"名册有 {count} 人，超过 {MAX_ROWS} 人的上限；请拆分为若干份名册，分别上传或导入。",
            f"The roster has {count} people, more than the limit of {MAX_ROWS}; split it and "
            "hand each part in by itself.",
        ),
    )


def _too_large(size: int) -> FileProblem:
    limit = MAX_FILE_BYTES >> 20
    return FileProblem(
        code="roster_too_large",
        text=Text(
            f"文件 {size >> 20} MB，超过 {limit} MB 的上限；照片应放在照片文件夹，不要嵌入表格。",
            f"The file is {size >> 20} MB, above the limit of {limit} MB; put photos in the photo "
            "folder, not into the spreadsheet.",
        ),
    )


_EMPTY_FILE = FileProblem(
    code="roster_empty_file",
    text=Text("文件是空的；请提交填写好的名册。", "The file is empty; hand in a filled-in roster."),
)
_UNREADABLE = FileProblem(
    code="roster_unreadable",
    text=Text(
        "文件不存在或无权读取；请核对路径和权限。",
        "The file does not exist or may not be read; check its path and permissions.",
    ),
)
_BEYOND_LIMITS = FileProblem(
    code="roster_beyond_limits",
    text=Text(
        "文件无法在规定时限和内存内读取，可能已损坏；请将名册复制到新的工作簿另存为 .xlsx 再试。",
        "The file could not be read within the limits of time and memory and may be damaged; copy "
        "the roster into a new workbook, save it as .xlsx and try again.",
    ),
)
