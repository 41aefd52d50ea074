"""Reads rows by statements that are written out once: the short way of a look-up to its answer.

A session and its objects, and even SQLAlchemy's execution of one statement, take many times what
the database does to find a row by its key. Here a SELECT is compiled once, and then goes to the
driver of a pooled connection as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Dialect, Engine, Select
from sqlalchemy.exc import SQLAlchemyError

from registry.errors import RegistryUnavailable
from registry.session import damaged, unreachable

Query = Select[*tuple[Any, ...]]
Row = tuple[Any, ...]
_Process = Callable[[Any], Any]


class _Written:
    """A SELECT as the driver takes it.

    Args:
        query: what was asked.
        dialect: of the database.
    """

    def __init__(self, query: Query, dialect: Dialect) -> None:
        compiled: Any = query.compile(dialect=dialect)
        self.text = str(compiled)
        self._dialect = dialect
        self._types = [column.type.dialect_impl(dialect) for column in query.selected_columns]
        self._fixed = {name: one for name, one in compiled.params.items() if one is not None}
        self._order = tuple(compiled.positiontup) if compiled.positional else None
        self._processes: list[tuple[int, _Process]] | None = None

    def given(self, values: dict[str, object]) -> dict[str, object] | tuple[object, ...]:
        """Return the values as the driver takes them, by name or in their order."""
        named = values | self._fixed
        return named if self._order is None else tuple([named[name] for name in self._order])

    def read(self, rows: list[Row], description: Sequence[Sequence[Any]]) -> list[Row]:
        """Return the rows with their values as the types of their columns say.

        Args:
            description: the driver's, of the columns.
        """
        if self._processes is None:
            kinds = zip(self._types, description, strict=True)
            made = [kind.result_processor(self._dialect, told[1]) for kind, told in kinds]
            self._processes = [(at, one) for at, one in enumerate(made) if one is not None]
        if not self._processes:
            return rows
        changed = [list(row) for row in rows]
        for row in changed:
            for at, process in self._processes:
                row[at] = process(row[at])
        return [tuple(row) for row in changed]


class Rows:
    """The rows of one database as they are during one short look.

    `broken` says that a question failed, after which the connection is not to be used again.
    """

    __slots__ = ("_cursor", "_fault", "_write", "broken")

    broken: bool

    def __init__(self, cursor: Any, fault: Any, write: Callable[[Query], _Written]) -> None:
        self._cursor = cursor
        self._fault = fault
        self._write = write
        self.broken = False

    def all(self, query: Query, **values: object) -> list[Row]:
        """Return all rows of a query.

        Args:
            query: the same object each time; what changes are the values of its `bindparam`s, none
                of them a list.
            values: by name.

        Raises:
            RegistryUnavailable, RegistryDamaged: as `RowReader.reading`.
        """
        written = self._write(query)
        try:
            self._cursor.execute(written.text, written.given(values))
            return written.read(self._cursor.fetchall(), self._cursor.description)
        except self._fault.Error as error:
            self.broken = True
            raise _translated(error, self._fault) from error


class RowReader:
    """Opens short looks at a database; one instance may be asked by many threads.

    Args:
        engine: to it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._written: dict[Query, _Written] = {}

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """Yield the rows; on SQLite all questions of one look see the same state.

        Raises:
            RegistryUnavailable: the database cannot be reached or does not answer.
            RegistryDamaged: it is no database, or a damaged one.
        """
        fault: Any = self._engine.dialect.loaded_dbapi
        try:
            pooled = self._engine.raw_connection()
            cursor = pooled.cursor()
            if self._engine.dialect.name == "sqlite":
                cursor.execute("BEGIN")
        except (fault.Error, SQLAlchemyError) as error:
            raise _translated(error, fault) from error
        rows = Rows(cursor, fault, self._write)
        try:
            yield rows
        finally:
            if rows.broken:
                pooled.invalidate()
            pooled.close()  # which ends the transaction

    def _write(self, query: Query) -> _Written:
        written = self._written.get(query)
        if written is None:
            written = self._written[query] = _Written(query, self._engine.dialect)
        return written


def _translated(error: Exception, fault: Any) -> RegistryUnavailable:
    return damaged() if type(error) is fault.DatabaseError else unreachable()
