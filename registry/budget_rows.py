"""Reads and writes the look-up budgets, one statement for each act, whatever the database.

What is counted may be lost in a power cut: a budget is full again a little sooner, nothing else.
So commits do not wait for the disk, and nobody waits long for a lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, bindparam, delete, event, func, select
from sqlalchemy.dialects import postgresql, sqlite

from registry.budget_models import BudgetLevel, UsedProof
from registry.public_database import open_public_engine
from registry.row_reader import RowReader

_LOCK_MILLISECONDS = 2000
_SWEEP_SECONDS = 60
_LEVELS = select(BudgetLevel.bucket, BudgetLevel.empty_at).where(
    BudgetLevel.bucket.in_([bindparam("one"), bindparam("other")])
)


class BudgetRows:
    """The budgets as they stand in the public side's own database.

    Args:
        url: where that is; its tables are made where they are not there.

    Raises:
        HomeError, SQLAlchemyError, OSError: as `open_public_engine`.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_public_engine(url)
        self._reader = RowReader(self._engine)
        postgres = self._engine.dialect.name == "postgresql"
        self._insert: Any = postgresql.insert if postgres else sqlite.insert
        self._least: Any = func.least if postgres else func.min
        self._greatest: Any = func.greatest if postgres else func.max
        self._swept_at = 0.0
        if not postgres:
            _hurry(self._engine)

    def levels(self, one: bytes, other: bytes) -> dict[bytes, float]:
        """Return when each of two budgets is empty again; what is left out has nothing spent."""
        with self._reader.reading() as rows:
            return dict(rows.all(_LEVELS, one=one, other=other))

    def add(self, spent_seconds: Mapping[bytes, float], most_seconds: float, now: float) -> None:
        """Put each budget's `empty_at` off by so many seconds, to at most `most_seconds` from now.

        What is empty, and proofs that have expired, are deleted on the way once a minute.
        """
        statement = self._insert(BudgetLevel).values(
            bucket=bindparam("key"), empty_at=now + self._least(bindparam("more"), most_seconds)
        )
        later = self._greatest(BudgetLevel.empty_at, now) + bindparam("more")
        statement = statement.on_conflict_do_update(
            index_elements=[BudgetLevel.bucket],
            set_={"empty_at": self._least(later, now + most_seconds)},
        )
        with self._engine.begin() as connection:
            # In one order everywhere, so that no two transactions wait for each other.
            rows = [{"key": key, "more": more} for key, more in sorted(spent_seconds.items())]
            connection.execute(statement, rows)
            if abs(now - self._swept_at) > _SWEEP_SECONDS:
                connection.execute(delete(BudgetLevel).where(BudgetLevel.empty_at < now))
                connection.execute(delete(UsedProof).where(UsedProof.expires_at < now))
                self._swept_at = now

    def take(self, mark: bytes, *, not_since: float, now: float, expires_at: float) -> bool:
        """Note that `mark` is used now; return False where it was used after `not_since`."""
        statement = (
            self._insert(UsedProof)
            .values(mark=mark, used_at=now, expires_at=expires_at)
            .on_conflict_do_update(
                index_elements=[UsedProof.mark],
                set_={"used_at": now, "expires_at": expires_at},
                where=UsedProof.used_at <= not_since,
            )
        )
        with self._engine.begin() as connection:
            done = connection.execute(statement, execution_options={"preserve_rowcount": True})
            return cast("CursorResult[Any]", done).rowcount == 1

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


def _hurry(engine: Engine) -> None:
    """Have a SQLite file written without waiting for the disk, and locks given up soon."""

    @event.listens_for(engine, "connect")
    def _configure(raw: Any, _record: object) -> None:
        raw.execute("PRAGMA synchronous=NORMAL")
        raw.execute(f"PRAGMA busy_timeout={_LOCK_MILLISECONDS}")

    engine.dispose()  # the connection that made the tables was not told
