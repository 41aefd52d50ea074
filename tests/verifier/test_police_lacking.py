"""What a case lacks is said where it is closed and in its bundle; nothing more is made of it."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO

import pytest
from sqlalchemy import select

from registry.case_models import CaseItem, CaseWaiting
from registry.session import transaction
from tests.verifier.police_homes import CONTRARY, SURE, PoliceHome, open_police_home
from verifier.verdict import Outcome

NOT_DONE = "（未办）"
UNSAID = {"outcome": "forged", "result": "伪造"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-lacking")) as made:
        yield made


def hand_in_number(desk: PoliceHome, case_id: int) -> None:
    form = {"by": "number", "giver": "电话举报", "number": desk.number, "name": desk.name}
    assert desk.post(f"/police/cases/{case_id}/papers/new", **form)[0] == 303


def break_off(*_: object) -> bool:
    """Be killed before a paper is judged."""
    return False


def unpacked(data: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_papers_not_verified_to_the_end_are_named(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case("津〔2026〕301号")
    address = f"/police/cases/{case_id}"
    hand_in_number(desk, case_id)
    assert "没有核验完的材料" not in desk.page(address)
    with monkeypatch.context() as broken:
        broken.setattr("verifier.cases.examining.judge_again", break_off)
        hand_in_number(desk, case_id)
    with transaction(desk.room.desks) as session:
        query = select(CaseItem.id).where(CaseItem.case_id == case_id, CaseItem.place == 1)
        item_id = session.scalars(query).one()
        session.add(CaseWaiting(item_id=item_id, asked_by="吴", asked_at=desk.room.clock()))
    page = desk.page(address)
    assert "第 2 件</a>：没有核验结论" in page and "第 1 件</a>：已要求重新核验" in page
    status, _, data = desk.post(f"{address}/bundle")
    assert status == 200
    files = unpacked(data)
    readme = files["README.txt"].decode()
    assert "- 第 2 件：没有核验结论" in readme and "- No. 2: no verdict" in readme
    assert "- 第 1 件：已要求重新核验" in readme
    items = json.loads(files["case.json"])["items"]
    assert [[one["code"] for one in item["lacking"]] for item in items] == [
        ["verified_again"],
        ["verdict"],
    ]
    assert "verdicts/02.json" not in files
    assert desk.post(f"{address}/close", **UNSAID, **SURE, **CONTRARY)[0] == 303
    assert "第 2 件</a>：没有核验结论" in desk.page(address)


def test_a_case_without_a_paper_finds_nothing_and_its_page_invites_nothing(
    desk: PoliceHome,
) -> None:
    case_id = desk.open_case("津〔2026〕302号")
    address = f"/police/cases/{case_id}"
    why = {"unexamined": "举报人未交出证书"}
    for outcome in ("forged", "misused", "genuine"):
        status, _, body = desk.post(f"{address}/close", **{**UNSAID, "outcome": outcome}, **why)
        assert (status, "请先提交材料并核验".encode() in body) == (422, True)
    assert 'value="forged"' not in desk.page(address)
    said = {"outcome": "no_paper", "result": "撤回举报"}
    assert desk.post(f"{address}/close", **said)[0] == 422  # not without the reason
    assert desk.post(f"{address}/close", **said, **why, **SURE)[0] == 303
    page = desk.page(address)
    assert "未收到送检材料" in page and page.count(NOT_DONE) == 3
    assert "提交照片" not in page and "<form" not in page.partition("<main")[2]
    assert "<form" not in desk.page(f"{address}/papers/new").partition("<main")[2]
    form = {"number": desk.number, "ground": "核对持证人身份"}
    assert desk.post(f"{address}/records", **form)[0] == 422


def test_a_case_with_papers_is_not_closed_as_one_without(desk: PoliceHome) -> None:
    case_id = desk.open_case("津〔2026〕303号")
    hand_in_number(desk, case_id)
    said = {"outcome": "no_paper", "result": "未收到"}
    status, _, body = desk.post(f"/police/cases/{case_id}/close", **said)
    assert (status, "案件中有送检材料".encode() in body) == (422, True)


def test_steps_say_what_was_done(desk: PoliceHome) -> None:
    case_id = desk.open_case("津〔2026〕304号")
    address = f"/police/cases/{case_id}"
    hand_in_number(desk, case_id)
    assert desk.post(f"{address}/bundle")[0] == 200
    assert "办理移交" in desk.page(address)
    assert desk.post(f"{address}/close", **UNSAID, **SURE, **CONTRARY)[0] == 303
    page = desk.page(address)
    assert (page.count(NOT_DONE), "未移交" in page, "未制作" in page) == (1, True, False)


def test_an_outcome_that_no_verdict_bears_out_is_confirmed_with_a_reason_kept_on_record(
    desk: PoliceHome,
) -> None:
    case_id = desk.open_case("津〔2026〕305号")
    address = f"/police/cases/{case_id}"
    hand_in_number(desk, case_id)
    status, _, body = desk.post(f"{address}/close", **UNSAID, **SURE)
    assert (status, b'id="despite-wrong"' in body) == (422, True)
    assert "与核验结论不一致" in body.decode() and Outcome.VALID.text.zh in body.decode()
    said = {**UNSAID, **CONTRARY, "contrary": ""}
    assert b'id="contrary-wrong"' in desk.post(f"{address}/close", **said, **SURE)[2]
    assert b'id="sure_close-wrong"' in desk.post(f"{address}/close", **UNSAID, **CONTRARY)[2]
    assert desk.post(f"{address}/close", **UNSAID, **SURE, **CONTRARY)[0] == 303
    assert CONTRARY["contrary"] in desk.page(f"{address}/custody")
    files = unpacked(desk.post(f"{address}/bundle")[2])
    assert json.loads(files["case.json"])["contrary"] == CONTRARY["contrary"]
    readme = files["README.txt"].decode()
    assert f"- 第 1 件的核验结论：{Outcome.VALID.text.zh}" in readme
    assert "处理结果：认定伪造、变造" in readme and CONTRARY["contrary"] in readme


def test_an_outcome_names_the_papers_it_is_found_of(desk: PoliceHome) -> None:
    case_id = desk.open_case("津〔2026〕308号")
    address = f"/police/cases/{case_id}"
    desk.hand_in(case_id, desk.forged)
    hand_in_number(desk, case_id)
    said = {**UNSAID, **SURE}
    status, _, body = desk.post(f"{address}/close", **said)
    assert (status, b'id="papers-wrong"' in body) == (422, True)
    assert b'id="papers-wrong"' in desk.post(f"{address}/close", **said, papers="3")[2]
    status, _, body = desk.post(f"{address}/close", **said, papers="2")
    assert (status, b'id="despite-wrong"' in body) == (422, True)  # it was found genuine
    assert b'name="papers" value="2" checked' in body
    assert desk.post(f"{address}/close", **said, papers="1")[0] == 303
    assert re.search(r"认定的材料</dt><dd>\s*第 1 件", desk.page(address))
    custody = desk.page(f"{address}/custody")
    assert '认定的材料（件）</small> <span class="long">1<' in custody
    assert "保管记录核对不符" not in custody
    files = unpacked(desk.post(f"{address}/bundle")[2])
    assert "  认定的材料（件）：1\n" in files["case.txt"].decode()


def test_a_case_is_handed_over_and_closed_only_when_confirmed_with_the_second_factor(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case("津〔2026〕306号")
    address = f"/police/cases/{case_id}"
    hand_in_number(desk, case_id)
    handed = {"to": "检察院 孙", "paper": "移字1号"}
    closed = {"outcome": "genuine", "result": "属实"}
    sure = {"sure_hand_over": "yes", "sure_close": "yes"}
    assert b'id="no_bundle-wrong"' in desk.post(f"{address}/hand-over", **handed, **sure)[2]
    assert desk.post(f"{address}/bundle")[0] == 200
    assert b'id="sure_hand_over-wrong"' in desk.post(f"{address}/hand-over", **handed)[2]
    for act, form in (("hand-over", handed), ("close", closed)):
        with monkeypatch.context() as asked:
            asked.setattr("accounts.asking_again.factor_is_fresh", lambda: False)
            asked.setattr("accounts.asking_again.page", lambda _: ("asked again", 200))
            assert desk.post(f"{address}/{act}", **form)[0] == 422  # the form first
            status, _, body = desk.post(f"{address}/{act}", **form, **sure)
        assert (status, body) == (200, b"asked again")
        assert desk.post(f"{address}/{act}", **form, **sure)[0] == 303
