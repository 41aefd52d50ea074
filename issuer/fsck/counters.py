"""Counters against the rows that carry their values: serials are given in order, without gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from issuer.fsck.faults import Fault
from registry.models import Award, Copy, PrintCounter, SerialCounter, Site

_Key = tuple[int, ...]
_Column = InstrumentedAttribute[int]


def compare_counters(session: Session) -> Iterator[Fault]:
    """Yield counters that are not where their rows are, and the places of missing rows."""
    prefixes = {site.id: site.prefix for site in session.scalars(select(Site))}
    taken = _taken(session, (Award.site_id, Award.year, Award.level), Award.serial)
    counted: dict[_Key, int] = {
        (row.site_id, row.year, row.level): row.last
        for row in session.scalars(select(SerialCounter))
    }
    yield from _compare("serial_counters", "awards", prefixes, counted, taken)
    printed = _taken(session, (Copy.site_id, Copy.year), Copy.print_serial)
    print_counted: dict[_Key, int] = {
        (row.site_id, row.year): row.last for row in session.scalars(select(PrintCounter))
    }
    yield from _compare("print_counters", "copies", prefixes, print_counted, printed)


def _taken(
    session: Session, key: Sequence[_Column], serial: _Column
) -> dict[_Key, tuple[int, int]]:
    """Return by key the highest serial and how many there are."""
    query = select(*key, func.max(serial), func.count()).group_by(*key)
    return {tuple(row[:-2]): (row[-2], row[-1]) for row in session.execute(query)}


def _compare(
    counters: str,
    rows: str,
    prefixes: dict[int, str],
    counted: dict[_Key, int],
    taken: dict[_Key, tuple[int, int]],
) -> Iterator[Fault]:
    for key in sorted(counted.keys() | taken.keys()):
        highest, count = taken.get(key, (0, 0))
        name = "/".join([prefixes.get(key[0], f"site {key[0]}"), *map(str, key[1:])])
        if counted.get(key, 0) != highest:
            yield Fault(table=counters, row=name, field="last", code="differs")
        elif key not in taken:
            yield Fault(table=counters, row=name, field="row", code="unexpected")
        if count != highest:
            yield Fault(table=rows, row=name, field="row", code="gap")
