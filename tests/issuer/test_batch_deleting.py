"""A batch is deleted with a ground, by two persons once marks are on record, and leaves a trace."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from accounts.person import Person
from codes.levels import Level
from issuer.batch_states import DraftState
from issuer.fsck.run import fsck
from registry.batch_models import BatchDraft, BatchPhoto, BatchRow
from registry.exam_models import BatchCandidate, BatchCourse
from registry.session import reading
from registry.trail_models import TrailEntry
from tests.issuer.authority_desk import AUDITOR
from tests.issuer.batch_desk import APPROVER, BOTH, CLERK, FOREIGN, BatchDesk, roster_of
from tests.issuer.desks import PREFIX, people
from tests.issuer.exam_desk import (
    Clock,
    begun,
    enter_eligibility,
    enter_scores,
    open_examining,
    plan,
    state_of,
    to_notice,
)

GROUND = "名册重复建立"


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def ask(desk: BatchDesk, draft: int, person: Person = CLERK) -> Any:
    return desk.post(f"/batches/{draft}/delete", person, sure="yes", ground=GROUND)


def noted(desk: BatchDesk) -> list[tuple[str, str, str, str]]:
    with reading(desk.room.register) as session:
        rows = session.scalars(select(TrailEntry).order_by(TrailEntry.id)).all()
    return [
        (one.actor, one.act, one.subject.removeprefix(f"{PREFIX} "), one.ground)
        for one in rows
        if one.act.startswith("batch.delete")
    ]


def test_a_batch_without_marks_is_deleted_with_a_ground_and_leaves_who_when_and_why(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, 2, pictured=True)
    enter_eligibility(desk, draft)
    at = f"/batches/{draft}/delete"
    for sure, ground in (("yes", ""), ("", "重复"), ("yes", "x" * 301)):
        refused = desk.post(at, CLERK, sure=sure, ground=ground)
        assert refused.status_code == 422 and ground in refused.text
    numbered = desk.post(at, sure="yes", ground="110101199001010018 重复")
    assert numbered.status_code == 422 and "不要写证件号码" in numbered.text
    assert noted(desk) == []
    done = ask(desk, draft)
    assert done.status_code == 303 and done.location == "/batches"
    assert noted(desk) == [(CLERK.name, "batch.delete", "一 2", GROUND)]
    left = desk.get(f"/batches/{draft}").text
    assert all(one in left for one in ("本批次已删除", CLERK.name, GROUND))
    assert "共 2 人" in desk.get("/trail", AUDITOR).text
    with reading(desk.room.desks) as session:
        for table in (BatchRow, BatchPhoto, BatchCandidate, BatchCourse):
            assert session.scalars(select(table)).all() == []
        assert session.get_one(BatchDraft, draft).key_sealed is None
    room = desk.room
    faults = fsck(room.home, room.register, room.vault)
    assert [one for one in faults if one.table == "batch_drafts"] == []


def test_neither_number_nor_name_of_a_deleted_batch_is_used_again(
    desk: BatchDesk, tmp_path: Path
) -> None:
    first = desk.get("/batches/new").text.partition('name="name" value="')[2].partition('"')[0]
    draft = begun(desk, tmp_path, 2, name=first)
    assert ask(desk, draft).status_code == 303
    assert f'value="{first}"' not in desk.get("/batches/new").text
    roster = roster_of(tmp_path, people(Level.THREE, 2))
    again = desk.post("/batches", name=first, roster=(io.BytesIO(roster), "名册.xlsx"))
    assert again.status_code == 422 and "含已删除的" in again.text
    assert begun(desk, tmp_path, 2, name="又一批") == draft + 1
    assert first not in desk.get("/batches").text
    assert first in desk.get("/batches?state=deleted").text
    for path in ("/rows", "/photos", "/scores", "/notice", "/upload"):
        assert desk.get(f"/batches/{draft}{path}").status_code == 404, path
    assert desk.get(f"/batches/{draft}", FOREIGN).status_code == 404
    assert ask(desk, draft).status_code == 404


def test_a_batch_with_marks_is_deleted_by_two_persons(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    enter_eligibility(desk, draft)
    plan(desk, draft)
    enter_scores(desk, draft)
    at = f"/batches/{draft}/delete"
    assert ask(desk, draft, BOTH).location == f"/batches/{draft}"
    assert state_of(desk, draft) is DraftState.PREPARING
    assert ask(desk, draft).status_code == 409
    assert "/delete/confirm" not in desk.get(f"/batches/{draft}", BOTH).text
    own = desk.post(f"{at}/confirm", BOTH, sure="yes")
    assert own.status_code == 409 and "须由另一名审批人确认" in own.text
    assert desk.post(f"{at}/confirm", CLERK, sure="yes").status_code == 403
    assert "个批次待确认删除" in desk.get("/", APPROVER).text
    assert "个批次待确认删除" not in desk.get("/", BOTH).text
    page = desk.get(f"/batches/{draft}", APPROVER).text
    assert "待确认删除" in page and GROUND in page and BOTH.name in page
    assert desk.post(f"{at}/confirm", APPROVER).status_code == 422
    assert desk.post(f"{at}/drop", APPROVER).status_code == 303
    assert desk.post(f"{at}/confirm", APPROVER, sure="yes").status_code == 409
    assert ask(desk, draft).status_code == 303
    assert desk.post(f"{at}/drop", CLERK).status_code == 303
    assert ask(desk, draft).status_code == 303
    assert desk.post(f"{at}/confirm", APPROVER, sure="yes").status_code == 303
    assert state_of(desk, draft) is DraftState.DELETED
    assert [one[:3] for one in noted(desk) if not one[1].endswith(".failed")] == [
        (BOTH.name, "batch.delete_asked", "一 4"),
        (APPROVER.name, "batch.delete_declined", "一 4"),
        (CLERK.name, "batch.delete_asked", "一 4"),
        (CLERK.name, "batch.delete_taken_back", "一 4"),
        (CLERK.name, "batch.delete_asked", "一 4"),
        (APPROVER.name, "batch.delete", "一 4"),
    ]
    assert noted(desk)[-1][3] == GROUND


def test_who_did_not_pass_counts_among_the_people_of_a_deleted_batch(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = to_notice(desk, tmp_path, clock)
    ask(desk, draft)
    assert noted(desk)[-1][1:3] == ("batch.delete_asked", "一 4")
