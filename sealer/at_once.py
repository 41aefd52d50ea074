"""Seals one report in the process that asked for it: `yanzhen verify … --report`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from getpass import getpass

from keys.passphrase import read_passphrase
from registry.home import Home
from registry.public_database import public_database, public_database_url
from registry.report_drafts import ReportTicket
from registry.reports import ReportFiles, keep_sealed, open_report
from sealer.sealing import open_sealer


def seal_at_once(
    home: Home, draft: bytes, queue: Callable[[], object]
) -> tuple[ReportTicket, ReportFiles]:
    """Return number, code and files of a draft; where a sealer was faster, the files it made.

    Args:
        home: the installation.
        draft: of the report.
        queue: puts it in line, which is done once it can be sealed.

    Raises:
        HomeError: `report_key_missing`.
        KeysError: the passphrase is missing or wrong.
        RegistryUnavailable: the public side's database cannot be reached.
    """
    ask = getpass if sys.stdin.isatty() else None
    sealer = open_sealer(home, read_passphrase(os.environ, ask), clock=lambda: datetime.now(UTC))
    ticket, files = sealer.seal(draft)
    queue()
    with public_database(public_database_url(home)) as engine:
        keep_sealed(engine, ticket, files, now=sealer.clock())
        return ticket, open_report(engine, ticket) or files
