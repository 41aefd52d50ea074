"""Brings a database to the schema this version works with, and refuses any other."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from codes.wording import Text
from registry.errors import HomeError
from registry.session import reading

HEAD = "0001"
_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run every migration the database has not seen."""
    # Alembic is slow to import and only this act needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)


def check_schema(engine: Engine) -> None:
    """Refuse a database of another version.

    Raises:
        HomeError: the schema is not this version's (code `schema_mismatch`).
        RegistryUnavailable: the database cannot be reached.
    """
    with reading(engine) as session:
        try:
            found = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except ProgrammingError:
            found = None
    if found != HEAD:
        raise HomeError(
            "schema_mismatch",
            Text(
                f"数据库结构版本为 {found or '无'}，本程序需要 {HEAD}",
                f"the database schema is {found or 'absent'}, this program needs {HEAD}",
            ),
        )
