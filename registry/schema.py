"""Brings a database to the schema this version works with, and refuses any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

import registry.filing_models  # noqa: F401 - its tables belong to the schema
from codes.wording import Text
from registry.errors import HomeError
from registry.row_memory import remember_all
from registry.session import database, reading
from registry.trail import remembering
from registry.vault import Vault

HEAD = "0013"
_EARLIER = frozenset(f"{number:04}" for number in range(1, int(HEAD)))
_SCRIPTS = Path(__file__).parent / "migrations"
_MIGRATING = 0x59_5A_4D_47  # the lock that two migrations of one PostgreSQL database share


def upgrade(engine: Engine, *, to: str = HEAD, vault: Vault | None = None) -> None:
    """Run every migration up to `to` that the database has not seen; all of them or none.

    Args:
        engine: of the database.
        to: the version to stop at.
        vault: the home's, open, for the rows that are there already; a new database has none.

    Raises:
        HomeError: what an earlier version began must be finished by it (`leaves_waiting`).
    """
    # Alembic is slow to import and only this act needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))
        config.attributes["connection"] = connection
        config.attributes["vault"] = vault
        command.upgrade(config, to)
    if to == HEAD:
        remember_all(engine)


def migrate(engine: Engine, open_vault: Callable[[], Vault]) -> str | None:
    """Bring an existing database of an earlier version to this one.

    Args:
        engine: of the database.
        open_vault: opens the home's vault; called only where there is something to do.

    Returns:
        The version it had, or None where nothing was to be done.

    Raises:
        HomeError: the schema is none that this version knows (code `schema_mismatch`), or as
            `upgrade`.
        RegistryUnavailable: the database cannot be reached.
        VaultError: the vault does not open; nothing was changed.
    """
    found = _version(engine)
    if found == HEAD:
        return None
    if found not in _EARLIER:
        raise _mismatch(found)
    upgrade(engine, vault=open_vault())
    return found


@contextmanager
def open_registry(url: str, *, memory: Path | None = None) -> Iterator[Engine]:
    """Yield an engine for a database of this very version; close its connections at the end.

    Every command opens the database by this, so that none reads or writes what it does not know.

    Args:
        url: of the database.
        memory: where what is added to the audit trail is remembered (`Home.trail_memory`).

    Raises:
        As `check_schema`.
    """
    with database(url) as engine:
        check_schema(engine)
        yield engine if memory is None else remembering(engine, memory)


def check_schema(engine: Engine) -> None:
    """Refuse a database of another version.

    Raises:
        HomeError: the schema is an earlier version's (code `schema_outdated`) or none that this
            version knows (`schema_mismatch`).
        RegistryUnavailable: the database cannot be reached.
    """
    found = _version(engine)
    if found in _EARLIER:
        raise HomeError(
            "schema_outdated",
            Text(
                f"数据目录由较早的版本建立（数据库结构 {found}，现需 {HEAD}）。"
                "请先备份，再运行 yanzhen migrate",
                f"this home was made by an earlier version (database schema {found}, now {HEAD}). "
                "Back it up, then run yanzhen migrate",
            ),
        )
    if found != HEAD:
        raise _mismatch(found)


def _version(engine: Engine) -> str | None:
    with reading(engine) as session:
        try:
            found = session.scalars(text("SELECT version_num FROM alembic_version")).all()
        except ProgrammingError:
            return None
    # More than one is no version that a migration of ours leaves behind.
    return ", ".join(sorted(found)) or None


def _mismatch(found: str | None) -> HomeError:
    return HomeError(
        "schema_mismatch",
        Text(
            f"数据库结构版本为 {found or '无'}，本程序需要 {HEAD}",
            f"the database schema is {found or 'absent'}, this program needs {HEAD}",
        ),
    )
