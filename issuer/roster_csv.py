"""Reads a text file of comma, semicolon or tab separated values as Chinese offices save them."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass

from codes.wording import Text
from issuer.columns import find_header
from issuer.grid import MAX_COLUMNS, MAX_ROWS, Cell, CellKind, Grid, GridRow, OddCell
from issuer.problems import FileNotice, FileProblem, RosterError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DELIMITERS = ",;\t，；"
_HEADER_CHARACTERS = 20_000  # enough for ten rows; the header is looked for in these
_MARGIN_ROWS = 100  # title rows and footers beside the rows of people


@dataclass(frozen=True, slots=True, kw_only=True)
class TextGrid:
    """A text file read as a sheet, and what to tell about how it was read."""

    grid: Grid
    notices: tuple[FileNotice, ...]


def read_text(data: bytes, file: str) -> TextGrid:
    """Return the rows of a delimited text file.

    Args:
        data: the file, untrusted.
        file: its name, for the error.

    Raises:
        RosterError: the bytes are no text, or the quoting is broken; the row is named.
    """
    text, notices = _decode(data, file)
    delimiter = _delimiter(text[:_HEADER_CHARACTERS])
    rows = tuple(_rows(text, delimiter, file))
    return TextGrid(grid=Grid(sheet=None, rows=rows), notices=notices)


def _decode(data: bytes, file: str) -> tuple[str, tuple[FileNotice, ...]]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = _decode_as(data[len(mark) :], encoding, file)
            return text, () if encoding == "utf-8" else (_encoding_notice("UTF-16"),)
    if b"\0" in data:
        stray = _shows_header(data, "utf-8") or _shows_header(data, "gb18030")
        row = data[: data.index(b"\0")].count(b"\n") + 1
        raise RosterError(file, _undecodable(row, "TEXT") if stray else _NOT_TEXT)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    if _shows_header(data, "utf-8") and not _shows_header(data, "gb18030"):
        return _decode_as(data, "utf-8", file), ()
    return _decode_as(data, "gb18030", file), (_encoding_notice("GB18030"),)


def _decode_as(data: bytes, encoding: str, file: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        row = before.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
        raise RosterError(file, _undecodable(row, encoding.upper())) from error


def _undecodable(row: int, encoding: str) -> FileProblem:
    return FileProblem(
        code="roster_undecodable",
        row=row,
        text=Text(
            f"第 {row} 行含有不是 {encoding} 编码的字节，可能文件已损坏或混用了编码；"
            "请用表格软件打开核对后另存为 .xlsx 或“CSV UTF-8”。",
            f"Row {row} holds bytes that are not {encoding}: the file may be damaged or mix "
            "encodings; open it in a spreadsheet program, check it and save it as .xlsx or as "
            "CSV UTF-8.",
        ),
    )


def _shows_header(data: bytes, encoding: str) -> bool:
    text = data[:_HEADER_CHARACTERS].decode(encoding, errors="replace")
    lines = text.splitlines()[:10]
    delimiter = _delimiter(text)
    cells = [dict(enumerate(line.replace('"', "").split(delimiter))) for line in lines]
    return find_header([(number, row) for number, row in enumerate(cells, start=1)]) is not None


def _delimiter(beginning: str) -> str:
    """Return the separator that splits the most headings the roster knows."""

    def headings(delimiter: str) -> int:
        lines = [line.replace('"', "") for line in beginning.splitlines()[:10]]
        rows = [(n, dict(enumerate(line.split(delimiter)))) for n, line in enumerate(lines, 1)]
        header = find_header(rows)
        return len(header.positions) if header is not None else 0

    return max(_DELIMITERS, key=headings)


def _rows(text: str, delimiter: str, file: str) -> list[GridRow]:
    rows: list[GridRow] = []
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, values in enumerate(reader, start=1):
            if len(rows) > MAX_ROWS + _MARGIN_ROWS:
                raise RosterError(file, _too_many_rows())
            cells = {
                position: _cell(value)
                for position, value in enumerate(values[:MAX_COLUMNS])
                if value.strip()
            }
            if cells:
                rows.append(GridRow(number=number, cells=cells))
    except csv.Error as error:
        raise RosterError(file, _broken_quoting(number + 1)) from error
    return rows


def _cell(value: str) -> Cell:
    """Return the cell; one that begins with `=` is what a spreadsheet program would compute."""
    return OddCell(CellKind.FORMULA, "") if value.lstrip().startswith("=") else value


def _too_many_rows() -> FileProblem:
    """Return the refusal of a roster above the stated limit."""
    return FileProblem(
        code="roster_too_many_rows",
        text=Text(
            f"名册超过 {MAX_ROWS} 行；请拆分为若干名册，用同一批次名分次导入。",
            f"The roster has more than {MAX_ROWS} rows; split it into several rosters and issue "
            "them one after the other under the same batch name.",
        ),
    )


def _broken_quoting(row: int) -> FileProblem:
    return FileProblem(
        code="roster_quoting_broken",
        row=row,
        text=Text(
            f"第 {row} 行起引号不成对或单元格过长，无法分列；请改正引号，或另存为 .xlsx。",
            f"From row {row} on the quotation marks do not pair or a cell is too long, so the "
            "columns cannot be told apart; mend the quotation marks or save the file as .xlsx.",
        ),
    )


def _encoding_notice(name: str) -> FileNotice:
    return FileNotice(
        code="roster_encoding",
        text=Text(
            f"文件不是 UTF-8 编码，已按 {name} 读取；请核对姓名中的生僻字。",
            f"The file is not UTF-8 and was read as {name}; check the rare characters in names.",
        ),
    )


_NOT_TEXT = FileProblem(
    code="roster_not_a_spreadsheet",
    text=Text(
        "不是表格文件；请提交 .xlsx 或 .csv。",
        "This is not a spreadsheet; hand in an .xlsx or a .csv file.",
    ),
)
