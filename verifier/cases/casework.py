"""Opening a case, taking originals out, and what every act in a case shares.

Whatever is done goes to custody in the same transaction, and from there to the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.typed import visible_line
from codes.wording import Text
from registry.case_models import CaseItem, CaseMistake, CaseTip, PoliceCase
from registry.case_sealed import (
    CASE_ABOUT,
    ITEM_ABOUT,
    ITEM_CONTENT,
    put_json,
    read_json,
)
from registry.cases import CaseError, CaseState, new_key
from registry.session import transaction
from registry.vault import Vault
from verifier.cases.custody import add_line
from verifier.cases.custody_lines import Act
from verifier.cases.judging import Typed
from verifier.cases.room import PoliceRoom

MOST_WORDS: Final = 500
MOST_REFERENCE: Final = 60
MOST_NAME: Final = 120
RELIED_ON: Final = CaseItem.id.not_in(select(CaseMistake.item_id))
"""Of papers: those not marked as handed in by mistake."""
_WANTED: Final = {
    "case_about": Text("案由和简要情况", "what it is about"),
    "case_result": Text("处理结果的说明", "the outcome in words"),
    "case_contrary": Text("与核验结论不一致的原因", "why it is not as the verdicts say"),
    "case_unexamined": Text("没有核验任何材料就办结的原因", "why no paper was examined"),
    "hand_over_to": Text("接收单位和接收人", "to whom it is handed over"),
    "hand_over_paper": Text("移交文书编号", "the number of the paper"),
    "withdraw_reason": Text("撤回的原因", "why it is taken back"),
    "gap_reason": Text("缺漏的原因", "how the gap came about"),
    "mistake_reason": Text("误交的原因", "how it came to be handed in"),
    "paper_from": Text("提交人或来源", "from whom it comes"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who acts.

    Args:
        on_order_of: who asked for it, where the system's runner acts.
    """

    account_id: int
    name: str
    on_order_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came with a paper.

    Args:
        data: the file; None of a number alone.
        filename: as it is called.
        giver: who brought it.
        typed: what an officer reads on it.
        unread_kept: whether it was confirmed that a file which cannot be verified is evidence.
    """

    data: bytes | None = field(repr=False)
    filename: str = field(default="", repr=False)
    giver: str = field(default="", repr=False)
    typed: Typed = field(default_factory=Typed)
    unread_kept: bool = False


def open_case(
    room: PoliceRoom, officer: Officer, *, reference: str, about: str, tip: int | None = None
) -> int:
    """Open a case and return its id.

    Args:
        tip: number of the tip from the public on which it is opened.

    Raises:
        CaseError: the case number is missing (`case_reference`), what it is about is missing or
            too long (`case_about`), or the number may not stand on the audit trail.
    """
    for error in faults_of_opening(reference, about):
        raise error
    vault = room.vault()
    with transaction(room.desks) as session:
        case = PoliceCase(
            key=new_key(),
            reference=reference,
            state=CaseState.OPEN,
            opened_by_id=officer.account_id,
            opened_by=officer.name,
            opened_at=room.clock(),
        )
        session.add(case)
        put_json(CASE_ABOUT, case, vault, {"about": about})
        session.flush()
        details = {"reference": reference}
        if tip is not None:
            session.add(CaseTip(case_id=case.id, complaint_id=tip))
            details["tip"] = str(tip)
        add_step(room, session, vault, case, officer, Act.OPEN, details=details)
        return case.id


def faults_of_opening(reference: str, about: str) -> Iterator[CaseError]:
    """Yield everything that keeps a case from being opened; as `open_case` raises it."""
    if not 0 < len(reference) <= MOST_REFERENCE or not reference.isprintable():
        yield CaseError(
            "case_reference",
            Text(
                f"请填写案件编号（{MOST_REFERENCE} 字以内）",
                f"give the case number, at most {MOST_REFERENCE} characters",
            ),
        )
    try:
        check_words("case_about", about)
    except CaseError as error:
        yield error


def take_out(room: PoliceRoom, officer: Officer, case_id: int, place: int) -> tuple[str, bytes]:
    """Return name and bytes of an original, which is noted in custody first.

    Raises:
        CaseError: there is none (`no_original`).
    """
    vault = room.vault()
    with transaction(room.desks) as session:
        case, item = hold_case(session, case_id), find_item(session, case_id, place)
        data = ITEM_CONTENT.read(item, vault)
        if data is None:
            raise CaseError("no_original", Text("这一项没有原件", "there is no file of it"))
        details = {"sha256": item.sha256 or ""}
        add_step(room, session, vault, case, officer, Act.TAKE_OUT, item=place, details=details)
        return read_json(ITEM_ABOUT, item, vault)["file"], data


def shown_name(filename: str) -> str:
    """Return the name of a file as it is kept and shown: no folders, no unseen characters."""
    return visible_line(filename.replace("\\", "/").rpartition("/")[2])[-MOST_NAME:]


def was_examined(session: Session, case_id: int) -> bool:
    """Return whether any paper of a case has a verdict."""
    query = select(CaseItem.id).where(
        CaseItem.case_id == case_id, CaseItem.outcome != "", RELIED_ON
    )
    return session.scalars(query.limit(1)).first() is not None


def find_case(session: Session, case_id: int) -> PoliceCase:
    """Return a case.

    Raises:
        CaseError: there is none (`case_unknown`).
    """
    case = session.get(PoliceCase, case_id)
    if case is None:
        raise CaseError("case_unknown", Text("没有这个案件", "there is no such case"))
    return case


def hold_case(session: Session, case_id: int) -> PoliceCase:
    """Return a case that nobody else changes until the transaction ends; raises as `find_case`."""
    session.execute(select(PoliceCase.id).where(PoliceCase.id == case_id).with_for_update())
    return find_case(session, case_id)


def find_item(session: Session, case_id: int, place: int) -> CaseItem:
    """Return a paper of a case; raises CaseError where there is none (`paper_unknown`)."""
    query = select(CaseItem).where(CaseItem.case_id == case_id, CaseItem.place == place)
    item = session.scalar(query)
    if item is None:
        raise CaseError("paper_unknown", Text("没有这件送检材料", "there is no such paper"))
    return item


def add_step(
    room: PoliceRoom,
    session: Session,
    vault: Vault,
    case: PoliceCase,
    officer: Officer,
    act: Act,
    *,
    item: int | None = None,
    ground: str | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Add what an officer does in a case to its custody; the act is its own ground unless given.

    Of what the system's runner does, the line and the trail say on whose order.

    Raises:
        CaseError, VaultError, RegistryUnavailable: as `add_line`.
    """
    told, why = dict(details or {}), ground or act.text.zh
    if officer.on_order_of:
        told["ordered_by"] = officer.on_order_of
        why = f"{why}，由{officer.on_order_of}交办"
    add_line(
        room,
        session,
        vault,
        case.id,
        act,
        actor=officer.name,
        ground=why,
        reference=case.reference,
        item=item,
        details=told,
    )


