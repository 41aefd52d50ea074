"""Serial counters: numbers are taken in order, once each, with the transaction that uses them.

A counter moves in the same commit as the rows that carry its values, so a transaction that fails
gives its values back: no gaps, no repeats.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.errors import ConflictError
from registry.models import PrintCounter, SerialCounter
from registry.session import insert_if_absent

LAST_SERIAL = 999_999


def take_serials(session: Session, *, site_id: int, year: int, level: int, count: int) -> range:
    """Take the next `count` certificate serials of a site × year × level.

    Returns:
        The serials taken, as a range.

    Raises:
        ConflictError: fewer than `count` serials are left (code `serials_exhausted`).
    """
    key = {"site_id": site_id, "year": year, "level": level}
    taken = _advance(session, SerialCounter, key, count)
    if taken.stop - 1 > LAST_SERIAL:
        raise ConflictError(
            "serials_exhausted",
            Text("本年度该级别的证书流水号已用完", "no serials of this year and level are left"),
        )
    return taken


def serials_left(session: Session, *, site_id: int, year: int, level: int) -> int:
    """Return how many serials of a site × year × level are still free."""
    counter = session.get(SerialCounter, (site_id, year, level))
    return LAST_SERIAL - (counter.last if counter else 0)


def take_print_serials(session: Session, *, site_id: int, year: int, count: int) -> range:
    """Take the next `count` print serials (证书印制流水码) of a site × year."""
    return _advance(session, PrintCounter, {"site_id": site_id, "year": year}, count)


def _advance(
    session: Session, table: type[SerialCounter | PrintCounter], key: dict[str, int], count: int
) -> range:
    if count < 1:
        raise ValueError("at least one serial must be taken")
    insert_if_absent(session, table, **key, last=0)
    where = [getattr(table, name) == value for name, value in key.items()]
    session.execute(update(table).where(*where).values(last=table.last + count))
    last = session.execute(select(table.last).where(*where)).scalar_one()
    return range(last - count + 1, last + 1)
