"""Seals one report in the process that asked for it: `yanzhen verify … --report`, the desks."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from getpass import getpass

from keys.passphrase import read_passphrase
from keys.seal import check_usable
from registry.home import Home
from registry.public_database import public_database, public_database_url
from registry.report_drafts import ReportTicket
from registry.reports import ReportFiles, keep_sealed, open_report
from sealer.sealing import open_sealer


def seal_at_once(
    home: Home, draft: bytes, queue: Callable[[], object], *, passphrase: bytes | None = None
) -> tuple[ReportTicket, ReportFiles]:
    """Return number, code and files of a draft; where a sealer was faster, the files it made.

    Args:
        home: the installation.
        draft: of the report.
        queue: puts it in line, which is done once it can be sealed.
        passphrase: of the report key; read as commands read it unless given.

    Raises:
        HomeError: `report_key_missing`.
        KeysError: the passphrase is missing or wrong.
        RegistryUnavailable: the public side's database cannot be reached.
    """
    if passphrase is None:
        passphrase = read_passphrase(os.environ, getpass if sys.stdin.isatty() else None)
    sealer = open_sealer(home, passphrase, clock=lambda: datetime.now(UTC))
    now = sealer.clock()
    ticket, files = sealer.seal(draft, now=now)
    queue()
    with public_database(public_database_url(home)) as engine:
        keep_sealed(engine, ticket, files, now=now)
        return ticket, open_report(engine, ticket) or files


def sign_list(home: Home, data: bytes, passphrase: bytes) -> bytes:
    """Return a detached CMS, DER, by the report key over a list of what goes with reports.

    Raises:
        HomeError: `report_key_missing`.
        KeysError: the passphrase is wrong, or the certificate not in its time.
    """
    sealer = open_sealer(home, passphrase, clock=lambda: datetime.now(UTC))
    check_usable(sealer.key.chain, sealer.clock())
    return sealer.key.seal(hashlib.sha256(data).digest())