def check_open(case: PoliceCase) -> None:
    """Go on only with a case that is being worked on; raises CaseError `case_not_open`."""
    if case.state != CaseState.OPEN:
        raise CaseError(
            "case_not_open",
            Text("案件已移交或办结，不能再办理", "the case was handed over or closed"),
        )


def check_not_closed(case: PoliceCase) -> None:
    """Go on only with a case that is not closed; raises CaseError `case_closed`."""
    if case.state == CaseState.CLOSED:
        raise CaseError("case_closed", Text("案件已办结", "the case is closed"))


def add_told_step(
    room: PoliceRoom,
    session: Session,
    case: PoliceCase,
    officer: Officer,
    act: Act,
    details: dict[str, str],
) -> None:
    """Add a step as `add_step`, and keep what it tells with the case."""
    vault = room.vault()
    about = read_json(CASE_ABOUT, case, vault)
    put_json(CASE_ABOUT, case, vault, about | details)
    add_step(room, session, vault, case, officer, act, details=details)


def check_words(code: str, words: str) -> None:
    """Go on only where something was filled in, not too long; raises CaseError by that code."""
    wanted = _WANTED[code]
    if (length := len(words)) > MOST_WORDS:
        raise CaseError(
            code,
            Text(
                f"{wanted.zh}有 {length} 字，最多 {MOST_WORDS} 字",
                f"{length} characters; at most {MOST_WORDS}",
            ),
        )
    if not 0 < len(words) <= MOST_WORDS:
        raise CaseError(
            code,
            Text(
                f"请填写{wanted.zh}（{MOST_WORDS} 字以内）",
                f"give {wanted.en}, at most {MOST_WORDS} characters",
            ),
        )
