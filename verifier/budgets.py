"""How many look-ups may fail before a question costs something: for an address, and over all.

A budget is a vessel that fills by failed look-ups and empties at a steady rate. While it is not
full, questions are free. Beyond that each has a grade, from 0 up, that says how dear it is; none is
ever refused. Right look-ups fill nothing. See docs/decisions/0021-nothing-to-learn-by-guessing.md.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, log2

from sqlalchemy.exc import SQLAlchemyError

from codes.wording import Text
from registry.budget_rows import BudgetRows
from registry.errors import HomeError, RegistryError

ADDRESS_VARIABLE = "YANZHEN_BUDGET_ADDRESS"
OVERALL_VARIABLE = "YANZHEN_BUDGET_OVERALL"
HIGHEST_GRADE = 4
REPORTS_AN_HOUR = 60  # of one network: each is kept for years
LETTERS_AN_HOUR = 10  # of each kind, of one network: people read each of them
WINDOW_SECONDS = 3600.0  # in which a full budget empties
_OVERFULL = 4  # the highest level counted, in whole budgets: so it is empty again in four hours
_TRY_AGAIN_SECONDS = 15.0

_logger = logging.getLogger("yanzhen.budgets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many look-ups may fail in an hour, for each address and for all together."""

    address: int = 20
    overall: int = 2000

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Sizes:
        """Return the sizes set in the environment.

        Raises:
            HomeError: one is no number from 1 up (`budget_invalid`).
        """
        sizes = cls()
        return cls(
            address=_read_size(environment, ADDRESS_VARIABLE, sizes.address),
            overall=_read_size(environment, OVERALL_VARIABLE, sizes.overall),
        )


def _read_size(environment: Mapping[str, str], name: str, default: int) -> int:
    given = environment.get(name) or str(default)
    if given.isascii() and given.isdigit() and 0 < int(given) <= 10**9:
        return int(given)
    raise HomeError(
        "budget_invalid",
        Text(f"{name} 应是 1 以上的整数", f"{name} must be a whole number from 1 up"),
    )


