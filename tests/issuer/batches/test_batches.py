"""From spreadsheet to paper at the evaluators' desk, as its clerk and its approver do it."""

from __future__ import annotations

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from accounts.person import Person
from codes.levels import Level
from issuer.batch_approval import approval_mark, approve
from issuer.batch_checks import keep
from issuer.batch_room import BatchRoom
from issuer.batch_runner import only_runner
from issuer.batch_states import DraftState
from issuer.columns import Column
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft, BatchPhoto, BatchRow
from registry.exam_models import BatchCandidate
from registry.session import reading, transaction
from registry.trail import check_trail
from tests.accounts.desk_app import working_as
from tests.conftest import PASSPHRASE
from tests.issuer.batch_desk import (
    APPROVER,
    BOTH,
    CLERK,
    FOREIGN,
    READY,
    SECOND_APPROVER,
    BatchDesk,
    photos_zip,
    roster_of,
)
from tests.issuer.desks import PREFIX, people
from wsgi import create_private_app


def test_a_batch_goes_from_its_spreadsheet_to_the_list_that_holders_sign(
    desk: BatchDesk, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 4)
    wrong = {2: {Column.DOCUMENT_NUMBER: "120101199001011230"}, 3: {Column.SEX: "不明"}}
    draft = desk.begin(roster_of(tmp_path, persons, wrong))
    grid = desk.get(f"/batches/{draft}/rows?show=faulty").text
    assert 'name="cell-3-DOCUMENT_NUMBER"' in grid
    assert '<select name="cell-4-SEX"' in grid and "<option>女</option>" in grid
    mended = {
        "cell-3-DOCUMENT_NUMBER": persons[1].document_number,
        "cell-4-SEX": persons[2].sex.zh,
    }
    assert desk.post(f"/batches/{draft}/rows", CLERK, **mended).status_code == 303
    assert "缺少照片（4）" in desk.get(f"/batches/{draft}/photos").text
    assert desk.add_photos(draft, (photos_zip(persons), "照片.zip")).status_code == 303
    assert "可以提交审批" in desk.get(f"/batches/{draft}").text
    assert desk.submit(draft).status_code == 303
    review = desk.get(f"/batches/{draft}/review", APPROVER).text
    assert "将签发 4 张证书" in review
    with working_as(desk.app, APPROVER) as client:
        english = client.get(f"/batches/{draft}/review?lang=en", follow_redirects=True).text
    assert "<span>Security manager</span>" in english and "<span>三级/高级工</span>" not in english
    sample = desk.get(f"/batches/{draft}/samples/2.png", APPROVER)
    assert sample.data.startswith(b"\x89PNG")
    assert desk.approve(draft).status_code == 303
    assert desk.work() == 1
    assert f"{PREFIX}263000004" in desk.get(f"/batches/{draft}").text
    packed = desk.download(f"/batches/{draft}/files/certificates.zip")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
    assert f"{PREFIX}263000001-{persons[0].name}.pdf" in names
    for file in ("results", "handover"):
        assert desk.download(f"/batches/{draft}/files/{file}.xlsx").startswith(b"PK")
    asked = desk.post(f"/batches/{draft}/files/handover-codes.xlsx")
    assert asked.status_code == 422 and 'id="sure-wrong"' in asked.text
    codes = desk.post(f"/batches/{draft}/files/handover-codes.xlsx", sure="yes")
    assert codes.status_code == 200 and codes.data.startswith(b"PK")


def test_photos_a_row_and_a_batch_are_deleted_once_that_was_ticked(
    desk: BatchDesk, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 2)
    draft = desk.begin(roster_of(tmp_path, persons))
    desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    for act in ("photos/drop", "rows/2/drop", "delete"):
        path = f"/batches/{draft}/{act}"
        asked = desk.post(path)
        assert asked.status_code == 422 and 'id="sure-wrong"' in asked.text, path
        assert ("还没有上传照片" in desk.get(f"/batches/{draft}/photos").text) == (
            act != "photos/drop"
        )
        assert desk.post(path, sure="yes", ground="重复").status_code == 303, path
    assert "本批次已删除" in desk.get(f"/batches/{draft}").text


