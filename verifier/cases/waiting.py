"""Suspect papers that wait to be judged, because the machine was busy or broke off.

The rows are the truth: `python -m police_opening`, beside the desks, judges what waits, so that no
officer has to ask twice. After each try in vain it waits longer for the next; after the last of a
few the paper rests with what it has, until an officer has it tried anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from registry.case_models import CaseItem, CaseTry, CaseWaiting, PoliceCase
from registry.cases import CaseState
from registry.session import transaction
from verifier.cases.casework import RELIED_ON, Officer, check_open, find_item, hold_case
from verifier.cases.room import PoliceRoom

BROKEN_OFF: Final = timedelta(seconds=60)
"""By then a worker of the web server has judged what it took in, or was killed."""
LONG_MINUTES: Final = 10
"""After so long the page says what to do."""
PAUSES: Final = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=8))
"""After each try in vain; once all are over, the paper rests."""
MOST_VAIN: Final = len(PAUSES) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A paper that waits, and who asked that it be judged."""

    case_id: int
    place: int
    asked_by: str


def let_wait(room: PoliceRoom, officer: Officer, case_id: int, place: int) -> None:
    """Have a paper that was tried in vain wait for its next turn, in the place that it has.

    An officer's own try is the first of a few; those of the runner go on counting.

    Raises as `hold_case`, `check_open`.
    """
    with transaction(room.desks) as session:
        check_open(hold_case(session, case_id))
        item = find_item(session, case_id, place)
        now, waiting = room.clock(), session.get(CaseWaiting, item.id)
        if waiting is None:
            ask_turn(session, item, officer.on_order_of or officer.name, now)
        tried = session.get(CaseTry, item.id)
        if tried is None:
            session.add(CaseTry(item_id=item.id, count=1, last_at=now))
            return
        if waiting is not None and tried.count >= MOST_VAIN:
            waiting.asked_by, waiting.asked_at = officer.on_order_of or officer.name, now
        tried.count, tried.last_at = tried.count + 1 if officer.on_order_of else 1, now


def ask_turn(session: Session, item: CaseItem, asked_by: str, now: datetime) -> None:
    """Have a paper wait for its turn; it does not yet."""
    session.add(CaseWaiting(item_id=item.id, asked_by=asked_by, asked_at=now))


def end_wait(session: Session, item: CaseItem) -> None:
    """Have a paper wait no longer: it is judged."""
    for of_item in (CaseWaiting, CaseTry):
        session.execute(delete(of_item).where(of_item.item_id == item.id))


def tries_of(session: Session, item: CaseItem) -> int:
    """Return how often it was tried in vain to judge a paper that waits."""
    tried = session.get(CaseTry, item.id)
    return 0 if tried is None else tried.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How a paper waits.

    Args:
        before: papers of all cases that are judged before it.
        minutes: since it was asked for, whole ones.
        tries: made in vain.
        rests: whether no more are made unless somebody asks.
    """

    before: int
    minutes: int
    tries: int
    rests: bool

    @property
    def is_long(self) -> bool:
        """Whether somebody should look why it takes so long."""
        return self.minutes >= LONG_MINUTES


def turn_of(session: Session, item: CaseItem, now: datetime) -> Turn:
    """Return how a paper waits that does."""
    waiting = session.get(CaseWaiting, item.id)
    since = item.received_at if waiting is None else waiting.asked_at
    tries = tries_of(session, item)
    return Turn(
        before=count_before(session, item),
        minutes=int((now - since).total_seconds()) // 60,
        tries=tries,
        rests=tries >= MOST_VAIN,
    )


def places_waiting(session: Session, case_id: int) -> list[int]:
    """Return the places in an open case of what waits, or is being judged for the first time."""
    query = _open_papers(CaseItem.place).where(CaseItem.case_id == case_id)
    return list(session.scalars(query.where(_ASKED | _UNJUDGED, ~_RESTS)))


def count_before(session: Session, item: CaseItem) -> int:
    """Return how many papers of all cases are judged before one."""
    query = _open_papers(CaseItem.id).where(_ASKED | _UNJUDGED, ~_RESTS)
    waiting = list(session.scalars(query))
    return waiting.index(item.id) if item.id in waiting else 0


def papers_to_judge(session: Session, now: datetime) -> list[Waiting]:
    """Return what nobody judges just now and somebody should, the first come first."""
    asked_by = func.coalesce(CaseWaiting.asked_by, CaseItem.received_by)
    broken_off = _UNJUDGED & (CaseItem.received_at <= now - BROKEN_OFF)
    columns = (CaseItem.case_id, CaseItem.place, asked_by, CaseTry.count, CaseTry.last_at)
    query = _open_papers(*columns).where(_ASKED | broken_off, ~_RESTS)
    return [
        Waiting(case_id=case_id, place=place, asked_by=name)
        for case_id, place, name, tries, last_at in session.execute(query)
        if not tries or now - last_at >= PAUSES[tries - 1]
    ]


def _open_papers(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(CaseItem)
        .join(PoliceCase, PoliceCase.id == CaseItem.case_id)
        .outerjoin(CaseWaiting, CaseWaiting.item_id == CaseItem.id)
        .outerjoin(CaseTry, CaseTry.item_id == CaseItem.id)
        .where(PoliceCase.state == CaseState.OPEN, RELIED_ON)
        .order_by(func.coalesce(CaseWaiting.asked_at, CaseItem.received_at), CaseItem.id)
    )


_ASKED: Final = CaseWaiting.item_id.is_not(None)
_UNJUDGED: Final = CaseItem.outcome == ""
_RESTS: Final = func.coalesce(CaseTry.count, 0) >= MOST_VAIN
