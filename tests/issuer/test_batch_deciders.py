"""Who may approve a batch: neither who submitted it nor who closed its scores."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.issuer.batch_desk import APPROVER, BOTH, CLERK, BatchDesk, plant_account
from tests.issuer.exam_desk import (
    Clock,
    begun,
    enter_eligibility,
    enter_scores,
    open_examining,
    plan,
    put_up,
)


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    """The desks of a body that skips no step."""
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def test_who_closed_the_scores_does_not_approve(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = begun(desk, tmp_path, pictured=True)
    enter_eligibility(desk, draft)
    plan(desk, draft)
    enter_scores(desk, draft)
    assert desk.post(f"/batches/{draft}/scores/close", BOTH).status_code == 303
    put_up(desk, draft, clock)
    clock.now += timedelta(days=9)
    desk.submit(draft)
    for path in ("", "/review"):
        assert "本机构现在没有可以批准的人" in desk.get(f"/batches/{draft}{path}", BOTH).text
    for person in (CLERK, APPROVER, BOTH):
        plant_account(desk, person)
    for path in ("", "/review"):
        page = desk.get(f"/batches/{draft}{path}", BOTH).text
        assert "可以批准的人：李审批。" in page and "成绩由您确认" in page, path
        assert f"/batches/{draft}/approve" not in page, path
    assert "个批次待审批" not in desk.get("/", BOTH).text
    desk.see_samples(draft, BOTH)
    refused = desk.post(f"/batches/{draft}/approve", BOTH, seen="yes", shown=desk.shown(draft))
    assert refused.status_code == 409 and "本批次的成绩由您确认" in refused.text
    assert desk.approve(draft).status_code == 303
