"""Objections at the authority's desk: sealed, and settled on the page that shows what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer.application_states import Step
from registry.filing_models import Objection
from registry.home import Home
from registry.session import reading, transaction
from tests.issuer.authority_desk import CLERK, DAY, DIRECTOR, AuthorityDesk
from tests.issuer.procedures import MONDAY


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    return AuthorityDesk(home, tmp_path / "in")


def read_mark(page: str) -> str:
    """What the page that shows an objection brings back with its decision."""
    found = re.search(r'name="read" value="(.+?)"', page)
    return "" if found is None else found[1]


def test_objections_are_sealed_and_settled_by_a_director(desk: AuthorityDesk) -> None:
    number, last = desk.procedure.on_notice(MONDAY)
    desk.today = MONDAY + 2 * DAY
    base = f"/filing/applications/{number}/objections"
    empty = desk.post(CLERK, f"{base}/new", received_on=desk.today)
    assert (empty.status_code, 'id="sender-wrong"' in empty.text) == (422, True)
    entered = desk.post(
        CLERK, f"{base}/new", sender="某群众", text="场地不符", received_on=desk.today
    )
    assert entered.status_code == 303
    page = desk.get(CLERK, f"{base}/1").text
    assert "某群众" not in page and "由主管部门负责人处理" in page and "/1/settle" not in page
    assert f'action="{base}/1/settle"' not in desk.get(DIRECTOR, f"{base}/1").text
    english = desk.get(CLERK, f"{base}/1?lang=en", follow_redirects=True).text
    assert "处理人" not in desk.get(CLERK, f"{base}/1").text  # nobody settled it yet
    assert "Open</span>" in english  # as badges begin
    said = {"outcome": "dismissed", "reason": "现场核查不实"}
    assert desk.post(CLERK, f"{base}/1/settle", **said).status_code == 403
    assert "某群众" in desk.post(CLERK, f"{base}/1/read", ground="核实异议内容").text
    for mark in ({}, {"read": "0" * 16}):
        unread = desk.post(DIRECTOR, f"{base}/1/settle", **said, **mark)
        assert (unread.status_code, "请先查看异议原文" in unread.text) == (422, True)
        assert "某群众" not in unread.text
    read = desk.post(DIRECTOR, f"{base}/1/read", ground="核实异议内容").text
    assert "场地不符" in read and f'action="{base}/1/settle"' in read
    said["read"] = read_mark(read)
    silent = desk.post(DIRECTOR, f"{base}/1/settle", outcome="dismissed", read=said["read"])
    assert (silent.status_code, "场地不符" in silent.text) == (422, True)
    early = desk.post(DIRECTOR, f"{base}/1/settle", **said, decided_on=desk.today - 2 * DAY)
    assert (early.status_code, 'id="decided_on-wrong"' in early.text) == (422, True)
    assert "决定日期" in early.text and "办理日期" not in early.text
    assert desk.post(DIRECTOR, f"{base}/1/settle", **said).status_code == 303
    assert "不成立" in desk.get(CLERK, f"{base}/1").text
    assert desk.get(CLERK, f"{base}/2").status_code == 404
    assert last > desk.today


def test_an_objection_whose_words_were_altered_is_named_and_never_settled(
    desk: AuthorityDesk,
) -> None:
    number, _ = desk.procedure.on_notice(MONDAY)
    day = desk.today = MONDAY + 2 * DAY
    for _ in range(2):
        desk.procedure.object(number, day)
    page = f"/filing/applications/{number}/objections/2"
    ground = {"ground": "核实异议内容"}
    said = {"outcome": "dismissed", "reason": "现场核查不实"}
    said["read"] = read_mark(desk.post(DIRECTOR, f"{page}/read", **ground).text)
    with transaction(desk.office.engine) as session:
        second = session.scalars(select(Objection).order_by(Objection.id)).all()[1]
        second.sealed = second.sealed[:-1] + bytes([second.sealed[-1] ^ 1])
    shown = desk.get(CLERK, page)
    assert (shown.status_code, "异议 2 的原文打不开" in shown.text) == (200, True)
    assert "从改动前的备份恢复" in shown.text and f'action="{page}' not in shown.text
    for path, fields in (("read", ground), ("settle", said)):
        answer = desk.post(DIRECTOR, f"{page}/{path}", **fields)
        assert (answer.status_code, answer.text.count("异议 2 的原文打不开")) == (422, 1)
        assert f'action="{page}' not in answer.text
    with reading(desk.office.engine) as session:
        assert set(session.scalars(select(Objection.outcome))) == {None}


def test_only_the_objection_that_the_page_showed_is_read_and_settled(desk: AuthorityDesk) -> None:
    number, _ = desk.procedure.on_notice(MONDAY)
    day = desk.today = MONDAY + 2 * DAY
    desk.procedure.object(number, day)
    page = f"/filing/applications/{number}/objections/1"

    def shown() -> str:
        found = re.search(r'name="objection" value="(.+?)"', desk.get(DIRECTOR, page).text)
        return "" if found is None else found[1]

    said = {"outcome": "dismissed", "reason": "现场核查不实"}
    stale = shown()
    desk.procedure.step(number, Step.RETURN, day)
    desk.procedure.apply(day, supplements=number)
    for _ in range(2):
        desk.procedure.step(number, Step.ACCEPT, day)
    desk.procedure.notice(number, day)
    for fields in (said, {"outcome": "dismissed"}):  # before there is another objection
        assert desk.post(DIRECTOR, f"{page}/settle", objection=stale, **fields).status_code == 409
    day = desk.today = day + 2 * DAY
    desk.procedure.object(number, day)
    silent, reading_it = {"outcome": "dismissed"}, {"ground": "核实异议内容"}
    for path, fields in (("settle", said), ("settle", silent), ("read", reading_it)):
        late = desk.post(DIRECTOR, f"{page}/{path}", objection=stale, **fields)
        assert (late.status_code, "已不是原来那件异议" in late.text) == (409, True)
        assert "某群众" not in late.text
    with reading(desk.office.engine) as session:
        assert set(session.scalars(select(Objection.outcome))) == {None}
    read = read_mark(desk.post(DIRECTOR, f"{page}/read", objection=shown(), **reading_it).text)
    settled = desk.post(DIRECTOR, f"{page}/settle", objection=shown(), read=read, **said)
    assert settled.status_code == 303
