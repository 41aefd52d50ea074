"""What a public notice of results shows, and what makes it void."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from codes.documents import mask_apart
from codes.levels import Level
from issuer.desk import shanghai_day
from tests.accounts.desk_app import working_as
from tests.issuer.batch_desk import (
    APPROVER,
    CLERK,
    BatchDesk,
)
from tests.issuer.desks import people
from tests.issuer.exam_desk import (
    LEFT_OUT_ROWS,
    Clock,
    open_examining,
    put_up,
    revision,
    rows_of,
    to_notice,
)


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def test_namesakes_on_a_notice_are_told_apart(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = to_notice(desk, tmp_path, clock)
    first, second = people(Level.THREE, 2)
    desk.post(f"/batches/{draft}/rows/3", NAME=first.name)
    put_up(desk, draft, clock)
    page = desk.get(f"/batches/{draft}/notice/print").text
    shown = mask_apart([first.document_number, second.document_number])
    assert shown[0] != shown[1] and all(one in page for one in shown)


def test_a_changed_name_is_put_up_again_and_an_objection_stops_approval(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = to_notice(desk, tmp_path, clock)
    clock.now += timedelta(days=9)
    desk.submit(draft)
    day = shanghai_day(clock.now).isoformat()
    noted = desk.post(
        f"/batches/{draft}/objections", received=day, sender="匿名", text="<b>替考</b>"
    )
    assert noted.status_code == 303
    assert "&lt;b&gt;替考" in desk.get(f"/batches/{draft}/notice").text
    refused = desk.approve(draft)
    assert refused.status_code == 409 and "异议" in refused.text
    seen = revision(desk, draft)
    desk.post(f"/batches/{draft}/return", APPROVER, revision=seen, reason="有异议")
    kept = desk.post(f"/batches/{draft}/delete", sure="yes", ground="重复")
    assert kept.status_code == 409 and "1 件异议尚未处理" in kept.text
    settled = {"outcome": "upheld", "answer": "经查属实", "row": "3", "sure": "yes"}
    assert desk.post(f"/batches/{draft}/objections/1", CLERK, **settled).status_code == 303
    assert rows_of(desk, draft) == [2]
    assert desk.post(f"/batches/{draft}/objections/1", CLERK, **settled).status_code == 404
    void = "第 2 行在公示后有变动，须重新公示"
    with working_as(desk.app, CLERK) as client:
        client.post(f"/batches/{draft}/rows/2", data={"NAME": "改名某"})
        assert f"改动已保存；{void}" in client.get(f"/batches/{draft}/rows").text
    assert "须重新公示" in desk.get(f"/batches/{draft}").text
    page = desk.get(f"/batches/{draft}/notice").text
    assert f"{void}。公示页仍是改动以前" in page and "<dd>须重新公示</dd>" in page
    printed = desk.get(f"/batches/{draft}/notice/print").text
    assert "本页已经作废" in printed and 'id="print"' not in printed
    short = {"first": (shanghai_day(clock.now) + timedelta(days=2)).isoformat()}
    answer = desk.post(f"/batches/{draft}/notice", CLERK, **short, last=short["first"])
    assert answer.status_code == 422 and "个工作日" in answer.text
    put_up(desk, draft, clock)
    assert "公示尚未开始" in desk.get(f"/batches/{draft}").text
    assert "本页已经作废" not in desk.get(f"/batches/{draft}/notice/print").text
    desk.post(f"/batches/{draft}/scores/reopen", sure="yes")
    assert rows_of(desk, draft) == [2, *LEFT_OUT_ROWS]  # all but who was objected to
