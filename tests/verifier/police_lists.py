"""Cases with a paper in them, what is wrong with their custody, and acts that break off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.errors import RegistryUnavailable
from registry.session import reading, transaction
from tests.verifier.police_homes import ONE, PoliceHome
from verifier.cases.casework import Officer, add_step, hold_case
from verifier.cases.custody import check_custody
from verifier.cases.custody_lines import Act
from verifier.cases.room import PoliceRoom


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


def break_off(desk: PoliceHome, case_id: int, room: PoliceRoom, act: Act = Act.ASK) -> None:
    """Have an act fail once its line is on the audit trail."""
    with (
        pytest.raises(ZeroDivisionError),
        transaction(room.desks) as session,
    ):
        case, officer = hold_case(session, case_id), Officer(account_id=11, name=ONE.name)
        add_step(room, session, room.vault(), case, officer, act)
        raise ZeroDivisionError


def dead_machine(desk: PoliceHome) -> PoliceRoom:
    """Return the room as a machine has it that dies before it can say what was not kept."""

    def dies(**told: str) -> None:
        if told["act"] == "police.undone":
            raise RegistryUnavailable("registry_unavailable", Act.ASK.text)
        desk.room.lent.note(**told)

    return replace(desk.room, lent=replace(desk.room.lent, note=dies))
