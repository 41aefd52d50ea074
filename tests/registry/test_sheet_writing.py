"""What a spreadsheet program would compute is made harmless; what certificates print stays."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from registry.sheet_writing import harmless, write_csv_rows, write_workbook_rows


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\t=1", "--1", "-=1", "\n=1", "＝1", "＠a"]
)
def test_what_would_be_computed_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["--", "-", "", "张三", "1-1"])
def test_nothing_else_does(text: str) -> None:
    assert harmless(text) == text


def test_no_file_that_is_written_holds_a_formula() -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]
    rows = [[text, 7, date(2026, 11, 27), None] for text in hostile]

    text = write_csv_rows(["=甲", "数", "日", "空"], rows)
    book = write_workbook_rows("名册", ["=甲", "数", "日", "空"], rows)

    for row in csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")):
        assert row[0].startswith("'")
    read = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in read[1:5]] == hostile[:4]
    assert read[1][1:3] == [7, date(2026, 11, 27)]


def test_no_specialty_goes_out_as_it_is_printed() -> None:
    assert write_csv_rows(["工种"], [["--"]]).decode("utf-8-sig") == "工种\r\n--\r\n"


def test_what_is_typed_into_an_empty_cell_stays_text() -> None:
    book = write_workbook_rows(
        "条件", ["行", "条件", "数", "日"], [["2", "", 7, date(2026, 11, 27)]]
    )

    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        styles, sheet = (
            archive.read(f"xl/{name}.xml").decode() for name in ("styles", "worksheets/sheet1")
        )
    codes = dict(re.findall(r'<numFmt numFmtId="([0-9]+)" formatCode="([^"]+)"', styles))
    used = re.findall(r'<xf numFmtId="([0-9]+)"', styles.split("<cellXfs")[1])
    formats = [codes.get(one, one) for one in used]
    columns = re.findall(r'<col min="1" max="4"[^>]* style="([0-9]+)"', sheet)
    cells = dict(re.findall(r'<c r="([A-D]2)" s="([0-9]+)"', sheet))
    assert [formats[int(style)] for style in columns] == ["@"]
    assert formats[int(cells["A2"])] == formats[int(cells["B2"])] == "@"
    assert "@" not in {formats[int(cells.get(name, "0"))] for name in ("C2", "D2")}


@pytest.mark.parametrize(
    "text",
    [
        "<r><t>x</t></r></si><si><t>与登记一致，现行有效</t></si><si><r><t>x</t></r>",
        "<r></si></r>",
        "<r>",
        "<r>" + "\U0001f600" * 16_380 + "</r>x",
    ],
)
def test_a_text_that_looks_like_the_workbooks_own_markup_is_a_text(text: str) -> None:
    book = write_workbook_rows("名册", ["甲", "乙"], [[text, "下一格"]])

    read = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert read[1][1] == "下一格"
    assert text.startswith(str(read[1][0]))
    assert len(str(read[1][0])) == min(len(text), 16_387)
