"""Takes people's rows from a sheet, and says which cells cannot be taken as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from codes.wording import Text
from issuer.columns import Column, Header
from issuer.problems import RowProblem
from registry.grid import Cell, CellKind, Grid, GridRow, MergedRange, cell_name, text_of

MAX_CELL_CHARACTERS = 200
_BLANKS = " \t\r\n\u3000\u00a0\ufeff"
_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*[Ee]\+?[0-9]{1,2}")
_LONGEST_EXACT_NUMBER = 15  # digits a spreadsheet program keeps of a number


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The rows below a header.

    Args:
        rows: (row number, text by column) of every row with something in a known column.
        problems: cells that cannot be taken as they stand.
    """

    rows: tuple[tuple[int, Mapping[Column, str]], ...]
    problems: tuple[RowProblem, ...]


def read_rows(grid: Grid, header: Header) -> People:
    """Return the people's rows of the sheet; blank rows are passed over."""
    merged = _merged_cells(grid.merged, header, grid.rows[-1].number if grid.rows else 0)
    rows: list[tuple[int, Mapping[Column, str]]] = []
    problems: list[RowProblem] = []
    for row in grid.rows:
        if row.number <= header.row:
            continue
        cells = {c: row.cells[p] for c, p in header.positions.items() if p in row.cells}
        texts = {c: text for c, cell in cells.items() if (text := text_of(cell).strip(_BLANKS))}
        if not texts:
            continue
        rows.append((row.number, texts))
        problems.extend(_row_problems(row, header, cells, merged))
    return People(rows=tuple(rows), problems=tuple(problems))


def _row_problems(
    row: GridRow, header: Header, cells: Mapping[Column, Cell], merged: Mapping[Column, set[int]]
) -> Iterator[RowProblem]:
    if row.hidden:
        yield RowProblem(row=row.number, column=None, cell=None, code="row_hidden", text=_HIDDEN)
    for column, position in header.positions.items():
        fault: tuple[str, Text] | None = None
        if row.number in merged.get(column, ()):
            fault = "cell_merged", _MERGED
        elif column in cells:
            fault = _fault(column, cells[column])
        if fault is not None:
            yield RowProblem(
                row=row.number,
                column=column.value,
                cell=cell_name(row.number, position),
                code=fault[0],
                text=fault[1],
            )


def _fault(column: Column, cell: Cell) -> tuple[str, Text] | None:
    """Return the code and text of what is wrong with the cell itself, or None."""
    if isinstance(cell, str):
        if len(cell) > MAX_CELL_CHARACTERS:
            return "cell_too_long", _TOO_LONG
        if column is Column.DOCUMENT_NUMBER and _SCIENTIFIC.fullmatch(cell.strip(_BLANKS)):
            return "cell_digits_lost", _DIGITS_LOST
        return None
    if cell.kind is CellKind.FORMULA:
        return "cell_formula", _FORMULA
    if cell.kind is CellKind.ERROR:
        return "cell_error_value", _ERROR_VALUE
    if column is Column.DOCUMENT_NUMBER:
        long = cell.kind is CellKind.NUMBER and len(cell.text) > _LONGEST_EXACT_NUMBER
        return ("cell_digits_lost", _DIGITS_LOST) if long else ("cell_not_text", _NOT_TEXT)
    wrong_date = cell.kind is CellKind.DATE and column is not Column.BIRTH_DATE
    if wrong_date or cell.kind in (CellKind.TIME, CellKind.BOOLEAN):
        return "cell_not_text", _WRONG_KIND
    return None


def _merged_cells(
    ranges: tuple[MergedRange, ...], header: Header, last_row: int
) -> dict[Column, set[int]]:
    """Return, per column, the rows below the header whose cell is part of a merged range.

    Counts openings and closings per row, so overlapping ranges of a damaged file cost nothing.
    """
    found: dict[Column, set[int]] = {}
    for column, position in header.positions.items():
        opened: dict[int, int] = {}
        for merged in ranges:
            if merged.first_column <= position <= merged.last_column:
                first = max(merged.first_row, header.row + 1)
                after = min(merged.last_row, last_row) + 1
                if first < after:
                    opened[first] = opened.get(first, 0) + 1
                    opened[after] = opened.get(after, 0) - 1
        if opened:
            span = range(min(opened), max(opened) + 1)
            depths = accumulate(opened.get(row, 0) for row in span)
            found[column] = {row for row, depth in zip(span, depths, strict=True) if depth > 0}
    return found


_HIDDEN = Text(
    "该行被隐藏或被筛选掉了；请取消隐藏后核对，不需要的行请删除。",
    "The row is hidden or filtered out; unhide and check it, or delete it.",
)
_MERGED = Text(
    "该单元格是合并单元格；请取消合并，逐行逐格填写。",
    "The cell is merged with others; unmerge it and fill in each row by itself.",
)
_TOO_LONG = Text(
    f"内容超过 {MAX_CELL_CHARACTERS} 个字符；请只填写该列要求的内容。",
    f"The content is longer than {MAX_CELL_CHARACTERS} characters; write only what the column "
    "asks for.",
)
_DIGITS_LOST = Text(
    "证件号码被存成了数字，末几位已经丢失；请将该列设为“文本”格式后重新录入。",
    "The document number was stored as a number and its last digits are lost; format the column "
    "as text and type the number again.",
)
_NOT_TEXT = Text(
    "证件号码没有存成文本，开头的 0 可能已经丢失；请将该列设为“文本”格式后重新录入。",
    "The document number is not stored as text and leading zeros may be lost; format the column "
    "as text and type the number again.",
)
_WRONG_KIND = Text(
    "该单元格存成了日期、时间或逻辑值；请设为“文本”格式后重新录入。",
    "The cell holds a date, a time or a truth value; format it as text and type the value again.",
)
_FORMULA = Text(
    "该单元格是公式；请用“选择性粘贴—数值”换成固定的内容。",
    "The cell is a formula; replace it by its value (paste special, values).",
)
_ERROR_VALUE = Text(
    "该单元格是错误值（如 #N/A）；请改为正确的内容。",
    "The cell holds an error value such as #N/A; replace it by the right content.",
)
