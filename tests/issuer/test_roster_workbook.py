"""Rosters in workbooks: what is read, and what is refused naming the cell."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest

from issuer.columns import Column
from issuer.problems import RosterError
from issuer.roster import RosterTable, read_roster
from issuer.template import write_template
from tests.issuer.roster_files import HEADINGS, person, write_xlsx

NUMBER = HEADINGS.index(Column.DOCUMENT_NUMBER.value)
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
BORN = HEADINGS.index(Column.BIRTH_DATE.value)


def refusal(path: Path) -> RosterError:
    with pytest.raises(RosterError) as caught:
        read_roster(path)
    return caught.value


def faults(table: RosterTable) -> list[tuple[int, str | None, str]]:
    return [(fault.row, fault.cell, fault.code) for fault in table.problems]


def test_rows_are_numbered_as_the_spreadsheet_program_shows_them(tmp_path: Path) -> None:
    table = read_roster(write_xlsx(tmp_path / "r.xlsx", [person(0), person(1)], above=3))
    assert table.header_row == 4
    assert [row.row for row in table.rows] == [5, 6]
    assert table.rows[1].text(Column.NAME) == person(1)[Column.NAME]
    assert table.cell(6, Column.DOCUMENT_NUMBER) == "C6"


def test_columns_are_found_in_any_order_under_usual_headings(tmp_path: Path) -> None:
    headings = (
        "考生姓名*",
        "证件类型（必填）",
        "证 件 号",
        "Sex",
        "出生年月日",
        "职业名称",
        "工种（职业方向）",
        "职业技能等级",
        "照片文件名",
        "姓名（拼音）",
    )
    table = read_roster(write_xlsx(tmp_path / "r.xlsx", [person()], headings=headings))
    assert set(table.positions) == set(Column)
    assert not table.problems


def test_a_column_that_is_not_used_is_named(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "r.xlsx", [person()], tweak=lambda _, sheet: sheet.write(0, 9, "联系电话")
    )
    (notice,) = read_roster(path).notices
    assert notice.code == "roster_other_columns"
    assert "J1“联系电话”" in notice.text.zh


def test_missing_columns_are_listed_with_the_headings_not_understood(tmp_path: Path) -> None:
    headings = list(HEADINGS)
    headings[BORN], headings[NUMBER] = "生于", "编号"
    error = refusal(write_xlsx(tmp_path / "r.xlsx", [person()], headings=headings))
    assert error.code == "roster_columns_missing"
    assert "“证件号码”、“出生日期”" in error.text.zh
    assert "C1“编号”" in error.text.zh
    assert error.problems[0].row == 1


def test_two_columns_for_one_thing_are_refused(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "r.xlsx", [person()], tweak=lambda _, sheet: sheet.write(0, 10, "考生姓名")
    )
    error = refusal(path)
    assert error.code == "roster_column_repeated"
    assert error.problems[0].cell == "K1"


def test_a_header_below_row_ten_is_not_looked_for(tmp_path: Path) -> None:
    assert read_roster(write_xlsx(tmp_path / "a.xlsx", [person()], above=9)).header_row == 10
    assert refusal(write_xlsx(tmp_path / "b.xlsx", [person()], above=10)).code == "roster_no_header"


def test_a_formula_is_named_by_its_cell(tmp_path: Path) -> None:
    def tweak(_: Any, sheet: Any) -> None:
        sheet.write_formula(2, 0, "=CONCATENATE(A2,B2)", None, "王晓明")

    table = read_roster(write_xlsx(tmp_path / "r.xlsx", [person(0), person(1)], tweak=tweak))
    assert faults(table) == [(3, "A3", "cell_formula")]


def test_merged_cells_are_named_one_by_one_but_titles_may_be_merged(tmp_path: Path) -> None:
    def tweak(_: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 8, "考生名册")
        sheet.merge_range(2, BORN, 3, BORN, "1950-01-01")

    path = write_xlsx(tmp_path / "r.xlsx", [person(0), person(1)], above=1, tweak=tweak)
    table = read_roster(path)
    assert faults(table) == [(3, "E3", "cell_merged"), (4, "E4", "cell_merged")]


def test_an_identity_number_stored_as_a_number_has_lost_digits(tmp_path: Path) -> None:
    def tweak(_: Any, sheet: Any) -> None:
        sheet.write_number(1, NUMBER, 120101199001011234)
        sheet.write_number(2, NUMBER, 12345678)
        sheet.write_string(3, NUMBER, "1.20101E+17")

    table = read_roster(write_xlsx(tmp_path / "r.xlsx", [person(i) for i in range(3)], tweak=tweak))
    assert faults(table) == [
        (2, "C2", "cell_digits_lost"),
        (3, "C3", "cell_not_text"),
        (4, "C4", "cell_digits_lost"),
    ]
    assert "文本" in table.problems[0].text.zh


def test_error_values_and_truth_values_are_named(tmp_path: Path) -> None:
    def tweak(_: Any, sheet: Any) -> None:
        sheet.write_formula(1, 0, "=NA()", None, "#N/A")
        sheet.write_boolean(1, 7, True)

    table = read_roster(write_xlsx(tmp_path / "r.xlsx", [person()], tweak=tweak))
    assert faults(table) == [(2, "A2", "cell_formula"), (2, "H2", "cell_not_text")]


@pytest.mark.parametrize("options", [{}, {"date_1904": True}])
def test_dates_are_read_as_days_whatever_the_epoch(tmp_path: Path, options: dict[str, Any]) -> None:
    def tweak(workbook: Any, sheet: Any) -> None:
        shown = workbook.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        sheet.write_datetime(1, BORN, dt.datetime(1990, 1, 31), shown)
        sheet.write_number(2, BORN, 19900131)

    path = write_xlsx(tmp_path / "r.xlsx", [person(0), person(1)], tweak=tweak, options=options)
    table = read_roster(path)
    assert [row.text(Column.BIRTH_DATE) for row in table.rows] == ["1990-01-31", "19900131"]
    assert not table.problems


def test_hidden_rows_are_problems_because_nobody_has_looked_at_them(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "r.xlsx",
        [person(0), person(1)],
        tweak=lambda _, sheet: sheet.set_row(2, None, None, {"hidden": True}),
    )
    assert faults(read_roster(path)) == [(3, None, "row_hidden")]


def test_blank_rows_are_passed_over_even_with_a_serial_number(tmp_path: Path) -> None:
    def tweak(_: Any, sheet: Any) -> None:
        sheet.write(0, 9, "序号")
        sheet.write(3, 9, 3)

    table = read_roster(
        write_xlsx(tmp_path / "r.xlsx", [person(0), {}, {}, person(1)], tweak=tweak)
    )
    assert [row.row for row in table.rows] == [2, 5]


def test_the_first_visible_sheet_with_a_full_header_is_taken_and_the_others_named(
    tmp_path: Path,
) -> None:
    def tweak(workbook: Any, sheet: Any) -> None:
        sheet.hide()
        workbook.add_worksheet("说明").write(0, 0, "请先阅读")
        second = workbook.add_worksheet("二班")
        second.write_row(0, 0, HEADINGS)
        second.write_row(1, 0, ["李雨"])
        workbook.get_worksheet_by_name("说明").activate()
        workbook.get_worksheet_by_name("说明").set_first_sheet()

    table = read_roster(write_xlsx(tmp_path / "r.xlsx", [person()], tweak=tweak))
    assert table.sheet == "二班"
    assert table.rows[0].text(Column.NAME) == "李雨"
    assert "“说明”" in table.notices[0].text.zh


def test_a_template_that_nobody_filled_in_says_so(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx")
    assert refusal(tmp_path / "t.xlsx").code == "roster_empty"


def test_a_cell_far_away_is_refused_before_memory_is_taken_for_it(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "r.xlsx", [person()], tweak=lambda _, sheet: sheet.write(99_000, 16_000, "x")
    )
    error = refusal(path)
    assert error.code == "roster_too_wide"
    assert error.problems[0].cell == "WQK99001"


def test_more_rows_than_the_stated_limit_are_refused(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "r.xlsx", [person()], tweak=lambda _, sheet: sheet.write(200_000, 0, "王晓")
    )
    assert refusal(path).code == "roster_too_many_rows"


def _replace_part(source: Path, target: Path, part: str, change: Any) -> Path:
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
    return target


def test_document_type_declarations_are_refused_unread(tmp_path: Path) -> None:
    good = write_xlsx(tmp_path / "r.xlsx", [person()])
    bomb = b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = _replace_part(
        good,
        tmp_path / "bomb.xlsx",
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<worksheet", bomb + b"<worksheet", 1),
    )
    assert refusal(path).code == "roster_damaged"


def test_a_part_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    good = write_xlsx(tmp_path / "r.xlsx", [person()])
    path = _replace_part(
        good,
        tmp_path / "bomb.xlsx",
        "xl/worksheets/sheet1.xml",
        lambda xml: xml + b" " * (200 << 20),
    )
    assert refusal(path).code in ("roster_damaged", "roster_beyond_limits")


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    good = write_xlsx(tmp_path / "r.xlsx", [person()]).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(good[: len(good) // 2])
    assert refusal(tmp_path / "cut.xlsx").code == "roster_damaged"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "roster_empty_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "roster_is_xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(500)
            + "EncryptedPackage".encode("utf-16-le"),
            "roster_is_encrypted",
        ),
        (b"<html><table><tr><td>1</td></tr></table></html>", "roster_is_web_page"),
        (b"%PDF-1.7\n%\xe2\xe3", "roster_is_other"),
        (bytes(range(256)) * 4, "roster_not_a_spreadsheet"),
    ],
)
def test_other_kinds_of_file_are_named_and_a_way_out_given(
    tmp_path: Path, content: bytes, code: str
) -> None:
    (tmp_path / "r.xlsx").write_bytes(content)
    error = refusal(tmp_path / "r.xlsx")
    assert error.code == code
    assert "r.xlsx" in error.text.zh


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("content.xml", "roster_is_ods"),
        ("xl/workbook.bin", "roster_is_xlsb"),
        ("photo.jpg", "roster_is_archive"),
    ],
)
def test_archives_that_are_no_xlsx_are_told_apart(tmp_path: Path, member: str, code: str) -> None:
    with zipfile.ZipFile(tmp_path / "r.xlsx", "w") as archive:
        archive.writestr(member, b"x")
    assert refusal(tmp_path / "r.xlsx").code == code


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.xlsx").code == "roster_unreadable"
    assert refusal(tmp_path).code == "roster_unreadable"
