"""What an inspection asks for of an issued batch: plan, eligibility, scores, notice."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, select

from codes.levels import Level
from issuer.kept_exams import EXAM_KEPT
from registry.exam_models import BatchExamKept
from registry.session import transaction
from tests.issuer.batch_desk import APPROVER, CLERK, EXAMINER, FOREIGN, BatchDesk
from tests.issuer.desks import people
from tests.issuer.exam_desk import Clock, issued, open_examining


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def test_the_examination_of_an_issued_batch_stays_to_be_read_and_downloaded(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = issued(desk, tmp_path, clock)
    person = people(Level.THREE, 1)[0]
    masked = f"{person.name[0]}＊"
    for path in ("", "/upload"):
        shown = desk.get(f"/batches/{draft}{path}").text
        assert masked in shown and person.name not in shown and "没有合格照片" not in shown
    overview = desk.get(f"/batches/{draft}").text
    for path in ("plan", "eligibility", "notice", "files/examination.xlsx"):
        assert f"/batches/{draft}/{path}" in overview, path
    for who in (CLERK, APPROVER, EXAMINER):
        shown = desk.get(f"/batches/{draft}/plan", who).text
        assert "公安部题库" in shown and "一号考场" in shown and "丙、丁、戊" in shown
        assert "没有留存摘要" not in shown and "增加一场" not in shown
    shown = desk.get(f"/batches/{draft}/eligibility", APPROVER).text
    assert "3-1；年限 3" in shown and "单位证明" in shown and "王经办" in shown
    assert f"{person.name[0]}＊" in shown and person.name not in shown
    shown = desk.get(f"/batches/{draft}/notice").text
    assert "合格 2、" in shown and "不合格 1" in shown and "公示期" in shown
    book = desk.download(f"/batches/{draft}/files/examination.xlsx", APPROVER)
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
    texts = {name: str(sheets.get_sheet_by_name(name).to_python()) for name in sheets.sheet_names}
    assert "甲、乙" in texts["考试安排"] and "75.5" in texts["成绩"]
    assert f"{EXAMINER.name} 20" in texts["成绩"], "who entered the marks, and on which day"
    assert person.name in texts["申报条件"] and "单位证明" in texts["申报条件"]
    assert "不合格" in texts["人数和公示"] and "李审批" in texts["人数和公示"]
    assert desk.get(f"/batches/{draft}/eligibility", EXAMINER).status_code == 403
    assert desk.get(f"/batches/{draft}/plan", FOREIGN).status_code == 404


def test_a_plan_altered_after_issue_is_told_and_not_shown(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = issued(desk, tmp_path, clock)
    with transaction(desk.room.desks) as session:
        kept = session.scalars(select(BatchExamKept)).one()
        text = EXAM_KEPT.read(kept, desk.room.vault) or b""
        EXAM_KEPT.put(kept, desk.room.vault, text.replace("一号".encode(), "二号".encode()))
    shown = desk.get(f"/batches/{draft}/plan").text
    assert "与签发时留存的摘要不符" in shown and "号考场" not in shown
    with transaction(desk.room.desks) as session:
        session.execute(delete(BatchExamKept))
    assert "考试安排记录缺失" in desk.get(f"/batches/{draft}/plan").text
