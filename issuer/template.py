"""Writes an empty roster for operators to fill in: headings, formats, choices, instructions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codes.documents import DocumentType, Sex
from codes.levels import Level
from codes.occupations import Occupation, occupations
from issuer.columns import INSTRUCTIONS_SHEET, MAX_ROWS, Column
from issuer.photo_reading import FORMAT_HEIGHT, FORMAT_WIDTH
from registry.sheet_writing import open_workbook

_WIDTHS = {
    Column.NAME: 18,
    Column.DOCUMENT_TYPE: 26,
    Column.DOCUMENT_NUMBER: 24,
    Column.SEX: 8,
    Column.BIRTH_DATE: 14,
    Column.OCCUPATION: 16,
    Column.SPECIALTY: 20,
    Column.LEVEL: 18,
    Column.PHOTO: 28,
    Column.LATIN_NAME: 24,
}
_ADVICE = {
    Column.NAME: "与证件一致；少数民族姓名用间隔号“·”；生僻字直接录入，不要用拼音或问号代替。",
    Column.DOCUMENT_TYPE: "从下拉列表选择。",
    Column.DOCUMENT_NUMBER: "必须是文本格式；不要用公式，不要让表格软件改成科学计数法。",
    Column.SEX: "男或女，与证件一致。",
    Column.BIRTH_DATE: "如 1990-01-31，与证件一致。",
    Column.OCCUPATION: "职业名称或职业代码，应在本机构备案范围内。",
    Column.SPECIALTY: "没有工种或职业方向的留空，证书上印“--”。",
    Column.LEVEL: "从下拉列表选择，应在本机构备案范围内。",
    Column.PHOTO: "照片文件名；留空时按“证件号码.jpg”在照片文件夹或压缩包中查找。",
    Column.LATIN_NAME: "中英文对照版式用；留空时按汉语拼音拼写（姓在前，如 Ouyang Nayi），"
    "读音不同、双姓或少数民族姓名另有拼写的在此填写。",
}
_RULES = (
    "每人一行，不要合并单元格，不要隐藏行，不要写公式。",
    "表头可以在前 10 行内，列的次序不限，多余的列不读取。",
    f"照片为近半年一寸彩色白底照，{FORMAT_WIDTH}×{FORMAT_HEIGHT} 像素以上，.jpg 或 .png，"
    "放在同一个文件夹内。",
    f"一份名册最多 {MAX_ROWS} 人；更多的请拆成几份，每份在工作台另建一个批次，批次名称不能相同。",
    "在工作台上传后逐格检查，有问题的单元格会标出并说明原因，可以直接改正或重新上传；"
    "另一人批准之前不会核发任何证书。",
    "核发后编号不可收回，请在提交审批前核对无误。",
)


def write_roster(path: Path, rows: Sequence[Sequence[str]] = ()) -> None:
    """Write a roster workbook in the template's form, with `rows` filled in.

    Args:
        path: the .xlsx file to write.
        rows: texts in the order of `Column`.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        path.write_bytes(roster_bytes(rows))
    except OSError as error:
        raise OSError(f"cannot write {path.name}") from error


def roster_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a roster workbook in the template's form, with `rows` filled in."""
    file = io.BytesIO()
    with open_workbook(file) as workbook:
        _write_sheet(workbook, rows)
        _write_instructions(workbook)
    return file.getvalue()


def template_bytes() -> bytes:
    """Return an empty roster workbook."""
    return roster_bytes(())


def write_template(path: Path) -> None:
    """Write an empty roster workbook to `path`.

    Raises:
        OSError: the file cannot be written.
    """
    write_roster(path)


def _write_sheet(workbook: Any, rows: Sequence[Sequence[str]]) -> None:
    sheet = workbook.add_worksheet("名册")
    head = workbook.add_format(
        {"bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF", "border": 1}
    )
    text = workbook.add_format({"num_format": "@"})
    for position, column in enumerate(Column):
        sheet.set_column(position, position, _WIDTHS[column], text)
        sheet.write_string(0, position, column.value, head)
        sheet.write_comment(0, position, _ADVICE[column], {"x_scale": 1.6})
    sheet.freeze_panes(1, 1)
    for column, choices in column_choices().items():
        position = list(Column).index(column)
        sheet.data_validation(
            1,
            position,
            MAX_ROWS,
            position,
            {"validate": "list", "source": choices, "error_type": "warning"},
        )
    for line, row in enumerate(rows, start=1):
        for position, value in enumerate(row):
            if value:
                sheet.write_string(line, position, value, text)


def column_choices() -> dict[Column, list[str]]:
    """Return what the cells of a roster are chosen from, for each column that has a list."""
    known: list[Occupation] = list(occupations())
    levels = sorted({level for occupation in known for level in occupation.levels}, reverse=True)
    return {
        Column.DOCUMENT_TYPE: [kind.zh for kind in DocumentType],
        Column.SEX: [sex.zh for sex in Sex],
        Column.OCCUPATION: list(dict.fromkeys(occupation.zh for occupation in known)),
        Column.LEVEL: [Level(level).zh for level in levels],
    }


def _write_instructions(workbook: Any) -> None:
    sheet = workbook.add_worksheet(INSTRUCTIONS_SHEET)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 90)
    bold = workbook.add_format({"bold": True, "valign": "top"})
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    lines = [(column.value, _ADVICE[column]) for column in Column]
    lines += [(f"规则 {number}", rule) for number, rule in enumerate(_RULES, start=1)]
    for line, (label, advice) in enumerate(lines):
        sheet.write_string(line, 0, label, bold)
        sheet.write_string(line, 1, advice, wrap)
