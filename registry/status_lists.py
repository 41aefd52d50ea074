"""Positions of the status lists: each printed copy gets a random free one in the open list.

A list is open until half of it is taken, so a free position is found in two tries on average and a
list never tells how many copies there are. Whoever draws holds the list's row until its transaction
ends: two runs cannot draw the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keys.status_list import LIST_SIZE, join_index
from registry.life_models import StatusListRow
from registry.models import Copy
from registry.row_marks import check_list, mark_of_list
from registry.row_memory import row_altered
from registry.session import insert_if_absent
from registry.vault import Vault

MOST_TAKEN = LIST_SIZE // 2
_AT_ONCE = 2000


def draw_status_indices(
    session: Session, vault: Vault, count: int, randbelow: Callable[[int], int]
) -> list[int]:
    """Return so many random status indices that no copy has, taken from the open list.

    Args:
        session: of the transaction that adds the copies; call it last before they are added.
        vault: the home's, open.
        count: how many.
        randbelow: returns a secret random number below its argument.

    Raises:
        RegistryError: the row of the list was changed behind the office's back (`row_altered`).
    """
    drawn: list[int] = []
    last = session.scalar(select(func.max(StatusListRow.id)))
    list_id = begin_list(session, vault, 0) if last is None else last
    while len(drawn) < count:
        with changing_list(session, vault, list_id) as row:
            wanted = min(count - len(drawn), max(0, MOST_TAKEN - row.taken))
            if wanted:
                drawn += _free_positions(session, list_id, wanted, randbelow)
                row.taken += wanted
                row.changes += 1
        if len(drawn) < count:
            list_id = begin_list(session, vault, list_id + 1)
    return drawn


@contextmanager
def changing_list(session: Session, vault: Vault, list_id: int) -> Iterator[StatusListRow]:
    """Yield the row of a list, locked; when the block ends, mark it as it is then.

    Raises:
        RegistryError: the row is gone, or was changed behind the office's back (`row_altered`).
        VaultError: the vault is not the one in force, so that no mark is the same.
    """
    query = select(StatusListRow).where(StatusListRow.id == list_id).with_for_update()
    row = session.scalar(query, execution_options={"populate_existing": True})
    if row is None:
        raise row_altered(("status_lists", str(list_id)))
    check_list(session, vault, row)
    yield row
    row.row_mark = mark_of_list(vault, row)
    session.flush()


def begin_list(session: Session, vault: Vault, list_id: int) -> int:
    """Begin a list with nothing taken, unless another transaction has begun it; return its id."""
    counters = {"id": list_id, "taken": 0, "changes": 0, "published_changes": 0, "version": 0}
    mark = mark_of_list(vault, StatusListRow(**counters))
    insert_if_absent(session, StatusListRow, **counters, row_mark=mark)
    return list_id


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
