"""What is next for a batch, on its pages and on the clerk's first page, until it is uploaded."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from codes.levels import Level
from issuer.columns import Column
from issuer.uploads_waiting import batches_to_upload
from registry.models import Award, AwardStatus
from registry.session import transaction
from tests.issuer.batch_desk import (
    APPROVER,
    CLERK,
    EXAMINER,
    FOREIGN,
    BatchDesk,
    photos_zip,
    portrait,
    roster_of,
)
from tests.issuer.desks import PREFIX, people
from tests.issuer.exam_desk import (
    Clock,
    begun,
    enter_eligibility,
    enter_scores,
    open_examining,
    plan,
    put_up,
    reconcile_upload,
    revision,
    to_notice,
)

_NEXT = re.compile(r'<p class="next">.*?</p>', re.S)
_PHOTO = re.compile(r'src="(/batches/\d+/photos/\d+\.jpg)"')
_MOST_BYTES = 60_000


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def next_on(desk: BatchDesk, page: str) -> str:
    """What a page of a batch says comes next, with its link."""
    found = _NEXT.search(desk.get(page).text)
    assert found is not None
    return found[0]


def test_every_page_of_a_batch_leads_to_what_is_next(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    persons = people(Level.THREE, 4)
    draft = desk.begin(roster_of(tmp_path, persons, {1: {Column.SEX: "不明"}}))
    at = f"/batches/{draft}"
    said = next_on(desk, f"{at}/photos")
    assert f'href="{at}/rows?show=faulty">改正名册中 1 行的问题' in said
    desk.post(f"{at}/rows/2", SEX=persons[0].sex.zh)
    assert f'href="{at}/photos">上传照片（还差 4 人）' in next_on(desk, f"{at}/rows")
    desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    assert f'href="{at}/eligibility">申报条件审核（4 人' in next_on(desk, f"{at}/photos")
    assert "到总览提交审批" not in desk.get(f"{at}/rows").text
    enter_eligibility(desk, draft)
    assert f'href="{at}/plan">考试安排' in next_on(desk, f"{at}/eligibility")
    plan(desk, draft)
    said = next_on(desk, f"{at}/plan")
    assert f'href="{at}/scores">成绩（成绩尚未确认）' in said and "由考评员和经办人" in said
    to_enter, to_close = "个批次待录入成绩", "个批次成绩已录完，待核对、确认"
    assert to_enter in desk.get("/", EXAMINER).text and to_close not in desk.get("/").text
    listed = desk.get("/batches", EXAMINER).text
    assert re.search(r"录入成绩\s*<", listed) and "提交审批" not in listed
    enter_scores(desk, draft)
    said = next_on(desk, f"{at}/plan")
    assert "成绩已录完，待没有录入过成绩的经办人核对、确认" in said and "考评员和" not in said
    assert to_enter not in desk.get("/", EXAMINER).text
    assert to_close in desk.get("/").text
    assert "成绩已录完，由经办人核对、确认" in desk.get("/batches", EXAMINER).text
    desk.post(f"{at}/scores/close")
    assert to_close not in desk.get("/").text
    assert f'href="{at}/notice">结果公示' in next_on(desk, f"{at}/scores")
    put_up(desk, draft, clock)
    clock.now += timedelta(days=9)
    said = next_on(desk, f"{at}/notice")
    assert f'href="{at}">提交审批</a>' in said
    assert "提交审批" in next_on(desk, at)
    desk.submit(draft)
    assert "批准签发或退回" in next_on(desk, at)
    review = desk.get(f"{at}/review", APPROVER).text
    assert "核对人数、考核、提示和样张" in review and f'href="{at}">核对人数' not in review
    seen = revision(desk, draft)
    desk.post(f"{at}/return", APPROVER, revision=seen, reason="姓名有误")
    assert "按退回原因修改后重新提交审批" in next_on(desk, at)


def test_an_issued_batch_waits_for_its_clerk_until_it_is_uploaded(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = to_notice(desk, tmp_path, clock)
    clock.now += timedelta(days=9)
    desk.submit(draft)
    desk.approve(draft)
    words = "个已签发批次待印制、上传全国平台"
    assert words not in desk.get("/").text
    desk.work()
    front = desk.get("/").text
    assert words in front and f'href="/batches/{draft}"' in front
    assert words not in desk.get("/", APPROVER).text
    assert words not in desk.get("/", FOREIGN).text
    assert "一</a>" in desk.get("/batches?state=to-upload").text
    with transaction(desk.room.register) as session:
        session.execute(update(Award).values(status=AwardStatus.REVOKED))
    assert batches_to_upload(desk.room, PREFIX) == []  # there is nothing left to be uploaded
    assert "没有待上传的证书，未上传的现非有效" in next_on(desk, f"/batches/{draft}")
    page = desk.get(f"/batches/{draft}/upload").text
    assert "未上传的 2 张现非有效，不再上传" in page and "全部证书已上传" not in page
    with transaction(desk.room.register) as session:
        session.execute(update(Award).values(status=AwardStatus.CURRENT))
    assert "上传全国平台并核对回执" in next_on(desk, f"/batches/{draft}")
    assert "上传全国平台并核对回执" in desk.get("/batches").text
    reconcile_upload(desk, draft, clock)
    assert words not in desk.get("/").text
    done = "证书均已上传全国平台，回执已核对"
    assert done in next_on(desk, f"/batches/{draft}") and done in desk.get("/batches").text
    assert "没有符合条件的记录" in desk.get("/batches?state=to-upload").text


def test_counts_say_what_they_count(desk: BatchDesk, tmp_path: Path) -> None:
    persons = people(Level.THREE, 3)
    wrong = {Column.SEX: "不明", Column.DOCUMENT_NUMBER: "1"}
    draft = desk.begin(roster_of(tmp_path, persons, {2: wrong}))
    page = desk.get(f"/batches/{draft}").text
    assert '<span class="count">1 行待改正</span>' in page
    assert '<span class="count">还差 3 人</span>' in page
    assert "名册 1 行，照片 3 人" in desk.get("/batches").text


def test_photos_are_shown_small_beside_the_names_to_the_desk_alone(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, 2)
    before = desk.get(f"/batches/{draft}/photos").text
    assert "还没有上传照片" in before and "名册有 2 人" in before and "待检查" not in before
    persons = people(Level.THREE, 2)
    desk.add_photos(draft, (portrait(persons[0], 1), "1.jpg"), (b"none", "2.jpg"))
    page = desk.get(f"/batches/{draft}/photos")
    (address,) = _PHOTO.findall(page.text)
    assert f"第 2 行 {persons[0].name}" in page.text and "还没有上传照片" not in page.text
    for person in (CLERK, APPROVER):
        answer = desk.get(address, person)
        assert answer.status_code == 200 and answer.mimetype == "image/jpeg"
        assert answer.data.startswith(b"\xff\xd8\xff") and len(answer.data) < _MOST_BYTES
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert desk.get(address, EXAMINER).status_code == 403
    assert desk.get(address, FOREIGN).status_code == 404
    first, _, _ = address.rpartition("/")
    for other in (2, 9, 2**63):  # the second was refused
        assert desk.get(f"{first}/{other}.jpg").status_code == 404, other
    another = begun(desk, tmp_path, 1, name="二")
    assert desk.get(address.replace(f"/{draft}/", f"/{another}/")).status_code == 404


def test_a_photo_of_nearly_the_right_name_is_shown_beside_the_row_that_wants_it(
    desk: BatchDesk, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 3)
    unnamed = {place: {Column.PHOTO: ""} for place in (1, 2, 3)}
    draft = desk.begin(roster_of(tmp_path, persons, unnamed))
    pages = [f"/batches/{draft}/photos", f"/batches/{draft}/rows/3"]
    for page in pages:
        before = desk.get(page).text
        assert "还没有上传照片" in before and "照片文件夹" not in before
    right = [one.document_number for one in persons]
    wrong = f"{right[1][:10]}{(int(right[1][10]) + 1) % 10}{right[1][11:]}"
    desk.add_photos(draft, (b"none", f"{right[0]}.jpg"), (b"none", f"{wrong}.jpg"))
    photos, row = (desk.get(page).text for page in pages)
    for shown in (photos, row):
        assert f"没有“{right[1]}.jpg”；有一张“{wrong}.jpg”，相差 1 个字符" in shown
        assert "〔证件号码〕" not in shown
    assert "与第 3 行应有的文件名相差 1 个字符" in photos
    assert f"照片文件“{right[0]}.jpg”：" in photos
    row = desk.get(f"/batches/{draft}/rows/2").text
    assert f"照片文件“{right[0]}.jpg”：" in row and "上传或更换照片" in row


def test_another_ending_of_a_jpeg_serves_and_other_near_names_are_told(
    desk: BatchDesk, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 3)
    named = {
        1: {Column.PHOTO: "张.jpg"},
        2: {Column.PHOTO: "褚英.jpg"},
        3: {Column.PHOTO: "李.jpg"},
    }
    draft = desk.begin(roster_of(tmp_path, persons, named))
    picture = portrait(persons[0], 1)
    desk.add_photos(draft, (picture, "张.jpeg"), (picture, "褚 英.jpg"), (picture, "李.png"))
    page = desk.get(f"/batches/{draft}/photos").text
    assert "没有“张.jpg”" not in page and "第 2 行的照片" in page
    assert "有一张“褚 英.jpg”，只有空格不同" in page
    assert "有一张“李.png”，只有扩展名不同" in page and "应有的文件名只有扩展名不同" in page


def test_who_types_scores_knows_beforehand_who_closes_them(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path, 2)
    at = f"/batches/{draft}/scores"
    page = desk.get(at).text
    assert page.index("就不能确认本批次的成绩") < page.index('name="mark-')
    examiner = desk.get(at, EXAMINER).text
    assert examiner.index("由没有录入过成绩的机构经办人核对、确认") < examiner.index('name="mark-')
    desk.post(at, CLERK, **{"mark-2-theory-1": "80"})
    own = desk.get(at).text
    assert "您已录入 1 人的成绩" in own and "/scores/close" not in own
    other = desk.get(at, replace(CLERK, account_id=7, name="何经办")).text
    assert "/scores/close" in other


@pytest.mark.parametrize("page", ["new", "1", "1/photos", "1/scores", "1/eligibility"])
def test_an_upload_has_words_for_while_it_runs(desk: BatchDesk, tmp_path: Path, page: str) -> None:
    begun(desk, tmp_path, 1)
    text = desk.get(f"/batches/{page}").text
    assert 'enctype="multipart/form-data" data-busy="正在上传并检查' in text
    assert 'src="/static/busy.js" defer' in text
