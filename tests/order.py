"""Long tests first: a worker that begins one when the others have ended keeps them all waiting.

pytest-xdist gives each worker one run of the list, in order; so each run begins with its share of
the long tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Final, TypeVar

import pytest

# Longest first. Tests of a file that make one thing for all of them stay together.
_TOGETHER: Final = ("journeys/test_desk_journeys.py", "journeys/test_outside_journeys.py")
_SINGLY: Final = (
    "docs/test_readme_run.py",
    "issuer/test_copy_faults.py",
    "verifier/test_picture_print.py",
    "drills/test_drills.py",
    "accounts/test_routes.py",
)
_One = TypeVar("_One")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the long tests to the workers; all workers come to the same order."""
    workers = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    items[:] = dealt(items, int(workers), long_groups(items, lambda item: item.nodeid))


def long_groups(items: Iterable[_One], name: Callable[[_One], str]) -> list[list[_One]]:
    """Return the long tests, in groups that one worker gets, the longest first."""

    def file_of(item: _One) -> str:
        return name(item).partition("::")[0].removeprefix("tests/")

    files = {file: list(group) for file, group in groupby(items, file_of)}
    together = [files[one] for one in _TOGETHER if one in files]
    return together + [[item] for one in _SINGLY for item in files.get(one, ())]


def dealt(items: Sequence[_One], workers: int, groups: Sequence[Sequence[_One]]) -> list[_One]:
    """Return all items in as many even runs as there are workers, each with its groups in front."""
    long = {id(item) for group in groups for item in group}
    rest = [item for item in items if id(item) not in long]
    found: list[_One] = []
    for worker in range(workers):
        own = [item for group in groups[worker::workers] for item in group]
        size = len(items) * (worker + 1) // workers - len(found)
        short = rest if worker == workers - 1 else rest[: max(size - len(own), 0)]
        rest = rest[len(short) :]
        found += own + short
    return found
