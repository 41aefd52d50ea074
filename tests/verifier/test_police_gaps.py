"""Gaps of custody: stated by one officer, confirmed by another, named in the bundle for ever."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import delete, select

from registry.case_models import (
    CaseEvent,
)
from registry.session import reading, transaction
from tests.verifier.police_homes import ONE, OTHER, SURE, PoliceHome, open_police_home
from tests.verifier.police_lists import break_off, dead_machine, faults, with_paper
from verifier.cases.casework import Officer, add_step, hold_case
from verifier.cases.custody_lines import Act


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-gaps")) as made:
        yield made


def test_a_gap_that_two_officers_settle_is_named_in_the_bundle(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕213号")
    address = f"/police/cases/{case_id}"
    assert desk.post(f"{address}/custody/gaps", reason="无")[0] == 422  # there is none
    break_off(desk, case_id, dead_machine(desk))
    ((place, _),) = faults(desk, case_id)
    assert place == 5
    page = desk.page(f"{address}/custody")
    assert "待说明" in page and "询问评价机构" in page
    assert desk.post(f"{address}/custody/gaps", reason="")[0] == 422
    assert desk.post(f"{address}/custody/gaps/5", OTHER)[0] == 422  # nothing is stated yet
    assert desk.post(f"{address}/custody/gaps", reason="当时机房断电")[0] == 303
    assert [one for one, _ in faults(desk, case_id)] == [5]  # not by one officer alone
    assert desk.post(f"{address}/custody/gaps/5")[0] == 422
    assert "保管记录缺漏待确认" not in desk.page("/")
    assert f'href="{address}/custody"' in desk.page("/", OTHER)
    assert "确认该说明" not in desk.page(f"{address}/custody")
    assert "确认该说明" in desk.page(f"{address}/custody", OTHER)
    assert desk.post(f"{address}/custody/gaps/5", OTHER)[0] == 303
    assert "保管记录缺漏待确认" not in desk.page("/", OTHER)
    assert faults(desk, case_id) == []
    page = desk.page(f"{address}/custody")
    assert "除下列已确认的缺漏外" in page and "当时机房断电" in page
    status, _, data = desk.post(f"{address}/bundle")
    assert status == 200
    with zipfile.ZipFile(BytesIO(data)) as archive:
        readme = archive.read("README.txt").decode()
        (gap,) = json.loads(archive.read("case.json"))["gaps"]
    assert (gap["line"], gap["reason"], gap["confirmed_by"]) == (5, "当时机房断电", OTHER.name)
    assert gap["sha256"] in readme and readme.count("当时机房断电") == 2
    assert "无法判断" in readme and "could not be told" in readme
    break_off(desk, case_id, dead_machine(desk))  # the next gap is one of its own
    assert [one for one, _ in faults(desk, case_id)] == [8]


def test_what_is_wrong_is_said_before_the_second_factor_is_asked_for(
    desk: PoliceHome, asking_again: str
) -> None:
    case_id = with_paper(desk, "津〔2026〕218号")
    address = f"/police/cases/{case_id}"
    for path, form in (
        ("records", {"number": desk.number, "ground": ""}),
        ("records", {"number": "S000012000123999999999", "ground": "核对持证人身份"}),
        ("custody/gaps/5", {}),
    ):
        status, _, page = desk.post(f"{address}/{path}", **form)
        assert (status, asking_again in page.decode()) == (422, False), form
    form = {"number": desk.number, "ground": "核对持证人身份"}
    assert asking_again in desk.post(f"{address}/records", **form)[2].decode()


def test_a_line_said_not_to_be_kept_is_settled_and_named(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕216号")
    address = f"/police/cases/{case_id}"
    with reading(desk.room.desks) as session:
        row = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id)).all()[-1]
    line = {"actor": ONE.name, "subject": f"case {case_id} {row.place} {row.sha256}"}
    desk.room.lent.note(act="police.undone", ground="办理未成", reference="", **line)
    ((place, what),) = faults(desk, case_id)
    assert (place, "was not kept" in what) == (4, True)
    assert "审计记录称这一条没有写入" in desk.page(f"{address}/custody").partition('id="gaps"')[2]
    assert desk.post(f"{address}/custody/gaps", reason="数据库断开")[0] == 303
    assert [one for one, _ in faults(desk, case_id)] == [4]
    assert desk.post(f"{address}/custody/gaps/5", OTHER)[0] == 303
    assert faults(desk, case_id) == []
    status, _, data = desk.post(f"{address}/bundle")
    assert status == 200
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert "审计记录称这一条没有写入" in archive.read("README.txt").decode()
        (gap,) = json.loads(archive.read("case.json"))["gaps"]
    assert (gap["line"], gap["in_custody"], gap["reason"]) == (4, True, "数据库断开")


def test_the_same_act_done_again_in_the_same_second_is_kept(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕217号")
    now = desk.room.clock()
    room = replace(desk.room, clock=lambda: now)
    break_off(desk, case_id, room, Act.TAKE_OUT)
    with transaction(room.desks) as session:
        case, officer = hold_case(session, case_id), Officer(account_id=11, name=ONE.name)
        add_step(room, session, room.vault(), case, officer, Act.TAKE_OUT)
    assert faults(desk, case_id) == []
    with transaction(desk.room.desks) as session:
        mine = (CaseEvent.case_id == case_id, CaseEvent.place == 5)
        session.execute(delete(CaseEvent).where(*mine))
    assert [one for one, _ in faults(desk, case_id)] == [5]


def test_a_deleted_line_stays_named_and_a_changed_one_is_never_settled(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕214号")
    address = f"/police/cases/{case_id}"
    assert desk.post(f"{address}/hand-over", to="检察院 李", paper="移字1号", **SURE)[0] == 303
    with transaction(desk.room.desks) as session:
        mine = (CaseEvent.case_id == case_id, CaseEvent.place == 5)
        session.execute(delete(CaseEvent).where(*mine))
    assert desk.post(f"{address}/custody/gaps", reason="不明")[0] == 303
    assert desk.post(f"{address}/custody/gaps/5", OTHER)[0] == 303
    assert "移交" in desk.page(f"{address}/custody").partition('id="gaps"')[2]
    assert [one for one, _ in faults(desk, case_id)] == [None]  # handed over, by no line
