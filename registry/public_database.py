"""The public side's own database: what it writes, apart from the register that it only reads.

    budgets    how often addresses asked lately
    reports    verification reports, found again by their number
    objections objections to a filing, until the authority takes them in
    complaints complaints and tips, and what their senders are answered
    holder_*   codes, sessions, share links and requests of holders
    api keys   hashes of employers' keys, their use, lists handed in, certificates watched

It is a SQLite file of the home unless YANZHEN_PUBLIC_DATABASE_URL names another. Nothing in it can
be had of the register, so the public process needs no right to write there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Engine
from sqlalchemy.orm import DeclarativeBase

from registry.home import Home
from registry.side_tables import open_with_tables

PUBLIC_DATABASE_VARIABLE = "YANZHEN_PUBLIC_DATABASE_URL"
PUBLIC_DATABASE_FILE = "public.sqlite3"
_MAKING_TABLES = 0x79616E7A68656E  # "yanzhen": the lock of who makes the tables


class PublicBase(DeclarativeBase):
    """Base of the tables that the public side writes."""


def public_database_url(home: Home, environment: Mapping[str, str] = os.environ) -> str:
    """Return where the public side's own database of a home is."""
    default = f"sqlite:///{(home.path / PUBLIC_DATABASE_FILE).absolute()}"
    return environment.get(PUBLIC_DATABASE_VARIABLE) or default


@contextmanager
def public_database(url: str) -> Iterator[Engine]:
    """Yield an engine for the public side's own database, its tables made where they are not there.

    Raises:
        HomeError: `url` is no address of a database (`database_url_invalid`).
        RegistryUnavailable, RegistryDamaged: as the sessions on it.
    """
    engine = open_public_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


class PublicSide:
    """What a desk of the public side has: its home's own database, opened when first asked for.

    Args:
        home: the installation.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = Lock()
        self._public: Engine | None = None

    @property
    def public(self) -> Engine:
        """The public side's own database."""
        with self._lock:
            if self._public is None:
                self._public = open_public_engine(public_database_url(self._home))
            return self._public

    def close(self) -> None:
        """Let go of the connections, if there are any."""
        with self._lock:
            if self._public is not None:
                self._public.dispose()
                self._public = None


def open_public_engine(url: str) -> Engine:
    """Return an engine as `public_database` does, for a process that keeps it."""
    import registry.api_key_models  # their tables belong to it
    import registry.budget_models
    import registry.complaint_models
    import registry.holder_models
    import registry.objection_models
    import registry.report_models  # noqa: F401 - and so do these

    return open_with_tables(url, PublicBase, making=_MAKING_TABLES)
