"""The sealer beside a demo's site: it seals what waits, and is there again when it was killed."""

from __future__ import annotations

import os
import signal
import time

from issuer.batch_supervisor import runner_beside
from registry.public_database import public_database, public_database_url
from registry.reports import find_report
from sealer.beside import passphrase_beside
from tests.conftest import PASSPHRASE
from tests.sealer.report_homes import ReportHome

_PATIENCE = 60.0


def is_sealed(desk: ReportHome, number: str) -> bool:
    with public_database(public_database_url(desk.home)) as engine:
        found = find_report(engine, number)
    return found is not None and found.sealed_at is not None


def test_a_report_is_sealed_though_the_sealer_is_killed(desk: ReportHome) -> None:
    until = time.monotonic() + _PATIENCE
    with runner_beside(desk.home, PASSPHRASE, "sealer.beside") as beside:
        while beside.pid is None:
            assert time.monotonic() < until
            time.sleep(0.05)
        os.kill(beside.pid, signal.SIGKILL)
        ticket = desk.ask_report(desk.ask())
        while not is_sealed(desk, ticket.number):
            assert time.monotonic() < until
            time.sleep(0.2)


def test_only_a_demo_has_its_passphrase_beside_it(desk: ReportHome) -> None:
    file = desk.home.path.parent / "passphrase.txt"
    assert passphrase_beside(desk.home) is None
    file.write_bytes(PASSPHRASE)
    try:
        assert passphrase_beside(desk.home) == PASSPHRASE
    finally:
        file.unlink()
