"""The benchmark of issuing says what it promises to say, from figures and from a real small run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.issue import Plan, StockFont, measure
from bench.issue_figures import DRAWN, HASHED, SEALED, SIGNED, STORED, Figures, as_json, table
from bench.issue_timing import Timing, in_turn

PROMISED_KEYS = {
    "ratio_sealed_vs_stock",
    "ratio_render_vs_best_rival",
    "sealing_ms",
    "ratio_two_workers",
    "ratio_memory_5000_vs_500",
    "sealed_per_second_core",
    "stock_per_second_core",
    "file_bytes",
    "floor_ms",
    "steps_ms",
    "profile_percent",
}


def timing(*milliseconds: float) -> Timing:
    """Return a timing whose clock and processor agree."""
    return Timing(wall=milliseconds, cpu=milliseconds)


def figures() -> Figures:
    """Return figures that are easily reckoned with."""
    return Figures(
        ours=timing(1, 2, 4),
        stock=timing(30, 60, 240),
        render={
            "ours": timing(1, 1, 1),
            "stock": timing(2, 2, 2),
            "typst": timing(4, 4, 9),
            "Chromium": timing(90, 80, 70),
        },
        rivals_elsewhere=frozenset({"Chromium"}),
        rivals_missing=("WeasyPrint",),
        steps={
            DRAWN: timing(1.0, 3.0),
            SEALED: timing(1.25, 3.25),
            STORED: timing(0.5),
            HASHED: timing(0.25),
            SIGNED: timing(0.125),
        },
        profile=(("zlib", 60.0),),
        two_workers=1.9,
        peaks={500: 100_000, 5000: 110_000},
        file_bytes=54_000,
        photo_bytes=20_000,
        gate_files=12,
        stock_glyphs=30_000,
        quick=False,
    )


def test_the_object_has_the_promised_keys_and_is_json() -> None:
    said = as_json(figures())

    assert set(said) >= PROMISED_KEYS
    assert None not in [said[key] for key in PROMISED_KEYS]
    assert json.loads(json.dumps(said)) == said


def test_ratios_are_medians_of_the_rounds_own_ratios() -> None:
    said = as_json(figures())

    assert said["ratio_sealed_vs_stock"] == 30
    assert (said["best_rival"], said["ratio_render_vs_best_rival"]) == ("typst", 4)
    assert said["sealing_ms"] == said["sealing_ms_cpu"] == 0.25
    assert said["floor_ms"] == 0.875
    assert said["sealed_per_second_core"] == 500


def test_the_table_says_what_is_missed_and_what_was_not_measured() -> None:
    lines = "\n".join(table(figures()))

    assert "kept        30.0 times the plain pipeline, sealed (promised >= 25)" in lines
    assert "MISSED       4.0 times the best rival, typst (promised >= 5)" in lines
    assert "WeasyPrint is not on this machine: NOT MEASURED" in lines


def test_contestants_take_turns_and_the_first_round_is_not_counted() -> None:
    order: list[str] = []

    def act(name: str) -> Callable[[int], Callable[[], int]]:
        def prepared(number: int) -> Callable[[], int]:
            order.append(f"{name}{number}")
            return lambda: 2

        return prepared

    times = in_turn({"a": act("a"), "b": act("b")}, rounds=2)

    assert order == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert len(times["a"].wall) == len(times["b"].cpu) == 2


def test_a_small_run_measures_everything(tmp_path: Path) -> None:
    before = os.sched_getaffinity(0)
    plan = Plan(
        gated=1,
        rounds=1,
        lot=2,
        stock_lot=1,
        worker_count=2,
        worker_rounds=0,
        memory_counts=(2, 4),
        stock_font=StockFont.BATCH,
        rivals=False,
        quick=True,
    )
    said = as_json(measure(plan, tmp_path, lambda _: None))

    assert set(said) >= PROMISED_KEYS
    assert said["gate_files"] == 1
    assert said["memory_counts"] == [4, 2]
    assert min(said["memory_peak_kilobytes"]) > 10_000
    assert said["ratio_memory_5000_vs_500"] == pytest.approx(1, abs=0.5)
    assert os.sched_getaffinity(0) == before
