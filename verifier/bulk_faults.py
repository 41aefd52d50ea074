"""Says why a list cannot be checked, or one of its rows cannot be asked about, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from codes.wording import Text
from registry.grid import cell_name
from registry.sheet_faults import SheetFault, SheetRefused
from registry.sheet_format import SheetFormat, format_words
from verifier.bulk_columns import HEADER_ROWS, Column, Header
from verifier.bulk_limits import MAX_BULK_BYTES, MAX_BULK_ROWS
from verifier.errors import VerifierError

_MOST_NAMED: Final = 5


class BulkError(VerifierError):
    """The list cannot be checked, and no row of it was asked about."""

    def about(self, file: str) -> BulkError:
        """Return the same refusal with the file's name before it."""
        return BulkError(self.code, Text(f"{file}：{self.text.zh}", f"{file}: {self.text.en}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """Why one row is not asked about.

    Args:
        code: stable identifier.
        cell: the cell at fault (`C5`).
        text: what is wrong and what to do; never repeats a name or a number.
    """

    code: str
    cell: str
    text: Text


def refuse_format(kind: SheetFormat) -> BulkError:
    """Return the refusal of a file of a kind that is not read."""
    return BulkError(f"bulk_is_{kind.value}", format_words(kind))


def refuse_sheet(refused: SheetRefused) -> BulkError:
    """Return the refusal of a file of rows that cannot be read."""
    sheet_zh = "" if refused.sheet is None else f"工作表“{refused.sheet}”"
    sheet_en = "" if refused.sheet is None else f"Sheet “{refused.sheet}”: "
    match refused.fault:
        case SheetFault.DAMAGED:
            return _damaged()
        case SheetFault.NO_SHEET:
            return BulkError(
                "bulk_no_sheet",
                Text(
                    "工作簿中没有可见的工作表；请取消隐藏后再提交。",
                    "The workbook has no visible sheet; unhide the one with the list.",
                ),
            )
        case SheetFault.TOO_MANY_ROWS:
            return too_many_rows()
        case SheetFault.TOO_WIDE:
            return BulkError(
                "bulk_too_wide",
                Text(
                    f"{sheet_zh or '文件'}的内容到单元格 {refused.cell}，超出名单应有的范围；"
                    "请删除多余的内容。",
                    f"{sheet_en}it reaches cell {refused.cell}, far beyond a list; delete what "
                    "does not belong there.",
                ),
            )
        case SheetFault.TOO_MANY_MERGED:
            return BulkError(
                "bulk_too_many_merged",
                Text(
                    f"{sheet_zh}合并单元格过多；请全部取消合并，每人一行。",
                    f"{sheet_en}too many merged cells; unmerge them all, one row per person.",
                ),
            )
        case SheetFault.UNDECODABLE | SheetFault.BROKEN_QUOTING:
            return _refuse_text(refused)
        case SheetFault.NO_TEXT:
            return refuse_format(SheetFormat.OTHER)
        case _:
            assert_never(refused.fault)


def _refuse_text(refused: SheetRefused) -> BulkError:
    row = refused.row
    if refused.fault is SheetFault.UNDECODABLE:
        return BulkError(
            "bulk_undecodable",
            Text(
                f"第 {row} 行含有不是 {refused.encoding} 编码的字节；请用表格软件打开核对后"
                "另存为 .xlsx。",
                f"Row {row} holds bytes that are not {refused.encoding}; open the file in a "
                "spreadsheet program, check it and save it as .xlsx.",
            ),
        )
    return BulkError(
        "bulk_quoting_broken",
        Text(
            f"第 {row} 行起引号不成对，无法分列；请改正引号，或另存为 .xlsx。",
            f"From row {row} on the quotation marks do not pair; correct them or save the "
            "file as .xlsx.",
        ),
    )


def _damaged() -> BulkError:
    return BulkError(
        "bulk_damaged",
        Text(
            "文件已损坏或不是规范的 .xlsx 工作簿；请用表格软件打开后另存为 .xlsx 再试。",
            "The file is damaged or no regular .xlsx workbook; open it in a spreadsheet program "
            "and save it again as .xlsx.",
        ),
    )


def beyond_limits() -> BulkError:
    """Return the refusal of a file that could not be read within the limits."""
    return BulkError(
        "bulk_beyond_limits",
        Text(
            "文件无法在规定时限和内存内读取，可能已损坏；"
            "请将名单复制到新的工作簿另存为 .xlsx 再试。",
            "The file could not be read within the limits of time and memory and may be damaged; "
            "copy the list into a new workbook, save it as .xlsx and try again.",
        ),
    )


def too_large() -> BulkError:
    """Return the refusal of a file with too many bytes."""
    limit = MAX_BULK_BYTES >> 20
    return BulkError(
        "bulk_too_large",
        Text(
            f"文件超过 {limit} MB；请只保留编号、姓名、证件号码各列，或拆分后分次核验。",
            f"The file has more than {limit} MB; keep only the columns of numbers, names and "
            "document numbers, or split it.",
        ),
    )


def empty_file() -> BulkError:
    """Return the refusal of a file with nothing in it."""
    return BulkError(
        "bulk_empty",
        Text("文件是空的；请提交填写好的名单。", "The file is empty; hand in a filled-in list."),
    )


def no_rows(header: Header) -> BulkError:
    """Return the refusal of a list without rows."""
    return BulkError(
        "bulk_no_rows",
        Text(
            f"第 {header.row} 行表头之下没有内容；请从下一行起每张证书填一行。",
            f"Nothing stands below the header in row {header.row}; fill in one row per "
            "certificate from the next row on.",
        ),
    )


def too_many_rows() -> BulkError:
    """Return the refusal of a list that is too long."""
    return BulkError(
        "bulk_too_many_rows",
        Text(
            f"名单超过 {MAX_BULK_ROWS} 行的上限；请拆分后分次核验。",
            f"The list has more than {MAX_BULK_ROWS} rows; split it.",
        ),
    )


def several_lists(sheets: Sequence[str]) -> BulkError:
    """Return the refusal of a workbook with a list on more than one sheet."""
    told = [f"“{one}”" for one in sheets[:_MOST_NAMED]]
    more = len(sheets) > _MOST_NAMED
    return BulkError(
        "bulk_several_lists",
        Text(
            f"工作簿中不止一张工作表有名单：{'、'.join(told)}{'等' if more else ''}。一次只核验"
            "一张工作表；请合并到一张工作表，或分别另存为一个文件后逐份提交。",
            f"More than one sheet of the workbook holds a list: {', '.join(told)}"
            f"{' and more' if more else ''}. One sheet is checked at a time: put the rows on one "
            "sheet, or save each as a file of its own.",
        ),
    )


def no_header(sheet: str | None) -> BulkError:
    """Return the refusal of a sheet whose columns have no headings."""
    where_zh = "" if sheet is None else f"工作表“{sheet}”"
    where_en = "" if sheet is None else f" of sheet “{sheet}”"
    return BulkError(
        "bulk_no_header",
        Text(
            f"{where_zh}前 {HEADER_ROWS} 行没有“证书编号”列的表头；表头应有：证书编号、姓名"
            "（或证件号码），次序不限，可下载名单模板填写。",
            f"None of the first {HEADER_ROWS} rows{where_en} names a column “Certificate number”; "
            "name the columns Certificate number and Name (or Document number), in any order, or "
            "fill in the template.",
        ),
    )


def holder_column_missing(header: Header) -> BulkError:
    """Return the refusal of a list of bare numbers."""
    return BulkError(
        "bulk_holder_column_missing",
        Text(
            f"第 {header.row} 行表头只有证书编号，没有“姓名”或“证件号码”列；仅凭编号不能查询，"
            "请补上其中一列。",
            f"The header in row {header.row} names no column “Name” or “Document number”; a "
            "number alone is not answered, so add one of them.",
        ),
    )


def column_repeated(header: Header, column: Column) -> BulkError:
    """Return the refusal of a list in which two columns go by one heading."""
    cells = [cell_name(header.row, position) for position in header.repeated[column]]
    return BulkError(
        "bulk_column_repeated",
        Text(
            f"单元格 {'、'.join(cells)} 都是“{column.text.zh}”列；请只保留一列。",
            f"Cells {', '.join(cells)} all head the column “{column.text.en}”; keep only one.",
        ),
    )


def number_missing(cell: str) -> RowFault:
    """Return the fault of a row without a number."""
    return RowFault(
        code="row_number_missing",
        cell=cell,
        text=Text("没有填写证书编号；请补填。", "The certificate number is missing; fill it in."),
    )


def holder_missing(cell: str) -> RowFault:
    """Return the fault of a row with a number alone."""
    return RowFault(
        code="row_holder_missing",
        cell=cell,
        text=Text(
            "没有填写姓名或证件号码；仅凭编号不能查询，请补填。",
            "Neither a name nor a document number is given; a number alone is not answered.",
        ),
    )


def cell_formula(cell: str) -> RowFault:
    """Return the fault of a cell that is computed."""
    return RowFault(
        code="cell_formula",
        cell=cell,
        text=Text(
            "该单元格是公式；请用“选择性粘贴—数值”换成固定的内容。",
            "The cell is a formula; replace it by its value (paste special, values).",
        ),
    )


def cell_not_text(cell: str) -> RowFault:
    """Return the fault of a cell whose characters a spreadsheet program has changed."""
    return RowFault(
        code="cell_not_text",
        cell=cell,
        text=Text(
            "该单元格没有存成文本，开头的 0 或末几位可能已经丢失；"
            "请将该列设为“文本”格式后重新录入。",
            "The cell is not stored as text, so leading zeros or last digits may be lost; format "
            "the column as text and type the value again.",
        ),
    )


def cell_too_long(cell: str, limit: int) -> RowFault:
    """Return the fault of a cell with more than `limit` characters in it."""
    return RowFault(
        code="cell_too_long",
        cell=cell,
        text=Text(
            f"内容超过 {limit} 个字符；请只填写该列要求的内容。",
            f"The content is longer than {limit} characters; write only what the column asks for.",
        ),
    )
