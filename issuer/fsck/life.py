"""The events of an award's life on record against those the log holds, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from issuer.fsck.faults import Fault
from log.leaves import LifeLeaf
from registry.errors import VaultError
from registry.life import Event, Life, fold_events
from registry.life_models import LifeEvent
from registry.life_records import read_events
from registry.models import Award, CopyKind


def read_life(award: Award, rows: Sequence[LifeEvent], data_key: bytes) -> tuple[Event, ...] | None:
    """Return the events of an award on record; None where a row was changed, moved or lost.

    Args:
        award: whose life it is.
        rows: its events on record, in order of `n`.
        data_key: of the award.
    """
    try:
        return read_events(award.number, rows, data_key)
    except (VaultError, ValueError, KeyError):
        return None


def compare_events(
    number: str, events: Sequence[Event] | None, leaves: Sequence[LifeLeaf], *, waiting: bool
) -> Iterator[Fault]:
    """Yield where rows and leaves do not tell the same life.

    Args:
        number: of the award.
        events: on record; None where they do not open.
        leaves: that the log holds, in order.
        waiting: leaves of the award may still wait to be logged.
    """
    if events is None:
        yield Fault(table="life_events", row=number, field="sealed", code="unopenable")
        return
    for event, leaf in zip_longest(events, leaves):
        if event is None:
            yield Fault(table="life_events", row=number, field="row", code="missing")
        elif leaf is None:
            if not waiting:
                yield Fault(table="life_events", row=number, field="row", code="unexpected")
        elif (event.kind, event.effective_on) != (leaf.event, leaf.effective_on):
            yield Fault(table="life_events", row=number, field="sealed", code="differs")


def life_of(award: Award, events: Sequence[Event]) -> Life | None:
    """Return where the award and its copies stand by its events; None without an original."""
    first = [copy.status_index for copy in award.copies if copy.kind == CopyKind.ORIGINAL]
    return fold_events(first[0], events) if len(first) == 1 else None
