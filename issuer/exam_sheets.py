"""The spreadsheets of an examination: written with what is known, read back line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from codes.wording import Text
from issuer.columns import MAX_ROWS
from issuer.errors import IssuerError
from issuer.exam_columns import ExamColumn, beginning, find_columns, headings
from issuer.roster_faults import refuse_format, refuse_sheet
from registry.child import Child, ChildFailed
from registry.grid import CellKind, Grid, text_of
from registry.sheet_faults import SheetRefused
from registry.sheet_format import SheetFormat, recognise_format
from registry.sheet_text import read_text
from registry.sheet_writing import write_workbook_rows
from registry.workbook_json import decode_answer

MOST_BYTES = 32 << 20
_CHILD_SECONDS = 120.0
_CHILD_MEMORY_BYTES = 2 << 30
_ANSWER_BYTES = 256 << 20
_MOST_CELL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One line of a sheet: its row number there, and the text in each column, blanks removed."""

    number: int
    cells: Mapping[ExamColumn, str] = field(repr=False)

    def text(self, column: ExamColumn) -> str:
        """Return the text in `column`, empty where there is none."""
        return self.cells.get(column, "")


def write_exam_sheet(
    title: str, columns: Sequence[ExamColumn], lines: Iterable[Sequence[str]]
) -> bytes:
    """Return a workbook of these columns; every cell is text."""
    return write_workbook_rows(title, [column.value for column in columns], lines)


def read_exam_sheet(data: bytes, key: ExamColumn) -> tuple[SheetLine, ...]:
    """Return the lines of a spreadsheet, taken apart in a child process.

    A spreadsheet program makes a date of `3-1` in a cell that is not text: such are refused.

    Args:
        data: .xlsx or delimited text; untrusted.
        key: the column that says what a line is about.

    Raises:
        IssuerError: it cannot be read (`roster_…`), has no such column (`exam_sheet_columns`), or
            a date or time where none is asked for, or a text that is too long (`exam_lines`).
    """
    if not data.strip():
        raise _no_columns(key)
    kind = recognise_format(data)
    if kind not in (SheetFormat.XLSX, SheetFormat.TEXT):
        fault = refuse_format(kind)
        raise IssuerError(fault.code, fault.text)
    try:
        grid = _read_grid(data, kind)
    except SheetRefused as refused:
        fault = refuse_sheet(refused)
        raise IssuerError(fault.code, fault.text) from refused
    except ChildFailed as error:
        raise IssuerError(error.code, error.text) from error
    found = find_columns(beginning(grid))
    if found is None or key not in found[1]:
        raise _no_columns(key)
    faults = [*_made_dates(grid, *found), *_long_texts(grid, *found)]
    if faults:
        raise refuse_lines(sorted(faults, key=lambda one: one.row))
    return tuple(_lines(grid, *found))


def _read_grid(data: bytes, kind: SheetFormat) -> Grid:
    if kind is SheetFormat.TEXT:
        return read_text(data, headings, max_rows=MAX_ROWS).grid
    with Child(
        "issuer.exam_sheet_child",
        seconds=_CHILD_SECONDS,
        memory_bytes=_CHILD_MEMORY_BYTES,
        answer_bytes=_ANSWER_BYTES,
    ) as child:
        return decode_answer(child.ask(data)).grid


def _lines(grid: Grid, header: int, places: Mapping[ExamColumn, int]) -> Iterable[SheetLine]:
    for row in grid.rows:
        if row.number <= header:
            continue
        cells = {
            column: text_of(row.cells[place]).strip()
            for column, place in places.items()
            if place in row.cells
        }
        if any(cells.values()):
            yield SheetLine(number=row.number, cells=cells)


def _made_dates(grid: Grid, header: int, places: Mapping[ExamColumn, int]) -> Iterable[LineFault]:
    typed = {column: place for column, place in places.items() if column in _TYPED_CODES}
    for row in grid.rows:
        for column, place in typed.items():
            cell = row.cells.get(place)
            if row.number <= header or cell is None or isinstance(cell, str):
                continue
            if cell.kind in (CellKind.DATE, CellKind.TIME):
                text = Text(
                    f"{_MADE_DATE.zh}（现为 {cell.text}）{_AS_TEXT.zh}",
                    f"{_MADE_DATE.en} ({cell.text}){_AS_TEXT.en}",
                )
                name = row.cells.get(places.get(ExamColumn.NAME, -1), "")
                yield LineFault(
                    row=row.number,
                    column=column,
                    text=text,
                    name=text_of(name).strip()[:_MOST_CELL],
                    of_sheet=True,
                )


def _long_texts(grid: Grid, header: int, places: Mapping[ExamColumn, int]) -> Iterable[LineFault]:
    for row in grid.rows:
        for column, place in places.items():
            length = len(text_of(row.cells.get(place, "")).strip())
            if row.number > header and length > _MOST_CELL:
                text = Text(
                    f"{length} 字，最多 {_MOST_CELL} 字",
                    f"{length} characters; at most {_MOST_CELL}",
                )
                yield LineFault(row=row.number, column=column, text=text, of_sheet=True)


_TYPED_CODES = frozenset(ExamColumn) - {
    ExamColumn.NAME,
    ExamColumn.DOCUMENT,
    ExamColumn.LEVEL,
    ExamColumn.CERTIFIED_ON,
    ExamColumn.EVIDENCE,
    ExamColumn.UPLOADED_ON,
    ExamColumn.REASON,
}
_MADE_DATE = Text(
    "表格软件把填写的内容变成了日期", "the spreadsheet program made a date of what was typed"
)
_AS_TEXT = Text(
    "；请把这一格设为“文本”格式后重新填写，如 3-1；或重新下载本页的表格填写",
    "; format the cell as text and type it again, such as 3-1, or download the sheet anew",
)


def _no_columns(key: ExamColumn) -> IssuerError:
    return IssuerError(
        "exam_sheet_columns",
        Text(
            f"没有找到含“{key.value}”的表头；请下载本页的表格，在其中填写后上传",
            f"no header with “{key.value}” was found; download the sheet of this page, fill it in "
            "and hand it in",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """What is wrong with a line of a sheet or form.

    Args:
        row: the roster's, or the sheet's own where it is `of_sheet`.
        name: whose line it is; empty where it names nobody.
    """

    row: int
    column: str
    text: Text
    name: str = field(default="", repr=False)
    of_sheet: bool = False

    @property
    def whole(self) -> Text:
        """What is wrong, with the line and the column where it stands."""
        name = f" {self.name} " if self.name else ""
        row, of = ("表格第", " of the sheet") if self.of_sheet else ("第", "")
        return Text(
            f"{row} {self.row} 行{name}“{self.column}”：{self.text.zh}",
            f"Row {self.row}{of},{name or ' '}“{self.column}”: {self.text.en}",
        )


class LinesRefused(IssuerError):
    """A sheet or a form has faults; `faults` are all of them, the sentence says how many."""

    def __init__(self, code: str, text: Text, *, faults: Sequence[LineFault]) -> None:
        super().__init__(code, text)
        self.faults = tuple(faults)


def refuse_lines(faults: Sequence[LineFault]) -> LinesRefused:
    """Return the refusal of a sheet or form with faults."""
    return LinesRefused(
        "exam_lines",
        Text(
            f"有 {len(faults)} 处需要改正，未作改动",
            f"{len(faults)} to correct; nothing was changed",
        ),
        faults=faults,
    )
