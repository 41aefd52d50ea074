"""What is not settled is said, and confirmed, before a case is handed over or closed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.case_models import CaseQuestion, CaseReading
from registry.session import reading
from tests.verifier.police_homes import CLERK, ONE, OTHER, PoliceHome, open_police_home
from verifier.cases.loose_ends import LooseEnds, find_loose_ends
from verifier.verdict import say_day

HANDING = {"to": "法制大队", "paper": "7 号", "sure_hand_over": "yes"}
CLOSING = {"outcome": "unproved", "result": "不能认定", "sure_close": "yes"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-ends")) as made:
        yield made


def hand_in_number(desk: PoliceHome, reference: str) -> tuple[int, str]:
    """Open a case with a number alone in it; return it and its address."""
    case_id = desk.open_case(reference)
    form = {"by": "number", "giver": "甲", "number": desk.number, "name": desk.name}
    address = f"/police/cases/{case_id}"
    assert desk.post(f"{address}/papers/new", **form)[0] == 303
    return case_id, address


def loose(desk: PoliceHome, case_id: int) -> LooseEnds:
    with reading(desk.room.desks) as session:
        return find_loose_ends(session, desk.room.vault(), case_id)


def folded(page: str, label: str) -> bool:
    """Return whether the part of a page under a summary is folded."""
    before = page.partition(f"<summary>{label}</summary>")[0]
    return before.endswith("<details>")


def test_a_bundle_that_was_overtaken_and_a_reading_unreviewed_are_confirmed(
    desk: PoliceHome,
) -> None:
    case_id, address = hand_in_number(desk, "〔2026〕401号")
    due = (desk.room.today() + timedelta(days=3)).isoformat()
    asked = {"asked_number": desk.number, "question": "是否签发？", "due": due}
    assert desk.post(f"{address}/questions", **asked)[0] == 303
    status, _, bundle = desk.post(f"{address}/bundle")
    assert status == 200
    page = desk.page(address)
    assert hashlib.sha256(bundle).hexdigest() in page
    assert "请重新制作证据包" not in page and not folded(page, "办理移交")
    assert [one.zh for one in loose(desk, case_id).lines] == ["1 项询问机构尚未答复"]
    with reading(desk.room.desks) as session:
        question = session.scalars(select(CaseQuestion.id)).one()
    said = {"answer": "differs", "words": "登记为三级", "sure": "yes"}
    assert desk.post(f"/questions/{question}", CLERK, **said)[0] == 303
    assert loose(desk, case_id).later == 1
    ground = {"number": desk.number, "ground": "核对持证人身份"}
    assert desk.post(f"{address}/records", **ground)[0] == 303
    told = loose(desk, case_id)
    assert (told.later, told.unreviewed, len(told.bundles)) == (2, 1, 1)
    page = desk.page(address)
    assert "请重新制作证据包" in page and folded(page, "办理移交")
    status, _, body = desk.post(f"{address}/hand-over", **HANDING)
    assert (status, b'id="unsettled_hand_over-wrong"' in body) == (422, True)
    handing = HANDING | {"unsettled_hand_over": "yes"}
    assert desk.post(f"{address}/hand-over", **handing)[0] == 303
    custody = desk.page(f"{address}/custody")
    assert "又有 2 条记录" in custody and "1 次查看完整登记信息尚待复核" in custody
    assert "保管记录核对不符" not in custody
    status, _, body = desk.post(f"{address}/close", **CLOSING)
    assert (status, b'id="unsettled_close-wrong"' in body) == (422, True)
    assert desk.post(f"{address}/close", **CLOSING, unsettled_close="yes")[0] == 303


def test_a_review_and_a_bundle_made_anew_settle_it(desk: PoliceHome) -> None:
    case_id, address = hand_in_number(desk, "〔2026〕402号")
    assert desk.post(f"{address}/bundle")[0] == 200
    ground = {"number": desk.number, "ground": "核对持证人身份"}
    assert desk.post(f"{address}/records", **ground)[0] == 303
    with reading(desk.room.desks) as session:
        row = session.scalars(select(CaseReading.id).where(CaseReading.case_id == case_id)).one()
    assert desk.post(f"/police/readings/{row}", OTHER, mark="in_order")[0] == 303
    told = loose(desk, case_id)
    assert (told.later, told.unreviewed) == (2, 0)
    assert desk.post(f"{address}/bundle")[0] == 200
    assert len(loose(desk, case_id).bundles) == 2


def next_step(page: str) -> str:
    """Return what a page says comes next, and who is to do it."""
    told = page.partition('<p class="next">')[2].partition("</p>")[0]
    return re.sub("<[^>]+>", "", told).strip()


def test_a_case_says_that_it_waits_for_an_answer(desk: PoliceHome) -> None:
    _, address = hand_in_number(desk, "〔2026〕405号")
    due = desk.room.today() + timedelta(days=3)
    asked = {"asked_number": desk.number, "question": "是否签发？", "due": due.isoformat()}
    assert desk.post(f"{address}/questions", **asked)[0] == 303
    waits = f"下一步：等候机构答复（期限 {say_day(due).zh}）；"
    assert next_step(desk.page(address)) == f"{waits}也可以先制作证据包，答复后须重新制作"
    assert desk.post(f"{address}/bundle")[0] == 200
    assert next_step(desk.page(address)) == f"{waits}答复后重新制作证据包，再办理移交"
    with reading(desk.room.desks) as session:
        question = session.scalars(select(CaseQuestion.id).order_by(CaseQuestion.id.desc())).first()
    said = {"answer": "differs", "words": "登记为三级", "sure": "yes"}
    assert desk.post(f"/questions/{question}", CLERK, **said)[0] == 303
    told = "下一步：证据包制作后又有记录，重新制作，再办理移交"
    assert next_step(desk.page(address)) == f"{told}，由{ONE.name}办理"


def test_a_question_unanswered_is_confirmed_and_ends_with_its_case(desk: PoliceHome) -> None:
    case_id, address = hand_in_number(desk, "〔2026〕406号")
    due = (desk.room.today() + timedelta(days=3)).isoformat()
    asked = {"asked_number": desk.number, "question": "是否签发？", "due": due}
    assert desk.post(f"{address}/questions", **asked)[0] == 303
    assert desk.post(f"{address}/bundle")[0] == 200
    for act, form in (("hand-over", HANDING), ("close", CLOSING)):
        field = f"unsettled_{act.replace('-', '_')}"
        status, _, body = desk.post(f"{address}/{act}", **form)
        assert (status, f'id="{field}-wrong"' in body.decode()) == (422, True), act
        assert "1 项询问机构尚未答复" in body.decode()
        assert desk.post(f"{address}/{act}", **form, **{field: "yes"})[0] == 303
    with reading(desk.room.desks) as session:
        mine = CaseQuestion.case_id == case_id
        question = session.scalars(select(CaseQuestion.id).where(mine)).one()
    assert "公安机关已撤回这项询问" in desk.page(f"/questions/{question}", CLERK)
    said = {"answer": "not_ours", "despite": "yes", "words": "未签发", "sure": "yes"}
    assert desk.post(f"/questions/{question}", CLERK, **said)[0] == 422
    custody = desk.page(f"{address}/custody")
    assert custody.index("撤回询问") < custody.index("<span>办结")
    assert "保管记录核对不符" not in custody and custody.count("1 项询问机构尚未答复") == 2
    assert "请重新制作证据包" not in desk.page(address)


def test_the_page_is_told_that_a_bundle_was_made_while_it_was_taken_down(desk: PoliceHome) -> None:
    _, address = hand_in_number(desk, "〔2026〕408号")
    page = desk.page(address)
    assert "desk/made.js" in page and f'data-made="{address}/bundles" data-count="0"' in page
    assert json.loads(desk.page(f"{address}/bundles")) == {"made": 0}
    assert desk.post(f"{address}/bundle")[0] == 200
    assert json.loads(desk.page(f"{address}/bundles")) == {"made": 1}
    assert 'data-count="1"' in desk.page(address)


def test_a_case_closed_after_its_bundle_needs_no_other(desk: PoliceHome) -> None:
    case_id, address = hand_in_number(desk, "〔2026〕407号")
    assert desk.post(f"{address}/bundle")[0] == 200
    assert desk.post(f"{address}/hand-over", **HANDING)[0] == 303
    assert "办结的记录不在" not in desk.page(address)
    assert desk.post(f"{address}/close", **CLOSING)[0] == 303
    page = desk.page(address)
    assert "<h2>已移交</h2>" in page and HANDING["to"] in page and HANDING["paper"] in page
    assert "请重新制作证据包" not in page and "办结的记录不在已制作的证据包中" in page
    assert loose(desk, case_id).lines == []
    assert desk.post(f"{address}/bundle")[0] == 200
    assert "办结的记录不在" not in desk.page(address)


def test_later_forms_of_a_new_case_are_folded(desk: PoliceHome) -> None:
    page = desk.page(f"/police/cases/{desk.open_case('〔2026〕403号')}", ONE)
    assert folded(page, "登记处理结果并办结")
    _, address = hand_in_number(desk, "〔2026〕404号")
    page = desk.page(address)
    labels = ("填写询问", "查看完整登记信息，写明事由", "办理移交", "登记处理结果并办结")
    assert all(folded(page, one) for one in labels)
    page = desk.post(f"{address}/close")[2].decode()
    assert not folded(page, "登记处理结果并办结") and folded(page, "办理移交")
