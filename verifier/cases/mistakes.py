"""Papers handed in by mistake: they stay in custody, and no lead or outcome rests on them."""

from __future__ import annotations

from codes.wording import Text
from registry.case_models import CaseItem, CaseMistake
from registry.case_sealed import ITEM_ABOUT, MISTAKE_REASON, put_json, read_json
from registry.cases import CaseError
from registry.session import transaction
from verifier.cases.casework import (
    Officer,
    add_step,
    check_open,
    check_words,
    find_item,
    hold_case,
)
from verifier.cases.custody_lines import Act
from verifier.cases.room import PoliceRoom
from verifier.cases.waiting import end_wait


def mark_mistaken(
    room: PoliceRoom, officer: Officer, case_id: int, place: int, reason: str
) -> None:
    """Mark a paper of an open case as handed in by mistake; that is not taken back.

    Raises:
        CaseError: the case is no longer open (`case_not_open`), the paper is marked already
            (`paper_mistaken`), or no reason is given (`mistake_reason`).
    """
    check_words("mistake_reason", reason)
    vault = room.vault()
    with transaction(room.desks) as session:
        case, item = hold_case(session, case_id), find_item(session, case_id, place)
        check_open(case)
        check_relied_on(item)
        end_wait(session, item)
        session.add(CaseMistake(item_id=item.id, by=officer.name, at=room.clock()))
        about = read_json(ITEM_ABOUT, item, vault)
        put_json(ITEM_ABOUT, item, vault, about | {MISTAKE_REASON: reason})
        details = {"reason": reason}
        add_step(room, session, vault, case, officer, Act.MISTAKE, item=place, details=details)


def check_relied_on(item: CaseItem) -> None:
    """Go on only with a paper that was not handed in by mistake; raises `paper_mistaken`."""
    if item.mistake is not None:
        raise CaseError(
            "paper_mistaken",
            Text("这一件已标为误交", "it is marked as handed in by mistake already"),
        )
