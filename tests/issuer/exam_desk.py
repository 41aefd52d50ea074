"""A batch on its way through its examination, as its clerk does each step."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from codes.levels import Level
from issuer.batch_notice import last_day
from issuer.batch_states import DraftState
from issuer.desk import shanghai_day
from issuer.exam_columns import ExamColumn
from issuer.exam_sheets import read_exam_sheet
from registry.batch_models import BatchDraft, BatchRow
from registry.home import Home
from registry.session import reading
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.batch_desk import (
    APPROVER,
    CLERK,
    EXAMINER,
    BatchDesk,
    filed_home,
    photos_zip,
    roster_of,
)
from tests.issuer.desks import PUBLIC_URL, people
from verifier.opening import open_verifier
from wsgi import create_private_app

LEFT_OUT_ROWS = (4, 5)
"""The rows of the batch's third and fourth person: one failed, one was absent."""


class Clock:
    """A clock that a test puts forward."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def begun(
    desk: BatchDesk, folder: Path, count: int = 4, *, name: str = "一", pictured: bool = False
) -> int:
    """Return a batch with sound rows, and photos if wanted; its examination still to come."""
    persons = people(Level.THREE, count)
    draft = desk.begin(roster_of(folder, persons), name)
    if pictured:
        desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    return draft


def enter_eligibility(desk: BatchDesk, draft: int) -> None:
    """Fill in the sheet of eligibility: two years in the occupation, for everybody."""
    sheet = desk.download(f"/batches/{draft}/eligibility.xlsx")
    changes = {"申报条件": "3-1", "相关年限": "3", "依据材料": "单位证明"}
    answer = desk.post(f"/batches/{draft}/eligibility", sheet=filled(sheet, changes))
    assert answer.status_code == 303, answer.text


def filled(sheet: bytes, changes: dict[str, str], *rows: dict[str, str]) -> tuple[io.BytesIO, str]:
    """Return a sheet with columns filled in for everybody, and more for the first rows, as CSV."""
    table = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    head = [str(cell) for cell in table[0]]
    lines = [",".join(head)]
    for place, line in enumerate(table[1:]):
        own = {**changes, **(rows[place] if place < len(rows) else {})}
        cells = [own.get(name, str(cell)) for name, cell in zip(head, line, strict=True)]
        lines.append(",".join(cells))
    return io.BytesIO("\n".join(lines).encode("utf-8-sig")), "填好.csv"


def plan(desk: BatchDesk, draft: int, people_count: int = 4, *, day: str = "2026-11-14") -> None:
    """Make the plan of a batch: one room for each part."""
    desk.post(f"/batches/{draft}/plan", bank="公安部题库", version="2025-1")
    common = {
        "day": day,
        "room": "一号考场",
        "seats": "30",
        "candidates": str(people_count),
    }
    sittings = (
        {"part": "theory", "begins": "09:00", "ends": "10:30", "invigilators": "甲、乙"},
        {"part": "skills", "begins": "13:00", "ends": "16:00", "examiners": "丙、丁、戊"},
    )
    for one in sittings:
        answer = desk.post(f"/batches/{draft}/plan/sittings", CLERK, **common, **one)
        assert answer.status_code == 303, answer.text


def enter_scores(desk: BatchDesk, draft: int) -> None:
    """Enter scores by sheet: two pass, one fails, one is absent."""
    sheet = desk.download(f"/batches/{draft}/scores.xlsx")
    marks = {"理论成绩": "82", "技能成绩": "75.5"}
    rows: tuple[dict[str, str], ...] = (
        {},
        {"理论成绩": "79"},
        {"技能成绩": "59.5"},
        {"理论成绩": "缺考"},
    )
    sent = filled(sheet, marks, *rows)
    answer = desk.post(f"/batches/{draft}/scores/sheet", EXAMINER, sheet=sent)
    assert answer.status_code == 303, answer.text


def put_up(desk: BatchDesk, draft: int, clock: Clock) -> date:
    """Put the names up from tomorrow for five working days; return the last one."""
    first = shanghai_day(clock.now) + timedelta(days=1)
    last = last_day(first, 5)
    answer = desk.post(
        f"/batches/{draft}/notice", first=first.isoformat(), last=last.isoformat(), days_off=""
    )
    assert answer.status_code == 303, answer.text
    return last


def to_notice(desk: BatchDesk, folder: Path, clock: Clock, name: str = "一") -> int:
    """Return a batch whose notice is up."""
    draft = begun(desk, folder, name=name, pictured=True)
    enter_eligibility(desk, draft)
    plan(desk, draft)
    enter_scores(desk, draft)
    assert desk.post(f"/batches/{draft}/scores/close").status_code == 303
    put_up(desk, draft, clock)
    return draft


def issued(desk: BatchDesk, folder: Path, clock: Clock) -> int:
    """Return a batch that was examined, put up, approved and issued."""
    draft = to_notice(desk, folder, clock)
    clock.now += timedelta(days=9)
    desk.submit(draft)
    desk.approve(draft)
    desk.work()
    return draft


def delete_batch(desk: BatchDesk, draft: int) -> None:
    """Have a clerk ask for a batch with marks to be deleted, and an approver confirm it."""
    for way, person in (("delete", CLERK), ("delete/confirm", APPROVER)):
        answer = desk.post(f"/batches/{draft}/{way}", person, sure="yes", ground="重复建立")
        assert answer.status_code == 303, answer.text


def state_of(desk: BatchDesk, draft: int) -> DraftState:
    """Return how far a batch is."""
    with reading(desk.room.desks) as session:
        return DraftState(session.get_one(BatchDraft, draft).state)


def revision(desk: BatchDesk, draft: int) -> str:
    """Return the revision of a batch."""
    with reading(desk.room.desks) as session:
        return str(session.get_one(BatchDraft, draft).revision)


def rows_of(desk: BatchDesk, draft: int) -> list[int]:
    """Return the rows that a batch has now."""
    with reading(desk.room.desks) as session:
        query = select(BatchRow.row).where(BatchRow.draft_id == draft)
        return list(session.scalars(query.order_by(BatchRow.row)))


def reconcile_upload(desk: BatchDesk, draft: int, clock: Clock) -> None:
    """Take the package of an issued batch, and receipts of which some fit nothing."""
    answer = desk.post(f"/batches/{draft}/upload/package.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        manifest = json.loads(archive.read("清单.json"))
        text = archive.read("证书数据.csv").decode("utf-8-sig")
    answer.close()
    assert manifest["certificates"] == 2
    assert "82,75.5" in text and people(Level.THREE, 1)[0].document_number in text
    numbers = [line.split(",")[11] for line in text.splitlines()[1:]]
    assert told_of_upload(desk, numbers, clock) == ["upload_due", "upload_due"]
    clock.now += timedelta(days=16)
    assert told_of_upload(desk, numbers, clock) == ["upload_late", "upload_late"]
    assert "已过上传期限" in desk.get(f"/batches/{draft}").text
    today = shanghai_day(clock.now).isoformat()
    lines = [
        "证书编号,上传结果,上传日期,说明",
        f"{numbers[0]},成功,{today},",
        f"{numbers[1]},失败,{today},照片不符",
        f"{numbers[0]},成功,{today},",
        f"S000012000123263000099,成功,{today},",
    ]
    undated = io.BytesIO(f"{lines[0]}\n{numbers[0]},成功,,".encode())
    page = desk.post(f"/batches/{draft}/upload", receipts=(undated, "回执.csv")).text
    assert "须填写“上传日期”" in page
    assert told_of_upload(desk, numbers, clock) == ["upload_late", "upload_late"]
    long = io.BytesIO(f"{lines[0]}\n{numbers[1]},失败,{today},{'长' * 301}".encode())
    page = desk.post(f"/batches/{draft}/upload", receipts=(long, "回执.csv")).text
    assert "表格第 2 行“说明”：301 字，最多 300 字" in page
    sent = io.BytesIO("\n".join(lines).encode())
    page = desk.post(f"/batches/{draft}/upload", receipts=(sent, "回执.csv")).text
    assert "已记录 2 行" in page and "出现两次" in page and "没有这个证书编号" in page
    assert told_of_upload(desk, numbers, clock) == ["uploaded", "upload_late"]
    page = desk.get(f"/batches/{draft}/upload").text
    assert "照片不符" in page and '<a href="/certificates/' in page
    empty = desk.download(f"/batches/{draft}/upload/receipts.xlsx")
    to_fill = read_exam_sheet(empty, ExamColumn.NUMBER)
    assert [line.text(ExamColumn.NUMBER) for line in to_fill] == [numbers[1]]
    sent = io.BytesIO(f"{lines[0]}\n{numbers[1]},成功,{today},".encode())
    desk.post(f"/batches/{draft}/upload", receipts=(sent, "回执.csv"))
    assert "全部证书已上传" in desk.get(f"/batches/{draft}/upload").text
    assert told_of_upload(desk, numbers, clock) == ["uploaded", "uploaded"]


def told_of_upload(desk: BatchDesk, numbers: list[str], clock: Clock) -> list[str]:
    """What the public is told of the upload of the certificates of the batch's first persons."""
    verifier = open_verifier(desk.room.home, clock=clock)
    try:
        verdicts = [
            verifier.verify_number(number, name=person.name)
            for number, person in zip(numbers, people(Level.THREE, len(numbers)), strict=True)
        ]
    finally:
        verifier.close()
    said = [{one.code for one in verdict.findings} for verdict in verdicts]
    return [code for codes in said for code in codes if code.startswith("upload")]


def make_examining_home(path: Path) -> Path:
    """Make a home whose body skips no step of an examination, and return its folder."""
    home = Home.create(path, demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    return filed_home(home, skipped=()).path


def open_examining(
    made: Path, path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    """Return the desks of a copy of such a home, by a clock that the test turns on."""
    monkeypatch.setenv("YANZHEN_PUBLIC_URL", PUBLIC_URL)
    for name in ("YANZHEN_DESK_DATABASE_URL", "YANZHEN_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(made, path)
    home = Home.open(path, environment={})
    return BatchDesk(create_private_app(home, PASSPHRASE, clock=clock))
