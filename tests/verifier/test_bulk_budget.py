"""Failed rows of a list cost as failed look-ups do, and never close the way for others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.budgets import Budgets, Sizes
from verifier.bulk_budget import MOST_SECONDS, ROW_SECONDS, BatchBudget
from verifier.file_slots import FileSlots, NoFreeSlot

NETWORK = "192.0.2.7"


@pytest.fixture
def budgets(tmp_path: Path) -> Iterator[Budgets]:
    url = f"sqlite:///{tmp_path / 'public.sqlite3'}"
    made = Budgets(url, b"k" * 32, Sizes(address=20, overall=10_000), clock=lambda: 1e9)
    yield made
    made.close()


def test_failed_rows_are_free_until_the_budget_is_spent_and_then_slow(
    budgets: Budgets, tmp_path: Path
) -> None:
    slots = FileSlots(tmp_path / "slots", 1, patience_seconds=0)
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        with slots.taken():  # the place is another's to take meanwhile
            waited.append(seconds)

    with BatchBudget(budgets, NETWORK, slots, sleep).held() as budget:
        budget.spend(10)
        assert (waited, budget.slowed) == ([], False)
        budget.spend(20)
        budget.spend(100)
        with pytest.raises(NoFreeSlot), slots.taken():
            raise AssertionError("its place was given away for good")
    assert budget.slowed
    assert ROW_SECONDS * 20 <= waited[0] < waited[1] == MOST_SECONDS
    assert budgets.grade(NETWORK) is not None
    assert budgets.grade("192.0.2.8") is None


def test_where_nothing_is_counted_nothing_is_waited_for(budgets: Budgets, tmp_path: Path) -> None:
    slots = FileSlots(tmp_path / "slots", 1, patience_seconds=0)

    def sleep(seconds: float) -> None:
        raise AssertionError("it waited")

    with BatchBudget(budgets, "", slots, sleep).held() as budget:
        budget.spend(10_000)
    assert budgets.grade("") is None
