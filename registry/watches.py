"""Certificates an employer has checked and is to be told about when they change.

The public side notes them, the desks find them again. Neither keeps a number for it: both make the
same mark of one with the look-up secret, which they share.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry.api_key_models import MARK_BYTES, WatchRow

WATCHED_FOR: Final = timedelta(days=365)
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class WatchMarks:
    """Makes the marks by which certificates are watched.

    Args:
        pepper: the look-up secret of the home.
    """

    pepper: bytes = field(repr=False)

    def mark(self, number: str) -> bytes:
        """Return the mark of a certificate number, 16 bytes."""
        key = hmac.digest(self.pepper, b"yanzhen/watches", hashlib.sha256)
        return hmac.digest(key, number.encode(), hashlib.sha256)[:MARK_BYTES]


def watch(session: Session, employer: int, marks: Iterable[bytes], *, since: datetime) -> None:
    """Watch certificates for an employer; one that is watched already is watched anew from now.

    Args:
        session: on the public side's database.
        since: when they were checked, aware UTC.
    """
    session.execute(delete(WatchRow).where(WatchRow.until < since))
    wanted = sorted(set(marks))
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        query = select(WatchRow).where(WatchRow.employer == employer, WatchRow.mark.in_(chunk))
        known = {row.mark: row for row in session.scalars(query)}
        for mark in chunk:
            row = known.get(mark)
            if row is None:
                row = WatchRow(employer=employer, mark=mark)
                session.add(row)
            row.since, row.until = since, since + WATCHED_FOR
        session.flush()


def stop_watching(session: Session, employer: int, mark: bytes | None = None) -> int:
    """Watch a certificate for an employer no more, or none at all; return how many it was.

    Args:
        session: on the public side's database.
        mark: of the one; None for every one.
    """
    meant = [WatchRow.employer == employer]
    if mark is not None:
        meant.append(WatchRow.mark == mark)
    ended = session.scalars(delete(WatchRow).where(*meant).returning(WatchRow.id)).all()
    return len(ended)


def watched_by(session: Session, employer: int, *, now: datetime) -> int:
    """Return how many certificates an employer watches."""
    query = select(func.count(WatchRow.id))
    return session.scalar(query.where(WatchRow.employer == employer, WatchRow.until >= now)) or 0


def watchers(session: Session, marks: Iterable[bytes]) -> Mapping[bytes, Sequence[WatchRow]]:
    """Return who watches the certificates of these marks, by mark."""
    found: dict[bytes, list[WatchRow]] = {}
    wanted = sorted(set(marks))
    for start in range(0, len(wanted), _CHUNK):
        query = select(WatchRow).where(WatchRow.mark.in_(wanted[start : start + _CHUNK]))
        for row in session.scalars(query.order_by(WatchRow.id)):
            found.setdefault(row.mark, []).append(row)
    return found
