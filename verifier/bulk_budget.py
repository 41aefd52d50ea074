"""Failed rows of a list count against the asker's budget, and slow the check once it is spent.

A list is never refused for its rows. While it waits it gives its place to others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from registry.home import Home
from verifier.budgets import Budgets
from verifier.budgets_gate import open_gate
from verifier.file_slots import FileSlots

ROW_SECONDS = 0.2  # a failed row costs this much at the least grade; each grade doubles it
MOST_SECONDS = 60.0  # at once: after a hundred rows


class BatchBudget:
    """The budget of whoever handed a list in.

    Args:
        budgets: what is counted.
        network: whose; empty where nothing is counted.
        slots: places for checks that run; one is held while this is.
        sleep: waits so many seconds.

    Attributes:
        slowed: it has waited.
    """

    def __init__(
        self,
        budgets: Budgets,
        network: str,
        slots: FileSlots,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._budgets = budgets
        self._network = network
        self._slots = slots
        self._sleep = sleep
        self._place = ExitStack()
        self.slowed = False

    @contextmanager
    def held(self) -> Iterator[BatchBudget]:
        """Hold a place; raises NoFreeSlot where none becomes free in time."""
        self._place.enter_context(self._slots.taken())
        try:
            yield self
        finally:
            self._place.close()

    def spend(self, failed: int) -> None:
        """Count failed rows; where the budget is spent, wait, and then for a place again.

        Raises:
            NoFreeSlot: none became free in time.
        """
        if not self._network:
            return
        self._budgets.spend(self._network, failed)
        grade = self._budgets.grade(self._network)
        if grade is None:
            return
        self.slowed = True
        self._place.close()
        self._sleep(min(MOST_SECONDS, failed * ROW_SECONDS * 2**grade))
        self._place.enter_context(self._slots.taken())


@contextmanager
def open_batch_budget(home: Path, network: str, slots: FileSlots) -> Iterator[BatchBudget]:
    """Hold a place for a check whose failed rows are counted in the budgets of a home."""
    budgets = open_gate(Home.open(home)).budgets
    try:
        with BatchBudget(budgets, network, slots).held() as budget:
            yield budget
    finally:
        budgets.close()
