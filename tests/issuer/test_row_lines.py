"""What the screen says about single rows: a line a row, twenty at most."""

from __future__ import annotations

from codes.wording import Text
from issuer.photo_wording import MISSING
from issuer.problems import RowNotice, RowProblem
from issuer.row_lines import MOST_LINES, name_lines, problem_lines


def notice(row: int, column: str, said: str) -> RowNotice:
    return RowNotice(row=row, column=column, cell=f"A{row}", code="x", text=Text(said, said))


def test_what_changed_in_a_name_stands_in_one_line_of_its_row() -> None:
    (line,) = name_lines([notice(2, "姓名", "甲。"), notice(2, "姓名", "乙。")])

    assert line == Text("提示：第 2 行【姓名】：甲。乙。", "note: row 2, A2: 甲。 乙。")


def test_other_columns_are_left_to_the_workbook() -> None:
    assert name_lines([notice(2, "照片", "灰。")]) == []


def test_beyond_the_limit_only_their_count_is_said() -> None:
    lines = name_lines([notice(row, "姓名", "甲。") for row in range(2, MOST_LINES + 5)])

    assert len(lines) == MOST_LINES + 1
    assert "另有 3 行" in lines[-1].zh
    assert "3 more" in lines[-1].en


def problem(row: int, code: str, text: Text) -> RowProblem:
    return RowProblem(row=row, column="照片", cell=f"I{row}", code=code, text=text)


def test_missing_photos_are_told_once_and_hide_no_other_fault() -> None:
    none = [problem(row, MISSING.code, MISSING.text) for row in range(2, MOST_LINES + 10)]
    other = problem(MOST_LINES + 10, "level_unknown", Text("级别不明", "no such level"))
    photos, fault = problem_lines([*none, other])

    assert "缺少照片 28 人（第 2、3、4、5、6 行等）" in photos.zh
    assert "photos missing: 28 (rows 2, 3, 4, 5, 6 …)" in photos.en
    assert "级别不明" in fault.zh


def test_one_missing_photo_is_told_as_its_rows_fault() -> None:
    (line,) = problem_lines([problem(2, MISSING.code, MISSING.text)])

    assert line.zh.startswith("第 2 行【照片】")
