"""Times taken in turn, so that what slows the machine slows every contestant alike."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Milliseconds for one certificate, one figure a round.

    Args:
        wall: by the clock on the wall.
        cpu: of this process alone; a browser's own time is not in it.
    """

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    @property
    def wall_ms(self) -> float:
        """The median by the wall."""
        return median(self.wall)

    @property
    def cpu_ms(self) -> float:
        """The median of processor time."""
        return median(self.cpu)

    def times_slower_than(self, other: Timing) -> float:
        """Return the median of the rounds' own ratios, by the wall."""
        return median(a / b for a, b in zip(self.wall, other.wall, strict=True))

    def more_than(self, other: Timing) -> float:
        """Return the median of the rounds' own differences in milliseconds, by the wall."""
        return median(a - b for a, b in zip(self.wall, other.wall, strict=True))


Act = Callable[[int], Callable[[], int]]
"""Given the round, prepares it outside the timing; what it returns does it and says how many."""


def in_turn(contestants: Mapping[str, Act], rounds: int) -> dict[str, Timing]:
    """Run A B C … A B C … and return everyone's times; the first round is not counted."""
    wall: dict[str, list[float]] = {name: [] for name in contestants}
    cpu: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, act in contestants.items():
            work = act(number)
            start, start_cpu = time.perf_counter(), time.process_time()
            count = work()
            end_cpu, end = time.process_time(), time.perf_counter()
            if number:
                wall[name].append(1000 * (end - start) / count)
                cpu[name].append(1000 * (end_cpu - start_cpu) / count)
    return {name: Timing(wall=tuple(wall[name]), cpu=tuple(cpu[name])) for name in contestants}


def stay_on_core(core: int) -> None:
    """Keep this process, its threads and its children to one of the processors it may use."""
    os.sched_setaffinity(0, {core})


def cores() -> tuple[int, ...]:
    """Return the processors this process may use."""
    return tuple(sorted(os.sched_getaffinity(0)))
