"""What is entered into a batch is on the audit trail, by whom, and without a word of anybody."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import select

from codes.levels import Level
from issuer.columns import Column
from registry.session import reading
from registry.trail_models import TrailEntry
from tests.issuer.batch_desk import CLERK, BatchDesk, photos_zip, roster_of
from tests.issuer.desks import PREFIX, people
from tests.issuer.exam_desk import Clock, begun, enter_eligibility, open_examining

_ENTERED = (
    "batch.begun",
    "batch.delete",
    "batch.eligibility_entered",
    "batch.photos_dropped",
    "batch.photos_taken_in",
    "batch.roster",
    "batch.rows_corrected",
)


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def entered(desk: BatchDesk) -> list[tuple[str, str]]:
    """Return what the trail says was entered, each with its batch's name left away."""
    with reading(desk.room.register) as session:
        rows = session.scalars(select(TrailEntry).order_by(TrailEntry.id)).all()
    own = [one for one in rows if one.act.removesuffix(".failed") in _ENTERED]
    assert {one.actor for one in own} <= {CLERK.name}
    return [(one.act, one.subject.removeprefix(f"{PREFIX} 一").strip()) for one in own]


def test_what_a_clerk_enters_is_noted_without_a_word_of_the_people(
    desk: BatchDesk, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 2)
    wrong = roster_of(tmp_path, persons, {2: {Column.SEX: "不明"}})
    draft = desk.begin(wrong)
    at = f"/batches/{draft}"
    desk.post(f"{at}/roster", roster=(io.BytesIO(wrong), "名册.xlsx"))
    desk.post(f"{at}/rows", CLERK, **{"cell-3-SEX": persons[1].sex.zh})
    desk.post(f"{at}/rows", CLERK, **{"cell-3-SEX": persons[1].sex.zh})  # as it stands already
    desk.post(f"{at}/rows/2", NAME=persons[0].name)
    desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    desk.post(f"{at}/photos/drop", sure="yes")
    enter_eligibility(desk, draft)
    desk.post(f"{at}/eligibility/2", condition="3-1", years="3", evidence="单位证明")
    desk.post(f"{at}/delete")  # not ticked
    desk.post(f"{at}/delete", sure="yes", ground="重复建立")

    assert entered(desk) == [
        ("batch.begun", "2"),
        ("batch.roster", "2"),
        ("batch.rows_corrected", "1"),
        ("batch.rows_corrected", "row 2"),
        ("batch.photos_taken_in", "2"),
        ("batch.photos_dropped", ""),
        ("batch.eligibility_entered", "2"),
        ("batch.eligibility_entered", "row 2"),
        ("batch.delete", "2"),
    ]


def test_a_batch_that_is_not_deleted_is_not_noted_as_that(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path, 2, pictured=True)
    with desk.room.desks.begin() as connection:
        connection.exec_driver_sql("UPDATE batch_drafts SET state = 'submitted'")
    answer = desk.post(f"/batches/{draft}/delete", sure="yes", ground="重复建立")
    assert answer.status_code == 409
    assert [one for one in entered(desk) if one[0].startswith("batch.delete")] == []