def test_another_bodys_batch_is_not_there(desk: BatchDesk, tmp_path: Path) -> None:
    draft = desk.begin(roster_of(tmp_path, people(Level.THREE, 1)))
    for page in ("²", "①", "٣", "-1", "9" * 30):
        assert desk.get(f"/batches/{draft}/scores?page={page}").status_code == 200
    assert desk.get(f"/batches/{2**63}").status_code == 404
    shown = ("", "/rows", "/rows/2", "/photos", "/review", "/samples/2.png", "/progress")
    files = ("/corrections.xlsx", "/files/certificates.zip", "/files/handover.xlsx")
    for path in (*shown, *files):
        assert desk.get(f"/batches/{draft}{path}", FOREIGN).status_code == 404, path
    acts = ("submit", "take-back", "check", "approve", "return", "pause", "go-on", "delete")
    codes = "files/handover-codes.xlsx"
    for act in (
        *acts,
        codes,
        "rows",
        "rows/2",
        "rows/2/drop",
        "photos",
        "photos/drop",
        "corrections",
    ):
        answer = desk.post(f"/batches/{draft}/{act}", FOREIGN, seen="yes", revision="1")
        assert answer.status_code == 404, act
    assert "没有" in desk.get("/batches", FOREIGN).text
    assert desk.get(f"/batches/{draft}").status_code == 200
    assert desk.get(f"/batches/{draft}/rows/99").status_code == 404


def test_whoever_submitted_a_batch_does_not_approve_it(ready_desk: BatchDesk) -> None:
    desk, draft = ready_desk, READY
    assert desk.submit(draft, BOTH).status_code == 303
    answer = desk.post(f"/batches/{draft}/approve", BOTH, seen="yes", revision=now(desk, draft))
    assert answer.status_code == 409
    assert "另一人" in answer.text
    namesake = replace(APPROVER, name=BOTH.name)  # another account of the same person
    answer = desk.post(f"/batches/{draft}/approve", namesake, seen="yes", revision=now(desk, draft))
    assert answer.status_code == 409
    assert state_of(desk, draft) is DraftState.SUBMITTED


