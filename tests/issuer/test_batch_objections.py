"""Objections to a batch's notice: whom one leaves out, what is posted then, and a wrong outcome."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from accounts.spoken import spoken_day
from codes.levels import Level
from issuer.desk import shanghai_day
from registry.session import reading
from registry.trail_models import TrailEntry
from tests.accounts.desk_app import working_as
from tests.issuer.batch_desk import APPROVER, CLERK, BatchDesk
from tests.issuer.desks import people
from tests.issuer.exam_desk import Clock, open_examining, revision, rows_of, to_notice

SECOND_CLERK = replace(CLERK, account_id=21, name="何经办")
FIRST, SECOND = people(Level.THREE, 2)
UPHELD = {"outcome": "upheld", "answer": "经查属实"}


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


@pytest.fixture
def draft(desk: BatchDesk, tmp_path: Path, clock: Clock) -> int:
    """A batch whose notice begins tomorrow; an objection was received today."""
    made = to_notice(desk, tmp_path, clock)
    day = shanghai_day(clock.now).isoformat()
    noted = desk.post(f"/batches/{made}/objections", received=day, sender="匿名", text="替考")
    assert noted.status_code == 303
    return made


def settle(desk: BatchDesk, draft: int, **data: str) -> tuple[int, str]:
    """Settle the objection; return status and page."""
    answer = desk.post(f"/batches/{draft}/objections/1", CLERK, **{**UPHELD, **data})
    return answer.status_code, answer.text


def test_whom_an_objection_leaves_out_is_chosen_by_name_and_ticked(
    desk: BatchDesk, draft: int
) -> None:
    page = desk.get(f"/batches/{draft}/notice").text
    assert f'<option value="3">第 3 行 {SECOND.name}</option>' in page
    status, page = settle(desk, draft, row="3")
    assert status == 422 and f"将移出第 3 行 {SECOND.name}，请核对后勾选确认" in page
    assert rows_of(desk, draft) == [2, 3]
    status, page = settle(desk, draft, row="3", outcome="dismissed", sure="yes")
    assert status == 422 and "异议不成立的，不移出人员" in page
    status, page = settle(desk, draft, row="9", sure="yes")
    assert status == 422 and "名册没有这一行，请从列表中选择" in page
    assert settle(desk, draft, row="3", sure="yes")[0] == 303
    assert rows_of(desk, draft) == [2]
    assert f"已移出第 3 行 {SECOND.name}" in desk.get(f"/batches/{draft}/notice").text


def test_the_page_to_post_is_the_corrected_list(desk: BatchDesk, draft: int, clock: Clock) -> None:
    before = desk.get(f"/batches/{draft}/notice/print").text
    assert FIRST.name in before and SECOND.name in before and "下列 2 人" in before
    settle(desk, draft, row="3", sure="yes")
    printed = desk.get(f"/batches/{draft}/notice/print").text
    assert FIRST.name in printed and SECOND.name not in printed and "下列 1 人" in printed
    assert "更正后" not in printed  # nothing was up yet
    page = desk.get(f"/batches/{draft}/notice").text
    assert "公示页已是更正后的名单" in page and "原列 2 人，其后移出 1 人" in page
    clock.now += timedelta(days=2)
    assert "请换成更正后的公示页" in desk.get(f"/batches/{draft}/notice").text


def test_a_list_corrected_while_it_is_up_says_so(desk: BatchDesk, draft: int, clock: Clock) -> None:
    clock.now += timedelta(days=2)
    settle(desk, draft, row="3", sure="yes")
    printed = desk.get(f"/batches/{draft}/notice/print").text
    assert "本名单为公示期间更正后的名单" in printed and SECOND.name not in printed


def test_a_wrong_outcome_is_taken_back_by_who_recorded_it(
    desk: BatchDesk, draft: int, clock: Clock
) -> None:
    settle(desk, draft, row="3", sure="yes")
    back = f"/batches/{draft}/objections/1/take-back"
    assert back not in desk.get(f"/batches/{draft}/notice", SECOND_CLERK).text
    other = desk.post(back, SECOND_CLERK, sure="yes")
    assert other.status_code == 409 and "须由本人撤回" in other.text
    assert desk.post(back).status_code == 422 and rows_of(desk, draft) == [2]
    assert desk.post(back, sure="yes").status_code == 303
    assert rows_of(desk, draft) == [2, 3]
    page = desk.get(f"/batches/{draft}/notice").text
    assert f"成立，经查属实；移出第 3 行 {SECOND.name}。记录有误，已撤回" in page
    assert SECOND.name in desk.get(f"/batches/{draft}/notice/print").text
    assert "1 件异议尚未处理" in desk.get(f"/batches/{draft}").text
    assert desk.post(back, sure="yes").status_code == 409  # nothing to take back
    assert settle(desk, draft, row="2", sure="yes")[0] == 303
    assert rows_of(desk, draft) == [3]
    with reading(desk.room.register) as session:
        acts = session.scalars(select(TrailEntry.act)).all()
    assert acts.count("batch.objection_taken_back") == 3


def test_an_approver_sees_the_objections_and_the_batch_is_taken_back_before_an_outcome(
    desk: BatchDesk, draft: int, clock: Clock
) -> None:
    settle(desk, draft, row="3", sure="yes")
    clock.now += timedelta(days=9)
    assert desk.submit(draft).status_code == 303
    review = desk.get(f"/batches/{draft}/review", APPROVER).text
    assert "公示期间的异议" in review and f"已移出第 3 行 {SECOND.name}" in review
    assert "经查属实" in review and f'href="/batches/{draft}/notice"' in review
    back = f"/batches/{draft}/objections/1/take-back"
    assert desk.post(back, sure="yes").status_code == 409
    assert rows_of(desk, draft) == [2]
    desk.post(f"/batches/{draft}/take-back", revision=revision(desk, draft))
    assert desk.post(back, sure="yes").status_code == 303
    assert rows_of(desk, draft) == [2, 3]


def test_what_is_missing_of_an_objection_is_named_and_nothing_else_opens(
    desk: BatchDesk, draft: int, clock: Clock
) -> None:
    tomorrow = (shanghai_day(clock.now) + timedelta(days=1)).isoformat()
    path = f"/batches/{draft}/objections"
    empty = desk.post(path, received=tomorrow, sender="", text="")
    assert empty.status_code == 422
    for said in ("提出人：请填写", "异议内容：请填写", "收到日期：不能晚于今天"):
        assert said in empty.text, said
    assert not re.search(r'<details class="more" open><summary>重新公示', empty.text)
    long = desk.post(path, received=tomorrow, sender="长" * 101, text="有")
    assert "提出人：最多 100 字，现有 101 字" in long.text


def test_a_day_outside_the_notice_is_remarked_on(desk: BatchDesk, draft: int, clock: Clock) -> None:
    assert "收到日期在公示首日之前" in desk.get(f"/batches/{draft}/notice").text


def test_a_notice_that_was_put_up_says_its_days(desk: BatchDesk, draft: int, clock: Clock) -> None:
    first = shanghai_day(clock.now) + timedelta(days=1)
    data = {"first": first.isoformat(), "last": (first + timedelta(days=8)).isoformat()}
    with working_as(desk.app, CLERK) as client:
        said = client.post(f"/batches/{draft}/notice", data=data, follow_redirects=True).text
    assert f"公示已发起，自{spoken_day(first).zh}至" in said
