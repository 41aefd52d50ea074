"""An approval holds for what the approver was shown: what changed since is named."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.person import Person
from issuer.batch_states import DraftState
from issuer.body_settings import SKIPPED, Step, confirm, settle
from issuer.desk import shanghai_day
from tests.issuer.batch_desk import APPROVER, CLERK, SECOND_APPROVER, BatchDesk
from tests.issuer.desks import PREFIX
from tests.issuer.exam_desk import (
    Clock,
    open_examining,
    revision,
    state_of,
    to_notice,
)


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def test_a_batch_changed_since_it_was_looked_at_is_not_approved(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = submitted(desk, tmp_path, clock)
    shown = seen_by(desk, draft, APPROVER)
    with_same = revision(desk, draft)
    desk.post(f"/batches/{draft}/take-back", revision=with_same)
    changed = {"condition": "3-1", "years": "9", "evidence": "另一份证明"}
    assert desk.post(f"/batches/{draft}/eligibility/2", CLERK, **changed).status_code == 303
    bank = {"bank": "另一题库", "version": "2.0"}
    assert desk.post(f"/batches/{draft}/plan", CLERK, **bank).status_code == 303
    assert desk.submit(draft).status_code == 303
    late = approve(desk, draft, APPROVER, shown)
    assert late.status_code == 422
    assert "有变动：申报条件、考核计划、批次已重新提交；未批准" in late.text
    assert state_of(desk, draft) is DraftState.SUBMITTED
    unseen = approve(desk, draft, APPROVER, desk.shown(draft))
    assert unseen.status_code == 422 and "样张没有显示出来" in unseen.text
    old_return = {"revision": with_same, "reason": "旧页"}
    assert desk.post(f"/batches/{draft}/return", APPROVER, **old_return).status_code == 409
    assert desk.approve(draft).status_code == 303


def test_a_setting_confirmed_since_is_named(desk: BatchDesk, tmp_path: Path, clock: Clock) -> None:
    draft = submitted(desk, tmp_path, clock)
    shown = seen_by(desk, draft, APPROVER)
    skip = {"name": Step.PLAN.setting, "value": SKIPPED, "ground": "另有考务系统"}
    settle(desk.room, APPROVER, prefix=PREFIX, **skip)
    assert desk.shown(draft) == shown  # it does not hold before another confirms it
    confirm(desk.room, SECOND_APPROVER, PREFIX, 1)
    late = approve(desk, draft, APPROVER, shown)
    assert late.status_code == 422 and "有变动：机构设置；未批准" in late.text


def test_an_objection_settled_since_is_named(desk: BatchDesk, tmp_path: Path, clock: Clock) -> None:
    draft = submitted(desk, tmp_path, clock)
    shown = seen_by(desk, draft, APPROVER)
    day = shanghai_day(clock.now).isoformat()
    desk.post(f"/batches/{draft}/objections", received=day, sender="匿名", text="替考")
    settled = {"outcome": "dismissed", "answer": "查无实据", "row": ""}
    assert desk.post(f"/batches/{draft}/objections/1", CLERK, **settled).status_code == 303
    late = approve(desk, draft, APPROVER, shown)
    assert late.status_code == 422 and "有变动：结果公示和异议；未批准" in late.text


@pytest.mark.parametrize("shown", ["", "1", "-" * 8, "<b>"])
def test_a_form_that_carries_nothing_of_the_kind_approves_nothing(
    desk: BatchDesk, tmp_path: Path, clock: Clock, shown: str
) -> None:
    draft = submitted(desk, tmp_path, clock)
    desk.see_samples(draft)
    assert approve(desk, draft, APPROVER, shown).status_code in (409, 422)
    assert state_of(desk, draft) is DraftState.SUBMITTED


def submitted(desk: BatchDesk, folder: Path, clock: Clock) -> int:
    """Return a batch that waits for approval after its whole examination."""
    draft = to_notice(desk, folder, clock)
    clock.now += timedelta(days=9)
    assert desk.submit(draft).status_code == 303
    return draft


def seen_by(desk: BatchDesk, draft: int, person: Person) -> str:
    """Have somebody see the samples; return what their form carries."""
    desk.see_samples(draft, person)
    return desk.shown(draft)


def approve(desk: BatchDesk, draft: int, person: Person, shown: str) -> Any:
    """Send the form of an approval."""
    return desk.post(f"/batches/{draft}/approve", person, seen="yes", shown=shown)
