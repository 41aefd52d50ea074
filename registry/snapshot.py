"""One consistent copy of the database while others go on writing, and back again.

SQLite: its online backup into a file. PostgreSQL: `COPY` of every table in one repeatable-read
transaction, which needs no program beside the driver and is restored into whatever database the new
home names, its tables made by our own migrations.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Integer, Table, func, select, text

from codes.wording import Text
from registry.errors import RegistryDamaged, RegistryError
from registry.models import Base
from registry.schema import HEAD, upgrade

_PAGES = 1000
_SUFFIX = ".sqlite3"
_ABOUT = "tables.json"
SQLITE_FILE = "registry.sqlite3"


def take_snapshot(engine: Engine, folder: Path) -> None:
    """Write a consistent copy of the database into an empty folder."""
    if engine.dialect.name == "postgresql":
        _copy_out(engine, folder)
        return
    raw = engine.raw_connection()
    try:
        _copy_sqlite(raw.driver_connection, folder / SQLITE_FILE)
    finally:
        raw.close()


def side_databases(home: Path) -> list[Path]:
    """Return the SQLite files of a home that are not the register: what the sides keep for them."""
    return sorted(path for path in home.glob(f"*{_SUFFIX}") if path.name != SQLITE_FILE)


def copy_side_database(path: Path, to: Path) -> None:
    """Write a consistent copy of a SQLite file that others go on writing to `to`."""
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        _copy_sqlite(source, to)
    finally:
        source.close()


def _copy_sqlite(source: Any, to: Path) -> None:
    copy = sqlite3.connect(to)
    try:
        source.backup(copy, pages=_PAGES)
    finally:
        copy.close()


def load_snapshot(engine: Engine, folder: Path) -> None:
    """Fill an empty PostgreSQL database from a snapshot of one.

    Raises:
        RegistryError: the database is not empty (`database_not_empty`), or the snapshot is one of
            another version (`snapshot_version`).
    """
    about = json.loads((folder / _ABOUT).read_bytes())
    if about["schema"] != HEAD:
        raise RegistryError(
            "snapshot_version",
            Text(
                f"备份的数据库结构为 {about['schema']}，本程序需要 {HEAD}",
                f"the backup's schema is {about['schema']}, this program needs {HEAD}",
            ),
        )
    with engine.begin() as connection:
        query = text("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
        if connection.execute(query).scalar():
            raise RegistryError(
                "database_not_empty",
                Text("恢复的目标数据库不是空的", "the database to restore into is not empty"),
            )
    upgrade(engine)
    with engine.begin() as connection:
        cursor: Any = connection.connection.cursor()
        for table in reversed(_tables()):
            if table.name != "trail":  # which refuses it, and is empty
                connection.execute(table.delete())
        for table in _tables():
            with cursor.copy(f"COPY {_named(table, about[table.name])} FROM STDIN") as copy:
                copy.write((folder / f"{table.name}.copy").read_bytes())
            _set_sequence(connection, table)


def check_database(engine: Engine) -> None:
    """See that the database is whole and its rows belong together.

    Raises:
        RegistryDamaged: it is not (`registry_damaged`).
    """
    if engine.dialect.name == "postgresql":
        return  # its constraints were checked as the rows came in
    with engine.connect() as connection:
        whole = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        stray = connection.execute(text("PRAGMA foreign_key_check")).all()
    if whole != ["ok"] or stray:
        raise _not_whole()


def check_side_database(path: Path) -> None:
    """See that a side's own SQLite file is whole.

    Raises:
        RegistryDamaged: it is not (`registry_damaged`).
    """
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        whole = connection.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise _not_whole() from error
    finally:
        connection.close()
    if whole != [("ok",)]:
        raise _not_whole()


def _not_whole() -> RegistryDamaged:
    return RegistryDamaged(
        "registry_damaged",
        Text("恢复出的数据库不完整", "the restored database is not whole"),
    )


def _tables() -> list[Table]:
    return list(Base.metadata.sorted_tables)


def _named(table: Table, columns: list[str]) -> str:
    return f"{table.name} ({', '.join(columns)})"


def _copy_out(engine: Engine, folder: Path) -> None:
    about: dict[str, Any] = {"schema": HEAD}
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        connection.execute(text("SELECT 1"))  # the snapshot is of this moment
        cursor: Any = connection.connection.cursor()
        for table in _tables():
            about[table.name] = [column.name for column in table.columns]
            with (
                (folder / f"{table.name}.copy").open("wb") as file,
                cursor.copy(f"COPY {_named(table, about[table.name])} TO STDOUT") as copy,
            ):
                for block in copy:
                    file.write(block)
    (folder / _ABOUT).write_text(json.dumps(about))


def _set_sequence(connection: Any, table: Table) -> None:
    column = table.columns.get("id")
    if column is None or not isinstance(column.type, Integer):
        return
    name = connection.execute(select(func.pg_get_serial_sequence(table.name, "id"))).scalar()
    last = connection.execute(select(func.max(column))).scalar()
    if name is not None and last is not None:
        connection.execute(select(func.setval(name, last)))
