"""Databases beside the register: their tables are made where they are not there yet."""

from __future__ import annotations

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import DeclarativeBase

from registry.session import open_engine


def open_with_tables(url: str, base: type[DeclarativeBase], *, making: int) -> Engine:
    """Return an engine for a side's own database, with every table of `base` in it.

    Args:
        url: of the database; a SQLite file that is not there is made.
        base: whose tables belong to it.
        making: number of the lock, on PostgreSQL, of who makes the tables.

    Raises:
        HomeError: `url` is no address of a database (`database_url_invalid`).
        RegistryUnavailable, RegistryDamaged: as the sessions on it.
    """
    engine = open_engine(url, create=True)
    with engine.begin() as connection:  # one worker makes the tables, the others find them
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(making)))
        base.metadata.create_all(connection)
    return engine
