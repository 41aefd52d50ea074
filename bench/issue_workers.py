"""What several processes do: two workers against one, and the memory a long batch takes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a worker says at its end."""

    seconds: float
    peak_kilobytes: int


def two_workers_ratio(folder: Path, cores: Sequence[int], *, count: int, rounds: int) -> float:
    """Return how much more two workers finish in the same time, one and two taken in turn.

    Args:
        folder: for their stores.
        cores: two processors, one for each worker.
        count: certificates for each worker.
        rounds: how often.
    """
    ratios = []
    for number in range(rounds):
        (alone,) = _run(folder / f"one{number}", cores[:1], count)
        both = _run(folder / f"two{number}", cores[:2], count)
        ratios.append(2 * alone.seconds / max(one.seconds for one in both))
    return median(ratios)


def peak_kilobytes(folder: Path, core: int, count: int) -> int:
    """Return the peak memory of one process that issues so many certificates."""
    (report,) = _run(folder / f"memory{count}", [core], count)
    return report.peak_kilobytes


def _run(folder: Path, cores: Sequence[int], count: int) -> list[Report]:
    """Start one worker a core, let them go at one moment, and return what they say."""
    workers = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "bench.issue_child", str(folder)),
                *("--start", str(place * 2 * count), "--count", str(count), "--core", str(core)),
            ],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for place, core in enumerate(cores)
    ]
    for worker in workers:
        assert worker.stdout is not None
        if worker.stdout.readline().strip() != "ready":
            raise RuntimeError("a worker did not start")
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [worker.communicate()[0] for worker in workers]
    return [Report(**json.loads(text)) for text in said]
