"""What a clerk is shown at each step of an examination: what was done, and what is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from codes.levels import Level, parse_level
from issuer.desk import shanghai_day
from registry.home import Home
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.batch_desk import CLERK, BatchDesk, filed_home
from tests.issuer.desks import PUBLIC_URL, people
from tests.issuer.exam_desk import begun, filled
from wsgi import create_private_app

THEORY = {
    "part": "theory",
    "day": "2026-12-05",
    "begins": "09:00",
    "ends": "10:30",
    "room": "一号考场",
    "seats": "30",
    "candidates": "4",
    "invigilators": "甲、乙",
}
"""A sitting as the form sends it."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BatchDesk]:
    """Desks of a body that skips no step; each test begins a batch of its own."""
    path = tmp_path_factory.mktemp("exam-steps") / "home"
    home = Home.create(path, demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YANZHEN_PUBLIC_URL", PUBLIC_URL)
        for name in ("YANZHEN_DESK_DATABASE_URL", "YANZHEN_DATABASE_URL"):
            patch.delenv(name, raising=False)
        yield BatchDesk(create_private_app(filed_home(home, skipped=()), PASSPHRASE))


def test_each_form_that_succeeds_says_so_on_the_next_page_once(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, name="各表")
    sheet = desk.download(f"/batches/{draft}/eligibility.xlsx")
    eligible = {"申报条件": "3-1", "相关年限": "3", "依据材料": "单位证明"}
    one = {"condition": "3-1", "years": "4", "evidence": "单位证明"}
    forms: tuple[tuple[str, dict[str, object], str], ...] = (
        ("eligibility", {"sheet": filled(sheet, eligible)}, "申报条件表已录入 4 行"),
        ("eligibility/2", dict(one), "第 2 行的申报条件已保存"),
        ("plan", {"bank": "公安部题库", "version": "2025-1"}, "题库名称和版本已保存"),
        ("plan/sittings", dict(THEORY), "已增加一场考试"),
        ("scores", {"mark-2-theory-1": "80"}, "成绩已保存，新录入或改动 1 项"),
        ("check", {}, "已办理。"),
    )
    with working_as(desk.app, CLERK) as client:
        for path, form, said in forms:
            answer = client.post(
                f"/batches/{draft}/{path}",
                data=form,
                content_type="multipart/form-data",
                follow_redirects=True,
            )
            assert said in answer.text, path
            assert said not in client.get(answer.request.path).text, path


def test_eligibility_shows_how_many_are_left_and_lists_them(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, name="条件")
    persons = people(Level.THREE, 4)
    good = {"condition": "3-1", "years": "4", "evidence": "单位证明"}
    desk.post(f"/batches/{draft}/eligibility/2", CLERK, **good)
    desk.post(f"/batches/{draft}/eligibility/3", CLERK, **good | {"years": "1"})
    assert "3-1；年限 4" not in desk.get(f"/batches/{draft}/eligibility?show=open").text
    assert re.search(r"3-1</b>：[^<]+；年限 4<br>", desk.get(f"/batches/{draft}/eligibility").text)
    for show, rows in (("", {2, 3, 4, 5}), ("met", {2}), ("unmet", {3}), ("open", {4, 5})):
        page = desk.get(f"/batches/{draft}/eligibility?show={show}").text
        named = {row for row, one in enumerate(persons, start=2) if one.name in page}
        assert named == rows, show
        links = re.findall(r'eligibility(?:\?show=\w+)?"[^>]*>(\S+) *<[^>]*>(\d+)<', page)
        counts = {"全部": "4", "符合": "1", "不符合": "1", "未填写": "2"}
        assert dict(links).items() >= counts.items(), (links, show)


def test_one_person_after_the_other_is_entered_and_told_what_to_fill_in(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, 3, name="逐人")
    at = f"/batches/{draft}/eligibility"
    page = desk.get(f"{at}/3").text
    assert "须填：相关年限、依据材料" in page
    assert "须填：相关年限、原证书编号和发证日期、依据材料" in page
    good = {"condition": "3-1", "years": "4", "evidence": "单位证明", "then": "next"}
    for row, leads in ((3, f"{at}/4"), (4, f"{at}/2"), (2, at)):
        answer = desk.post(f"{at}/{row}", CLERK, **good)
        assert answer.status_code == 303 and answer.location == leads
    asked = desk.post(f"{at}/2", CLERK, condition="3-5", years="4", evidence="单位证明")
    assert "条件 3-5 要求原证书，请填写原证书编号" in asked.text and "现为0位" not in asked.text


def test_who_comes_from_the_list_of_an_outcome_goes_on_in_it(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, 4, name="逐个改正")
    at = f"/batches/{draft}/eligibility"
    good = {"condition": "3-1", "years": "4", "evidence": "单位证明"}
    for row in (2, 3, 4):
        assert desk.post(f"{at}/{row}", CLERK, **good | {"years": "1"}).status_code == 422
    assert f'href="{at}/2?show=unmet"' in desk.get(f"{at}?show=unmet").text
    form = desk.get(f"{at}/3?show=unmet").text
    assert f'action="{at}/3?show=unmet"' in form and f'href="{at}?show=unmet"' in form
    for row, then, leads in (
        (3, "next", f"{at}/4?show=unmet"),
        (4, "", f"{at}?show=unmet"),
        (2, "next", at),
    ):
        answer = desk.post(f"{at}/{row}?show=unmet", CLERK, **good, then=then)
        assert answer.status_code == 303 and answer.location == leads


def test_levels_are_in_english_on_english_pages(desk: BatchDesk, tmp_path: Path) -> None:
    at = f"/batches/{begun(desk, tmp_path, name='英文')}"
    with working_as(desk.app, CLERK) as client:
        client.set_cookie("lang", "en")
        for path in (f"{at}/eligibility", f"{at}/eligibility/2", f"{at}/scores"):
            page = client.get(path).text
            assert Level.THREE.zh not in page, path
            assert Level.THREE.en in page, path


def test_what_every_row_says_alike_is_read_once(
    desk: BatchDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, read = begun(desk, tmp_path, 4, name="同级"), list[str]()

    def counted(text: str) -> Level:
        read.append(text)
        return parse_level(text)

    monkeypatch.setattr("issuer.batch_candidates.parse_level", counted)
    assert desk.get(f"/batches/{draft}").status_code == 200
    assert len(read) <= 1


def test_faults_of_a_plan_are_explained(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path, name="安排")
    common = {"day": "2026-12-05", "room": "一号考场", "begins": "9：00", "ends": "11:00"}
    for one in (
        {"part": "theory", "seats": "2", "candidates": "4", "invigilators": "甲"},
        {"part": "skills", "seats": "9", "candidates": "3", "examiners": "甲、乙"},
        {"part": "review", "seats": "9", "candidates": "4", "examiners": "丙、丁、戊"},
    ):
        desk.post(f"/batches/{draft}/plan/sittings", CLERK, **common, **one)
    page = desk.get(f"/batches/{draft}/plan").text
    for said in (
        "请填写题库名称和版本",
        "只有 2 个座位",
        "至少需要 2 名",
        "考评员 2 名，应为 3 名以上单数",
        "同时占用 一号考场",
        "甲 在同一时间另有安排",
        "都不需要这一项",
        "应考 4 人，已安排 3 人",
        '2026年12月5日</span> <span class="day">09:00–11:00</span>',
    ):
        assert said in page, said
    bad = desk.post(f"/batches/{draft}/plan/sittings", CLERK, **{**common, "ends": "08:00"})
    assert bad.status_code == 422 and "应晚于开始时刻" in bad.text
    for wrong, said in (
        ({"begins": "9时"}, "开始时刻：请写成 09:00 的样子"),
        ({**THEORY, "ends": "08:00"}, "结束时刻：应晚于开始时刻"),
        ({"seats": "许多"}, "座位数：请填 1–9999 的整数"),
    ):
        told = desk.post(f"/batches/{draft}/plan/sittings", CLERK, **{**common, **wrong}).text
        assert told.count(said) == 2, said  # in the list at the top, and at the field
    assert 'value="一号考场"' in bad.text
    more = {"part": "skills", "seats": "9", "candidates": "3", "examiners": "己、庚、辛"}
    desk.post(f"/batches/{draft}/plan/sittings", CLERK, **common | more | {"day": "2026-12-06"})
    page = desk.get(f"/batches/{draft}/plan").text
    assert "应考 4 人，已安排 6 人" in page and "多 2 人，供补考的可以保留" in page
    for drop in re.findall(rf'action="(/batches/{draft}/plan/sittings/\w+/drop)"', page):
        assert desk.post(drop, sure="yes").status_code == 303
    assert "尚未安排考场" in desk.get(f"/batches/{draft}").text


def test_a_plan_for_the_same_people_at_once_or_years_off_is_to_be_looked_at(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, name="同时")
    page = f"/batches/{draft}/plan"
    desk.post(page, bank="公安部题库", version="2025-1")
    day = shanghai_day(desk.room.clock()).isoformat()
    first = {**THEORY, "day": day}
    skills = {**first, "part": "skills", "room": "二号考场", "examiners": "丙、丁、戊"}
    skills["invigilators"] = ""
    for one in (first, skills):
        assert desk.post(f"{page}/sittings", CLERK, **one).status_code == 303
    shown = desk.get(page).text
    assert "同时进行理论知识考试、技能考核，共安排 8 人，本批次只有 4 人" in shown
    assert "考试安排齐全。" not in shown and "考试安排齐全，但有需要核对的地方" in shown
    years = {**first, "day": "1999-01-01", "candidates": "1"}
    assert desk.post(f"{page}/sittings", CLERK, **years).status_code == 303
    shown = desk.get(page).text
    assert "距今一年以上，请核对年份" in shown
    assert "多 1 人，请核对：供补考的场次应在首次考试以后" in shown
    later = (shanghai_day(desk.room.clock()) + timedelta(days=9)).isoformat()
    draft = begun(desk, tmp_path, name="补考场")
    page = f"/batches/{draft}/plan"
    for one in (first, {**first, "day": later, "candidates": "1"}):
        assert desk.post(f"{page}/sittings", CLERK, **one).status_code == 303
    assert "多 1 人，供补考的可以保留" in desk.get(page).text


def test_a_planned_sitting_is_changed_and_cancelled(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path, name="改期")
    desk.post(f"/batches/{draft}/plan/sittings", CLERK, **THEORY)
    page = desk.get(f"/batches/{draft}/plan").text
    assert "理论知识考试选填" in page and "其他科目选填" in page
    address = re.findall(rf'href="(/batches/{draft}/plan/sittings/\w+)#sitting"', page)[0]
    form = desk.get(address).text
    assert 'value="一号考场"' in form and "甲、乙</textarea>" in form and "保存修改" in form
    wrong = desk.post(address, CLERK, **THEORY | {"ends": "08:00", "room": "二号考场"})
    assert wrong.status_code == 422 and f'action="{address}"' in wrong.text
    assert 'value="二号考场"' in wrong.text
    moved = THEORY | {"room": "二号考场", "day": "2026-12-06", "examiners": "丙"}
    assert desk.post(address, CLERK, **moved).status_code == 303
    page = desk.get(f"/batches/{draft}/plan").text
    assert "二号考场" in page and "一号考场" not in page
    late = desk.post(address, CLERK, **THEORY)  # the form of somebody who saw it as it was before
    assert late.status_code == 409 and "已有变动" in late.text
    drop = re.findall(rf'action="(/batches/{draft}/plan/sittings/\w+/drop)"', page)[0]
    asked = desk.post(drop)
    assert asked.status_code == 422 and "请先勾选确认" in asked.text and "二号考场" in asked.text
    assert re.search(r'(?s)href="#(sure-\w+)".*id="\1"', asked.text)
    assert desk.post(drop, sure="yes").status_code == 303
    assert desk.post(drop, sure="yes").status_code == 409
    assert "二号考场" not in desk.get(f"/batches/{draft}/plan").text
