"""Papers that wait at the police desk while the machine is busy, and what comes of them."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, update

from issuer.batch_supervisor import runner_beside
from registry.case_models import CaseItem, PoliceCase
from registry.session import reading, transaction
from registry.trail import TrailFilter, find_entries
from tests.conftest import PASSPHRASE
from tests.verifier.police_homes import ONE, OTHER, SURE, PoliceHome, open_police_home
from verifier.cases.casework import Officer
from verifier.cases.custody import check_custody
from verifier.cases.custody_lines import RUNNER, Act
from verifier.cases.examining import judge_again, judge_waiting
from verifier.cases.waiting import PAUSES, papers_to_judge, places_waiting
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.report_desk import ReportDesk
from verifier.service import Verifier
from verifier.verdict import Outcome, Verdict

RUNNING = Officer(account_id=0, name=RUNNER.zh, on_order_of=ONE.name)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-waiting")) as made:
        yield made


@pytest.fixture(autouse=True)
def without_pauses() -> Iterator[None]:
    """Let the runner try again at once, and often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("verifier.cases.waiting.PAUSES", (timedelta(),) * 9)
        yield


def make_busy(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch, code: Code = Code.SYSTEM_BUSY
) -> None:
    """Have the verifier find no time for any file, until the patch is undone."""
    found = desk.room.verifier.verify_number(desk.number, name=desk.name)
    busy = replace(found, findings=(find(code),))
    monkeypatch.setattr(Verifier, "verify_file", lambda *_: busy)


