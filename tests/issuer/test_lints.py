"""Every lint, on rows with just its fault; and several faults of one row at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from codes.documents import DocumentType, Sex
from codes.levels import Level
from codes.notices import Problem
from codes.wording import Text
from issuer.candidates import Photo
from issuer.columns import Column
from issuer.lint import LintReport, lint_rows
from issuer.lint_context import BatchAward
from issuer.lints.registry import LINTS
from issuer.photo_reading import PhotoReading
from issuer.photos import PhotoFolder
from issuer.roster import read_roster
from tests.issuer.roster_files import (
    HEADINGS,
    TODAY,
    PortraitPerPerson,
    Row,
    context,
    person,
    resident_number,
    table_of,
    write_xlsx,
)

NUMBER = "S000012000123263000007"


def lint(folder: Path, *rows: Row, photos: Any = None, **changes: Any) -> LintReport:
    return lint_rows(table_of(folder, *rows), photos or PortraitPerPerson(), context(**changes))


def codes(report: LintReport) -> list[tuple[int, str]]:
    return sorted((problem.row, problem.code) for problem in report.problems)


def test_a_good_row_becomes_a_candidate_in_types(tmp_path: Path) -> None:
    report = lint(tmp_path, person(specialty="--"))
    assert not report.problems
    (candidate,) = report.candidates
    assert candidate.row == 2
    assert candidate.document_type is DocumentType.RESIDENT_ID
    assert candidate.birth_date == date(1950, 1, 1)
    assert (candidate.sex, candidate.level) == (Sex.MALE, Level.THREE)
    assert candidate.specialty is None
    assert candidate.occupation.code == "3-02-02-00"


BAD_CHECK = person()[Column.DOCUMENT_NUMBER][:-1] + "0"


@pytest.mark.parametrize(
    ("changes", "code", "cell"),
    [
        ({"name": ""}, "cell_empty", "A2"),
        ({"level": ""}, "cell_empty", "H2"),
        ({"name": "王晓?"}, "name_lost_character", "A2"),
        ({"name": "王\u202e晓"}, "name_bidi", "A2"),
        ({"name": "王\ue000"}, "name_private_use", "A2"),
        ({"name": "王" * 41}, "name_too_long", "A2"),
        ({"document_type": "学生证"}, "document_type_unknown", "B2"),
        ({"document_number": BAD_CHECK}, "document_check_character", "C2"),
        ({"document_number": "12010119500101001"}, "document_length", "C2"),
        ({"sex": "女"}, "sex_contradicts_document", "D2"),
        ({"sex": "未知"}, "sex_unknown", "D2"),
        ({"birth_date": "1950-01-02"}, "birth_date_contradicts_document", "E2"),
        ({"birth_date": "1950-02-30"}, "birth_date_none", "E2"),
        ({"birth_date": "32874"}, "birth_date_unreadable", "E2"),
        ({"occupation": "保安员"}, "occupation_unknown", "F2"),
        ({"level": "四级"}, "level_not_in_standard", "H2"),
        ({"level": "特级"}, "level_unknown", "H2"),
        ({"level": "三级/技师"}, "level_contradictory", "H2"),
        ({"specialty": "长" * 41}, "specialty_too_long", "G2"),
        ({"specialty": "方\u200b向"}, "specialty_character", "G2"),
    ],
)
def test_each_fault_is_named_with_its_cell(
    tmp_path: Path, changes: dict[str, str], code: str, cell: str
) -> None:
    report = lint(tmp_path, person(0, **changes))
    assert (code, cell) in [(problem.code, problem.cell) for problem in report.problems]
    assert not report.candidates


@pytest.mark.parametrize("birth", ["1950/1/1", "1950.01.01", "1950年1月1日", "19500101"])
def test_birth_dates_are_read_in_every_usual_form(tmp_path: Path, birth: str) -> None:
    assert lint(tmp_path, person(birth_date=birth)).candidates


def test_a_row_shows_all_of_its_faults_at_once(tmp_path: Path) -> None:
    row = person(
        name="王?", document_number=BAD_CHECK, sex="女", birth_date="1951-01-01", level="五级"
    )
    report = lint(tmp_path, person(1), row)
    assert codes(report) == [
        (3, "birth_date_contradicts_document"),
        (3, "document_check_character"),
        (3, "level_not_in_standard"),
        (3, "name_lost_character"),
        (3, "sex_contradicts_document"),
    ]
    assert [candidate.row for candidate in report.candidates] == [2]


def test_no_sentence_repeats_a_name_or_a_document_number(tmp_path: Path) -> None:
    row = person(name="欧阳?", document_number=BAD_CHECK, sex="女")
    report = lint(tmp_path, row, row, live_award=lambda *_: NUMBER)
    said = "".join(problem.text.zh + problem.text.en for problem in report.problems)
    assert "欧阳" not in said
    assert BAD_CHECK not in said


def test_a_level_the_body_is_not_filed_for_today_is_refused(tmp_path: Path) -> None:
    report = lint(tmp_path, person(level="一级"), scopes={1: (Level.TWO, Level.THREE)})
    assert codes(report) == [(2, "level_not_filed")]
    assert "三级/高级工、二级/技师" in report.problems[0].text.zh


def test_an_occupation_the_body_is_not_filed_for_today_is_refused(tmp_path: Path) -> None:
    assert codes(lint(tmp_path, person(), scopes={})) == [(2, "occupation_not_filed")]


def test_duplicate_rows_name_each_other(tmp_path: Path) -> None:
    report = lint(tmp_path, person(0), person(1), person(0))
    assert codes(report) == [(2, "duplicate_row"), (4, "duplicate_row")]
    assert "第 4 行" in report.problems[0].text.zh
    assert "第 2 行" in report.problems[1].text.zh


def test_one_person_may_stand_for_two_levels_but_not_under_two_names(tmp_path: Path) -> None:
    assert len(lint(tmp_path, person(0), person(0, level="二级")).candidates) == 2
    report = lint(tmp_path, person(0), person(0, level="二级", name="李雨"))
    assert codes(report) == [(2, "document_two_names"), (3, "document_two_names")]


def test_the_same_photo_for_two_people_is_refused_on_both_rows(tmp_path: Path) -> None:
    report = lint(tmp_path, person(0, photo="a.jpg"), person(1, photo="a.jpg"), person(2))
    assert codes(report) == [(2, "photo_repeated"), (3, "photo_repeated")]


def test_a_photo_used_for_many_is_told_once_a_row_with_the_first_others(tmp_path: Path) -> None:
    report = lint(tmp_path, *(person(index, photo="a.jpg") for index in range(7)), person(7))
    assert codes(report) == [(row, "photo_repeated") for row in range(2, 9)]
    assert "第 3、4、5、6、7 行等 6 行" in report.problems[0].text.zh
    assert "rows 2, 3, 4, 5, 6 and 1 more;" in report.problems[-1].text.en


def test_a_person_who_stands_thrice_is_told_once_a_row(tmp_path: Path) -> None:
    report = lint(tmp_path, person(0), person(0), person(0))
    assert codes(report) == [(row, "duplicate_row") for row in (2, 3, 4)]
    assert "第 2、4 行" in report.problems[1].text.zh


def test_one_person_may_use_one_photo_for_two_levels(tmp_path: Path) -> None:
    assert not lint(tmp_path, person(0), person(0, level="二级")).problems


def test_a_photo_that_cannot_be_used_is_a_problem_of_its_row(tmp_path: Path) -> None:
    class NoPhotos:
        def read(self, *, file: str, document_number: str) -> PhotoReading:
            fault = Problem(code="photo_missing", text=Text("缺照片。", "No photo."))
            return PhotoReading(photo=None, notices=(), problems=(fault,))

    assert codes(lint(tmp_path, person(), photos=NoPhotos())) == [(2, "photo_missing")]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (BAD_CHECK, "document_check_character"),
        ("120101500101001", "document_first_generation"),
        ("1.20101E+17", "cell_digits_lost"),
        ("", "cell_empty"),
    ],
)
def test_no_photo_is_sought_by_a_number_that_is_itself_at_fault(
    tmp_path: Path, number: str, code: str
) -> None:
    with PhotoFolder(None) as photos:
        rows = (person(0, document_number=number), person(0, document_number=number, photo="a.jpg"))
        report = lint(tmp_path, *rows, photos=photos)
    assert codes(report) == [(2, code), (3, code), (3, "photo_missing")]


def test_a_live_award_is_named_by_its_number(tmp_path: Path) -> None:
    report = lint(tmp_path, person(), live_award=lambda *_: NUMBER)
    assert codes(report) == [(2, "live_award")]
    assert NUMBER in report.problems[0].text.zh


def _award_of(row: Row, **changes: Any) -> BatchAward:
    photo = Photo.of(row[Column.DOCUMENT_NUMBER].encode())
    settings: dict[str, Any] = {
        "number": NUMBER,
        "name": row[Column.NAME],
        "specialty": None,
        "photo_sha256": photo.sha256,
    }
    return BatchAward(**(settings | changes))


def test_a_row_issued_in_this_batch_before_is_done_whatever_has_changed_since(
    tmp_path: Path,
) -> None:
    award = _award_of(person(0))
    number = person(0)[Column.DOCUMENT_NUMBER]
    report = lint(
        tmp_path,
        person(0),
        person(1),
        batch_award=lambda _kind, document, *_: award if document == number else None,
        live_award=lambda _kind, document, *_: NUMBER if document == number else None,
    )
    assert [(one.row, one.number) for one in report.done] == [(2, NUMBER)]
    assert report.done[0].latin_name == lint(tmp_path, person(0)).candidates[0].latin_name
    assert report.done[0].latin_name
    assert [candidate.row for candidate in report.candidates] == [3]
    assert not report.problems
    expired = lint(tmp_path, person(0), batch_award=lambda *_: award, scopes={})
    assert expired.done
    assert not expired.problems


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"name": "李雨"}, Column.NAME),
        ({"specialty": "方向"}, Column.SPECIALTY),
        ({"photo_sha256": bytes(32)}, Column.PHOTO),
        ({"sex": Sex.FEMALE}, Column.SEX),
        ({"birth_date": date(1949, 1, 1)}, Column.BIRTH_DATE),
    ],
)
def test_a_row_changed_since_it_was_issued_needs_a_correction(
    tmp_path: Path, changes: dict[str, Any], column: Column
) -> None:
    award = _award_of(person(), **changes)
    report = lint(tmp_path, person(), batch_award=lambda *_: award)
    assert codes(report) == [(2, "issued_differently")]
    assert report.problems[0].column == column.value
    assert NUMBER in report.problems[0].text.zh
    assert not report.done


def test_the_name_in_latin_letters_is_spelled_or_taken_from_the_roster(tmp_path: Path) -> None:
    report = lint(tmp_path, person(0), person(1, latin_name=" Dilraba  DILMURAT "))
    assert not report.problems
    assert [one.latin_name for one in report.candidates] == ["Wang Xiaochen", "Dilraba DILMURAT"]


@pytest.mark.parametrize(
    ("latin_name", "code"),
    [("王晓晨", "latin_name_character"), ("A" * 61, "latin_name_too_long")],
)
def test_a_name_in_latin_letters_is_one(tmp_path: Path, latin_name: str, code: str) -> None:
    report = lint(tmp_path, person(latin_name=latin_name))
    assert codes(report) == [(2, code)]
    assert report.problems[0].column == "姓名拼音"
    assert report.problems[0].cell == "J2"


def test_a_name_without_a_reading_asks_for_the_column_where_the_layout_prints_it(
    tmp_path: Path,
) -> None:
    row = person(name="王\U000323af")
    (plain,) = lint(tmp_path, row).candidates
    assert plain.latin_name is None
    report = lint(tmp_path, row, bilingual=True)
    assert codes(report) == [(2, "latin_name_needed")]
    assert "\U000323af" in report.problems[0].text.zh
    (helped,) = lint(tmp_path, row | {Column.LATIN_NAME: "Wang Ao"}, bilingual=True).candidates
    assert helped.latin_name == "Wang Ao"


def test_a_doubtful_reading_is_worth_a_look_where_it_is_printed(tmp_path: Path) -> None:
    row = person(name="覃小明")
    assert not lint(tmp_path, row).notices
    report = lint(tmp_path, row, bilingual=True)
    assert [one.code for one in report.notices] == ["latin_name_doubtful"]
    assert report.candidates


def test_a_spelling_may_not_change_after_issue_but_the_rule_of_spelling_may(tmp_path: Path) -> None:
    award = replace(_award_of(person()), latin_name="Wang Hsiao-chen")
    assert lint(tmp_path, person(), batch_award=lambda *_: award).done
    report = lint(tmp_path, person(latin_name="Wang Siu"), batch_award=lambda *_: award)
    assert codes(report) == [(2, "issued_differently")]
    assert report.problems[0].column == "姓名拼音"


def test_rows_beyond_the_serials_left_are_refused_and_faulty_rows_need_none(
    tmp_path: Path,
) -> None:
    rows = [person(0, sex="女"), person(1), person(2), person(3)]
    report = lint(tmp_path, *rows, serials_left=lambda _: 2)
    assert codes(report) == [(2, "sex_contradicts_document"), (5, "serials_used_up")]


def test_a_character_no_font_has_is_refused_with_the_explanation(tmp_path: Path) -> None:
    report = lint(
        tmp_path,
        person(0, name="王𱍐"),
        person(1),
        missing_characters=lambda text: tuple(char for char in text if char == "𱍐"),
    )
    assert codes(report) == [(2, "character_unprintable")]
    assert report.problems[0].text.zh == "缺字 U+31350"


def test_what_does_not_fit_the_page_names_its_column(tmp_path: Path) -> None:
    def check_fit(_: object) -> list[tuple[str, Text]]:
        return [("holder_name", Text("姓名放不下。", "The name does not fit."))]

    report = lint(tmp_path, person(), check_fit=check_fit)
    assert [(p.code, p.cell) for p in report.problems] == [("page_fit", "A2")]


def test_a_cell_that_could_not_be_read_is_not_judged_by_its_content_too(tmp_path: Path) -> None:
    report = lint(tmp_path, person(document_number="1.20101E+17"))
    assert codes(report) == [(2, "cell_digits_lost")]


def test_a_rounded_number_says_nothing_against_sex_and_birth_date(tmp_path: Path) -> None:
    def tweak(_: Any, sheet: Any) -> None:
        sheet.write_number(1, HEADINGS.index(Column.DOCUMENT_NUMBER.value), 120102199307029000)

    table = read_roster(write_xlsx(tmp_path / "r.xlsx", [person(sex="男")], tweak=tweak))
    assert codes(lint_rows(table, PortraitPerPerson(), context())) == [(2, "cell_digits_lost")]


def test_every_lint_has_an_identity_of_its_own_and_a_source() -> None:
    assert len({rule.code for rule in LINTS}) == len(LINTS)
    assert all(rule.source for rule in LINTS)


def test_every_lint_is_in_force_today_and_one_that_has_ended_is_not() -> None:
    assert all(rule.in_force(TODAY) for rule in LINTS)
    ended = replace(LINTS[0], effective_to=date(2025, 12, 31))
    assert not ended.in_force(TODAY)
    assert not replace(LINTS[0], effective_from=date(2027, 1, 1)).in_force(TODAY)


def test_progress_is_told_every_hundred_rows(tmp_path: Path) -> None:
    table = table_of(tmp_path, *(person(index) for index in range(250)))
    told: list[int] = []
    report = lint_rows(table, PortraitPerPerson(), context(), progress=told.append)
    assert told == [100, 200]
    assert len(report.candidates) == 250


def test_foreign_people_and_every_document_type_pass(tmp_path: Path) -> None:
    report = lint(
        tmp_path,
        person(1, name="ANNA EXAMPLE", document_type="护照", document_number="X0000006"),
        person(2, document_type="台湾居民来往大陆通行证", document_number="00000003"),
        person(3, document_type="港澳居民来往内地通行证", document_number="H00000001"),
        person(
            0,
            document_type="港澳台居民居住证",
            document_number=resident_number("81000019500101997"),
        ),
    )
    assert not report.problems
    assert len(report.candidates) == 4


def test_awards_are_looked_up_together_before_any_is_asked_about(tmp_path: Path) -> None:
    expected: list[list[object]] = []
    asked: list[object] = []

    def expect(keys: Sequence[object]) -> None:
        expected.append(list(keys))

    def find(*key: object) -> None:
        assert key in expected[0]
        asked.append(key)

    bad = person(document_number=BAD_CHECK)
    lint(tmp_path, person(0), person(1), bad, person(2), expect=expect, batch_award=find)
    assert len(expected) == 1
    assert asked == expected[0]
    assert len(asked) == 3
