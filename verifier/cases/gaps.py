"""Settling a gap of custody: one officer states it with the reason, another one confirms that.

A machine that dies between the audit trail and custody leaves a hash without a line, and nobody can
tell that from a line that was deleted. A database that goes away as a line is written may have kept
what the trail says was not kept. Stated and confirmed, each in a line of its own, a gap no
longer keeps the case from its bundle, which names it; it is never filled or left out.
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from codes.person_skeleton import is_same_person
from codes.wording import Text
from registry.case_models import CaseGapStated
from registry.cases import CaseError
from registry.session import reading, transaction
from verifier.cases.casework import Officer, add_step, check_words, find_case, hold_case
from verifier.cases.custody import Gap, check_custody
from verifier.cases.custody_lines import Act
from verifier.cases.room import PoliceRoom


def state_gap(room: PoliceRoom, officer: Officer, case_id: int, reason: str) -> None:
    """State every gap of a case's custody that is not confirmed yet, and why it came about.

    Raises:
        CaseError: nothing is said (`gap_reason`), or there is no such gap (`gap_none`).
    """
    check_words("gap_reason", reason)
    vault = room.vault()
    with transaction(room.desks) as session:
        case = hold_case(session, case_id)
        gaps = unsettled(check_custody(room, session, vault, case_id).gaps)
        if not gaps:
            raise CaseError(
                "gap_none",
                Text("保管记录没有待说明的缺漏", "custody has no gap that is to be stated"),
            )
        details = {"gap": "; ".join(one.name for one in gaps), "reason": reason}
        add_step(room, session, vault, case, officer, Act.STATE_GAP, details=details)
        session.merge(CaseGapStated(case_id=case_id, stated_by=officer.name))


def check_confirmation(room: PoliceRoom, officer: Officer, case_id: int, line: int) -> None:
    """Go on only where an officer may confirm what was stated; raises as `confirm_gap`."""
    with reading(room.desks) as session:
        find_case(session, case_id)
        _check_confirmation(room, session, officer, case_id, line)


def confirm_gap(room: PoliceRoom, officer: Officer, case_id: int, line: int) -> None:
    """Confirm what another officer stated, by the place of its line in custody.

    Raises:
        CaseError: nothing that waits was stated there (`gap_unstated`), or the same officer stated
            it (`gap_own`).
    """
    vault = room.vault()
    with transaction(room.desks) as session:
        case = hold_case(session, case_id)
        _check_confirmation(room, session, officer, case_id, line)
        details = {"line": str(line)}
        add_step(room, session, vault, case, officer, Act.CONFIRM_GAP, details=details)
        session.execute(delete(CaseGapStated).where(CaseGapStated.case_id == case_id))


def _check_confirmation(
    room: PoliceRoom, session: Session, officer: Officer, case_id: int, line: int
) -> None:
    stated = [
        one.statement
        for one in unsettled(check_custody(room, session, room.vault(), case_id).gaps)
        if one.statement is not None and one.statement.place == line
    ]
    if not stated:
        raise CaseError(
            "gap_unstated",
            Text("没有待确认的缺漏说明", "no statement of a gap waits to be confirmed"),
        )
    if is_same_person(stated[0].actor, officer.name):
        raise CaseError(
            "gap_own",
            Text("不能确认本人的说明，请由另一名民警确认", "another officer must confirm this"),
        )


def cases_to_confirm(session: Session, officer: str) -> list[int]:
    """Return the cases in which another officer stated gaps that nobody confirmed."""
    stated = session.scalars(select(CaseGapStated).order_by(CaseGapStated.case_id))
    return [one.case_id for one in stated if not is_same_person(one.stated_by, officer)]


def unsettled(gaps: tuple[Gap, ...]) -> list[Gap]:
    """Return the gaps that nobody confirmed."""
    return [one for one in gaps if one.confirmation is None]
