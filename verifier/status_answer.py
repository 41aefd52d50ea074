"""What a status list answered about one copy, and what follows: no input, no output, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from codes.wording import Text
from keys.status_list import StatusList, StatusValue, split_index
from registry.life import fold_events, list_value
from registry.models import CopyKind
from registry.opened import OpenedAward, OpenedCopy
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding, format_instant, say_instant

MOST_BEHIND = timedelta(seconds=60)
"""A list made so long after an event knows of it; an act publishes at once."""


class ListReach(StrEnum):
    """What asking a status list led to."""

    READ = "read"
    OLD = "old"
    OLDER = "older"
    BROKEN = "broken"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAnswer:
    """What a status list answered about one copy.

    Args:
        reach: only READ says anything about the copy.
        found: the list, its signature verified; None where there is none to speak of.
        status_index: of the copy.
        highest_version: the greatest version of this list seen before.
    """

    reach: ListReach
    status_index: int
    found: StatusList | None = None
    highest_version: int = 0

    @property
    def slots(self) -> Mapping[str, str | Text]:
        """What the sentences about the list name."""
        if self.found is None:
            return {}
        return {
            **self.evidence,
            "issued_at": say_instant(self.found.issued_at),
            "expires_at": say_instant(self.found.expires_at),
        }

    @property
    def evidence(self) -> Mapping[str, str]:
        """The same for programs."""
        if self.found is None:
            return {}
        return {
            "version": str(self.found.version),
            "issued_at": format_instant(self.found.issued_at),
            "expires_at": format_instant(self.found.expires_at),
            "highest": str(self.highest_version),
        }


_VALUE_CODES = {
    StatusValue.VALID: Code.STATUS_LIST_VALID,
    StatusValue.INVALID: Code.STATUS_LIST_INVALID,
    StatusValue.SUSPENDED: Code.STATUS_LIST_SUSPENDED,
    StatusValue.REPLACED: Code.STATUS_LIST_REPLACED,
}


def inspect_list(answer: ListAnswer) -> tuple[Finding, ...]:
    """Return what a list says of a copy where no register is at hand."""
    slots = answer.slots
    match answer.reach:
        case ListReach.READ:
            assert answer.found is not None
            code = _VALUE_CODES[answer.found.value_of(split_index(answer.status_index)[1])]
        case ListReach.OLD:
            code = Code.STATUS_LIST_OLD
        case ListReach.OLDER:
            code = Code.STATUS_LIST_OLDER
        case ListReach.BROKEN:
            code = Code.STATUS_LIST_BROKEN
        case ListReach.UNAVAILABLE:
            code = Code.STATUS_LIST_UNAVAILABLE
        case _:
            assert_never(answer.reach)
    return (find(code, slots, answer.evidence),)


def agrees_with_list(answer: ListAnswer, award: OpenedAward, copy: OpenedCopy) -> bool:
    """Return whether a fresh list and the events of the register say the same of a copy.

    A list is always a little behind: it must know of what happened a minute before it was made, and
    may know of what happened after.
    """
    assert answer.found is not None
    said = answer.found.value_of(split_index(answer.status_index)[1])
    return said in set(_possible(award, copy, answer.found.issued_at))


def say_compared(answer: ListAnswer, *, agrees: bool) -> Finding:
    """Return what a fresh list came to beside the register."""
    code = Code.STATUS_LIST_AGREES if agrees else Code.STATUS_LIST_DIFFERS
    return find(code, answer.slots, answer.evidence)


def _possible(award: OpenedAward, copy: OpenedCopy, made_at: datetime) -> Iterator[StatusValue]:
    """Yield what a list made at a time may say: all but the last events must be in it."""
    first = next(one.status_index for one in award.copies if one.kind is CopyKind.ORIGINAL)
    known = sum(event.at <= made_at - MOST_BEHIND for event in award.events)
    for count in range(known, len(award.events) + 1):
        life = fold_events(first, award.events[:count])
        state = life.states.get(copy.status_index)
        yield StatusValue.VALID if state is None else list_value(life.status, state)
