"""The sealer's round: what waits is sealed, what expired is dropped, a newer key is taken up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from registry.errors import RegistryUnavailable
from registry.home import Home
from registry.public_database import open_public_engine, public_database_url
from registry.reports import drop_expired
from sealer.sealing import newest_key_file, open_sealer, seal_waiting

_EVERY_SECONDS = 1.0
_SWEEP = timedelta(hours=1)
_logger = logging.getLogger("yanzhen.sealer")


def seal_until(home: Home, passphrase: bytes, ends: Callable[[float], bool]) -> int:
    """Seal reports as they are asked for, and return how many were sealed.

    Args:
        ends: waits the given seconds at most, and returns whether that was the last round.

    Raises:
        HomeError, KeysError: as `open_sealer` and `seal_waiting`.
    """
    opened = open_sealer(home, passphrase, clock=lambda: datetime.now(UTC))
    file = newest_key_file(home)
    engine = open_public_engine(public_database_url(home))
    sealed, swept = 0, datetime.min.replace(tzinfo=UTC)
    try:
        while True:
            if newest_key_file(home) != file:  # a newer key was made, or this one was revoked
                opened = open_sealer(home, passphrase, clock=opened.clock)
                file = newest_key_file(home)
            try:
                sealed += seal_waiting(opened, engine)
                if opened.clock() - swept > _SWEEP:
                    drop_expired(engine, now=opened.clock())
                    swept = opened.clock()
            except RegistryUnavailable:
                _logger.warning("the public database cannot be reached; trying again")
            if ends(_EVERY_SECONDS):
                return sealed
    finally:
        engine.dispose()
