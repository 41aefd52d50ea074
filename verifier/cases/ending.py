"""Handing a case over and closing it: what neither can be taken back of is confirmed first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.case_models import CaseItem
from registry.cases import CaseError, CaseOutcome, CaseState
from registry.session import reading, transaction
from verifier.cases.asking import end_questions
from verifier.cases.casework import (
    RELIED_ON,
    Officer,
    add_told_step,
    check_not_closed,
    check_open,
    check_words,
    find_case,
    hold_case,
    was_examined,
)
from verifier.cases.custody_lines import NO_BUNDLE, Act
from verifier.cases.loose_ends import LooseEnds, find_loose_ends
from verifier.cases.room import PoliceRoom
from verifier.verdict import Outcome

_FOR: Final = frozenset({Outcome.VALID, Outcome.NOT_CURRENT})
_OF_PAPERS: Final = frozenset({CaseOutcome.FORGED, CaseOutcome.MISUSED})
_AGAINST: Final = frozenset({Outcome.ALTERED, Outcome.UNREGISTERED, Outcome.UNKNOWN_ISSUER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """How a case is handed over.

    Args:
        to: to whom.
        paper: number of the paper that goes with it.
        sure: whether the officer confirmed it.
        no_bundle: whether it was confirmed that no evidence bundle was made.
        unsettled: whether it was confirmed that something is not settled.
    """

    to: str
    paper: str
    sure: bool
    no_bundle: bool
    unsettled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a case is closed.

    Args:
        outcome: what came of it; None where none is chosen.
        papers: places of those that it is found of; asked for where several were examined.
        result: the same in words.
        sure: whether the officer confirmed it.
        unexamined: why no paper of it was examined; asked for where none was.
        despite: whether it was confirmed that the outcome is not as the verdicts say.
        contrary: why it is not; asked for with that.
        unsettled: whether it was confirmed that something is not settled.
    """

    outcome: CaseOutcome | None
    result: str = field(repr=False)
    sure: bool
    unexamined: str = field(default="", repr=False)
    despite: bool = False
    contrary: str = field(default="", repr=False)
    unsettled: bool = False
    papers: Collection[int] = ()


def check_handing(room: PoliceRoom, case_id: int, handing: Handing) -> None:
    """Go on only where a case may be handed over so.

    Raises:
        CaseError: it is no longer open (`case_not_open`); receiver or paper are missing
            (`hand_over_to`, `hand_over_paper`); it is not confirmed (`hand_over_unsure`), or not
            that there is no bundle (`hand_over_no_bundle`) or that something is not settled
            (`hand_over_unsettled`).
    """
    with reading(room.desks) as session:
        check_open(find_case(session, case_id))
        loose = find_loose_ends(session, room.vault(), case_id)
        lacks_bundle = not loose.bundles and _has_papers(session, case_id)
    for code, words in (("hand_over_to", handing.to), ("hand_over_paper", handing.paper)):
        check_words(code, words)
    if lacks_bundle and not handing.no_bundle:
        raise CaseError(
            "hand_over_no_bundle",
            Text(
                "还没有制作证据包。请先制作并下载；确实不需要的，勾选确认",
                "no evidence bundle was made: make and download it first, or confirm that none is "
                "needed",
            ),
        )
    if loose.lines and not handing.unsettled:
        raise CaseError("hand_over_unsettled", _settle_first(loose))
    if not handing.sure:
        raise CaseError(
            "hand_over_unsure",
            Text("请勾选确认：移交后不能撤回", "confirm it: a hand-over cannot be taken back"),
        )


