"""Of another body's examination nothing is there, and nothing of its candidates lies open."""

from __future__ import annotations

from pathlib import Path

import pytest

from codes.levels import Level
from tests.issuer.batch_desk import FOREIGN, BatchDesk
from tests.issuer.desks import people
from tests.issuer.exam_desk import Clock, begun, open_examining, to_notice


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def test_another_bodys_examination_is_not_there(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path, 1)
    shown = ("eligibility", "eligibility/2", "eligibility.xlsx", "plan", "scores", "scores.xlsx")
    for path in (*shown, "left-out.xlsx", "notice", "notice/print", "upload"):
        assert desk.get(f"/batches/{draft}/{path}", FOREIGN).status_code == 404, path
    acts: tuple[str, ...] = (
        "eligibility",
        "eligibility/2",
        "plan",
        "plan/sittings",
        "plan/sittings/0/drop",
    )
    acts += ("scores", "scores/sheet", "scores/close", "scores/reopen", "notice", "objections")
    for path in (*acts, "objections/1", "upload", "upload/package.zip"):
        assert desk.post(f"/batches/{draft}/{path}", FOREIGN).status_code == 404, path


def test_what_is_kept_of_candidates_does_not_lie_open(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    to_notice(desk, tmp_path, clock)
    person = people(Level.THREE, 1)[0]
    for file in desk.room.home.path.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            for words in (person.document_number, person.name, "单位证明", "公安部题库"):
                assert words.encode() not in data, (file, words)
