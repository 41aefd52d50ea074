"""The result workbook, the template and the sample, read back by our own reader."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from python_calamine import load_workbook

from codes.documents import DocumentType
from codes.levels import Level
from issuer.columns import Column
from issuer.lint import lint_rows
from issuer.photos import PhotoFolder
from issuer.results import ResultSheet, RowOutcome, row_outcomes, write_results
from issuer.roster import read_roster
from issuer.sample import PHOTO_FOLDER, write_sample
from issuer.sample_people import sample_people
from issuer.template import write_template
from tests.issuer.roster_files import (
    TODAY,
    PortraitPerPerson,
    Row,
    context,
    person,
    table_of,
    write_xlsx,
)

NUMBER = "S000012000123263000001"


def result(*, dry_run: bool = False, **numbers: str) -> ResultSheet:
    return ResultSheet(
        body_name="天津市示例职业技能培训学校",
        batch="2026 年第 1 批",
        finished_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        dry_run=dry_run,
        numbers={int(row[1:]): number for row, number in numbers.items()},
        pdf_names={int(row[1:]): f"{number}.pdf" for row, number in numbers.items()},
    )


def written(folder: Path, sheet: ResultSheet, *rows: Row) -> dict[str, list[list[str]]]:
    table = table_of(folder, *rows)
    report = lint_rows(table, PortraitPerPerson(), context())
    path = folder / "result.xlsx"
    write_results(path, table, report, sheet)
    with load_workbook(path) as workbook:
        return {
            name: [
                [str(cell) for cell in row] for row in workbook.get_sheet_by_name(name).to_python()
            ]
            for name in workbook.sheet_names
        }


def test_each_row_has_its_number_or_all_of_its_reasons(tmp_path: Path) -> None:
    sheets = written(tmp_path, result(r2=NUMBER), person(0), person(1, sex="女", level="五级"))
    heading, issued, refused = sheets["签发结果"]
    assert heading[:6] == ["行号", "姓名", "姓名拼音", "级别", "结果", "证书编号"]
    assert issued[2] == "Wang Xiaochen"
    assert issued[4:7] == ["已签发", NUMBER, f"{NUMBER}.pdf"]
    assert refused[4:6] == ["未通过", ""]
    assert refused[7] == "D3、H3"
    assert "【性别】" in refused[8]
    assert "【级别】" in refused[8]


def test_levels_are_written_in_one_way_whatever_the_roster_has(tmp_path: Path) -> None:
    rows = [person(at, level=typed) for at, typed in enumerate(("3", "三级", "高级工", "甲等"))]
    _, *told = written(tmp_path, result(dry_run=True), *rows)["签发结果"]
    assert [row[3] for row in told] == ["三级/高级工"] * 3 + ["甲等"]


def test_document_numbers_stay_out_of_the_result(tmp_path: Path) -> None:
    sheets = written(tmp_path, result(r2=NUMBER), person(0))
    assert person(0)[Column.DOCUMENT_NUMBER] not in str(sheets)


def test_the_summary_counts_what_became_of_the_rows(tmp_path: Path) -> None:
    sheets = written(tmp_path, result(r2=NUMBER), person(0), person(1), person(2, sex="女"))
    summary = dict(row[:2] for row in sheets["汇总"])
    assert summary["名册人数"] == "3.0"
    assert summary["已签发"] == "1.0"
    assert summary["检查通过，未签发"] == "1.0"
    assert summary["未通过"] == "1.0"


def test_what_became_of_a_row_depends_on_the_run(tmp_path: Path) -> None:
    table = table_of(tmp_path, person(0), person(1, sex="女"))
    report = lint_rows(table, PortraitPerPerson(), context())
    dry = row_outcomes(table, report, result(dry_run=True))
    assert dry == {2: RowOutcome.READY, 3: RowOutcome.FAULTY}
    held = row_outcomes(table, report, result())
    assert held == {2: RowOutcome.HELD_BACK, 3: RowOutcome.FAULTY}


def test_a_name_that_looks_like_a_formula_is_written_as_text(tmp_path: Path) -> None:
    evil = '@HYPERLINK("http://evil.example","x")'
    sheets = written(tmp_path, result(), person(0, name=evil), person(1, name="-1+1\x07"))
    rows = sheets["签发结果"]
    assert rows[1][1] == evil
    assert rows[2][1] == "-1+1\ufffd"
    again = read_roster(
        write_xlsx(
            tmp_path / "r.xlsx", [person(0, name=evil)], options={"strings_to_formulas": False}
        )
    )
    assert not again.problems


def test_the_template_is_a_roster_once_it_is_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path)
    with load_workbook(path) as workbook:
        assert workbook.sheet_names == ["名册", "填表说明"]
        (heading,) = workbook.get_sheet_by_name("名册").to_python()
        advice = workbook.get_sheet_by_name("填表说明").to_python()
    assert heading == [column.value for column in Column]
    assert {row[0] for row in advice} >= set(heading)


def test_the_sample_passes_every_lint_and_shows_every_kind_of_person(tmp_path: Path) -> None:
    roster = write_sample(tmp_path)
    table = read_roster(roster)
    with PhotoFolder(tmp_path / PHOTO_FOLDER) as photos:
        report = lint_rows(table, photos, context())
        assert not table.notices
        assert not report.problems
        assert not [notice for notice in report.notices if notice.code.startswith("photo")]
        assert len(report.candidates) == len(table.rows) >= 36
        assert len({candidate.photo.sha256 for candidate in report.candidates}) == len(table.rows)
    assert {c.level for c in report.candidates} == {Level.ONE, Level.TWO, Level.THREE}
    assert {c.document_type for c in report.candidates} == set(DocumentType)
    names = "".join(candidate.name for candidate in report.candidates)
    assert set("䶮㛃𫖯𬭎·") <= set(names)


def test_no_sample_number_can_be_a_living_persons() -> None:
    for person_ in sample_people():
        if person_.document_type is DocumentType.RESIDENT_ID:
            assert 996 <= int(person_.document_number[14:17]) <= 999
            assert TODAY.year - person_.birth_date.year < 100