def test_a_batch_is_not_approved_before_its_samples_were_shown_to_the_approver(
    ready_desk: BatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, draft = ready_desk, READY
    desk.submit(draft)
    desk.see_samples(draft, SECOND_APPROVER)  # what another saw does not count
    form = {"seen": "yes", "shown": desk.shown(draft)}
    with monkeypatch.context() as broken:
        broken.setattr("issuer.batch_samples._PICTURE_SECONDS", 0.0)
        assert desk.get(f"/batches/{draft}/samples/2.png", APPROVER).status_code >= 400
    refused = desk.post(f"/batches/{draft}/approve", APPROVER, **form)
    assert refused.status_code == 422
    assert "第 2、3 行的样张没有显示出来" in refused.text
    assert state_of(desk, draft) is DraftState.SUBMITTED
    for row in (2, 3):
        assert desk.get(f"/batches/{draft}/samples/{row}.png", APPROVER).status_code == 200
    assert desk.post(f"/batches/{draft}/approve", APPROVER, **form).status_code == 303


def test_of_approvers_at_once_one_approves(ready_desk: BatchDesk) -> None:
    desk, draft = ready_desk, READY
    desk.submit(draft)
    room, shown = desk.room, desk.shown(draft)
    for person in (APPROVER, SECOND_APPROVER):
        desk.see_samples(draft, person)
    for _ in range(50):
        keep(room, draft, {"state": DraftState.SUBMITTED, "decided_by": None})
        with ThreadPoolExecutor(2) as threads:
            told = list(
                threads.map(
                    lambda person: attempt(room, person, draft, shown),
                    (APPROVER, SECOND_APPROVER),
                )
            )
        assert sorted(told) == ["done", "draft_closed"]
        with reading(room.desks) as session:
            decider = session.get_one(BatchDraft, draft).decided_by
        assert decider == (APPROVER, SECOND_APPROVER)[told.index("done")].account_id


def test_a_returned_batch_says_why_and_can_be_submitted_again(ready_desk: BatchDesk) -> None:
    desk, draft = ready_desk, READY
    desk.submit(draft)
    no_reason = desk.post(f"/batches/{draft}/return", APPROVER, revision=now(desk, draft))
    assert no_reason.status_code == 422
    seen = now(desk, draft)
    desk.post(f"/batches/{draft}/return", APPROVER, revision=seen, reason="第2行姓名有误")
    page = desk.get(f"/batches/{draft}").text
    assert "第2行姓名有误" in page and "<dt>退回</dt>" in page and "<dt>审批</dt>" not in page
    late = desk.post(f"/batches/{draft}/approve", APPROVER, seen="yes", revision=seen)
    assert late.status_code == 409
    assert "退回过本批次" not in desk.get(f"/batches/{draft}/review", APPROVER).text
    desk.post(f"/batches/{draft}/check")
    assert desk.submit(draft).status_code == 303
    again = desk.get(f"/batches/{draft}/review", SECOND_APPROVER).text
    assert f"{APPROVER.name} 于" in again and "退回过本批次" in again and "第2行姓名有误" in again
    assert "退回以后的改动" in again and "没有记录到改动" in again


def test_an_approver_reads_each_reason_of_a_kind_with_its_rows(
    desk: BatchDesk, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 23)
    for n, one in enumerate(persons[:22]):
        desk.begin(roster_of(tmp_path, [one]), f"第{n}批")
    draft = desk.begin(roster_of(tmp_path, [persons[22], *persons[:22]]), "丙")
    page = desk.get(f"/batches/{draft}/review", APPROVER).text
    for n in range(22):
        line = page.partition(f"1 行（第 {n + 3} 行）</b>")[2].partition("</li>")[0]
        assert f"第{n}批" in line, line
    assert "另有 2 种提示" in page


def test_a_page_that_is_filled_in_never_reloads_by_itself(ready_desk: BatchDesk) -> None:
    desk, draft = ready_desk, READY
    with transaction(desk.room.desks) as session:  # another check is due
        session.get_one(BatchDraft, draft).revision += 1
    for place in ("", "/rows", "/photos"):
        page = desk.get(f"/batches/{draft}{place}").text
        assert 'http-equiv="refresh"' not in page, place
        assert "刷新查看进展" in page, place


def test_an_approval_that_comes_twice_is_told_once(ready_desk: BatchDesk) -> None:
    desk, draft = ready_desk, READY
    desk.submit(draft)
    desk.see_samples(draft)
    form, address = {"seen": "yes", "shown": desk.shown(draft)}, f"/batches/{draft}/approve"
    with working_as(desk.app, APPROVER) as client:
        assert [client.post(address, data=form).status_code for _ in range(2)] == [303, 303]
        assert "您已批准" in client.get(f"/batches/{draft}").text
        again = client.post(f"/batches/{draft}/return", data={"revision": "1", "reason": "某"})
        assert again.status_code == 409 and "已批准" not in again.text.split("未能办理")[0]
    with working_as(desk.app, SECOND_APPROVER) as client:
        assert client.post(address, data=form).status_code == 409


def test_what_was_not_approved_is_not_issued(ready_desk: BatchDesk) -> None:
    desk, draft = ready_desk, READY
    desk.submit(draft)
    desk.approve(draft)
    with transaction(desk.room.desks) as session:  # somebody goes around the desk
        session.execute(delete(BatchRow).where(BatchRow.draft_id == draft, BatchRow.row == 2))
    desk.work()
    assert state_of(desk, draft) is DraftState.STOPPED
    assert "与审批时不一致" in desk.get(f"/batches/{draft}").text


def test_a_mark_made_anew_has_nothing_else_issued(ready_desk: BatchDesk) -> None:
    desk, room = ready_desk, ready_desk.room
    desk.submit(READY)
    assert desk.approve(READY).status_code == 303
    with transaction(room.desks) as session:
        draft = session.get_one(BatchDraft, READY)
        session.add(BatchCandidate(draft_id=READY, person=bytes(16), scores_sealed=b"other"))
        session.flush()
        draft.mark = approval_mark(room, session, draft)
    desk.work()
    assert state_of(desk, READY) is DraftState.STOPPED


def test_an_approved_batch_says_when_nothing_is_there_to_issue_it(ready_desk: BatchDesk) -> None:
    ready_desk.submit(READY)
    ready_desk.approve(READY)
    progress = f"/batches/{READY}/progress"
    told = ready_desk.get(progress).get_json()
    assert "后台程序目前没有运行" in told["text"] and told["total"] == 0
    assert "后台程序目前没有运行" in ready_desk.get(f"/batches/{READY}").text
    with only_runner(ready_desk.room.home) as alone:
        assert alone and ready_desk.get(progress).get_json()["text"] == "即将开始"


def test_a_paused_batch_goes_on_where_it_stopped(ready_desk: BatchDesk) -> None:
    desk, draft = ready_desk, READY
    desk.submit(draft)
    desk.approve(draft)
    assert desk.post(f"/batches/{draft}/pause").status_code == 303
    desk.work()
    assert state_of(desk, draft) is DraftState.PAUSED
    assert desk.post(f"/batches/{draft}/go-on").status_code == 303
    desk.work()
    assert state_of(desk, draft) is DraftState.ISSUED


def test_an_issued_batch_keeps_nothing_of_people(ready_desk: BatchDesk) -> None:
    desk, draft = ready_desk, READY
    desk.submit(draft)
    desk.approve(draft)
    desk.work()
    with reading(desk.room.desks) as session:
        assert session.get_one(BatchDraft, draft).key_sealed is None
        assert session.scalars(select(BatchPhoto.id)).all() == []
        assert set(session.scalars(select(BatchRow.cells_sealed))) == {None}
    assert not (desk.room.folder(draft) / "photos").exists()
    text = desk.get("/certificates/1").text
    assert re.search(r"\w+ 提交，\w+ 批准", text)  # who issued it stays


def test_what_the_runner_notes_on_the_trail_is_remembered(ready_desk: BatchDesk) -> None:
    desk, draft = ready_desk, READY
    desk.submit(draft)
    desk.approve(draft)
    desk.work()
    report = check_trail(desk.room.register, desk.room.home.trail_memory)
    assert report.faults == ()
    assert report.remembered == report.entries > 0


def test_a_batch_survives_a_restart(ready_desk: BatchDesk) -> None:
    desk, draft = ready_desk, READY
    again = BatchDesk(create_private_app(desk.room.home, PASSPHRASE))
    assert "可以提交审批" in again.get(f"/batches/{draft}").text
    assert people(Level.THREE, 1)[0].name in again.get(f"/batches/{draft}/rows?show=all").text


def test_what_people_are_called_does_not_lie_open_on_the_disk(ready_desk: BatchDesk) -> None:
    desk = ready_desk
    person = people(Level.THREE, 1)[0]
    for file in desk.room.home.path.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert person.document_number.encode() not in data, file
            assert person.name.encode() not in data, file


def now(desk: BatchDesk, draft: int) -> str:
    """Return the revision of a batch."""
    with reading(desk.room.desks) as session:
        return str(session.get_one(BatchDraft, draft).revision)


def state_of(desk: BatchDesk, draft: int) -> DraftState:
    """Return how far a batch is."""
    with reading(desk.room.desks) as session:
        return DraftState(session.get_one(BatchDraft, draft).state)


def attempt(room: BatchRoom, person: Person, draft: int, shown: str) -> str:
    """Try to approve a batch; return what came of it."""
    try:
        approve(room, person, PREFIX, draft, shown)
    except IssuerError as error:
        return error.code
    return "done"