@pytest.mark.parametrize("code", [Code.SYSTEM_BUSY, Code.FILES_WAITING])
def test_what_a_busy_machine_did_not_judge_is_judged_by_itself(
    code: Code, desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case(f"津公（刑）受案字〔2026〕102号 {code}")
    make_busy(desk, monkeypatch, code)
    address = f"/police/cases/{case_id}/papers/{desk.hand_in(case_id, desk.pdf, '证书.pdf')}"
    page, case = desk.page(address), desk.page(f"/police/cases/{case_id}")
    assert "不用再点" in page and f'data-poll="{address}/progress"' in page
    assert f"{address}/again" not in page
    assert "等候核验" in case and f'data-poll="/police/cases/{case_id}/progress"' in case
    assert json.loads(desk.page(f"{address}/progress"))["state"] == "waiting"
    assert not judge_waiting(desk.room)  # still busy: it goes on waiting
    with reading(desk.room.desks) as session:
        query = select(CaseItem.report_number).where(CaseItem.case_id == case_id)
        assert session.scalars(query).all() == [None]
    monkeypatch.undo()
    assert not judge_waiting(desk.room)
    assert Outcome.VALID.text.zh in desk.page(address)
    assert json.loads(desk.page(f"{address}/progress"))["state"] == "over"
    told = json.loads(desk.page(f"/police/cases/{case_id}/progress"))
    assert (told["state"], told["done"], told["total"]) == ("0", 1, 1)


def test_a_paper_that_was_tried_keeps_its_place_and_its_page_says_how_it_waits(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case("津公（刑）受案字〔2026〕112号")
    make_busy(desk, monkeypatch)
    for name, said in (("一.pdf", {}), ("二.pdf", {"name": desk.name})):
        desk.hand_in(case_id, desk.pdf, name, **said)
    assert not judge_waiting(desk.room)
    first, second = (desk.page(f"/police/cases/{case_id}/papers/{place}") for place in (1, 2))
    assert "排在第一位" in first and "试过 2 次" in first and "请系统管理员" not in first
    assert "前面还有 1 件材料" in second
    monkeypatch.setattr("verifier.cases.waiting.LONG_MINUTES", 0)
    page = desk.page(f"/police/cases/{case_id}/papers/1")
    assert "已等候 0 分钟" in page and "请系统管理员" in page
    monkeypatch.undo()
    assert not judge_waiting(desk.room)
    with reading(desk.room.desks) as session:
        assert not places_waiting(session, case_id)


@pytest.mark.parametrize("code", [Code.PICTURE_OUT_OF_TIME, Code.FILE_OUT_OF_TIME])
def test_a_file_that_is_not_finished_in_time_is_tried_again_before_that_is_its_verdict(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch, code: Code
) -> None:
    case_id = desk.open_case(f"津公（刑）受案字〔2026〕111号 {code}")
    make_busy(desk, monkeypatch, code)
    address = f"/police/cases/{case_id}/papers/{desk.hand_in(case_id, desk.pdf, '证书.pdf')}"
    for _ in range(2):  # of three tries
        assert "不用再点" in desk.page(address)
        judge_waiting(desk.room)
    page = desk.page(address)
    assert "请稍后再核验" in page and "不用再点" not in page
    monkeypatch.undo()
    assert desk.post(f"{address}/again")[0] == 303
    assert Outcome.VALID.text.zh in desk.page(address)


def test_a_paper_to_be_judged_again_keeps_its_verdict_until_its_turn(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case("津公（刑）受案字〔2026〕103号")
    address = f"/police/cases/{case_id}/papers/{desk.hand_in(case_id, desk.pdf, '证书.pdf')}"
    make_busy(desk, monkeypatch)
    for _ in range(2):  # asked twice, it waits once
        assert desk.post(f"{address}/again", OTHER)[0] == 303
    page = desk.page(address)
    assert "等候重新核验" in page and Outcome.VALID.text.zh in page
    monkeypatch.undo()
    judge_waiting(desk.room)
    assert "等候重新核验" not in desk.page(address)
    with reading(desk.room.desks) as session:
        lines = check_custody(desk.room, session, desk.room.vault(), case_id).lines
    judged = [one for one in lines if one.act == Act.JUDGE]
    assert [one.actor for one in judged] == [ONE.name, RUNNER.zh]
    assert [one.details.get("ordered_by") for one in judged] == [None, OTHER.name]
    report = lines[-1]
    assert (report.act, report.actor, report.details["ordered_by"]) == (
        Act.REPORT,
        RUNNER.zh,
        OTHER.name,
    )
    with reading(desk.room.register) as session:
        (noted, *_) = find_entries(session, TrailFilter(act="police.report"), limit=1)
    assert (noted.actor, OTHER.name in noted.ground) == (RUNNER.zh, True)
    custody = desk.page(f"/police/cases/{case_id}/custody")
    assert f"<span>{RUNNER.zh}</span>" in custody and "交办人" in custody


def test_after_a_few_tries_further_and_further_apart_a_paper_rests_until_it_is_asked_for(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.cases.waiting.PAUSES", PAUSES)
    case_id = desk.open_case("津公（刑）受案字〔2026〕113号")
    with monkeypatch.context() as busy:
        make_busy(desk, busy)
        address = f"/police/cases/{case_id}/papers/{desk.hand_in(case_id, desk.pdf, '证书.pdf')}"
        for pause in PAUSES:
            assert not due(desk, case_id, timedelta())
            assert not due(desk, case_id, pause - timedelta(seconds=5))
            assert due(desk, case_id, pause)
            judge_again(desk.room, RUNNING, case_id, 1)
        assert not due(desk, case_id, timedelta(days=9))
        page = desk.page(address)
        assert "没有能够比对，请再试一次" in page and "试了 4 次" in page and "不用再点" not in page
        assert json.loads(desk.page(f"{address}/progress"))["state"] == "over"
        assert "打开未核验的材料，再试一次" in desk.page(f"/police/cases/{case_id}")
        assert desk.post(f"{address}/again", OTHER)[0] == 303
        assert "试过 1 次" in desk.page(address) and due(desk, case_id, PAUSES[0])
    assert desk.post(f"{address}/again")[0] == 303
    assert Outcome.VALID.text.zh in desk.page(address)


def due(desk: PoliceHome, case_id: int, later: timedelta) -> bool:
    """Whether the runner would try a paper of the case by then."""
    with reading(desk.room.desks) as session:
        waiting = papers_to_judge(session, desk.room.clock() + later)
    return case_id in {one.case_id for one in waiting}


def test_a_paper_left_without_a_verdict_waits_unless_its_case_is_over(desk: PoliceHome) -> None:
    case_id = desk.open_case("津公（刑）受案字〔2026〕104号")
    words: tuple[dict[str, str], ...] = ({}, {"name": desk.name})
    left, fresh = (desk.hand_in(case_id, desk.pdf, "证书.pdf", **said) for said in words)
    with transaction(desk.room.desks) as session:  # as a worker killed on the way leaves them
        session.execute(update(CaseItem).where(CaseItem.case_id == case_id).values(outcome=""))
        old = desk.room.clock() - timedelta(minutes=2)
        query = update(CaseItem).where(CaseItem.case_id == case_id, CaseItem.place == left)
        session.execute(query.values(received_at=old))
    with reading(desk.room.desks) as session:
        told = papers_to_judge(session, desk.room.clock())
        assert [(one.case_id, one.place) for one in told] == [(case_id, left)]
        assert places_waiting(session, case_id) == [left, fresh]
    with transaction(desk.room.desks) as session:
        query = update(PoliceCase).where(PoliceCase.id == case_id)
        session.execute(query.values(state="handed_over"))
    with reading(desk.room.desks) as session:
        assert not papers_to_judge(session, desk.room.clock())


def test_the_runner_beside_the_desks_judges_what_waits(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case("津公（刑）受案字〔2026〕105号")
    make_busy(desk, monkeypatch)
    place = desk.hand_in(case_id, desk.pdf, "证书.pdf")
    monkeypatch.undo()
    with runner_beside(desk.home, PASSPHRASE, "police_opening"):
        until = time.monotonic() + 120
        while Outcome.VALID.text.zh not in desk.page(f"/police/cases/{case_id}/papers/{place}"):
            assert time.monotonic() < until
            time.sleep(0.5)


def test_a_verdict_that_was_overtaken_does_not_replace_the_newer_one(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case("津公（刑）受案字〔2026〕107号")
    place = desk.hand_in(case_id, desk.pdf, "证书.pdf")
    real = Verifier.verify_file

    def overtaken(self: Verifier, *given: Any) -> Verdict:
        monkeypatch.undo()
        judge_again(desk.room, Officer(account_id=0, name=OTHER.name), case_id, place)
        return replace(real(self, *given), outcome=Outcome.ALTERED)

    monkeypatch.setattr(Verifier, "verify_file", overtaken)
    assert judge_again(desk.room, Officer(account_id=0, name=ONE.name), case_id, place)
    assert Outcome.VALID.text.zh in desk.page(f"/police/cases/{case_id}/papers/{place}")
    with reading(desk.room.desks) as session:
        lines = check_custody(desk.room, session, desk.room.vault(), case_id).lines
    assert [one.actor for one in lines if one.act == Act.JUDGE] == [ONE.name, OTHER.name]


@pytest.mark.parametrize("fails", [True, False], ids=["fails", "never ends"])
def test_one_paper_keeps_no_other_waiting(
    fails: bool, desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case(f"津公（刑）受案字〔2026〕108号 {fails}")
    make_busy(desk, monkeypatch)
    for name, said in (("一.pdf", {}), ("二.pdf", {"name": desk.name})):
        desk.hand_in(case_id, desk.pdf, name, **said)
    monkeypatch.undo()
    real = Verifier.verify_file
    busy = desk.room.verifier.verify_number(desk.number, name=desk.name)

    def first_is_bad(self: Verifier, data: bytes, name: str, *more: Any) -> Verdict:
        if name != "一.pdf":
            return real(self, data, name, *more)
        if fails:
            raise ValueError(name)
        return replace(busy, findings=(find(Code.SYSTEM_BUSY),))

    monkeypatch.setattr(Verifier, "verify_file", first_is_bad)
    for _ in range(2):
        assert judge_waiting(desk.room) is fails
    with reading(desk.room.desks) as session:
        assert places_waiting(session, case_id) == [1]
    with transaction(desk.room.desks) as session:
        query = update(PoliceCase).where(PoliceCase.id == case_id)
        session.execute(query.values(state="handed_over"))


def test_a_case_whose_only_paper_waits_is_closed_with_the_reason_alone(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case("津公（刑）受案字〔2026〕109号")
    make_busy(desk, monkeypatch)
    desk.hand_in(case_id, desk.pdf, "证书.pdf")
    said = {"outcome": "unproved", "result": "材料未能核验"}
    status, _, body = desk.post(f"/police/cases/{case_id}/close", **said)
    assert (status, b'id="unexamined-wrong"' in body) == (422, True)
    assert (
        desk.post(f"/police/cases/{case_id}/close", **said, **SURE, unexamined="系统忙")[0] == 303
    )


def test_a_paper_judged_again_without_a_picture_keeps_no_older_one(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case("津公（刑）受案字〔2026〕110号")
    address = f"/police/cases/{case_id}/papers/{desk.hand_in(case_id, desk.forged)}"
    assert desk.status(f"{address}/picture") == 200
    found = desk.room.verifier.verify_number(desk.number, name=desk.name)
    monkeypatch.setattr(Verifier, "verify_file", lambda *_: found)
    monkeypatch.setattr(ReportDesk, "picture_of", lambda *_: None)
    assert desk.post(f"{address}/again")[0] == 303
    assert desk.status(f"{address}/picture") == 404
    status, _, data = desk.post(f"/police/cases/{case_id}/bundle")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert (status, [one for one in archive.namelist() if "pictures" in one]) == (200, [])