def hand_over(room: PoliceRoom, officer: Officer, case_id: int, handing: Handing) -> None:
    """Hand a case over to somebody; papers are no longer taken in; raises as `check_handing`."""
    check_handing(room, case_id, handing)
    with transaction(room.desks) as session:
        case = hold_case(session, case_id)
        check_open(case)
        details = {"to": handing.to, "paper": handing.paper}
        loose = find_loose_ends(session, room.vault(), case_id)
        if not loose.bundles and _has_papers(session, case_id):
            details["bundle"] = NO_BUNDLE
        details |= _told_of(loose)
        add_told_step(room, session, case, officer, Act.HAND_OVER, details)
        case.state, case.handed_over_at = CaseState.HANDED_OVER, room.clock()


def _told_of(loose: LooseEnds) -> dict[str, str]:
    """Return what custody says of what is not settled."""
    said = "；".join(one.zh for one in loose.lines)
    return {"unsettled": said} if said else {}


def _settle_first(loose: LooseEnds) -> Text:
    zh, en = ([one.zh for one in loose.lines], [one.en for one in loose.lines])
    return Text(
        f"{'；'.join(zh)}。请先办完；确须如此办理的，勾选确认",
        f"{'; '.join(en)}: settle it first, or confirm that it stays so",
    )


def check_closing(room: PoliceRoom, case_id: int, closing: Closing) -> None:
    """Go on only where a case may be closed so.

    Raises:
        CaseError: it is closed already (`case_closed`); no outcome is chosen (`case_outcome`);
            nothing is said of it (`case_result`), of why nothing was examined
            (`case_unexamined`), or of which papers it is found (`case_papers`); it finds something
            of a certificate though none was examined (`case_nothing_examined`); it says that no
            paper came though one did (`case_has_papers`); it is not as the verdicts say, and that
            is not confirmed (`case_despite`) or no reason given (`case_contrary`); something is
            not settled, which is not confirmed (`case_unsettled`); it is not confirmed
            (`case_unsure`).
    """
    with reading(room.desks) as session:
        check_not_closed(find_case(session, case_id))
        _details_of_closing(room, session, case_id, closing)


def close_case(room: PoliceRoom, officer: Officer, case_id: int, closing: Closing) -> None:
    """Close a case with what came of it, and its open questions; raises as `check_closing`."""
    check_closing(room, case_id, closing)
    with transaction(room.desks) as session:
        case = hold_case(session, case_id)
        check_not_closed(case)
        details = _details_of_closing(room, session, case_id, closing)
        end_questions(room, session, room.vault(), case, officer)
        add_told_step(room, session, case, officer, Act.CLOSE, details)
        case.state, case.closed_at = CaseState.CLOSED, room.clock()
        case.outcome = closing.outcome


def _details_of_closing(
    room: PoliceRoom, session: Session, case_id: int, closing: Closing
) -> dict[str, str]:
    """Return what custody says of a closing, where it may be; raises as `check_closing`."""
    outcome = closing.outcome
    if outcome is None:
        raise CaseError("case_outcome", Text("请选择处理结果", "choose an outcome"))
    check_words("case_result", closing.result)
    _check_outcome(session, case_id, outcome)
    details = {"outcome": outcome.value, "result": closing.result}
    if not was_examined(session, case_id):
        check_words("case_unexamined", closing.unexamined)
        details["unexamined"] = closing.unexamined
    meant = _papers_meant(session, case_id, closing)
    if meant:
        details["papers"] = said_of_papers(meant)
    if contrary_papers(session, case_id, outcome, meant):
        if not closing.despite:
            raise CaseError(
                "case_despite",
                Text(
                    f"“{outcome.text.zh}”与材料的核验结论不一致。请改选；确须如此办结的，勾选并写明"
                    "原因",
                    f"“{outcome.text.en}” is not what the verdicts say: choose another, or confirm "
                    "it and say why",
                ),
            )
        check_words("case_contrary", closing.contrary)
        details["contrary"] = closing.contrary
    loose = find_loose_ends(session, room.vault(), case_id)
    if loose.lines and not closing.unsettled:
        raise CaseError("case_unsettled", _settle_first(loose))
    details |= _told_of(loose)
    if not closing.sure:
        raise CaseError(
            "case_unsure",
            Text("请勾选确认：办结后不能更改", "confirm it: an outcome cannot be changed later"),
        )
    return details


