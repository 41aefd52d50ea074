"""The look-up budgets on either database: one count for all workers, each proof taken once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from registry.budget_models import BudgetLevel, UsedProof
from registry.budget_rows import BudgetRows
from registry.home import Home
from registry.public_database import public_database
from registry.session import reading

A, B, C = b"a" * 16, b"b" * 16, b"c" * 16


@pytest.fixture
def url(any_home: Home) -> str:
    return any_home.database_url


def test_workers_that_begin_at_once_make_the_tables_once_and_count_together(url: str) -> None:
    together = Barrier(4)

    def work(_: int) -> None:
        together.wait()
        rows = BudgetRows(url)
        for _ in range(5):
            rows.add({A: 1.0, B: 2.0}, 1000.0, 500.0)
        rows.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    rows = BudgetRows(url)
    assert rows.levels(A, B) == {A: 520.0, B: 540.0}
    rows.close()


def test_a_level_flows_off_has_a_top_and_leaves_no_row(url: str) -> None:
    rows = BudgetRows(url)
    rows.add({A: 30.0}, 100.0, 1000.0)
    rows.add({A: 30.0}, 100.0, 1010.0)
    assert rows.levels(A, B) == {A: 1060.0}
    rows.add({A: 300.0}, 100.0, 1010.0)
    assert rows.levels(A, B) == {A: 1110.0}
    rows.add({A: 1.0}, 100.0, 900.0)  # a clock that was put back does not lock anybody out
    assert rows.levels(A, B) == {A: 1000.0}
    assert rows.take(C, not_since=-1, now=1000.0, expires_at=1200.0)
    rows.add({B: 1.0}, 100.0, 5000.0)
    rows.close()
    with public_database(url) as engine, reading(engine) as session:
        assert session.scalars(select(BudgetLevel.bucket)).all() == [B]
        assert session.scalar(select(func.count()).select_from(UsedProof)) == 0


def test_of_many_who_bring_the_same_proof_one_is_let_through(url: str) -> None:
    rows = BudgetRows(url)
    together = Barrier(4)

    def take(_: int) -> bool:
        together.wait()
        now = time.time()
        return rows.take(A, not_since=-1, now=now, expires_at=now + 60)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, range(4))) == [False, False, False, True]
    rows.close()


def test_a_turn_is_taken_again_only_by_who_began_to_wait_after_it(url: str) -> None:
    rows = BudgetRows(url)
    assert rows.take(A, not_since=90, now=100, expires_at=900)
    assert not rows.take(A, not_since=95, now=110, expires_at=900)
    assert rows.take(A, not_since=105, now=120, expires_at=900)
    rows.close()
