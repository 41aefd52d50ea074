"""Checking a list: the verdict of each row, what is revealed and counted, and the result files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from codes.wording import Language
from registry.models import AwardStatus
from registry.session import transaction
from tests.verifier.bulk_lists import HEADINGS, workbook
from tests.verifier.world import DOCUMENT, NAME, NOW, CopyPlan, World, make_record, sign_record
from verifier.bulk_check import BulkReport, check_bulk, exit_code_of
from verifier.bulk_json import report_to_json
from verifier.bulk_page import page_answer
from verifier.bulk_results import write_csv, write_workbook
from verifier.bulk_table import open_bulk_child, parse_bulk
from verifier.bulk_template import write_bulk_template
from verifier.errors import UsageError
from verifier.verdict import Outcome, Status

UNKNOWN = "S000012000123263999999"


@pytest.fixture
def numbers(world: World) -> dict[str, str]:
    """Three certificates of one holder: in force, revoked and suspended."""
    found = {}
    for serial, (name, status) in enumerate(
        {
            "valid": AwardStatus.CURRENT,
            "revoked": AwardStatus.REVOKED,
            "suspended": AwardStatus.SUSPENDED,
        }.items(),
        start=1,
    ):
        made = sign_record(make_record(serial=serial, print_serial=serial))
        world.record(CopyPlan(issued=made), status=status)
        found[name] = str(made.number)
    return found


def check(
    world: World, rows: Sequence[Sequence[Any]], failed: list[int] | None = None, **given: Any
) -> BulkReport:
    with open_bulk_child() as child:
        table = parse_bulk(workbook(rows), "名单.xlsx", child)
    verifier = world.verifier()
    counted = [] if failed is None else failed
    try:
        return check_bulk(
            verifier,
            table,
            lambda: NOW,
            on_failed=counted.append,
            on_progress=lambda done, total: None,
            **given,
        )
    finally:
        verifier.close()


def test_each_row_gets_the_verdict_of_a_look_up(world: World, numbers: dict[str, str]) -> None:
    failed: list[int] = []
    rows = [
        (*HEADINGS, "部门"),
        (numbers["valid"], NAME, "", "甲"),
        (numbers["valid"], "", DOCUMENT, "乙"),
        (numbers["valid"], NAME, DOCUMENT, ""),
        (numbers["revoked"], NAME, "", ""),
        (numbers["suspended"], NAME, "", ""),
        (numbers["valid"], "王小明", "", ""),
        (numbers["valid"], "王小明", DOCUMENT, ""),
        (numbers["revoked"], "王小明", "", ""),
        (UNKNOWN, NAME, "", ""),
        (numbers["valid"], "", "", ""),
    ]
    report = check(world, rows, failed)
    assert [(one.outcome, one.status) for one in report.results] == [
        (Outcome.VALID, Status.CURRENT),
        (Outcome.VALID, Status.CURRENT),
        (Outcome.VALID, Status.CURRENT),
        (Outcome.NOT_CURRENT, Status.REVOKED),
        (Outcome.NOT_CURRENT, Status.SUSPENDED),
        *[(Outcome.NOT_FOUND, Status.UNKNOWN)] * 4,
        (None, Status.UNKNOWN),
    ]
    assert dict(report.counts) == {
        Outcome.VALID: 3,
        Outcome.NOT_CURRENT: 2,
        Outcome.NOT_FOUND: 4,
        None: 1,
    }
    assert sum(failed) == 4


def test_rows_are_counted_by_the_words_that_stand_in_them(
    world: World, numbers: dict[str, str]
) -> None:
    rows = [
        HEADINGS,
        (UNKNOWN, NAME, ""),
        ("ZS-2024-0012", NAME, ""),
        ("ZS-2024-0013", NAME, ""),
        (numbers["revoked"], NAME, ""),
    ]
    report = check(world, rows)
    words = {text.zh: count for (_, text), count in report.counts_in_words.items()}
    assert words == {"记录属实，现非有效（已撤销）": 1, "未查询到": 1, "编号有误": 2}
    assert report.counts == {Outcome.NOT_CURRENT: 1, Outcome.NOT_FOUND: 3}
    advice = {result.summary.zh: result.advice.zh for result in report.results}
    assert "请向主管部门核实" in advice["编号有误"]
    assert "不说明证书不真实" in advice["未查询到"]


def test_what_changed_while_a_long_list_was_checked_is_not_called_in_force(
    world: World, numbers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.bulk_check._HELD_ROWS", 2)
    rows = [
        HEADINGS,
        (numbers["valid"], NAME, ""),
        (UNKNOWN, NAME, ""),
        (numbers["suspended"], NAME, ""),
        (numbers["valid"], "", DOCUMENT),
    ]
    with open_bulk_child() as child:
        table = parse_bulk(workbook(rows), "名单.xlsx", child)
    now = [NOW]
    verifier = world.verifier(clock=lambda: now[0])

    def show(done: int, total: int) -> None:
        if done == 2:  # a slow list: it is revoked after its first row was found in force
            now[0] += timedelta(minutes=8)
            world.change(numbers["valid"], AwardStatus.REVOKED)

    try:
        report = check_bulk(
            verifier, table, lambda: now[0], on_failed=lambda _: None, on_progress=show
        )
    finally:
        verifier.close()
    first, unknown, suspended, last = report.results
    assert (first.outcome, first.status) == (Outcome.NOT_CURRENT, Status.REVOKED)
    assert first.checked_at == report.finished_at
    assert "核验名单期间登记有变动" in first.reason.zh
    assert "登记有变动" not in suspended.reason.zh
    assert last.status is Status.REVOKED
    assert "与第 2 行相同" in last.reason.zh
    assert unknown.checked_at < report.finished_at
    assert (report.read_again, report.changed) == (1, 1)
    book = CalamineWorkbook.from_filelike(io.BytesIO(write_workbook(report, Language.ZH)))
    (said,) = (row[1] for row in book.get_sheet_by_name("汇总").to_python() if row[0] == "重新核验")
    assert "对先前查到登记的 1 行重新核验，其中 1 行登记有变动" in str(said)


def test_a_page_lists_rows_of_every_outcome_the_gravest_first(
    world: World, numbers: dict[str, str]
) -> None:
    rows = [HEADINGS, *[(UNKNOWN, "长" * 190, "")] * 5, (numbers["suspended"], NAME, "")]
    answer = page_answer(check(world, [*rows, (numbers["revoked"], NAME, "")]), 2)
    assert answer["off"] == 7
    assert [one["row"] for one in answer["shown"]] == [7, 8, 2, 3]
    assert answer["shown"][2]["name"] == "长" * 40 + "…"


def test_blank_rows_and_repeated_numbers_are_counted_on_the_page_and_in_the_workbook(
    world: World, numbers: dict[str, str]
) -> None:
    rows = [HEADINGS, (numbers["valid"], NAME, ""), (), (), (numbers["valid"], NAME)]
    report = check(world, [*rows, (numbers["revoked"], NAME), ()])
    answer = page_answer(report, 2)
    assert (answer["rows"], answer["blank"]) == (3, 2)
    assert answer["repeated"]["count"] == 2
    assert [one["row"] for one in answer["repeated"]["shown"]] == [2, 5]
    book = CalamineWorkbook.from_filelike(io.BytesIO(write_workbook(report, Language.ZH)))
    summary = {str(line[0]): line[1] for line in book.get_sheet_by_name("汇总").to_python()}
    assert (summary["空行（未计）"], summary["证书编号重复的行"]) == (2, 2)


def test_rows_without_headings_are_counted_from_the_first(
    world: World, numbers: dict[str, str]
) -> None:
    rows = [HEADINGS, (numbers["valid"], NAME, ""), (numbers["valid"], NAME, "")]
    sheet, program = check(world, rows), check(world, rows, headless=True)
    assert "证书编号与第 2 行相同" in sheet.results[1].reason.zh
    assert "证书编号与第 1 行相同" in program.results[1].reason.zh


def test_rows_that_do_not_match_are_answered_alike_and_show_nothing(
    world: World, numbers: dict[str, str]
) -> None:
    rows = [
        HEADINGS,
        (numbers["valid"], "王小明", ""),
        (numbers["revoked"], "王小明", ""),
        (UNKNOWN, "王小明", ""),
    ]
    report = check(world, rows)
    said = {(one.summary.zh, one.reason.zh, one.advice.zh) for one in report.results}
    assert len(said) == 1
    assert all(one.certificate is None for one in report.results)


def test_failed_rows_are_told_as_they_come_and_the_rest_is_not_asked(
    world: World, numbers: dict[str, str]
) -> None:
    class SpentError(Exception):
        pass

    seen: list[int] = []

    class Refusing(list[int]):
        def append(self, failed: int) -> None:
            seen.append(failed)
            raise SpentError

    rows = [HEADINGS, *[(UNKNOWN, NAME, "")] * 150]
    with pytest.raises(SpentError):
        check(world, rows, Refusing())
    assert seen == [100]


def test_a_status_on_a_day_is_told_for_every_row(world: World, numbers: dict[str, str]) -> None:
    rows = [HEADINGS, (numbers["valid"], NAME, "")]
    report = check(world, rows, on="2026-11-20")
    assert "2026-11-20" in report.results[0].reason.zh or "11月20日" in report.results[0].reason.zh
    with pytest.raises(UsageError):
        check(world, rows, on="2030-01-01")


def test_a_register_out_of_reach_is_neither_good_nor_bad_and_counts_for_nothing(
    world: World, numbers: dict[str, str]
) -> None:
    with transaction(world.engine) as session:
        session.connection().exec_driver_sql("DROP TABLE access")
    failed: list[int] = []
    report = check(world, [HEADINGS, (numbers["valid"], NAME, "")] * 1, failed)
    assert report.results[0].outcome is Outcome.INCONCLUSIVE
    assert failed == []


def test_the_workbook_gives_the_columns_back_untouched_beside_the_answer(
    world: World, numbers: dict[str, str]
) -> None:
    rows = [
        ("工号", "证书编号", "姓名", "备注"),
        ("007", numbers["valid"], NAME, "@SUM(1)"),
        ("008", UNKNOWN, NAME, "-2+3"),
    ]
    data = write_workbook(check(world, rows), Language.ZH)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    lines = book.get_sheet_by_name("核验结果").to_python()
    assert [line[:4] for line in lines] == [list(row) for row in rows]
    assert lines[0][4:8] == ["原行号", "核验结论", "登记状态", "原因"]
    assert [line[4] for line in lines[1:]] == [2, 3]  # sorted as numbers
    assert lines[1][5] == "✓ 核验一致，现行有效"
    assert lines[1][10:13] == ["三级/高级工", "保卫管理员", "天津市示例职业技能培训学校"]
    assert lines[2][5] == "○ 未查询到"
    assert lines[2][10:] == [""] * 5
    summary = {str(line[0]): line[1] for line in book.get_sheet_by_name("汇总").to_python()}
    assert summary["✓ 核验一致，现行有效"] == 1
    assert "信任列表" in str(summary["核验依据"])
    assert "本表不能说明的事项" in summary
    assert b"<f>" not in data


def test_rows_say_what_was_read_otherwise_and_which_row_asked_the_same(
    world: World, numbers: dict[str, str]
) -> None:
    typed = numbers["valid"][:1] + numbers["valid"][1:].replace("0", "O")
    spaced = f" {numbers['valid'].lower()} "
    report = check(world, [HEADINGS[:2], (typed, NAME), (numbers["revoked"], NAME), (spaced, NAME)])
    first, other, again = (one.reason.zh for one in report.results)
    assert "形近字符" in first and "证书编号与第 4 行相同。" in first
    assert report.repeated == {2, 4}
    assert "行相同" not in other
    assert "证书编号与第 2 行相同。" in again and "形近字符" not in again


def test_of_a_wrong_name_it_is_said_that_the_number_was_there_and_not_the_certificate(
    world: World, numbers: dict[str, str]
) -> None:
    rows = [HEADINGS[:2], (numbers["valid"], NAME), (numbers["valid"], "误写姓名")]
    right, wrong = check(world, rows).results
    assert "证书编号与第 3 行相同。" in right.reason.zh  # either may be the one at fault
    assert wrong.outcome is Outcome.NOT_FOUND
    assert wrong.reason.zh == "没有与所填各项都一致的登记。证书编号与第 2 行相同。"


def test_a_row_says_that_its_name_held_marks_nobody_sees(
    world: World, numbers: dict[str, str]
) -> None:
    hidden = f"{NAME[0]}\u200d{NAME[1:]}"
    report = check(world, [HEADINGS, (numbers["valid"], hidden, ""), (numbers["valid"], NAME, "")])
    said = ["姓名中含有不可见字符，已略去。" in one.reason.zh for one in report.results]
    assert said == [True, False]
    assert report.results[0].outcome is Outcome.VALID


def test_numbers_come_back_as_numbers(world: World, numbers: dict[str, str]) -> None:
    rows = [("序号", "证书编号", "姓名"), (7, numbers["valid"], NAME)]
    data = write_workbook(check(world, rows), Language.ZH)
    lines = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("核验结果")
    assert lines.to_python()[1][0] == 7.0


def test_csv_holds_nothing_that_a_spreadsheet_program_computes(
    world: World, numbers: dict[str, str]
) -> None:
    rows = [
        ("证书编号", "姓名", "备注"),
        (numbers["valid"], NAME, "@SUM(1)"),
        (UNKNOWN, NAME, "+1"),
    ]
    text = write_csv(check(world, rows), Language.EN).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert [line[2] for line in lines[1:]] == ["'@SUM(1)", "'+1"]
    assert lines[1][4] == "✓ Agrees with the register and is in force"


def test_json_names_rows_and_never_what_they_hold(world: World, numbers: dict[str, str]) -> None:
    report = check(world, [HEADINGS, (numbers["valid"], NAME, DOCUMENT), ("", NAME, "")])
    told = report_to_json(report, Language.ZH)
    assert told["counts"] == {"valid": 1, "not_asked": 1}
    assert told["results"][1]["error"] == {"code": "row_number_missing", "cell": "A3"}
    assert NAME not in str(told)
    assert DOCUMENT not in str(told)


@pytest.mark.parametrize("language", Language)
def test_the_empty_list_is_one_that_is_read(language: Language) -> None:
    with open_bulk_child() as child, pytest.raises(Exception, match="bulk_no_rows"):
        parse_bulk(write_bulk_template(language), "a.xlsx", child)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([Outcome.VALID], 0),
        ([Outcome.VALID, None], 2),
        ([Outcome.VALID, Outcome.INCONCLUSIVE], 2),
        ([Outcome.NOT_FOUND, Outcome.INCONCLUSIVE], 1),
        ([Outcome.VALID, Outcome.NOT_CURRENT], 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst_row(outcomes: list[Outcome | None], code: int) -> None:
    assert exit_code_of(outcomes) == code