def said_of_papers(places: Collection[int]) -> str:
    """Return places as custody and the case keep them: 1、3."""
    return "、".join(str(one) for one in sorted(places))


def read_papers(said: str) -> list[int]:
    """Undo `said_of_papers`; what is no place is left out."""
    return [int(one) for one in said.split("、") if one.isdecimal()]


def names_papers(session: Session, case_id: int) -> list[int]:
    """Return the papers among which an outcome has to name those it is found of; empty for one."""
    examined = list(_verdicts(session, case_id))
    return examined if len(examined) > 1 else []


def _papers_meant(session: Session, case_id: int, closing: Closing) -> list[int]:
    """Return the papers that a closing is found of, where that has to be said."""
    among = names_papers(session, case_id)
    if closing.outcome not in _OF_PAPERS or not among:
        return []
    meant = sorted(set(closing.papers) & set(among))
    if not meant:
        raise CaseError(
            "case_papers",
            Text(
                f"请勾选“{closing.outcome.text.zh}”指的是第几件材料",
                f"say of which papers it is that “{closing.outcome.text.en}”",
            ),
        )
    return meant


def _verdicts(session: Session, case_id: int) -> dict[int, Outcome]:
    query = select(CaseItem.place, CaseItem.outcome).where(
        CaseItem.case_id == case_id, CaseItem.outcome != "", RELIED_ON
    )
    rows = session.execute(query.order_by(CaseItem.place))
    return {place: Outcome(said) for place, said in rows}


def contrary_papers(
    session: Session, case_id: int, outcome: CaseOutcome | None, meant: Collection[int] = ()
) -> dict[int, Outcome]:
    """Return the papers whose verdicts an outcome contradicts, by place, with these verdicts.

    A forgery is contradicted by each paper it is found of that was found genuine; where no paper
    is named, if all were. A genuine certificate is contradicted by each that was not.

    Args:
        meant: the papers that it is found of; empty for all.
    """
    told = _verdicts(session, case_id)
    if meant:
        told = {place: said for place, said in told.items() if place in meant}
    if outcome is CaseOutcome.FORGED and meant:
        return {place: said for place, said in told.items() if said in _FOR}
    if outcome is CaseOutcome.FORGED:
        return told if set(told.values()) <= _FOR else {}
    if outcome in (CaseOutcome.GENUINE, CaseOutcome.MISUSED):
        return {place: said for place, said in told.items() if said in _AGAINST}
    return {}


def outcomes_of(session: Session, case_id: int) -> list[CaseOutcome]:
    """Return the outcomes that a case can be closed with as it stands."""
    examined, has_papers = was_examined(session, case_id), _has_papers(session, case_id)
    return [
        one
        for one in CaseOutcome
        if (examined or not one.finds) and not (has_papers and one is CaseOutcome.NO_PAPER)
    ]


def _check_outcome(session: Session, case_id: int, outcome: CaseOutcome) -> None:
    if outcome in outcomes_of(session, case_id):
        return
    if outcome is CaseOutcome.NO_PAPER:
        raise CaseError(
            "case_has_papers",
            Text(
                "案件中有送检材料，不能以“未收到送检材料”办结",
                "papers were handed in; the case cannot be closed as one without any",
            ),
        )
    raise CaseError(
        "case_nothing_examined",
        Text(
            f"没有一件材料经过核验，不能以“{outcome.text.zh}”办结。请先提交材料并核验，或选择"
            "不作认定的结果并写明原因",
            f"no paper was examined, so the case cannot be closed as “{outcome.text.en}”: hand one "
            "in and have it verified, or choose an outcome that finds nothing and say why",
        ),
    )


def _has_papers(session: Session, case_id: int) -> bool:
    query = select(CaseItem.id).where(CaseItem.case_id == case_id)
    return session.scalars(query.limit(1)).first() is not None
