"""What a spreadsheet program would compute is made harmless; what certificates print stays."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from registry.sheet_writing import harmless, write_csv_rows, write_workbook_rows


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "--1", "-=1"])
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
