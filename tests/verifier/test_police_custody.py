"""Custody held against the audit trail, the papers and the state of its case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, update

from registry.case_models import CaseEvent, CaseItem, CaseMark, PoliceCase
from registry.errors import RegistryUnavailable
from registry.session import reading, transaction
from tests.verifier.police_homes import ONE, PoliceHome, open_police_home
from verifier.cases.casework import Officer, add_step, hold_case
from verifier.cases.custody import Act, check_custody
from verifier.cases.room import PoliceRoom


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-custody")) as made:
        yield made


def with_paper(desk: PoliceHome, reference: str) -> int:
    """Open a case with a number in it: lines 1 to 4."""
    case_id = desk.open_case(reference)
    form = {"by": "number", "giver": "电话举报", "number": desk.number, "name": desk.name}
    assert desk.post(f"/police/cases/{case_id}/papers/new", **form)[0] == 303
    assert faults(desk, case_id) == []
    return case_id


def faults(desk: PoliceHome, case_id: int) -> list[tuple[int | None, str]]:
    """Return place and English of what is wrong; a bundle is made where nothing is."""
    room = desk.room
    with reading(room.desks) as session:
        found = check_custody(room, session, room.vault(), case_id).faults
    status = desk.post(f"/police/cases/{case_id}/bundle")[0] if found else 422
    assert status == 422
    return [(place, text.en) for place, text in found]


def change(desk: PoliceHome, case_id: int, **values: Any) -> None:
    """Change a case behind the desk's back."""
    with transaction(desk.room.desks) as session:
        session.execute(update(PoliceCase).where(PoliceCase.id == case_id).values(**values))


def break_off(desk: PoliceHome, case_id: int, room: PoliceRoom) -> None:
    """Have an act fail once its line is on the audit trail."""
    with (
        pytest.raises(ZeroDivisionError),
        transaction(room.desks) as session,
    ):
        case, officer = hold_case(session, case_id), Officer(account_id=11, name=ONE.name)
        add_step(room, session, room.vault(), case, officer, Act.ASK)
        raise ZeroDivisionError


def test_a_last_line_deleted_and_written_anew_shows(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕201号")
    address = f"/police/cases/{case_id}"
    assert desk.post(f"{address}/hand-over", to="检察院 李", paper="移字1号")[0] == 303
    with transaction(desk.room.desks) as session:
        mine = (CaseEvent.case_id == case_id, CaseEvent.place == 5)
        session.execute(delete(CaseEvent).where(*mine))
    change(desk, case_id, state="open", handed_over_at=None)
    assert desk.post(f"{address}/close", outcome="genuine", result="属实")[0] == 303
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
    assert desk.post(f"{address}/close", outcome="forged", result="伪造")[0] == 303
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
    assert desk.post(f"/police/cases/{case_id}/close", outcome="forged", result="伪造")[0] == 303
    assert faults(desk, case_id) == []


def test_what_a_machine_that_died_left_could_not_be_told(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "津〔2026〕207号")

    def dies(**told: str) -> None:
        if told["act"] == "police.undone":
            raise RegistryUnavailable("registry_unavailable", Act.ASK.text)
        desk.room.lent.note(**told)

    break_off(desk, case_id, replace(desk.room, lent=replace(desk.room.lent, note=dies)))
    assert [place for place, _ in faults(desk, case_id)] == [5]
    assert desk.post(f"/police/cases/{case_id}/close", outcome="forged", result="伪造")[0] == 303
    ((place, what),) = faults(desk, case_id)
    assert (place, "could not be told" in what) == (5, True)
