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

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.cpu + other.cpu)

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.wall - other.wall, self.cpu - other.cpu)


NOTHING = Spent(0.0, 0.0)

Place = tuple[Any, str]
"""A module or class, and the name of a function in it."""


class Meter:
    """What each part took while it was watched; for one thread."""

    def __init__(self) -> None:
        self.total = NOTHING
        self._spent: defaultdict[str, Spent] = defaultdict(lambda: NOTHING)
        self._functions: defaultdict[str, Spent] = defaultdict(lambda: NOTHING)
        self._within: list[Spent] = []  # of each call under way: what watched calls in it took

    def part(self, name: str) -> Spent:
        """Return what a part took by itself."""
        return self._spent[name]

    def functions_ms(self) -> dict[str, float]:
        """Return by function what it took by itself, in milliseconds of processor time."""
        spent = {name: round(1000 * one.cpu, 1) for name, one in self._functions.items()}
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
            start = _now()
            yield
            self.total += _now() - start
        finally:
            for owner, name, function in reversed(undo):
                setattr(owner, name, function)

    def _watched(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            self._within.append(NOTHING)
            start = _now()
            try:
                return function(*args, **kwargs)
            finally:
                whole = _now() - start
                alone = whole - self._within.pop()
                self._spent[part] += alone
                self._functions[function.__qualname__] += alone
                if self._within:
                    self._within[-1] += whole

        return call


def _now() -> Spent:
    return Spent(time.perf_counter(), time.process_time())


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
