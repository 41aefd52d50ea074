"""Writes an empty list for employers to fill in: headings, text cells, and how to fill it in."""

from __future__ import annotations

import io

from codes.wording import Language, Text
from registry.sheet_writing import open_workbook
from verifier.bulk_columns import RULES_SHEET, Column
from verifier.bulk_limits import MAX_BULK_BYTES, MAX_BULK_ROWS

_WIDTHS = {Column.NUMBER: 30, Column.NAME: 20, Column.DOCUMENT: 28}
_RULES = (
    Text(
        "每张证书一行；姓名和证件号码至少填一项，都填则须都相符。",
        "One row per certificate; fill in the name or the document number, or both: then both "
        "must agree.",
    ),
    Text(
        "各列次序不限，可以保留自己的其他列，结果会原样带回。",
        "The columns may stand in any order; columns of your own are given back untouched.",
    ),
    Text(
        "单元格须为文本格式，不要写公式，不要让表格软件改成科学计数法。",
        "Keep the cells as text: no formulas, no scientific notation.",
    ),
    Text(
        f"最多 {MAX_BULK_ROWS} 行、{MAX_BULK_BYTES >> 20} MB；更多的请拆分。",
        f"At most {MAX_BULK_ROWS} rows and {MAX_BULK_BYTES >> 20} MB; split longer lists.",
    ),
    Text(
        "只有与登记完全相符的行才显示证书内容和状态；未查询到的行计入查询次数。",
        "Only rows that agree with the register show anything of a certificate; rows that do not "
        "count as failed look-ups.",
    ),
)


def write_bulk_template(language: Language) -> bytes:
    """Return an empty list as an .xlsx workbook."""
    file = io.BytesIO()
    with open_workbook(file) as workbook:
        head = workbook.add_format({"bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF"})
        cells = workbook.add_format({"num_format": "@"})
        sheet = workbook.add_worksheet(Text("名单", "List").say(language))
        for position, column in enumerate(Column):
            sheet.set_column(position, position, _WIDTHS[column], cells)
            sheet.write_string(0, position, column.text.say(language), head)
        sheet.freeze_panes(1, 0)
        rules = workbook.add_worksheet(RULES_SHEET.say(language))
        rules.set_column(0, 0, 100, workbook.add_format({"text_wrap": True, "valign": "top"}))
        for line, rule in enumerate(_RULES):
            rules.write_string(line, 0, rule.say(language))
    return file.getvalue()
