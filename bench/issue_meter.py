"""Adds up what parts of a program take, from inside the running program itself.

Each watched function tells the meter when it begins and ends. What a watched function spends in
another watched one counts for that one alone, so parts never count twice and add up.
"""

from __future__ import annotations

import functools
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the wall, and of this process's processor time."""

    wall: float
    cpu: float


Place = tuple[Any, str]
"""A module or class, and the name of a function in it."""


class Meter:
    """What each part took while it was watched; for one thread."""

    def __init__(self) -> None:
        self.total = Spent(0.0, 0.0)
        self._parts: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._within: list[list[float]] = []  # of each call under way: what watched ones in it took

    def part(self, name: str) -> Spent:
        """Return what a part took by itself."""
        spent = [one for (part, _), one in self._parts.items() if part == name]
        return Spent(sum(one[0] for one in spent), sum(one[1] for one in spent))

    def functions_ms(self) -> dict[str, float]:
        """Return by function what it took by itself, in milliseconds of processor time."""
        spent = {function: round(1000 * cpu, 1) for (_, function), (_, cpu) in self._parts.items()}
        return dict(sorted(spent.items(), key=lambda item: -item[1]))

    @contextmanager
    def watch(self, parts: Mapping[str, Sequence[Place]]) -> Iterator[None]:
        """Measure the block as a whole, and each part in it.

        Args:
            parts: by name of a part, its functions; whoever imported one by name is watched too.
        """
        undo: list[tuple[Any, str, Any]] = []
        try:
            for part, places in parts.items():
                for owner, name in places:
                    undo += _replace(owner, name, functools.partial(self._watched, part))
            wall, cpu = time.perf_counter(), time.process_time()
            yield
            self.total = Spent(time.perf_counter() - wall, time.process_time() - cpu)
        finally:
            for owner, name, function in reversed(undo):
                setattr(owner, name, function)

    def _watched(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        spent, within = self._parts[part, function.__qualname__], self._within
        clock, processor = time.perf_counter, time.process_time

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            inner = [0.0, 0.0]
            within.append(inner)
            wall, cpu = clock(), processor()
            try:
                return function(*args, **kwargs)
            finally:
                wall, cpu = clock() - wall, processor() - cpu
                within.pop()
                spent[0] += wall - inner[0]
                spent[1] += cpu - inner[1]
                if within:
                    within[-1][0] += wall
                    within[-1][1] += cpu

        return call


def _replace(
    owner: Any, name: str, watched: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> list[tuple[Any, str, Any]]:
    """Put a watched function in the place of one, wherever a module knows it; return the former."""
    function = vars(owner)[name]
    places = [(owner, name)]
    if not isinstance(owner, type):
        places = [
            (module, known)
            for module in list(sys.modules.values())
            for known, value in list(getattr(module, "__dict__", {}).items())
            if value is function
        ]
    replacement = watched(function)
    for place, known in places:
        setattr(place, known, replacement)
    return [(place, known, function) for place, known in places]
