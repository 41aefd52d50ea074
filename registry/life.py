"""What happened to an award since it was issued, and what follows from it: the one computation.

An award and its copies stand where the events of its life put them, in order, and nowhere else.
The issuer writes `awards.status` and `copies.state` as a cache of this; the verifier computes it
from the sealed events and compares. Pure: values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

from keys.status_list import StatusValue
from log.leaves import LifeKind
from registry.models import AwardStatus, CopyState


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of an award's life.

    Args:
        n: 1 for the first.
        effective_on: day in Asia/Shanghai from which it holds.
        at: when it was put on record, aware UTC.
        copy_index: status index of the copy that came with it; None where none did.
        notes: short public facts, such as the body another was merged into.
        act_id: the act that decided it; None where none did.
    """

    n: int
    kind: LifeKind
    effective_on: date
    at: datetime
    copy_index: int | None = None
    act_id: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Where an award and each of its copies stand after some events.

    Args:
        status: of the award as a whole.
        ended_by: the event that ended it; None while it can be in force.
        states: of the copies that exist by then, by status index.
    """

    status: AwardStatus
    ended_by: LifeKind | None
    states: Mapping[int, CopyState]

    @property
    def current(self) -> int | None:
        """Status index of the one copy in force, were the award in force."""
        return next((at for at, one in self.states.items() if one is CopyState.CURRENT), None)


class DayStatus(StrEnum):
    """Where a certificate stood on a day."""

    NOT_YET_ISSUED = "not_yet_issued"
    CURRENT = "current"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    ERASED = "erased"
    SUPERSEDED = "superseded"
    CORRECTED = "corrected"


def fold_events(first_copy: int, events: Sequence[Event]) -> Life:
    """Return where an award stands after `events`, in their order.

    Args:
        first_copy: status index of the copy it was issued with.
        events: the first ones of its life, without gaps.
    """
    status, ended_by = AwardStatus.CURRENT, None
    states = {first_copy: CopyState.CURRENT}
    for event in events:
        if event.copy_index is not None:
            states = _with_copy(states, event.kind, event.copy_index)
        if ended_by is None or event.kind is LifeKind.ERASE:
            status = STATUS_AFTER.get(event.kind, status)
            ended_by = event.kind if event.kind in ENDING else None
    return Life(status=status, ended_by=ended_by, states=states)


ENDING = frozenset({LifeKind.REVOKE, LifeKind.ANNUL, LifeKind.DIED, LifeKind.ERASE})
STATUS_AFTER = {
    LifeKind.SUSPEND: AwardStatus.SUSPENDED,
    LifeKind.LIFT: AwardStatus.CURRENT,
    LifeKind.REVOKE: AwardStatus.REVOKED,
    LifeKind.ANNUL: AwardStatus.REVOKED,
    LifeKind.DIED: AwardStatus.CANCELLED,
    LifeKind.ERASE: AwardStatus.ERASED,
}


def _with_copy(
    states: Mapping[int, CopyState], kind: LifeKind, copy_index: int
) -> dict[int, CopyState]:
    """Return the states once a copy was added by an event."""
    match kind:
        case LifeKind.REISSUE:
            void = CopyState.SUPERSEDED
            kept = {at: void if one is CopyState.CURRENT else one for at, one in states.items()}
            return {**kept, copy_index: CopyState.CURRENT}
        case LifeKind.ARCHIVE_COPY:
            return {**states, copy_index: CopyState.ARCHIVE}
        case LifeKind.CORRECT:
            # Whatever carries the record before says something that is not so.
            return {**dict.fromkeys(states, CopyState.CORRECTED), copy_index: CopyState.CURRENT}
        case _:
            return dict(states)


def status_on(
    events: Sequence[Event], copy_index: int, day: date, *, first_copy: int, issued_on: date
) -> DayStatus:
    """Return where the holder of a copy stood at the end of a day.

    A copy that was made after that day counts as the one in force that day, whose place it took:
    the question is whether the award was in force.

    Args:
        events: all of them, in order.
        copy_index: status index of the copy.
        day: in Asia/Shanghai.
        first_copy: status index of the copy the award was issued with.
        issued_on: date of issue.
    """
    if day < issued_on:
        return DayStatus.NOT_YET_ISSUED
    life = fold_events(first_copy, [event for event in events if event.effective_on <= day])
    match life.status:
        case AwardStatus.REVOKED:
            return DayStatus.REVOKED
        case AwardStatus.CANCELLED:
            return DayStatus.CANCELLED
        case AwardStatus.ERASED:
            return DayStatus.ERASED
        case AwardStatus.SUSPENDED:
            return DayStatus.SUSPENDED
        case AwardStatus.CURRENT:
            pass
        case _:
            assert_never(life.status)
    match life.states.get(copy_index):
        case CopyState.SUPERSEDED:
            return DayStatus.SUPERSEDED
        case CopyState.CORRECTED:
            return DayStatus.CORRECTED
        case _:
            return DayStatus.CURRENT


def list_value(status: AwardStatus, state: CopyState) -> StatusValue:
    """Return what the status list says of a copy in this state of an award of this status."""
    match status:
        case AwardStatus.REVOKED | AwardStatus.CANCELLED | AwardStatus.ERASED:
            return StatusValue.INVALID
        case AwardStatus.SUSPENDED | AwardStatus.CURRENT:
            pass
        case _:
            assert_never(status)
    if state in (CopyState.SUPERSEDED, CopyState.CORRECTED):
        return StatusValue.REPLACED
    return StatusValue.SUSPENDED if status is AwardStatus.SUSPENDED else StatusValue.VALID
