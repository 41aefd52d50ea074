"""A gate with small budgets and a clock that the test turns."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from verifier.budgets import Budgets, Sizes
from verifier.budgets_address import Proxies
from verifier.budgets_gate import LookUpGate
from verifier.budgets_puzzle import Challenge


@dataclass(slots=True)
class Clock:
    """Seconds since 1970, as the test says."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def make_gate(
    folder: Path, clock: Clock, *, address: int = 3, overall: int = 1000, proxies: Proxies = ()
) -> LookUpGate:
    """A gate on a database in `folder`; several on one folder are workers of one site."""
    url = f"sqlite:///{folder / 'public.sqlite3'}"
    budgets = Budgets(url, b"b" * 32, Sizes(address=address, overall=overall), clock)
    return LookUpGate(budgets, b"k" * 32, proxies, clock)


def solve(challenge: Challenge) -> str:
    """Find a solution, as a browser does."""
    numbers = map(str, itertools.count())
    return next(one for one in numbers if challenge.is_solved_by(one, challenge.issued_at))
