"""The benchmark of log and vault counts nothing twice, and its figures come from a real run."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bench import issue_share
from bench.issue_meter import Meter
from bench.issue_share import LOG, PARTS, VAULT, measure, table
from log import merkle, tiles

_SHORT_SECONDS = 0.01


class Worker:
    """Does something that takes a while, part of it by another."""

    def outer(self) -> str:
        """Work, and have the rest done."""
        time.sleep(_SHORT_SECONDS)
        return self.inner() + "!"

    def inner(self) -> str:
        """Work alone."""
        time.sleep(3 * _SHORT_SECONDS)
        return "done"


def test_what_a_watched_function_spends_in_another_counts_for_that_one_alone() -> None:
    meter = Meter()
    with meter.watch({"one": [(Worker, "outer")], "two": [(Worker, "inner")]}):
        assert Worker().outer() == "done!"
    one, two = meter.part("one"), meter.part("two")
    assert one.wall >= _SHORT_SECONDS
    assert two.wall >= 3 * _SHORT_SECONDS
    assert one.wall + two.wall <= meter.total.wall


def test_after_the_block_everything_is_as_before() -> None:
    former = Worker.outer
    with pytest.raises(KeyError), Meter().watch({"one": [(Worker, "outer")]}):
        assert Worker.outer is not former
        raise KeyError
    assert Worker.outer is former


def test_who_imported_a_function_by_name_is_watched_too() -> None:
    former = merkle.hash_leaf
    with Meter().watch({"log": [(merkle, "hash_leaf")]}):
        assert vars(tiles)["hash_leaf"] is merkle.hash_leaf is not former
    assert vars(tiles)["hash_leaf"] is merkle.hash_leaf is former


def test_every_watched_function_is_there() -> None:
    missing = [
        name for places in PARTS.values() for owner, name in places if name not in vars(owner)
    ]
    assert missing == []


def test_a_small_run_passes_the_gate_and_says_the_shares(tmp_path: Path) -> None:
    figures = measure(tmp_path, 3, 1, (1,))
    told = figures["workers_1"]
    assert figures["awards"] == issue_share.WARM + 3
    assert 0 < told["share_log"] < told["share_log_and_vault"] < 1
    assert told["share_log"] + told["share_vault"] == pytest.approx(
        told["share_log_and_vault"], abs=1e-3
    )
    assert {"publish_log", "staple", "append_records"} <= set(told["functions_cpu_ms"])
    said = "\n".join(table(figures))
    assert LOG in said and VAULT in said
