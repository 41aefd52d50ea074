"""Scores at the evaluators' desk: what is odd about them, and resits."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from codes.levels import Level
from issuer.columns import Column
from tests.issuer.batch_desk import (
    APPROVER,
    CLERK,
    EXAMINER,
    BatchDesk,
    roster_of,
)
from tests.issuer.desks import people
from tests.issuer.exam_desk import (
    Clock,
    begun,
    enter_eligibility,
    enter_scores,
    filled,
    open_examining,
    plan,
    put_up,
    rows_of,
)


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def test_odd_scores_are_shown_and_looked_at_before_closing(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    enter_eligibility(desk, draft)
    plan(desk, draft)
    sheet = desk.download(f"/batches/{draft}/scores.xlsx")
    marks = {"理论成绩": "80", "技能成绩": "70"}
    sent = filled(sheet, marks, {"技能成绩": "100"})
    desk.post(f"/batches/{draft}/scores/sheet", EXAMINER, sheet=sent)
    changed = {"mark-3-theory-1": "81", "mark-4-theory-1": "10.55"}
    wrong = desk.post(f"/batches/{draft}/scores", CLERK, **changed)
    assert wrong.status_code == 422 and "至多一位小数" in wrong.text and 'value="81"' in wrong.text
    name = people(Level.THREE, 3)[2].name
    cell = f'<a href="#cell-4-3">第 4 行 {name} “理论成绩”：应为'
    assert cell in wrong.text and 'class="bad" id="cell-4-3"' in wrong.text
    assert 'aria-describedby="cell-4-3-why" aria-invalid="true"' in wrong.text
    assert "都还没有保存" in wrong.text and wrong.text.count('aria-invalid="true"') == 1
    nowhere = desk.post(f"/batches/{draft}/scores", CLERK, **{"mark-3-review-1": "81"})
    assert nowhere.status_code == 422 and "本级别没有这一项" in nowhere.text
    page = desk.get(f"/batches/{draft}/scores").text
    assert "4 人成绩全部为 80 分" in page and "与多数人（中位数 70）相差较大" in page
    desk.post(f"/batches/{draft}/scores", CLERK, **{"mark-3-theory-1": "81"})
    assert "录入后改动：80 → 81（王经办）" in desk.get(f"/batches/{draft}/scores").text
    other = replace(CLERK, account_id=7, name="何经办")
    unseen = desk.post(f"/batches/{draft}/scores/close", other)
    assert unseen.status_code == 422 and "勾选" in unseen.text
    assert '<a href="#seen">' in unseen.text and 'id="seen"' in unseen.text
    own = desk.post(f"/batches/{draft}/scores/close", seen="yes")
    assert own.status_code == 422 and "第 3 行等 1 人的成绩由您录入" in own.text
    assert "#seen" not in own.text
    assert desk.post(f"/batches/{draft}/scores/close", other, seen="yes").status_code == 303
    late = desk.post(f"/batches/{draft}/scores", CLERK, **{"mark-3-theory-1": "90"})
    assert late.status_code == 422 and "成绩已确认" in late.text


def test_namesakes_are_told_apart_by_the_end_of_their_document_numbers(
    desk: BatchDesk, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 3)
    same = {1: {Column.NAME: "王丽华"}, 3: {Column.NAME: "王丽华"}}
    draft = desk.begin(roster_of(tmp_path, persons, same))
    at = f"/batches/{draft}"
    ends = [one.document_number[-4:] for one in persons]
    for path, person in (("eligibility", CLERK), ("scores", EXAMINER)):
        page = desk.get(f"{at}/{path}", person).text
        assert re.findall(r"王丽华（尾号 (\w{4})）", page) == [ends[0], ends[2]], path
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(desk.download(f"{at}/{path}.xlsx")))
        cells = [str(row[2]) for row in sheet.get_sheet_by_index(0).to_python()[1:]]
        other = persons[1].document_number[:3] + "*" * 15
        assert cells == ["*" * 14 + ends[0], other, "*" * 14 + ends[2]]


def test_what_is_wrong_alike_in_many_lines_of_a_sheet_is_said_once(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path)
    sheet, path = desk.download(f"/batches/{draft}/scores.xlsx"), f"/batches/{draft}/scores/sheet"
    wrong = filled(sheet, {"理论成绩": "一百", "技能成绩": "70"}, {"技能成绩": "多"})
    refused = desk.post(path, EXAMINER, sheet=wrong)
    assert refused.status_code == 422 and "有 5 处需要补充或改正" in refused.text
    said = "第 2、3、4 行等 4 行“理论成绩”：应为"
    assert refused.text.count(said) == 2  # in the list, and beside the file
    assert refused.text.count("“技能成绩”：应为") == 2


def test_the_sheet_has_the_columns_of_its_levels_alone(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    sheet = io.BytesIO(desk.download(f"/batches/{draft}/scores.xlsx"))
    head = CalamineWorkbook.from_filelike(sheet).get_sheet_by_index(0).to_python()[0]
    marks = ["理论成绩", "技能成绩", "理论补考", "技能补考"]
    assert head == ["名册行号", "姓名", "证件号码（部分隐去）", "级别", *marks]


def test_marks_before_the_day_of_the_sitting_are_odd(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    enter_eligibility(desk, draft)
    plan(desk, draft, day="2199-12-05")
    enter_scores(desk, draft)
    scores = f"/batches/{draft}/scores"
    assert "还没有考，已录入 4 人的成绩" in desk.get(scores).text
    assert desk.post(f"{scores}/close").status_code == 422


def test_a_resit_that_was_not_planned_is_odd(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    enter_eligibility(desk, draft)
    plan(desk, draft)
    enter_scores(desk, draft)
    scores, said = f"/batches/{draft}/scores", "技能考核录入了补考成绩，考试安排中没有补考场次"
    assert "没有补考场次" not in desk.get(scores).text
    assert desk.post(scores, CLERK, **{"mark-4-skills-2": "70"}).status_code == 303
    assert said in desk.get(scores).text
    assert desk.post(f"{scores}/close").status_code == 422
    resit = {"part": "skills", "day": "2026-12-06", "begins": "13:00", "ends": "16:00"}
    seats = {"room": "一号考场", "seats": "30", "candidates": "1", "examiners": "丙、丁、戊"}
    assert desk.post(f"/batches/{draft}/plan/sittings", CLERK, **resit, **seats).status_code == 303
    assert "没有补考场次" not in desk.get(scores).text


def test_an_unplanned_resit_stays_odd_once_others_dropped_out(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = begun(desk, tmp_path, pictured=True)
    enter_eligibility(desk, draft)
    plan(desk, draft)
    enter_scores(desk, draft)
    scores, said = f"/batches/{draft}/scores", "没有补考场次"
    desk.post(scores, CLERK, **{"mark-4-skills-2": "70"})
    other = replace(CLERK, account_id=7, name="何经办")
    assert desk.post(f"{scores}/close", other, seen="yes").status_code == 303
    assert rows_of(desk, draft) == [2, 3, 4] and said in desk.get(scores).text
    put_up(desk, draft, clock)
    clock.now += timedelta(days=9)
    desk.submit(draft)
    assert said in desk.get(f"/batches/{draft}/review", APPROVER).text


def test_a_first_mark_and_its_resit_may_come_together(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path, 2)
    sheet = desk.download(f"/batches/{draft}/scores.xlsx")
    both = filled(sheet, {}, {"理论成绩": "40", "理论补考": "70"})
    assert desk.post(f"/batches/{draft}/scores/sheet", EXAMINER, sheet=both).status_code == 303
    marks = {"mark-3-skills-1": "50", "mark-3-skills-2": "66", "mark-3-theory-2": "66"}
    alone = desk.post(f"/batches/{draft}/scores", EXAMINER, **marks)
    assert alone.status_code == 422 and alone.text.count("先录入首次成绩") == 2  # list and cell
    marks["mark-3-theory-1"] = "59"
    assert desk.post(f"/batches/{draft}/scores", EXAMINER, **marks).status_code == 303


def test_who_is_taken_out_after_marks_were_entered_stays_known_with_the_reason(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path)
    enter_eligibility(desk, draft)
    plan(desk, draft)
    enter_scores(desk, draft)
    row = f"/batches/{draft}/rows/3"
    assert "移出的原因" in desk.get(row).text
    asked = desk.post(f"{row}/drop", sure="yes")
    assert asked.status_code == 422 and "请选择移出的原因" in asked.text
    assert rows_of(desk, draft) == [2, 3, 4, 5]
    assert desk.post(f"{row}/drop", sure="yes", why="gave_up").status_code == 303
    name, said = people(Level.THREE, 2)[1].name, "本人放弃，已移出"
    assert f"1 人：{name}（{said}）" in desk.get(f"/batches/{draft}").text
    desk.post(f"/batches/{draft}/scores/close")
    for path, who in (("scores", CLERK), ("review", APPROVER)):
        assert f"第 3 行 {name}：{said}" in desk.get(f"/batches/{draft}/{path}", who).text
    assert f"4 人：合格 1、不合格 1、缺考 1、{said} 1" in desk.get(f"/batches/{draft}").text
    desk.post(f"/batches/{draft}/scores/reopen", sure="yes")
    assert rows_of(desk, draft) == [2, 4, 5]
