"""Takes what was deleted or replaced out of the database's files, not only out of its tables.

SQLite: deleted content is overwritten as it is deleted (`secure_delete`, set for every
connection), so what is left of it lies in the write-ahead log, which is emptied here. PostgreSQL
keeps old row versions until a table is written anew, which locks it: that is done only when asked.
What a file system, a disk or a backup keeps of overwritten bytes no program can reach.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Engine

TABLES = (
    "holders",
    "awards",
    "access",
    "copies",
    "life_acts",
    "application_materials",
    "objections",
)
_TRIES = 50
_PAUSE_SECONDS = 0.1


def scrub(
    engine: Engine, *, rewrite: bool = False, sleep: Callable[[float], None] = time.sleep
) -> bool:
    """Take old values out of the files of the database.

    Args:
        engine: of the registry, for writing.
        rewrite: on PostgreSQL, write the tables that hold keys anew; nobody can read them while
            that lasts.
        sleep: waits so many seconds, for readers that still hold the write-ahead log.

    Returns:
        Whether it is done; False where a reader held on, or tables were not to be rewritten.
    """
    if engine.dialect.name == "postgresql":
        if not rewrite:
            return False
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in TABLES:
                connection.exec_driver_sql(f"VACUUM (FULL) {table}")
            connection.exec_driver_sql("CHECKPOINT")
        return True
    raw = engine.raw_connection()
    try:
        for attempt in range(_TRIES):
            busy, _, _ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return True
            if attempt < _TRIES - 1:
                sleep(_PAUSE_SECONDS)
        return False
    finally:
        raw.close()
