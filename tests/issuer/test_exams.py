"""From photos to approval at the evaluators' desk: eligibility, plan, scores, notice, upload."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from accounts.spoken import spoken_day
from codes.documents import mask_document
from codes.levels import Level
from issuer.batch_states import DraftState
from issuer.columns import Column
from issuer.desk import shanghai_day
from issuer.exam_records import read_exam_record
from issuer.fsck.run import fsck
from issuer.roster import open_workbook_child, parse_roster
from registry.access import seal_upload
from registry.exam_models import BatchCandidate, BatchCourse, ExamRecord
from registry.holder_keys import open_data_key
from registry.models import Award
from registry.national_upload import NOTHING_NOTED
from registry.session import reading, transaction
from registry.sheet_writing import write_workbook_rows
from tests.accounts.desk_app import working_as
from tests.issuer.authority_desk import AUDITOR
from tests.issuer.authority_desk import CLERK as AUTHORITY
from tests.issuer.batch_desk import (
    APPROVER,
    CLERK,
    EXAMINER,
    BatchDesk,
    roster_of,
)
from tests.issuer.desks import PREFIX, people
from tests.issuer.exam_desk import (
    LEFT_OUT_ROWS,
    Clock,
    begun,
    enter_eligibility,
    enter_scores,
    filled,
    issued,
    open_examining,
    plan,
    reconcile_upload,
    revision,
    rows_of,
    state_of,
    to_notice,
    told_of_upload,
)


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def test_a_batch_goes_through_its_examination_to_reconciled_receipts(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = to_notice(desk, tmp_path, clock)
    persons = people(Level.THREE, 4)
    page = desk.get(f"/batches/{draft}/notice/print").text
    assert all(one.name in page for one in persons[:2]) and "保卫管理员" in page
    assert persons[2].name not in page and persons[0].document_number not in page
    assert mask_document(persons[0].document_number) in page
    assert "联系电话：" in page and 'id="print"' in page
    early = desk.post(f"/batches/{draft}/submit", revision=revision(desk, draft))
    assert early.status_code == 409 and "公示尚未开始，自" in early.text
    assert "<dd>尚未开始</dd>" in desk.get(f"/batches/{draft}/notice").text
    clock.now += timedelta(days=1)
    early = desk.post(f"/batches/{draft}/submit", revision=revision(desk, draft))
    assert early.status_code == 409 and "公示中，至" in early.text
    assert "<dd>公示中</dd>" in desk.get(f"/batches/{draft}/notice").text
    clock.now += timedelta(days=8)
    assert desk.submit(draft).status_code == 303
    see_what_is_approved(desk, draft)
    assert desk.approve(draft).status_code == 303
    desk.work()
    assert state_of(desk, draft) is DraftState.ISSUED
    with reading(desk.room.desks) as session:
        assert session.scalars(select(BatchCandidate.person)).all() == []
    see_issued_scores(desk, draft)
    room, query = desk.room, select(Award).order_by(Award.id)
    with transaction(room.register) as session:
        awards = session.scalars(query).all()
        numbers = [award.number for award in awards]
        assert told_of_upload(desk, numbers, clock) == ["upload_due", "upload_due"]
        for award in awards:  # as of a batch issued before that was noted
            key, sealed = open_data_key(room.vault, award), award.public_sealed or b""
            award.public_sealed = seal_upload(key, award.number, sealed, NOTHING_NOTED)
        former = awards[0].public_sealed
    assert told_of_upload(desk, numbers, clock) == ["upload_not_known", "upload_not_known"]
    reconcile_upload(desk, draft, clock)
    assert fsck(room.home, room.register, room.vault) == []
    with transaction(room.register) as session:
        session.scalars(query).all()[0].public_sealed = former  # sealed by the body, once
    faults = fsck(room.home, room.register, room.vault)
    assert [(one.field, one.code) for one in faults] == [("public_sealed", "differs")]


def see_what_is_approved(desk: BatchDesk, draft: int) -> None:
    """See that an approver is told who examined, entered and closed, and what it came to."""
    page = desk.get(f"/batches/{draft}/review", APPROVER).text
    assert "将签发 2 张证书" in page
    assert "2 人符合，录入：王经办" in page and "公安部题库 2025-1" in page
    assert "丙、丁、戊" in page and "甲、乙" in page
    assert "4 人：合格 2、不合格 1、缺考 1" in page and "录入：孙考评；确认：王经办" in page
    assert "合格人员 79–82，中位数 80.5" in page
    failed = f"第 4 行 {people(Level.THREE, 4)[2].name}：不合格"
    assert failed in page and "理论知识考试 82、" in page and " 59.5" in page
    assert "4 人：合格 2、不合格 1、缺考 1" in desk.get(f"/batches/{draft}").text
    scores = desk.get(f"/batches/{draft}/scores").text
    assert "已考核 4 人：合格 2、不合格 1、缺考 1" in scores and failed in scores
    assert " 59.5" in scores


def see_issued_scores(desk: BatchDesk, draft: int) -> None:
    """See that the scores of an issued batch are shown masked, and why none can be changed."""
    with reading(desk.room.register) as session:
        award = session.scalars(select(Award).order_by(Award.id)).all()[0]
    link = f'<a href="/certificates/{award.id}"><span class="code">{award.number}</span></a>'
    assert link in desk.get(f"/batches/{draft}").text
    name = people(Level.THREE, 1)[0].name
    for person in (CLERK, APPROVER, EXAMINER):
        answer = desk.get(f"/batches/{draft}/scores", person)
        assert answer.status_code == 200 and "成绩不能再录入或改动" in answer.text
        assert "75.5" in answer.text and "79" in answer.text and "59.5" not in answer.text
        assert name not in answer.text and f"{name[0]}＊" in answer.text
        assert (link in answer.text) == (person is not EXAMINER) and award.number in answer.text
        assert 'name="mark-' not in answer.text
    late = desk.post(f"/batches/{draft}/scores", CLERK, **{"mark-2-theory-1": "90"})
    assert late.status_code == 409


def test_nothing_is_submitted_while_a_step_is_open(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path, pictured=True)
    page = desk.get(f"/batches/{draft}").text
    assert "尚未符合或尚未填写申报条件" in page and "/submit" not in page
    answer = desk.post(f"/batches/{draft}/submit", revision=revision(desk, draft))
    assert answer.status_code == 409 and "申报条件审核" in answer.text
    answer = desk.post(f"/batches/{draft}/scores/close")
    assert answer.status_code == 422 and "还没有完成" in answer.text


def test_a_batch_begun_before_goes_on_without(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = begun(desk, tmp_path, 2, pictured=True)
    with transaction(desk.room.desks) as session:
        session.execute(delete(BatchCourse))
    assert "启用考核流程之前" in desk.get(f"/batches/{draft}").text
    for path in ("eligibility", "eligibility/2", "plan", "scores", "notice"):
        assert desk.get(f"/batches/{draft}/{path}").status_code == 200, path
    assert desk.post(f"/batches/{draft}/scores/close").status_code == 409
    assert desk.submit(draft).status_code == 303
    desk.approve(draft)
    desk.work()
    assert state_of(desk, draft) is DraftState.ISSUED
    shown = desk.get(f"/batches/{draft}/scores").text
    assert "没有找到本批次的成绩记录" in shown and "本批次没有在此录入成绩" not in shown
    clock.now += timedelta(days=100)
    page = desk.get(f"/batches/{draft}").text
    assert "尚无回执" in page and "已过上传期限" not in page


def test_eligibility_is_judged_and_says_why(desk: BatchDesk, tmp_path: Path, clock: Clock) -> None:
    draft = begun(desk, tmp_path, 1)
    few = desk.post(f"/batches/{draft}/eligibility/2", condition="3-1", years="1")
    assert few.status_code == 422
    assert "年，不满 2 年" in few.text and "请写明依据材料" in few.text
    kept = {"condition": "3-5", "years": "2", "evidence": "原证书、单位证明"}
    legacy = {**kept, "certificate": "1612000123412345", "dated": "2016-05-01"}
    recent = legacy | {"dated": str(shanghai_day(clock.now) - timedelta(days=365))}
    too_soon = desk.post(f"/batches/{draft}/eligibility/2", CLERK, **recent)
    assert too_soon.status_code == 422 and "不足 2 年" in too_soon.text
    answer = desk.post(f"/batches/{draft}/eligibility/2", CLERK, **legacy)
    assert answer.status_code == 303, answer.text
    page = desk.get(f"/batches/{draft}/eligibility").text
    assert "未核对真伪" in page and "符合" in page


def test_a_condition_that_became_a_date_is_told_and_full_width_is_taken(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, 1)
    head = ["名册行号", "姓名", "申报条件", "相关年限", "依据材料"]
    name = people(Level.THREE, 1)[0].name
    book = write_workbook_rows("表", head, [["2", name, date(2026, 3, 1), 3, "证明"]])
    path = f"/batches/{draft}/eligibility"
    answer = desk.post(path, sheet=(io.BytesIO(book), "表.xlsx"))
    assert answer.status_code == 422
    assert "变成了日期（现为 2026-03-01）" in answer.text and "“文本”格式" in answer.text
    book = write_workbook_rows("表", head, [["2", name, "３－１", "３", "证明"]])
    assert desk.post(path, sheet=(io.BytesIO(book), "表.xlsx")).status_code == 303
    page = desk.get(path).text
    assert "不符合</" not in page and "全角字符，已按半角处理" in page
    marks = {"mark-2-theory-1": "８５", "mark-2-skills-1": "７５．５"}
    assert desk.post(f"/batches/{draft}/scores", EXAMINER, **marks).status_code == 303
    assert 'value="75.5"' in desk.get(f"/batches/{draft}/scores").text


@pytest.mark.parametrize("typed", ["2016/5/1", "2016年5月1日"])
def test_the_day_of_a_certificate_is_read_as_rosters_are(
    desk: BatchDesk, tmp_path: Path, typed: str
) -> None:
    draft = begun(desk, tmp_path, 1)
    head = ["名册行号", "姓名", "申报条件", "相关年限", "原证书编号", "原证书发证日期", "依据材料"]
    cells = ["2", people(Level.THREE, 1)[0].name, "3-5", "2", "1612000123412345", typed, "证明"]
    book = (io.BytesIO(write_workbook_rows("表", head, [cells])), "表.xlsx")
    assert desk.post(f"/batches/{draft}/eligibility", sheet=book).status_code == 303
    page = desk.get(f"/batches/{draft}/eligibility/2").text
    assert 'value="2016-05-01"' in page and "符合申报条件 3-5" in page and "全角" not in page


def test_a_line_without_a_condition_says_so_and_names_a_day_that_is_none(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, 2)
    sheet = desk.download(f"/batches/{draft}/eligibility.xlsx")
    number = "S000012000123263999999"
    swapped = {"申报条件": "3-5", "原证书编号": "2016-05-01", "依据材料": "证明"}
    sent = filled(sheet, {"相关年限": "3", "原证书发证日期": number}, {}, swapped)
    assert desk.post(f"/batches/{draft}/eligibility", sheet=sent).status_code == 303
    page = desk.get(f"/batches/{draft}/eligibility").text
    assert "<b>未填条件</b>；年限 3" in page
    assert page.count(f"请填原证书发证日期，如 2019-05-31，不晚于今天（填的是“{number}”）") == 2


def test_a_sheet_that_some_do_not_meet_says_how_many_and_shows_them(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, 2)
    sheet = desk.download(f"/batches/{draft}/eligibility.xlsx")
    common = {"申报条件": "3-1", "相关年限": "3", "依据材料": "单位证明"}
    sent = filled(sheet, common, {"相关年限": "1"})
    with working_as(desk.app, CLERK) as client:
        answer = client.post(f"/batches/{draft}/eligibility", data={"sheet": sent})
        assert answer.status_code == 303 and answer.location.endswith("?show=unmet")
        page = client.get(answer.location).text
    said = "申报条件表已录入 2 行，其中 1 人不符合或未填写，见下"
    assert re.search(rf'class="notice tone-warn[^>]*>(?:(?!</div>).)*{said}', page, re.S), page


def test_eligibility_with_nothing_entered_is_not_saved(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path, 1)
    answer = desk.post(f"/batches/{draft}/eligibility/2", CLERK, condition="", evidence=" ")
    assert answer.status_code == 422
    assert "没有保存；请选择申报条件" in answer.text and "请写明依据材料" in answer.text
    assert "申报条件已保存" not in desk.get(f"/batches/{draft}/eligibility").text


def test_a_certificate_of_ours_is_checked_with_the_register(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    issued(desk, tmp_path, clock)
    clock.now += timedelta(days=366 * 4)
    with reading(desk.room.desks) as session:
        number = session.scalars(select(ExamRecord.number).order_by(ExamRecord.number)).all()[0]
    persons = people(Level.THREE, 2)
    level = {Column.LEVEL: Level.TWO.zh}
    draft = desk.begin(roster_of(tmp_path, persons, {1: level, 2: level}), "二")
    typed = {"condition": "2-2", "years": "4", "evidence": "单位证明", "certificate": number}
    own = desk.post(f"/batches/{draft}/eligibility/2", CLERK, **typed)
    assert own.status_code == 303, own.text
    assert "已与登记册核对" in desk.get(f"/batches/{draft}/eligibility").text
    another = desk.post(f"/batches/{draft}/eligibility/3", CLERK, **typed)
    assert another.status_code == 422 and "没有这个编号的证书" in another.text
    with reading(desk.room.desks) as session, reading(desk.room.register) as register:
        award = register.scalars(select(Award).where(Award.number == number)).one()
        found = read_exam_record(session, desk.room.vault, award)
    assert found["marks"] == {"theory": "82", "skills": "75.5"}
    day = award.issued_on.isoformat()
    drawn = {"prefix": PREFIX, "size": "9", "first": day, "last": day}
    assert desk.post("/filing/quality/new", AUTHORITY, **drawn).status_code == 303
    check = desk.get("/filing/quality/1", AUTHORITY).text
    assert spoken_day(award.issued_on).zh in check.partition('id="finding-form"')[2]
    assert "2026年11月14日 13:00–16:00；一号考场；考评员：丙、丁、戊" in check
    assert "监考员：甲、乙" in check and "75.5" in check and "公安部题库" not in check
    assert "考评员" not in desk.get("/filing/quality/1", AUDITOR).text
    page = f"/certificates/{award.id}"
    assert "公安部题库" not in desk.get(page).text
    assert desk.post(f"{page}/open", ground="窗口核对本人").status_code == 302
    opened = desk.get(page).text
    assert (
        "公安部题库 2025-1" in opened and "丙、丁、戊" in opened and "<dt>相关年限</dt>" in opened
    )


def test_who_did_not_pass_is_left_out_and_can_come_back(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    enter_eligibility(desk, draft)
    plan(desk, draft)
    enter_scores(desk, draft)
    desk.post(f"/batches/{draft}/scores/close")
    page = desk.get(f"/batches/{draft}/scores").text
    assert "不合格" in page and "缺考" in page
    left = desk.download(f"/batches/{draft}/left-out.xlsx")
    with open_workbook_child() as child:
        table = parse_roster(left, "补考.xlsx", child)
    assert [row.text(Column.NAME) for row in table.rows] == [
        one.name for one in people(Level.THREE, 4)[2:]
    ]
    assert rows_of(desk, draft) == [2, 3]
    asked = desk.post(f"/batches/{draft}/scores/reopen")
    assert asked.status_code == 422 and 'id="sure-wrong"' in asked.text
    assert rows_of(desk, draft) == [2, 3]
    desk.post(f"/batches/{draft}/scores/reopen", sure="yes")
    assert rows_of(desk, draft) == [2, 3, *LEFT_OUT_ROWS]
    resit = {"mark-4-skills-2": "66", "mark-5-theory-2": "待补考"}
    assert desk.post(f"/batches/{draft}/scores", EXAMINER, **resit).status_code == 303
    desk.post(f"/batches/{draft}/scores/close", seen="yes")
    assert rows_of(desk, draft) == [2, 3, 4]
    assert "待补考" in desk.get(f"/batches/{draft}/scores").text
    whole = (io.BytesIO(roster_of(tmp_path, people(Level.THREE, 4))), "名册.xlsx")
    desk.post(f"/batches/{draft}/roster", roster=whole)  # who was left out is in it again
    assert "第 5 行" in desk.get(f"/batches/{draft}").text
    desk.post(f"/batches/{draft}/scores/reopen", sure="yes")
    assert rows_of(desk, draft) == [2, 3, 4, 5]


def test_an_examiner_enters_scores_and_sees_nothing_else(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path, 2)
    assert f"/batches/{draft}/scores" in desk.get("/batches", EXAMINER).text
    first = desk.get("/", EXAMINER).text
    assert "个批次待录入成绩" in first and f"/batches/{draft}/scores" in first
    mark = {"mark-2-theory-1": "80"}
    assert desk.post(f"/batches/{draft}/scores", EXAMINER, **mark).status_code == 303
    page = desk.get(f"/batches/{draft}/scores", EXAMINER).text
    assert 'value="80"' in page and "/scores/close" not in page and "/rows" not in page
    assert desk.get(f"/batches/{draft}/plan", EXAMINER).status_code == 200
    for path in ("", "/rows", "/eligibility", "/notice", "/review"):
        assert desk.get(f"/batches/{draft}{path}", EXAMINER).status_code == 403, path
    assert desk.post(f"/batches/{draft}/scores/close", EXAMINER).status_code == 403


def test_sheets_that_fit_nobody_change_nothing(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    sheet = desk.download(f"/batches/{draft}/scores.xlsx")
    stray = filled(sheet, {"理论成绩": "80"}, {"姓名": "别人"}, {"名册行号": "77"})
    answer = desk.post(f"/batches/{draft}/scores/sheet", sheet=stray)
    assert answer.status_code == 422
    assert "姓名与名册该行不一致" in answer.text and "没有这一行" in answer.text
    name = people(Level.THREE, 2)[1].name
    other, row = "表格第 2 行 别人 “姓名”：姓名与", f"表格第 3 行 {name} “名册行号”：名册没有"
    for said in (other, row):
        assert f'<li><a href="#sheet">{said}' in answer.text
    for data in (b"", b"PK\x03\x04junk", b"\x00\x01" * 50, "甲,乙\n1,2".encode()):
        for path in ("scores/sheet", "eligibility"):
            bad = desk.post(f"/batches/{draft}/{path}", sheet=(io.BytesIO(data), "坏.xlsx"))
            assert bad.status_code == 422, (path, data)
    assert desk.post(f"/batches/{draft}/eligibility").status_code == 422
    with reading(desk.room.desks) as session:
        assert session.scalars(select(BatchCandidate.person)).all() == []
