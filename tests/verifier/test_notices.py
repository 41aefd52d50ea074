"""Public notices: whoever reads them may object, and follows it up by a receipt code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.spoken import spoken_day
from issuer.application_states import Step
from issuer.applications import find_application
from issuer.desk import shanghai_day
from issuer.filing_duties import stage_since
from issuer.public_notice import ObjectionOutcome, open_objection
from registry.filing_models import Objection
from registry.home import Home
from registry.objection_models import SentObjection
from registry.objections import ObjectionBox, ObjectionsFull, ObjectionWords
from registry.public_database import public_database, public_database_url
from registry.session import reading, transaction
from tests.issuer.authority_desk import CLERK, DIRECTOR, AuthorityDesk
from verifier.budgets import LETTERS_AN_HOUR
from wsgi import create_public_app

DAY = timedelta(days=1)
WORDS = {"sender": "某群众 13900000000", "text": "场地与申报不符\n请核查"}


@dataclass(frozen=True, slots=True)
class Sides:
    """The authority's desk and the public site of one home, with one unit under notice today."""

    desk: AuthorityDesk
    public: FlaskClient
    number: int


@pytest.fixture
def sides(home: Home, tmp_path: Path) -> Iterator[Sides]:
    today = shanghai_day(datetime.now(UTC))
    desk = AuthorityDesk(home, tmp_path / "in", today)
    number, _ = desk.procedure.on_notice(today - 2 * DAY)
    app = create_public_app(home)
    yield Sides(desk, app.test_client(), number)
    app.extensions["yanzhen_verifier"].close()


def test_a_notice_is_shown_on_its_days_and_while_it_waits(sides: Sides) -> None:
    page = sides.public.get("/notices").text
    assert "津城样本职业技能评价中心（虚构）" in page and "天津市虚构区样本路 1 号" in page
    assert "Both days included" in sides.public.get("/notices?lang=en").text
    for none in ("99", "9" * 30):
        assert sides.public.get(f"/notices/{none}/object").status_code == 404
    desk = sides.desk
    path = f"/filing/applications/{sides.number}/step"
    assert (
        desk.post(DIRECTOR, path, step="refuse", reason="单位撤回申请", sure="yes").status_code
        == 303
    )
    assert "目前没有公示" in sides.public.get("/notices?lang=zh").text


def test_an_objection_goes_from_the_public_site_to_the_register(sides: Sides, home: Home) -> None:
    public, desk = sides.public, sides.desk
    form = "/notices/1/object"
    empty = public.post(form, data={"sender": "某群众", "text": " "})
    assert (empty.status_code, 'id="text-wrong"' in empty.text) == (422, True)
    assert 'value="某群众"' in empty.text
    sent = public.post(form, data=WORDS).text
    found = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", sent)
    assert found is not None and 'id="print" hidden>打印本页' in sent
    code = found[0]
    with public_database(public_database_url(home)) as engine, reading(engine) as session:
        row = session.scalars(select(SentObjection)).one()
        assert row.sealed is not None and "某群众".encode() not in row.sealed
    assert "等待主管部门登记" in public.post("/notices/receipt", data={"code": code.lower()}).text
    wrong = public.post("/notices/receipt", data={"code": "0000-0000-0000-0000"})
    assert (wrong.status_code, 'id="code-wrong"' in wrong.text) == (422, True)

    page = f"/filing/applications/{sides.number}"
    assert "公众网站收到 1 件异议" in desk.get(CLERK, page).text
    assert desk.post(CLERK, f"{page}/objections/sent").status_code == 303
    assert "公众网站收到" not in desk.get(CLERK, page).text
    with desk.procedure.session() as session:
        words = open_objection(desk.procedure.vault, session.scalars(select(Objection)).one())
        assert (words.sender, words.text) == (WORDS["sender"], WORDS["text"])
    with public_database(public_database_url(home)) as engine, reading(engine) as session:
        assert session.scalars(select(SentObjection)).one().sealed is None
    assert "正在核实处理" in public.post("/notices/receipt", data={"code": code}).text
    desk.procedure.settle(sides.number, 1, ObjectionOutcome.DISMISSED, desk.today)
    desk.procedure.step(sides.number, Step.REFUSE, desk.today)  # it is listed no more
    told = public.post("/notices/receipt?lang=zh", data={"code": code}).text
    day = f"{desk.today.year}年{desk.today.month}月{desk.today.day}日"
    assert "异议不成立" in told and "公示的单位：津城样本职业技能评价中心（虚构）" in told
    assert f"处理日期：{day}" in re.sub(r"<[^>]+>", "", told)


