"""Custody held against the audit trail, the papers and the state of its case."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from registry.case_models import (
    CaseAsker,
    CaseEvent,
    CaseItem,
    CaseMark,
    CaseQuestion,
    CaseReading,
    PoliceCase,
)
from registry.session import reading, transaction
from tests.verifier.police_homes import (
    CLERK,
    CONTRARY,
    ONE,
    OTHER,
    SURE,
    PoliceHome,
    open_police_home,
)
from tests.verifier.police_lists import break_off, dead_machine, faults, with_paper
from verifier.cases import custody
from verifier.cases.custody_lines import Act

FORGED = {"outcome": "forged", "result": "伪造", **SURE, **CONTRARY}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-custody")) as made:
        yield made


def change(desk: PoliceHome, case_id: int, **values: Any) -> None:
    """Change a case behind the desk's back."""
    with transaction(desk.room.desks) as session:
        session.execute(update(PoliceCase).where(PoliceCase.id == case_id).values(**values))


def test_a_last_line_deleted_and_written_anew_shows(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕201号")
    address = f"/police/cases/{case_id}"
    assert desk.post(f"{address}/hand-over", to="检察院 李", paper="移字1号", **SURE)[0] == 303
    with transaction(desk.room.desks) as session:
        mine = (CaseEvent.case_id == case_id, CaseEvent.place == 5)
        session.execute(delete(CaseEvent).where(*mine))
    change(desk, case_id, state="open", handed_over_at=None)
    assert desk.post(f"{address}/close", outcome="genuine", result="属实", **SURE)[0] == 303
    ((place, what),) = faults(desk, case_id)
    assert place == 5
    assert "another hash" in what and "could not be told" in what


def test_a_paper_that_was_deleted_shows(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕202号")
    form = {"by": "number", "giver": "来访", "number": desk.number, "name": desk.name}
    assert desk.post(f"/police/cases/{case_id}/papers/new", **form)[0] == 303
    with transaction(desk.room.desks) as session:
        mine = (CaseItem.case_id == case_id, CaseItem.place == 2)
        session.execute(delete(CaseMark))
        session.execute(delete(CaseItem).where(*mine))
    ((place, what),) = faults(desk, case_id)
    assert (place, "no longer in the case" in what) == (5, True)


@pytest.mark.parametrize(
    ("values", "place", "words"),
    [
        ({"sha256": "00" * 32}, 2, "not the one that was received"),
        ({"outcome": "altered"}, 3, "verdict"),
        ({"place": 7}, 2, "no longer in the case"),
    ],
)
def test_a_paper_that_was_changed_shows(
    desk: PoliceHome, values: dict[str, Any], place: int, words: str
) -> None:
    case_id = with_paper(desk, f"津〔2026〕203号 {place} {words[:3]}")
    with transaction(desk.room.desks) as session:
        session.execute(update(CaseItem).where(CaseItem.case_id == case_id).values(**values))
    found = faults(desk, case_id)
    assert (found[0][0], words in found[0][1]) == (place, True)
    assert found[1:] == (
        [(None, "no line says that paper 7 was received")] if "place" in values else []
    )


@pytest.mark.parametrize("state", ["handed_over", "closed"])
def test_a_state_that_no_line_tells_of_shows(desk: PoliceHome, state: str) -> None:
    case_id = with_paper(desk, f"津〔2026〕204号 {state}")
    change(desk, case_id, state=state)
    ((place, what),) = faults(desk, case_id)
    assert place is None
    assert "being worked on" in what
    assert "整个案件：案件状态为" in desk.page(f"/police/cases/{case_id}/custody")


def test_a_case_opened_anew_behind_the_desk_shows(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕205号")
    address = f"/police/cases/{case_id}"
    assert desk.post(f"{address}/close", **FORGED)[0] == 303
    assert faults(desk, case_id) == []
    change(desk, case_id, outcome="genuine")
    assert [place for place, _ in faults(desk, case_id)] == [5]
    change(desk, case_id, outcome="forged", state="open")
    assert [place for place, _ in faults(desk, case_id)] == [5]
    assert desk.post(f"{address}/papers/1/again")[0] == 303
    change(desk, case_id, state="closed")
    assert {place for place, _ in faults(desk, case_id)} == {6, 7}


def test_an_act_that_failed_and_was_done_again_is_no_fault(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕206号")
    break_off(desk, case_id, desk.room)
    assert faults(desk, case_id) == []
    assert desk.post(f"/police/cases/{case_id}/close", **FORGED)[0] == 303
    assert faults(desk, case_id) == []


def test_what_a_machine_that_died_left_could_not_be_told(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕207号")
    break_off(desk, case_id, dead_machine(desk))
    assert [place for place, _ in faults(desk, case_id)] == [5]
    assert desk.post(f"/police/cases/{case_id}/close", **FORGED)[0] == 303
    ((place, what),) = faults(desk, case_id)
    assert (place, "could not be told" in what) == (5, True)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"report_number": "CY20260101-AAAAAAAAAA"}, 4),
        ({"report_number": None}, 4),
        ({"report_pdf_sealed": None}, 4),
        ({"report_json_sealed": None}, 4),
        ({"number": "S000012000123000000001"}, 3),
        ({"received_by": "吴警官"}, 2),
    ],
)
def test_what_was_reported_of_a_paper_is_held(
    desk: PoliceHome, values: dict[str, Any], place: int
) -> None:
    case_id = with_paper(desk, f"津〔2026〕208号 {values}"[:60])
    with transaction(desk.room.desks) as session:
        session.execute(update(CaseItem).where(CaseItem.case_id == case_id).values(**values))
    assert [one for one, _ in faults(desk, case_id)] == [place]


def test_an_older_verdict_put_back_shows(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕209号")
    mine = CaseItem.case_id == case_id
    with reading(desk.room.desks) as session:
        former = session.scalars(select(CaseItem.about_sealed).where(mine)).one()
    time.sleep(1)  # a verdict tells its time to the second
    assert desk.post(f"/police/cases/{case_id}/papers/1/again")[0] == 303
    with transaction(desk.room.desks) as session:
        session.execute(update(CaseItem).where(mine).values(about_sealed=former))
    assert [one for one, _ in faults(desk, case_id)] == [5]


@pytest.mark.parametrize(
    "values",
    [
        {"number": "S000012000123999999999"},
        {"due_on": date(2030, 1, 1)},
        {"asked_by": "吴警官"},
        {
            "answer": "ours",
            "answered_by": "王经办",
            "answered_at": datetime(2026, 1, 1, tzinfo=UTC),
        },
        None,
    ],
)
def test_a_question_that_was_changed_shows(desk: PoliceHome, values: dict[str, Any] | None) -> None:
    case_id = with_paper(desk, f"津〔2026〕210号 {values}"[:60])
    form = {
        "asked_number": desk.number,
        "question": "是否签发？",
        "due": (desk.room.today() + timedelta(days=2)).isoformat(),
    }
    assert desk.post(f"/police/cases/{case_id}/questions", **form)[0] == 303
    assert faults(desk, case_id) == []
    assert "是否签发？" in desk.page(f"/police/cases/{case_id}/custody")
    mine = CaseQuestion.case_id == case_id
    with transaction(desk.room.desks) as session:
        if values is None:
            asked = select(CaseQuestion.id).where(mine)
            session.execute(delete(CaseAsker).where(CaseAsker.question_id.in_(asked)))
            session.execute(delete(CaseQuestion).where(mine))
        else:
            session.execute(update(CaseQuestion).where(mine).values(**values))
    assert [one for one, _ in faults(desk, case_id)] == [5]


@pytest.mark.parametrize("again", [False, True])
def test_an_answer_and_a_review_that_were_not_kept_are_no_fault(
    desk: PoliceHome, again: bool
) -> None:
    case_id = with_paper(desk, f"津〔2026〕215号 {again}")
    address = f"/police/cases/{case_id}"
    form = {
        "asked_number": desk.number,
        "question": "是否签发？",
        "due": (desk.room.today() + timedelta(days=2)).isoformat(),
    }
    assert desk.post(f"{address}/questions", **form)[0] == 303
    assert desk.post(f"{address}/records", number=desk.number, ground="核对持证人身份")[0] == 303
    with reading(desk.room.desks) as session:
        asked = select(CaseQuestion.id).where(CaseQuestion.case_id == case_id)
        question = session.scalars(asked).one()
        seen = session.scalars(select(CaseReading.id).where(CaseReading.case_id == case_id)).one()

    def answer() -> int:
        return desk.post(
            f"/questions/{question}", CLERK, answer="differs", words="登记为三级", sure="yes"
        )[0]

    def review() -> int:
        return desk.post(f"/police/readings/{seen}", OTHER, mark="in_order")[0]

    def goes_away(session: Session) -> None:
        if any(
            isinstance(one, CaseQuestion | CaseReading) for one in session.identity_map.values()
        ):
            raise ZeroDivisionError

    event.listen(Session, "before_commit", goes_away)
    try:
        assert (answer(), review()) == (500, 500)
    finally:
        event.remove(Session, "before_commit", goes_away)
    assert faults(desk, case_id) == []
    if again:
        assert (answer(), review()) == (303, 303)
        assert faults(desk, case_id) == []


def test_an_answer_and_a_review_that_were_changed_show(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕211号")
    address = f"/police/cases/{case_id}"
    form = {
        "asked_number": desk.number,
        "question": "是否签发？",
        "due": (desk.room.today() + timedelta(days=2)).isoformat(),
    }
    assert desk.post(f"{address}/questions", **form)[0] == 303
    assert desk.post(f"{address}/records", number=desk.number, ground="核对持证人身份")[0] == 303
    with reading(desk.room.desks) as session:
        asked = session.scalars(select(CaseQuestion.id).where(CaseQuestion.case_id == case_id))
        question = asked.one()
        opened = session.scalars(select(CaseReading.id).where(CaseReading.case_id == case_id))
        seen = opened.one()
    answer = {"answer": "not_ours", "words": "未签发", "despite": "yes", "sure": "yes"}
    assert desk.post(f"/questions/{question}", CLERK, **answer)[0] == 303
    questioned = {"mark": "questioned", "remark": "事由不明"}
    assert desk.post(f"/police/readings/{seen}", OTHER, **questioned)[0] == 303
    assert faults(desk, case_id) == []
    with zipfile.ZipFile(BytesIO(desk.post(f"{address}/bundle")[2])) as bundle:
        (told,) = json.loads(bundle.read("case.json"))["questions"]
    assert told["asked_at"] and told["asked_by"] == ONE.name and told["answered_at"]
    assert told["withdrawn_at"] is None
    with transaction(desk.room.desks) as session:
        session.execute(update(CaseReading).values(mark="in_order"))
        session.execute(update(CaseQuestion).values(answer="ours"))
    assert [one for one, _ in faults(desk, case_id)] == [5, 7, 6]
    with transaction(desk.room.desks) as session:
        session.execute(delete(CaseReading).where(CaseReading.case_id == case_id))
    assert [one for one, _ in faults(desk, case_id)] == [5, 7, 6]


def test_lines_written_before_they_held_so_much_still_verify(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = custody.add_line

    def as_before(*given: Any, **named: Any) -> CaseEvent:
        more = ("verdict", "json", "question", "number" if named.get("item") else "")
        details = {key: one for key, one in named["details"].items() if key not in more}
        if given[4] is Act.RECEIVE:
            details = named["details"]
        return real(*given, **{**named, "details": details})

    monkeypatch.setattr("verifier.cases.casework.add_line", as_before)
    case_id = with_paper(desk, "津〔2026〕212号")
    form = {
        "asked_number": desk.number,
        "question": "是否签发？",
        "due": (desk.room.today() + timedelta(days=2)).isoformat(),
    }
    assert desk.post(f"/police/cases/{case_id}/questions", **form)[0] == 303
    assert desk.post(f"/police/cases/{case_id}/bundle")[0] == 200
    assert faults(desk, case_id) == []
