"""The audit trail as auditors see it: filtered, page by page, as a workbook, and checked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import urlencode

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text

from accounts.roles import Role
from issuer.console import trail
from registry.home import Home
from registry.session import open_engine, reading, transaction
from registry.trail import TrailFilter, find_entries, note, remembering
from registry.trail_models import TrailEntry
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.batch_desk import CLERK, BatchDesk, filed_home
from wsgi import create_private_app

AUDITOR = replace(CLERK, account_id=77, name="冯审计", body="", roles=frozenset({Role.AUDITOR}))
ENTRIES = 120


@pytest.fixture
def desk(home: Home) -> BatchDesk:
    """The desks of a home whose trail has many entries."""
    filed_home(home)
    engine = remembering(open_engine(home.database_url), home.trail_memory)
    for number in range(ENTRIES):
        act = "copies.export" if number % 2 else "police.open_record"
        with transaction(engine) as session:
            note(
                session,
                actor="赵经办",
                act=act,
                subject=f"案 {number}",
                ground="=1+1",
                reference="津〔2026〕1号",
                at=datetime(2026, 11, 20, 15, 59, 30, tzinfo=UTC) + number * timedelta(days=1),
            )
    return BatchDesk(create_private_app(home, PASSPHRASE, clock=lambda: NOW))


def seen(desk: BatchDesk, query: str = "") -> str:
    with working_as(desk.app, AUDITOR) as client:
        answer = client.get(f"/trail{query}")
    assert answer.status_code == 200
    return answer.text


def test_an_auditor_reads_filters_and_turns_the_pages(desk: BatchDesk) -> None:
    first = seen(desk)
    assert f"案 {ENTRIES - 1}<" in first and "案 60<" not in first
    assert "2026年11月20日" not in first and "23:59:30" in first
    last = seen(desk, "?since=2026-11-20&until=2026-11-20")
    assert "北京时间 2026年11月20日 23:59:30" in last and "案 0<" in last and "案 1<" not in last
    police = seen(desk, "?group=police")
    assert "police.open_record" in police and "公安案件" in police and "copies.export" not in police
    assert "案 7<" in seen(desk, "?subject=案 7") and "没有符合条件" in seen(desk, "?actor=无此人")
    for odd in ("?until=9999-12-31", "?after=x", "?after=99999999999999999999", "?group=none"):
        seen(desk, odd)
    for key in ("since", "until"):
        wrong = seen(desk, f"?{key}=2026-11-31")
        assert "没有“2026-11-31”这一天" in wrong and f'href="#filter-{key}"' in wrong
        assert "案 1" not in wrong
    with working_as(desk.app, AUDITOR) as client:
        assert client.get("/trail/file?since=2026-11-31").status_code == 422
        assert client.get("/trail/file?since=0001-01-01&until=9999-12-31").status_code == 200
        assert 'href="/trail"' in client.get("/").text
    for role in set(Role) - {Role.AUDITOR}:
        with working_as(desk.app, replace(CLERK, roles=frozenset({role}))) as client:
            assert client.get("/trail").status_code == 403


def test_the_state_of_an_account_is_told_in_words(desk: BatchDesk) -> None:
    with transaction(desk.room.register) as session:
        note(
            session,
            actor="钱负责",
            act="accounts.state",
            subject="new.one on/1 police?1,auditor!2 - 新 同事",
            ground="账号管理",
            reference="",
            at=NOW,
        )
    page = seen(desk, "?group=accounts")
    words = (
        f"new.one（新 同事）：使用中，角色：{Role.POLICE.text.zh}（待确认）、{Role.AUDITOR.text.zh}"
    )
    assert words in page and "police?1" not in page


def test_acts_subjects_and_grounds_of_the_program_are_told_in_both_languages(
    desk: BatchDesk,
) -> None:
    with transaction(desk.room.register) as session:
        for act, subject, ground in (
            ("filing.settle", "1 2", "日常业务"),
            ("issue", "S000012000123 第一批", "批次已审批，后台签发"),
        ):
            note(
                session,
                actor="钱负责",
                act=act,
                subject=subject,
                ground=ground,
                reference="",
                at=NOW,
            )
    page = seen(desk)
    for words in ("处理对备案的异议", "异议 2（申请 1）", "<code>filing.settle</code>", "签发证书"):
        assert words in page
    assert "签发证书" in seen(desk, "?group=issue")
    assert "签发证书" not in seen(desk, "?group=filing")
    with working_as(desk.app, AUDITOR) as client:
        english = client.get("/trail?lang=en", follow_redirects=True).text
    for words in ("Objection to a filing settled", "objection 2 (application 1)", "daily business"):
        assert words in english
    assert "日常业务" not in english and "后台签发" not in english


@pytest.mark.parametrize(
    ("typed", "hits"),
    [
        ("津城样本", {1, 2}),  # a body by its name, and what its numbers stand for
        ("S000012000123", {1, 2}),
        ("s000012000123263000045", {2}),
        ("S000012000123（津城", {1}),
        ("异议 2（申请 1）", {3}),
        ("objection 2 (application 1)", {3}),
        ("申请 12", {4}),
        ("Application 1", {3, 4}),
        ("审批事项 45", {5}),
        ("new.one", {6}),
        ("角色：公安民警（待确认）", {6}),
        ("disabled", set()),
        ("没有", set()),
    ],
)
def test_the_filter_finds_what_the_page_shows(desk: BatchDesk, typed: str, hits: set[int]) -> None:
    told = (
        ("issue", "S000012000123 第一批"),
        ("certificates.file", "S000012000123263000045"),
        ("filing.settle", "1 2"),
        ("filing.accept", "12"),
        ("life.approve", "45"),
        ("accounts.state", "new.one on/1 police?1 - 新 同事"),
    )
    with transaction(desk.room.register) as session:
        for act, subject in told:
            more = {"actor": "钱负责", "ground": "日常业务", "reference": "", "at": NOW}
            note(session, act=act, subject=subject, **more)  # type: ignore[arg-type]  # as named
        first = session.scalars(select(TrailEntry.id).order_by(TrailEntry.id.desc())).first()
    query = urlencode({"subject": typed, "actor": "钱负责"})
    page = seen(desk, f"?{query}")
    found = {int(row) for row in re.findall(r"<th[^>]*><span>(\d+)</span>", page)}
    assert first is not None and found == {first - len(told) + hit for hit in hits}


def test_every_page_together_shows_every_entry_once(desk: BatchDesk) -> None:
    found: list[str] = []
    query = "?size=50&subject=案"
    while query:
        page = seen(desk, query)
        found += [one.partition("<")[0] for one in page.split('<span class="long">')[1:]]
        after = page.partition("after=")[2].partition('"')[0]
        rest = page.partition("下一页")[0].rpartition('href="')[2].partition('"')[0]
        query = rest.replace("&amp;", "&") if "after=" in rest and after else ""
    assert found == [f"案 {number}" for number in reversed(range(ENTRIES))]


def test_the_workbook_holds_what_the_filters_show_and_is_noted(desk: BatchDesk) -> None:
    with working_as(desk.app, AUDITOR) as client:
        answer = client.get("/trail/file?group=copies")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + ENTRIES // 2 and rows[0][-1] == "摘要"
    assert {row[3] for row in rows[1:]} == {"导出批次证书文件"} and rows[0][-3] == "事项代码"
    assert {row[-3] for row in rows[1:]} == {"copies.export"} and len(str(rows[1][-1])) == 64
    assert b"<f>" not in answer.data
    with reading(desk.room.register) as session:
        last = find_entries(session, TrailFilter(), limit=1)[0]
    assert (last.act, last.actor, last.subject) == ("trail.export", "冯审计", "group=copies")


def test_the_workbook_says_what_an_entry_is_about_in_words_and_as_it_was_written(
    desk: BatchDesk,
) -> None:
    with transaction(desk.room.register) as session:
        note(
            session,
            actor="赵经办",
            act="complaint.read",
            subject="7",
            ground="某",
            reference="",
            at=NOW,
        )
    with working_as(desk.app, AUDITOR) as client:
        answer = client.get("/trail/file?group=complaint")
    head, line = (
        CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    )
    told = dict(zip(head, line, strict=True))
    assert (told["对象"], told["对象原文"]) == ("投诉举报 7", "7")


def test_a_change_behind_the_back_of_the_system_is_shown(
    desk: BatchDesk, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def checked() -> str:
        with working_as(desk.app, AUDITOR) as client:
            answer = client.post("/trail/check")
        assert answer.status_code == 200
        return answer.text

    assert "完整，没有改动" in checked()
    with open_engine(home.database_url).begin() as connection:
        for (name,) in connection.execute(
            text("select name from sqlite_master where type='trigger' and tbl_name='trail'")
        ).all():
            connection.execute(text(f"drop trigger {name}"))
        connection.execute(text("update trail set ground='改' where subject='案 5'"))
    page = checked()
    assert "有 1 处问题" in page and "内容被改动" in page and "完整，没有改动" not in page
    monkeypatch.setattr(trail, "MOST_CHECKED", 3)
    assert "yanzhen trail check" in checked()
