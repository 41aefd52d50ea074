"""Homes whose log is published without a certificate being drawn: leaves of filings are enough."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from issuer.log_custody import ensure_log, open_key_of_log
from issuer.log_publishing import LogOffice
from log.leaves import FilingLeaf
from registry.home import Home
from registry.logbook import append
from registry.session import database, transaction
from tests.conftest import NOW, PASSPHRASE

HOST = "yz.example.cn"


@contextmanager
def log_office(home: Home, clock: Callable[[], datetime] = lambda: NOW) -> Iterator[LogOffice]:
    """What publishes the log of a home, which is begun where there is none."""
    with database(home.database_url) as engine:
        ensure_log(home, engine, HOST, PASSPHRASE)
        yield LogOffice(
            home=home,
            engine=engine,
            vault=home.vault(PASSPHRASE),
            key=open_key_of_log(home, PASSPHRASE),
            clock=clock,
        )


def append_filings(office: LogOffice, count: int, mark: str = "") -> None:
    """Append leaves of some filings."""
    with transaction(office.engine) as session:
        for number in range(count):
            leaf = FilingLeaf(
                prefix="S000012000123",
                event="filed",
                detail={"n": number, "mark": mark},
                decided_on=NOW.date(),
            )
            append(session, leaf)


def copy_database(home: Home, target: Path) -> None:
    """Copy a home's SQLite file as a backup would; nobody is writing."""
    source = home.path / "registry.sqlite3"
    for suffix in ("-wal", "-shm"):
        assert not Path(f"{source}{suffix}").exists()
    shutil.copy(source, target)


def restore_database(home: Home, backup: Path) -> None:
    """Put a backup in the place of a home's SQLite file."""
    target = home.path / "registry.sqlite3"
    for suffix in ("-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    shutil.copy(backup, target)