def test_the_same_sending_is_one_objection(
    sides: Sides, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = "/notices/1/object"
    mark = re.search(r'name="sending" value="([0-9a-f]{32})"', sides.public.get(form).text)
    assert mark is not None

    def receipt(**changes: str) -> str:
        sent = sides.public.post(form, data=WORDS | {"sending": mark[1]} | changes)
        found = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", sent.text)
        assert found is not None
        return found[0]

    def waiting() -> int:
        with public_database(public_database_url(home)) as engine, reading(engine) as session:
            return len(session.scalars(select(SentObjection)).all())

    first = receipt()
    assert (receipt(), waiting()) == (first, 1)
    assert receipt(text="另一件事") != first and waiting() == 2
    assert receipt(sending="") != receipt(sending="") and waiting() == 4
    monkeypatch.setattr(ObjectionBox, "repeated", lambda *_: None)  # two at once: neither is there
    assert (receipt(), waiting()) == (first, 4)


def test_one_network_objects_so_often_and_a_full_notice_closes_no_other(
    sides: Sides, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = ObjectionBox(home.pepper())
    words = ObjectionWords(sender="某群众", text="场地与申报不符")
    monkeypatch.setattr("registry.objections.MOST_WAITING", LETTERS_AN_HOUR)
    for _ in range(LETTERS_AN_HOUR):
        assert sides.public.post("/notices/1/object", data=WORDS).status_code == 200
    many = sides.public.post("/notices/1/object", data=WORDS)
    assert (many.status_code, "场地与申报不符" in many.text) == (429, True)
    now = datetime.now(UTC)
    with public_database(public_database_url(home)) as engine, transaction(engine) as session:
        with pytest.raises(ObjectionsFull):
            box.send(session, 1, words, now=now)
        assert box.send(session, 2, words, now=now)


def test_nothing_is_filed_while_an_objection_is_unread(sides: Sides) -> None:
    sides.public.post("/notices/1/object", data=WORDS)
    desk = sides.desk
    desk.today += 10 * DAY
    terms = {"first": desk.today, "last": desk.today + 900 * DAY, "reason": "符合条件"}
    path = f"/filing/applications/{sides.number}/file"
    answer = desk.post(CLERK, path, prefix__0="S000012000123", **terms)
    assert (answer.status_code, "尚未登记，不能备案" in answer.text) == (422, True)


def test_an_objection_is_named_to_who_has_it_next(sides: Sides) -> None:
    desk, page = sides.desk, f"/filing/applications/{sides.number}"
    assert sides.public.post("/notices/1/object", data=WORDS).status_code == 200
    assert "件备案异议待登记" in desk.get(CLERK, "/").text
    assert "件备案异议" not in desk.get(DIRECTOR, "/").text
    for path in (page, "/filing/applications"):
        text = desk.get(CLERK, path).text
        assert "登记公众网站收到的 1 件异议" in text and "公示期满后提出备案" not in text

    desk.post(CLERK, f"{page}/objections/sent")
    assert "件备案异议" not in desk.get(CLERK, "/").text
    assert "件备案异议待处理" in desk.get(DIRECTOR, "/").text
    assert "处理 1 件异议" in desk.get(DIRECTOR, page).text

    desk.procedure.settle(sides.number, 1, ObjectionOutcome.DISMISSED, desk.today)
    assert "件备案异议" not in desk.get(DIRECTOR, "/").text
    assert "公示期满后提出备案" in desk.get(CLERK, page).text


def test_the_day_a_stage_began_stays_when_an_objection_comes(sides: Sides) -> None:
    desk = sides.desk
    with desk.procedure.session() as session:
        application = find_application(session, sides.number)
        began = stage_since(application)
        assert began == application.decisions[-1].decided_on < desk.today
    desk.procedure.object(sides.number, desk.today)
    with desk.procedure.session() as session:
        assert stage_since(find_application(session, sides.number)) == began


def test_objections_by_letter_are_entered_from_the_first_day_on(sides: Sides) -> None:
    desk, page = sides.desk, f"/filing/applications/{sides.number}"
    with desk.procedure.session() as session:
        first = find_application(session, sides.number).notices[-1].first_day
    desk.today = first - DAY
    early = desk.get(CLERK, page).text
    assert f"{page}/objections/new" not in early
    assert "届时可在此登记来信来访的异议" in early and spoken_day(first).zh in early
    desk.today = first
    assert f"{page}/objections/new" in desk.get(CLERK, page).text
