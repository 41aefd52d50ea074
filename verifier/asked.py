"""What was asked beside the certificate itself: its status on a day, what its status list says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from codes.record import Record
from registry.opened import OpenedAward, OpenedCopy
from verifier.life import inspect_day
from verifier.status_answer import (
    ListAnswer,
    ListReach,
    agrees_with_list,
    inspect_list,
    say_compared,
)
from verifier.verdict import Finding, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked beside the certificate itself, and what was gathered for it.

    Args:
        day: also say where the certificate stood on this day.
        lists: by status index, what its status list answered.
        lists_decide: the asker named the list: whatever it came to belongs to the answer. Else it
            is only compared with the register.
    """

    day: date | None = None
    lists: Mapping[int, ListAnswer] = field(default_factory=dict)
    lists_decide: bool = False

    def findings(
        self,
        record: Record,
        status: Status,
        award: OpenedAward | None,
        copy: OpenedCopy | None,
    ) -> tuple[Finding, ...]:
        """Return what there is to say beside the standing of a genuine record.

        Args:
            record: its signature genuine.
            status: where it stands now.
            award, copy: opened and proved; None where there is no register.
        """
        if award is not None and status is Status.UNKNOWN:
            return ()
        said: tuple[Finding, ...] = ()
        if self.day is not None and award is not None and copy is not None:
            said = inspect_day(award, copy, self.day, issued_on=record.issued_on)
        answer = self.lists.get(record.status_index)
        if answer is None:
            return said
        if award is not None and copy is not None and answer.reach is ListReach.READ:
            agrees = agrees_with_list(answer, award, copy)
            if self.lists_decide or not agrees:
                said = (*said, say_compared(answer, agrees=agrees))
        elif self.lists_decide:
            said = (*said, *inspect_list(answer))
        return said


NOTHING_ELSE = Asked()
