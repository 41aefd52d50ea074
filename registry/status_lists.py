"""Positions of the status lists: each printed copy gets a random free one in the open list.

A list is open until half of it is taken, so a free position is found in two tries on average and a
list never tells how many copies there are. Whoever draws holds the list's row until its transaction
ends: two runs cannot draw the same.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keys.status_list import LIST_SIZE, join_index
from registry.life_models import StatusListRow
from registry.models import Copy
from registry.session import insert_if_absent

MOST_TAKEN = LIST_SIZE // 2
_AT_ONCE = 2000


def draw_status_indices(session: Session, count: int, randbelow: Callable[[int], int]) -> list[int]:
    """Return so many random status indices that no copy has, taken from the open list.

    Args:
        session: of the transaction that adds the copies; call it last before they are added.
        count: how many.
        randbelow: returns a secret random number below its argument.
    """
    drawn: list[int] = []
    while len(drawn) < count:
        row = _open_list(session)
        wanted = min(count - len(drawn), MOST_TAKEN - row.taken)
        drawn += _free_positions(session, row.id, wanted, randbelow)
        row.taken += wanted
        row.changes += 1
        session.flush()
    return drawn


def _open_list(session: Session) -> StatusListRow:
    """Return the last list, its row locked; a new one where that is half full."""
    last = session.scalar(select(func.max(StatusListRow.id)))
    while True:
        if last is not None:
            query = select(StatusListRow).where(StatusListRow.id == last).with_for_update()
            row = session.scalars(query, execution_options={"populate_existing": True}).one()
            if row.taken < MOST_TAKEN:
                return row
        last = 0 if last is None else last + 1
        fresh = {"taken": 0, "changes": 0, "published_changes": 0, "version": 0}
        insert_if_absent(session, StatusListRow, id=last, **fresh)


def _free_positions(
    session: Session, list_id: int, count: int, randbelow: Callable[[int], int]
) -> list[int]:
    free: dict[int, None] = {}  # in the order they were drawn, which alone is random
    while len(free) < count:
        tries = min(_AT_ONCE, 2 * (count - len(free)))
        drawn = [join_index(list_id, randbelow(LIST_SIZE)) for _ in range(tries)]
        query = select(Copy.status_index).where(Copy.status_index.in_(set(drawn)))
        taken = set(session.scalars(query))
        free |= dict.fromkeys(one for one in drawn if one not in taken)
    return list(free)[:count]