class Budgets:
    """The budgets of one installation, shared by all its worker processes.

    A database that cannot be reached makes every question cost the least grade: nobody is refused,
    and nobody guesses freely.

    Args:
        url: the public side's own database.
        key: what addresses are hashed under; secret.
        sizes: how many may fail in an hour.
        clock: seconds since 1970.
    """

    def __init__(
        self, url: str, key: bytes, sizes: Sizes, clock: Callable[[], float] = time.time
    ) -> None:
        self._url = url
        self._key = key
        self._sizes = sizes
        self._clock = clock
        self._overall = self._bucket("overall", "")
        self._rows: BudgetRows | None = None
        self._not_before = 0.0

    def grade(self, network: str) -> int | None:
        """Return how dear a question from `network` is now; None where it is free."""
        fullness = self._fullness(network)
        if fullness is None:
            return 0
        own_full, all_full = fullness
        if not (_is_full(own_full, self._sizes.address) or _is_full(all_full, self._sizes.overall)):
            return None
        return min(HIGHEST_GRADE, int(2 * log2(max(own_full, all_full, 1.0))))

    def is_spent_by(self, network: str) -> bool:
        """Return whether `network` itself spent its budget, whatever all others did."""
        fullness = self._fullness(network)
        return fullness is None or _is_full(fullness[0], self._sizes.address)

    def _fullness(self, network: str) -> tuple[float, float] | None:
        """Return how full the vessel of `network` and that of all are; None where none can say."""
        own = self._bucket("address", network)
        rows = self._open()
        if rows is None:
            return None
        try:
            levels = rows.levels(own, self._overall)
        except (RegistryError, SQLAlchemyError, OSError) as error:
            self._lost(error)
            return None
        now = self._clock()
        own_full, all_full = (
            max(0.0, (levels.get(bucket, now) - now) / WINDOW_SECONDS)
            for bucket in (own, self._overall)
        )
        return own_full, all_full

    def spend(self, network: str, failures: int = 1) -> None:
        """Count look-ups from `network` that failed; rows of a batch all at once.

        Towards the budget of all they count while its own is not full: one network cannot make
        questions dear for everybody.
        """
        fullness = self._fullness(network)
        rows = self._open()
        if failures < 1 or rows is None or fullness is None:
            return
        room = ceil(max(0.0, 1 - fullness[0]) * self._sizes.address)
        spent = {
            self._bucket("address", network): failures * WINDOW_SECONDS / self._sizes.address,
            self._overall: min(failures, room) * WINDOW_SECONDS / self._sizes.overall,
        }
        try:
            rows.add(spent, _OVERFULL * WINDOW_SECONDS, self._clock())
        except (RegistryError, SQLAlchemyError, OSError) as error:
            self._lost(error)

    def take_report(self, network: str) -> bool:
        """Return whether `network` may ask for one more verification report, and count it."""
        return self._take_one("report", network, REPORTS_AN_HOUR)

    def take_letter(self, kind: str, network: str) -> bool:
        """Return whether `network` may send one more complaint or objection, and count it.

        Args:
            kind: `complaint` or `objection`; each is counted by itself.
        """
        return self._take_one(kind, network, LETTERS_AN_HOUR)

    def _take_one(self, kind: str, network: str, an_hour: int) -> bool:
        bucket = self._bucket(kind, network)
        rows = self._open()
        if rows is None:
            return True  # nor can it be kept
        now = self._clock()
        try:
            full = (rows.levels(bucket, bucket).get(bucket, now) - now) / WINDOW_SECONDS
            if _is_full(full, an_hour):
                return False
            rows.add({bucket: WINDOW_SECONDS / an_hour}, WINDOW_SECONDS, now)
        except (RegistryError, SQLAlchemyError, OSError) as error:
            self._lost(error)
        return True

    def use_once(self, mark: bytes, *, keep_seconds: float) -> bool:
        """Return whether `mark` was not used before, and note that it is used now."""
        return self._take(mark, not_since=-1.0, keep_seconds=keep_seconds)

    def take_turn(self, network: str, *, waiting_since: float, keep_seconds: float) -> bool:
        """Return whether `network` had no turn since it began to wait, and note that it has one."""
        mark = self._bucket("turn", network)
        return self._take(mark, not_since=waiting_since, keep_seconds=keep_seconds)

    def _take(self, mark: bytes, *, not_since: float, keep_seconds: float) -> bool:
        rows = self._open()
        if rows is None:
            return True  # what is bound to one question gains nothing by being used again
        now = self._clock()
        try:
            return rows.take(mark, not_since=not_since, now=now, expires_at=now + keep_seconds)
        except (RegistryError, SQLAlchemyError, OSError) as error:
            self._lost(error)
            return True

    def _bucket(self, kind: str, name: str) -> bytes:
        message = f"yanzhen/budget/{kind}/{name}".encode()
        return hmac.digest(self._key, message, hashlib.sha256)[:16]

    def _open(self) -> BudgetRows | None:
        if self._rows is None and time.monotonic() >= self._not_before:
            try:
                self._rows = BudgetRows(self._url)
            except (RegistryError, SQLAlchemyError, OSError) as error:
                self._lost(error)
        return self._rows

    def _lost(self, error: Exception) -> None:
        _logger.warning("budgets cannot be counted: %s", type(error).__name__)
        if self._rows is None:
            self._not_before = time.monotonic() + _TRY_AGAIN_SECONDS

    def close(self) -> None:
        """Close the connections."""
        if self._rows is not None:
            self._rows.close()


def _is_full(fullness: float, size: int) -> bool:
    # Half a failure of room is none: some has always flowed off since the last one.
    return (1 - fullness) * size <= 0.5
