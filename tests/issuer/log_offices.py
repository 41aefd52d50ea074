"""Homes whose log is published without a certificate being drawn: leaves of filings are enough."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from issuer.filing_trace import trace_filing
from issuer.log_custody import ensure_log, open_key_of_log
from issuer.log_publishing import LogOffice
from registry.filing_models import FilingAct
from registry.home import Home
from registry.models import Body, Site
from registry.session import database, transaction
from tests.conftest import NOW, PASSPHRASE

HOST = "yz.example.cn"
PREFIX = "S000012000123"


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
    """Put some acts on a filing on record, with their leaves."""
    with transaction(office.engine) as session:
        site = session.scalars(select(Site).where(Site.prefix == PREFIX)).one_or_none()
        if site is None:
            site = Site(prefix=PREFIX, body=Body(name="日志职业技能评价中心（虚构）"))
            session.add(site)
        session.flush()
        for number in range(count):
            act = FilingAct(
                site_id=site.id,
                event="filed",
                decided_on=NOW.date(),
                effective_on=NOW.date(),
                detail=json.dumps({"windows": [], "n": number, "mark": mark}),
                recorded_at=NOW,
                logged=False,
            )
            session.add(act)
            session.flush()
            trace_filing(session, act)


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
