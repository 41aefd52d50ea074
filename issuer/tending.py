"""Keeps what is published of the present: re-signs status lists, publishes what waits for the log.

An act publishes for itself; this is for lists that would expire, and for what a killed run left. A
round that fails is said and tried again: nothing here changes a record.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.log_following import office_of_home
from issuer.log_publishing import LogOffice, log_is_settled, publish_log
from issuer.report_key_files import ensure_former_keys_published
from issuer.status_custody import ensure_status_key
from issuer.status_publishing import StatusOffice, publish_behind
from keys.errors import KeysError
from registry.errors import RegistryError
from registry.home import Home
from registry.schema import open_registry

EVERY_SECONDS = 20.0
_logger = logging.getLogger("yanzhen.tend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tended:
    """What one round did.

    Args:
        lists: how many status lists were published.
        leaves: how many leaves were published.
        faults: codes of what failed; the next round tries again.
    """

    lists: int
    leaves: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """What tending works with.

    Args:
        status: publishes status lists.
        log: publishes the public log; None where the home has none yet.
    """

    status: StatusOffice
    log: LogOffice | None

    def round(self) -> Tended:
        """Publish whatever is behind or soon to expire."""
        faults: list[str] = []
        leaves = self._try("log", self._publish_log, faults)
        lists = self._try("status", self._publish_lists, faults)
        return Tended(lists=lists, leaves=leaves, faults=tuple(faults))

    def keep(self, stop: Event, *, every_seconds: float = EVERY_SECONDS) -> None:
        """Go round after round until `stop` is set; a round once begun is finished."""
        _log("begun", every_seconds=every_seconds)
        while not stop.is_set():
            self.round()
            stop.wait(every_seconds)
        _log("ended")

    def _publish_log(self) -> int:
        if self.log is None or log_is_settled(self.log.engine):
            return 0
        published = publish_log(self.log)
        _log("log", size=published.checkpoint.size, added=published.added)
        return published.added

    def _publish_lists(self) -> int:
        lists = publish_behind(self.status)
        for one in lists:
            _log("status", list=one.list_id, version=one.version)
            if one.contradicted:
                # Numbers are public: the log lists every one of them.
                _log("contradicted", list=one.list_id, numbers=len(one.contradicted))
        return len(lists)

    @staticmethod
    def _try(what: str, act: Callable[[], int], faults: list[str]) -> int:
        try:
            return act()
        except (IssuerError, KeysError, RegistryError) as error:
            code = error.code
        except OSError as error:
            code = f"os_{error.errno}"
        faults.append(code)
        _log("failed", what=what, code=code)
        return 0


@contextmanager
def open_tender(
    home: Home, passphrase: bytes, *, clock: Callable[[], datetime]
) -> Iterator[Tender]:
    """Open what tending works with; publish the list of former report keys where it is missing.

    Args:
        home: the installation.
        passphrase: opens vault and keys.
        clock: returns now, aware UTC.

    Raises:
        VaultError, KeysError, IssuerError: the passphrase is wrong, or a key is missing.
        HomeError, RegistryUnavailable: the database is not fit for work.
    """
    vault = home.vault(passphrase)
    ensure_former_keys_published(home)
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        log = office_of_home(home, engine, vault, passphrase, clock=clock)
        status = StatusOffice(
            home=home,
            engine=engine,
            vault=vault,
            key=ensure_status_key(home, passphrase, shanghai_day(clock())),
            clock=clock,
        )
        yield Tender(status=status, log=log)


def _log(event: str, **facts: str | float) -> None:
    _logger.info("tend %s", json.dumps({"event": event, **facts}))
