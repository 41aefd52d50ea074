"""Finds dates and times that nobody can read: SQLite keeps them as text and takes any text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, String, Table, select, type_coerce
from sqlalchemy.orm import Session

from registry.models import UtcDateTime

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A value that is no date or time.

    Args:
        table, column: where.
        key: of its row; the parts of a key of several columns are joined by a slash.
    """

    table: str
    key: str
    column: str


def find_unreadable(session: Session, table: Table) -> Iterator[Unreadable]:
    """Yield the dates and times of a table that do not read as one.

    Args:
        session: on the database; PostgreSQL refuses such values by itself.
        table: of our own.
    """
    if session.get_bind().dialect.name != "sqlite":
        return
    keys = list(table.primary_key.columns)
    for column in table.columns:
        read = _reader(column)
        if read is None:
            continue
        query = select(*keys, type_coerce(column, String)).where(column.is_not(None))
        for *key, text in session.execute(query.execution_options(yield_per=_AT_ONCE)):
            if not read(text):
                yield Unreadable(table=table.name, key=name_row(key), column=column.name)


def name_row(key: Iterable[object]) -> str:
    """Return the primary key of a row as people read it: bytes in hexadecimal."""
    return "/".join(part.hex() if isinstance(part, bytes) else str(part) for part in key)


def _reader(column: Column[Any]) -> Callable[[str], bool] | None:
    """Return what says whether a value of a column reads; None where it holds no dates."""
    if isinstance(column.type, UtcDateTime):
        return _is_time
    return _is_day if isinstance(column.type, Date) else None


def _is_time(text: str) -> bool:
    """Say whether a text is a time as it is written here, and in no other way."""
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return False
    return moment.isoformat(sep=" ", timespec="microseconds") == text


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except (ValueError, TypeError):
        return False
