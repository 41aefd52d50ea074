"""Says in a roster's words why a file cannot be read, and what to do."""

from __future__ import annotations

from typing import assert_never

from codes.wording import Text
from issuer.columns import MAX_ROWS
from issuer.problems import FileNotice, FileProblem
from registry.sheet_faults import SheetFault, SheetRefused
from registry.sheet_format import SheetFormat, format_words


def refuse_format(kind: SheetFormat) -> FileProblem:
    """Return the refusal of a file of this kind: what it is and what to do."""
    return FileProblem(code=f"roster_is_{kind.value}", text=format_words(kind))


def refuse_sheet(refused: SheetRefused) -> FileProblem:
    """Return the refusal of a file of rows that cannot be read."""
    match refused.fault:
        case SheetFault.DAMAGED:
            return _DAMAGED
        case SheetFault.NO_SHEET:
            return _NO_SHEET
        case SheetFault.TOO_MANY_ROWS if refused.sheet is None:
            return _too_long_text()
        case SheetFault.TOO_MANY_ROWS:
            return _too_many_rows(refused.sheet, refused.row)
        case SheetFault.TOO_WIDE:
            return _too_wide(refused.sheet, refused.cell)
        case SheetFault.TOO_MANY_MERGED:
            return _too_many_merged(refused.sheet)
        case SheetFault.UNDECODABLE:
            return _undecodable(refused.row, refused.encoding)
        case SheetFault.BROKEN_QUOTING:
            return _broken_quoting(refused.row)
        case SheetFault.NO_TEXT:
            return _NOT_TEXT
        case _:
            assert_never(refused.fault)


def encoding_notice(name: str) -> FileNotice:
    """Return what to tell of a file that was not UTF-8."""
    return FileNotice(
        code="roster_encoding",
        text=Text(
            f"文件不是 UTF-8 编码，已按 {name} 读取；请核对姓名中的生僻字。",
            f"The file is not UTF-8 and was read as {name}; check the rare characters in names.",
        ),
    )


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

_NOT_TEXT = FileProblem(
    code="roster_not_a_spreadsheet",
    text=Text(
        "不是表格文件；请提交 .xlsx 或 .csv。",
        "This is not a spreadsheet; hand in an .xlsx or a .csv file.",
    ),
)


def _too_many_rows(sheet: str | None, last_row: int | None) -> FileProblem:
    return FileProblem(
        code="roster_too_many_rows",
        row=last_row,
        text=Text(
            f"工作表“{sheet}”的内容到第 {last_row} 行，超过 {MAX_ROWS} 行的上限；"
            "请删除多余的行，或拆分为若干份名册，分别上传或导入。",
            f"Sheet “{sheet}” reaches row {last_row}, beyond the limit of {MAX_ROWS} rows; delete "
            "what does not belong there, or split the roster and hand each part in by itself.",
        ),
    )


def _too_wide(sheet: str | None, far: str | None) -> FileProblem:
    where = Text("文件", "The file")
    if sheet is not None:
        where = Text(f"工作表“{sheet}”", f"Sheet “{sheet}”")
    return FileProblem(
        code="roster_too_wide",
        cell=far,
        text=Text(
            f"{where.zh}的内容到单元格 {far}，超出名册应有的范围；请删除右侧或下方多余的内容。",
            f"{where.en} reaches cell {far}, far beyond a roster; delete what does not "
            "belong on its right or below it.",
        ),
    )


def _too_many_merged(sheet: str | None) -> FileProblem:
    return FileProblem(
        code="roster_too_many_merged",
        text=Text(
            f"工作表“{sheet}”合并单元格过多；请全部取消合并，每人一行逐格填写。",
            f"Sheet “{sheet}” has too many merged cells; unmerge them all and fill in one row "
            "per person.",
        ),
    )


def _too_long_text() -> FileProblem:
    """Return the refusal of a roster above the stated limit."""
    return FileProblem(
        code="roster_too_many_rows",
        text=Text(
            f"名册超过 {MAX_ROWS} 行；请拆分为若干份名册，分别上传或导入。",
            f"The roster has more than {MAX_ROWS} rows; split it into several rosters and hand "
            "each in by itself.",
        ),
    )


def _broken_quoting(row: int | None) -> FileProblem:
    return FileProblem(
        code="roster_quoting_broken",
        row=row,
        text=Text(
            f"第 {row} 行起引号不成对或单元格过长，无法分列；请改正引号，或另存为 .xlsx。",
            f"From row {row} on the quotation marks do not pair or a cell is too long, so the "
            "columns cannot be told apart; correct the quotation marks or save the file as .xlsx.",
        ),
    )


def _undecodable(row: int | None, encoding: str | None) -> FileProblem:
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
