"""Opens the database, the same way for SQLite and for PostgreSQL.

Writers take the database's write lock at the start of their transaction (SQLite: BEGIN IMMEDIATE,
in order of arrival) and a commit is on disk when it returns (WAL, synchronous=FULL).
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    QueuePool,
    create_engine,
    event,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

from codes.wording import Text
from registry.errors import (
    HomeError,
    RegistryContended,
    RegistryDamaged,
    RegistryError,
    RegistryUnavailable,
)
from registry.line import WritersLine
from registry.row_memory import OFFICE_ROWS, ROW_MEMORY, touch, watch_rows

_WRITER_SECONDS = 120  # where many write at once, each waits its turn
_READER_SECONDS = 5  # a reader is a person waiting for an answer
_POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")
_GAVE_WAY = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_READING = "yanzhen_reading"
_LINE = "yanzhen_line"
_LOG = logging.getLogger("yanzhen.session")


def open_engine(url: str, *, read_only: bool = False, create: bool = False) -> Engine:
    """Return an engine for `url`.

    Args:
        url: `sqlite:///FILE` or `postgresql://…` (driver: psycopg 3).
        read_only: every statement that would write is refused by the database itself.
        create: a SQLite file that is not there is made; otherwise it counts as unreachable.

    Raises:
        HomeError: it is no such address (`database_url_invalid`).
    """
    if url.startswith(_POSTGRESQL):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    elif not url.startswith("sqlite:///"):
        raise _url_invalid()
    else:
        return _open_sqlite(url, read_only=read_only, create=create)
    arguments: dict[str, object] = {"connect_timeout": 10}
    if read_only:
        arguments["options"] = (
            f"-c default_transaction_read_only=on -c statement_timeout={1000 * _READER_SECONDS}"
        )
        arguments["connect_timeout"] = _READER_SECONDS
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise _url_invalid() from error
    return create_engine(
        parsed,
        pool_pre_ping=True,
        pool_timeout=_READER_SECONDS if read_only else _WRITER_SECONDS,
        connect_args=arguments,
        hide_parameters=True,
    )


def _url_invalid() -> HomeError:
    """Return the refusal of an address, which may hold a password and so is not repeated."""
    return HomeError(
        "database_url_invalid",
        Text(
            "YANZHEN_DATABASE_URL 不是数据库地址，应写成 "
            "postgresql://用户@主机:端口/数据库 或 sqlite:///文件",
            "YANZHEN_DATABASE_URL is no address of a database; write "
            "postgresql://USER@HOST:PORT/DATABASE or sqlite:///FILE",
        ),
    )


@contextmanager
def database(url: str) -> Iterator[Engine]:
    """Yield an engine for `url` and close its connections when the block ends."""
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _open_sqlite(url: str, *, read_only: bool, create: bool) -> Engine:
    path = url.removeprefix("sqlite:///")
    uri = f"file:{quote(path)}?mode={'rwc' if create else 'rw'}"
    patience_seconds = _READER_SECONDS if read_only else _WRITER_SECONDS
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            uri, uri=True, timeout=patience_seconds, check_same_thread=False
        ),
        poolclass=QueuePool,
        max_overflow=-1,  # writers wait in line (below), readers for nobody
        hide_parameters=True,
        execution_options={
            _LINE: WritersLine(f"{path}-line", most_seconds=_WRITER_SECONDS),
            ROW_MEMORY: Path(f"{path}-rows"),
        },
    )

    @event.listens_for(engine, "connect")
    def _configure(raw: Any, _record: object) -> None:
        raw.isolation_level = None  # the driver must not open transactions of its own
        for pragma in (
            f"busy_timeout={1000 * patience_seconds}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # what is erased is overwritten, not only forgotten
            f"query_only={'ON' if read_only else 'OFF'}",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        deferred = read_only or connection.get_execution_options().get(_READING, False)
        connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")

    return engine


def reading_engine(engine: Engine) -> Engine:
    """Return an engine on the same connections whose transactions wait for no writer."""
    return engine.execution_options(**{_READING: True})


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Yield a session that only reads, and so waits for no writer.

    Raises:
        RegistryUnavailable: the database cannot be reached or does not answer.
        RegistryDamaged: it is no database, or a damaged one.
    """
    with _session(reading_engine(engine)) as session:
        yield session


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Yield a session; commit when the block ends well, undo everything when it does not.

    Raises:
        RegistryContended: the database broke the transaction off; it may be tried again.
        RegistryUnavailable: the database cannot be reached or does not answer. Where it went away
            during the commit, nobody can say whether the commit was kept.
    """
    line: WritersLine | None = engine.get_execution_options().get(_LINE)
    with nullcontext() if line is None else line.turn(), _session(engine) as session:
        watch_rows(session)
        yield session


@contextmanager
def _session(engine: Engine) -> Iterator[Session]:
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        if getattr(getattr(error, "orig", None), "sqlstate", None) in _GAVE_WAY:
            raise RegistryContended(
                "registry_contended",
                Text("登记数据库繁忙，请重试", "the registry database is contended; try again"),
            ) from error
        raise unreachable() from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its kinds are faults of a statement
            raise
        raise damaged() from error


def once_undone(session: Session, say: Callable[[], None]) -> None:
    """Have it said elsewhere that a transaction came to nothing, where it does.

    A machine that dies says nothing; where `say` raises RegistryError, that is logged.
    """

    def undone(_: Session) -> None:
        try:
            say()
        except RegistryError:
            _LOG.warning("undone_unnoted")

    event.listen(session, "after_rollback", undone, once=True)


def unreachable() -> RegistryUnavailable:
    """Return what is raised where the database cannot be reached or does not answer."""
    return RegistryUnavailable(
        "registry_unreachable",
        Text("登记数据库暂时无法访问", "the registry database cannot be reached at present"),
    )


def damaged() -> RegistryDamaged:
    """Return what is raised where its file is no database, or a damaged one."""
    return RegistryDamaged(
        "registry_damaged",
        Text(
            "登记数据库文件已损坏，或不是数据库文件；请从备份恢复",
            "the registry database is damaged, or its file is no database; restore the backup",
        ),
    )


def insert_if_absent(session: Session, table: type[DeclarativeBase], **values: object) -> bool:
    """Insert a row unless one with its unique values is there; return whether it was inserted.

    Waits for another transaction that is inserting the same, and then goes by what that one did.
    """
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    options = {"preserve_rowcount": True}  # without it an insert's count is not kept
    done = session.execute(statement, execution_options=options)
    inserted = cast("CursorResult[Any]", done).rowcount == 1
    if inserted and table in OFFICE_ROWS:
        touch(session, session.scalars(select(table).filter_by(**values)).one())
    return inserted
