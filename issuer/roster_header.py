"""Finds a roster's header and says precisely what is wrong with the columns."""

from __future__ import annotations

from codes.wording import Text
from issuer.columns import HEADER_ROWS, Column, Header, find_header
from issuer.problems import FileProblem, RosterError
from registry.grid import COMPLETE, Grid, cell_name, text_of


def inspect_header(grid: Grid) -> Header | None:
    """Return what the sheet's first ten rows say where the columns stand, or None."""
    beginning = [row for row in grid.rows[:HEADER_ROWS] if row.number <= HEADER_ROWS]
    return find_header(
        [(r.number, {p: text_of(cell) for p, cell in r.cells.items()}) for r in beginning]
    )


def rank(grid: Grid) -> int:
    """Return how much of a roster's header the sheet has, as `read_workbook` asks."""
    header = inspect_header(grid)
    if header is None:
        return 0
    return len(header.positions) if header.missing else COMPLETE


def check_header(grid: Grid, file: str) -> Header:
    """Return where the columns stand.

    Raises:
        RosterError: no header, columns missing, or two headings for one column.
    """
    header = inspect_header(grid)
    if header is None:
        raise RosterError(file, _no_header(grid.sheet))
    problems = [_repeated(header, column) for column in header.repeated]
    if header.missing:
        problems.append(_missing(header))
    if problems:
        raise RosterError(file, *problems)
    return header


def _no_header(sheet: str | None) -> FileProblem:
    where_zh = "" if sheet is None else f"工作表“{sheet}”"
    where_en = "" if sheet is None else f" of sheet “{sheet}”"
    headings = "、".join(column.value for column in Column if column.required)
    return FileProblem(
        code="roster_no_header",
        text=Text(
            f"{where_zh}前 {HEADER_ROWS} 行没有表头；表头应有：{headings}"
            "（可用 yanzhen template 生成名册模板）。",
            f"No header in the first {HEADER_ROWS} rows{where_en}; it should name: {headings} "
            "(yanzhen template writes an empty roster).",
        ),
    )


def _missing(header: Header) -> FileProblem:
    zh = "、".join(f"“{column.value}”" for column in header.missing)
    en = ", ".join(f"“{column.value}” ({column.en})" for column in header.missing)
    seen = ""
    seen_en = ""
    if header.unknown:
        cells = "、".join(
            f"{cell_name(header.row, position)}“{heading[:20]}”"
            for position, heading in list(header.unknown.items())[:8]
        )
        seen, seen_en = f"；未能识别的表头：{cells}", f"; headings not understood: {cells}"
    return FileProblem(
        code="roster_columns_missing",
        row=header.row,
        text=Text(
            f"第 {header.row} 行表头缺少{zh}列{seen}；请补上或改正表头。",
            f"The header in row {header.row} lacks {en}{seen_en}; add or correct the headings.",
        ),
    )


def _repeated(header: Header, column: Column) -> FileProblem:
    cells = [cell_name(header.row, position) for position in header.repeated[column]]
    return FileProblem(
        code="roster_column_repeated",
        row=header.row,
        cell=cells[1],
        text=Text(
            f"单元格 {'、'.join(cells)} 都是“{column.value}”列；请只保留一列。",
            f"Cells {', '.join(cells)} all head the column “{column.value}” ({column.en}); "
            "keep only one.",
        ),
    )
