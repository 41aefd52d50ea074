"""The batch of a resit: what still holds is carried over and says so; the rest is examined."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from codes.levels import Level
from issuer.exam_records import read_exam_record
from registry.models import Award
from registry.session import reading
from registry.trail_models import TrailEntry
from tests.accounts.desk_app import working_as
from tests.issuer.batch_desk import (
    APPROVER,
    CLERK,
    EXAMINER,
    FOREIGN,
    SECOND_APPROVER,
    BatchDesk,
    portrait,
)
from tests.issuer.desks import people
from tests.issuer.exam_desk import (
    Clock,
    begun,
    delete_batch,
    enter_eligibility,
    enter_scores,
    filled,
    open_examining,
    plan,
    put_up,
    rows_of,
)

PERSONS = people(Level.THREE, 4)
PHOTO_KEPT = "沿用批次“一”的合格照片"
MARK_KEPT = "沿用批次“一”的合格成绩（孙考评，"


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def closed(desk: BatchDesk, folder: Path) -> int:
    """Return a batch in which one person failed the skills, and one missed the theory."""
    draft = begun(desk, folder, pictured=True)
    enter_eligibility(desk, draft)
    plan(desk, draft)
    enter_scores(desk, draft)
    assert desk.post(f"/batches/{draft}/scores/close").status_code == 303
    return draft


def made(desk: BatchDesk, draft: int, name: str = "一补考") -> int:
    """Make the batch of the resit and return its id."""
    answer = desk.post(f"/batches/{draft}/resit", CLERK, name=name)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[-1])


def test_a_resit_carries_over_what_holds_and_says_so(desk: BatchDesk, tmp_path: Path) -> None:
    draft = closed(desk, tmp_path)
    assert f"/batches/{draft}/resit" in desk.get(f"/batches/{draft}/scores").text
    page = desk.get(f"/batches/{draft}/resit").text
    assert PERSONS[2].name in page and PERSONS[3].name in page and PERSONS[0].name not in page
    assert 'value="一补考"' in page and page.count(MARK_KEPT) == 2
    resit = made(desk, draft)
    assert rows_of(desk, resit) == [2, 3]
    rows = desk.get(f"/batches/{resit}/rows").text
    assert "名册沿用批次“一”中未通过的 2 人" in rows and rows.count(PHOTO_KEPT) == 2
    assert "〔证件号码〕" not in rows
    photos = desk.get(f"/batches/{resit}/photos").text
    assert "可用的照片（2）" in photos and "没有对应人员的照片（" not in photos
    eligibility = desk.get(f"/batches/{resit}/eligibility").text
    assert eligibility.count("沿用批次“一”的申报材料（王经办，") == 2
    assert eligibility.count(">符合</span>") == 2
    needed = desk.get(f"/batches/{resit}/plan").text
    assert "理论知识考试：应考 1 人" in needed and "技能考核：应考 1 人" in needed
    scores = desk.get(f"/batches/{resit}/scores", EXAMINER).text
    assert 'value="82"' in scores and 'value="75.5"' in scores and "59.5" not in scores
    assert scores.count(MARK_KEPT) == 2
    assert "理论知识考试：1 人沿用批次“一”的合格成绩" in scores
    assert "申报条件：2 人沿用批次“一”的材料" in scores
    with reading(desk.room.register) as session:
        acts = session.scalars(select(TrailEntry.act)).all()
    assert "batch.resit" in acts and "batch.resit_begun" in acts


def test_a_certificate_of_a_resit_rests_on_the_marks_of_both_batches(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    resit = made(desk, closed(desk, tmp_path))
    plan(desk, resit, 1)
    marks = {"mark-2-skills-1": "70", "mark-3-theory-1": "60"}
    assert desk.post(f"/batches/{resit}/scores", EXAMINER, **marks).status_code == 303
    closing = desk.post(f"/batches/{resit}/scores/close")
    assert closing.status_code == 303, closing.text
    put_up(desk, resit, clock)
    clock.now += timedelta(days=9)
    assert desk.submit(resit).status_code == 303
    review = desk.get(f"/batches/{resit}/review", APPROVER).text
    for said in ("名册沿用批次“一”", "技能考核：1 人沿用批次“一”", "申报条件：2 人", PHOTO_KEPT):
        assert said in review, said
    assert desk.approve(resit).status_code == 303
    desk.work()
    with reading(desk.room.desks) as session, reading(desk.room.register) as register:
        first, _ = register.scalars(select(Award).order_by(Award.number)).all()
        record = read_exam_record(session, desk.room.vault, first)
    assert record["marks"] == {"theory": "82", "skills": "70"}
    theory, skills = record["entries"]
    assert (theory["source"], theory["bank"]) == ("一", "公安部题库 2025-1")
    assert theory["by"] == EXAMINER.name and skills["source"] == ""
    page = f"/certificates/{first.id}"
    assert desk.post(f"{page}/open", ground="窗口核对本人").status_code == 302
    assert "82（沿用批次“一”的成绩，题库 公安部题库 2025-1）" in desk.get(page).text


def test_what_was_carried_over_is_changed_like_anything_else(
    desk: BatchDesk, tmp_path: Path
) -> None:
    resit = made(desk, closed(desk, tmp_path))
    desk.post(f"/batches/{resit}/scores", EXAMINER, **{"mark-2-theory-1": "81"})
    page = desk.get(f"/batches/{resit}/scores").text
    assert "成绩录入后改动：82 → 81" in page and page.count(MARK_KEPT) == 1
    assert "理论知识考试：应考 2 人" in desk.get(f"/batches/{resit}/plan").text
    facts = {"condition": "3-1", "years": "4", "evidence": "社保记录"}
    desk.post(f"/batches/{resit}/eligibility/2", CLERK, **facts)
    assert desk.get(f"/batches/{resit}/eligibility").text.count("沿用批次") == 1
    desk.add_photos(resit, (portrait(PERSONS[2], 77), "3.jpg"))
    assert desk.get(f"/batches/{resit}/rows").text.count(PHOTO_KEPT) == 1


def test_a_passed_part_stands_for_as_long_as_the_body_says(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = closed(desk, tmp_path)
    first = made(desk, draft)
    marks = {"mark-2-skills-1": "70", "mark-3-theory-1": "60"}
    clock.now += timedelta(days=370)
    plan(desk, first, 1)
    assert desk.post(f"/batches/{first}/scores", EXAMINER, **marks).status_code == 303
    late = desk.post(f"/batches/{first}/scores/close")
    assert late.status_code == 422 and "沿用的单项成绩已过保留期限（12 个月）" in late.text
    delete_batch(desk, first)
    assert MARK_KEPT not in desk.get(f"/batches/{draft}/resit").text
    longer = {"figure": "passed_part_months", "value": "24", "ground": "按省中心文件延长"}
    assert desk.post("/batches/settings/figure", APPROVER, **longer).status_code == 303
    assert MARK_KEPT not in desk.get(f"/batches/{draft}/resit").text  # it waits for another
    assert desk.post("/batches/settings/1/confirm", SECOND_APPROVER).status_code == 303
    assert desk.get(f"/batches/{draft}/resit").text.count(MARK_KEPT) == 2
    assert 'value="一补考2"' in desk.get(f"/batches/{draft}/resit").text  # a name once used is gone
    again = made(desk, draft, "一补考2")
    plan(desk, again, 1)
    assert desk.post(f"/batches/{again}/scores", EXAMINER, **marks).status_code == 303
    assert desk.post(f"/batches/{again}/scores/close").status_code == 303
    delete_batch(desk, again)
    none = {"figure": "passed_part_months", "value": "0", "ground": "按省中心文件延长"}
    assert desk.post("/batches/settings/figure", APPROVER, **none).status_code == 303
    page = desk.get(f"/batches/{draft}/resit").text
    assert MARK_KEPT not in page and "单项合格成绩不沿用" in page


def test_a_batch_of_which_nobody_passed_goes_on_as_a_resit(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path, 2, pictured=True)
    enter_eligibility(desk, draft)
    plan(desk, draft, 2)
    assert "没有需要补考的人员" in desk.get(f"/batches/{draft}/resit").text
    refused = desk.post(f"/batches/{draft}/resit", CLERK, name="二")
    assert refused.status_code == 422 and "没有需要补考的人员" in refused.text
    sheet = desk.download(f"/batches/{draft}/scores.xlsx")
    marks = filled(sheet, {"理论成绩": "70", "技能成绩": "40"}, {"技能成绩": "退考"})
    assert desk.post(f"/batches/{draft}/scores/sheet", EXAMINER, sheet=marks).status_code == 303
    told = desk.post(f"/batches/{draft}/scores/close")
    assert "请在本页建立补考批次" in told.text and f"/batches/{draft}/resit" in told.text
    taken = desk.post(f"/batches/{draft}/resit", CLERK, name="一")
    assert taken.status_code == 422 and "已有同名批次" in taken.text
    resit = made(desk, draft)
    assert rows_of(desk, resit) == [2]  # not who withdrew
    assert PERSONS[1].name in desk.get(f"/batches/{resit}/rows").text
    again = made_again(desk, resit)
    assert "沿用批次“一”的合格成绩" in desk.get(f"/batches/{again}/scores").text


def made_again(desk: BatchDesk, resit: int) -> int:
    """Let the only person of a resit fail again, and make another one."""
    desk.post(f"/batches/{resit}/scores", EXAMINER, **{"mark-2-skills-1": "50"})
    return made(desk, resit, "一再补考")


def test_only_a_clerk_of_the_body_makes_a_resit(desk: BatchDesk, tmp_path: Path) -> None:
    draft = closed(desk, tmp_path)
    for person, status in ((APPROVER, 403), (EXAMINER, 403), (FOREIGN, 404)):
        assert desk.get(f"/batches/{draft}/resit", person).status_code == status
        assert desk.post(f"/batches/{draft}/resit", person, name="二").status_code == status
    assert "/resit" not in desk.get(f"/batches/{draft}/scores", EXAMINER).text


def test_what_issuing_takes_from_a_resit_is_said_before_and_after(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = closed(desk, tmp_path)
    put_up(desk, draft, clock)
    clock.now += timedelta(days=9)
    said = "未通过，可以补考。签发后他们的名册、照片和已合格的成绩随即删除"
    assert said in desk.get(f"/batches/{draft}").text
    assert desk.submit(draft).status_code == 303
    assert said in desk.get(f"/batches/{draft}/review", APPROVER).text
    assert desk.approve(draft).status_code == 303
    desk.work()
    assert said not in desk.get(f"/batches/{draft}").text
    with working_as(desk.app, CLERK) as client:
        late = client.post(f"/batches/{draft}/resit", data={"name": "补考"}, follow_redirects=True)
    assert late.request.path.endswith("/scores") and "没有建立补考批次" in late.text


def test_a_resit_that_was_made_is_linked_and_no_longer_asked_for(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = closed(desk, tmp_path)
    asked, link = "未通过，可以补考", f'href="/batches/{draft}/resit"'
    assert asked in desk.get(f"/batches/{draft}").text
    resit = made(desk, draft)
    named = f'已建立补考批次：<a href="/batches/{resit}">一补考</a>'
    for path in ("", "/scores"):
        page = desk.get(f"/batches/{draft}{path}").text
        assert named in page and asked not in page and link not in page, path
    assert named not in desk.get(f"/batches/{draft}/scores", EXAMINER).text
    page = desk.get(f"/batches/{draft}/resit").text
    assert named in page and "没有需要补考的人员" in page
    assert desk.post(f"/batches/{draft}/resit", CLERK, name="再").status_code == 422
    delete_batch(desk, resit)
    page = desk.get(f"/batches/{draft}").text
    assert asked in page and "已建立补考批次" not in page
