"""Long tests first: a worker that begins one when the others have ended keeps them all waiting.

pytest-xdist gives each worker one run of the list, in order; so each run begins with its share of
the long tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Final, TypeVar

import pytest

# Longest first. Journeys stay where they are: a browser's loop runs on in the process that began
# them, and what makes a loop of its own must come before.
_LONG: Final = (
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
    items[:] = dealt(items, int(workers), long_tests(items, lambda item: item.nodeid))


def long_tests(items: Iterable[_One], name: Callable[[_One], str]) -> list[_One]:
    """Return the long tests, the longest first."""

    def file_of(item: _One) -> str:
        return name(item).partition("::")[0].removeprefix("tests/")

    files = {file: list(group) for file, group in groupby(items, file_of)}
    return [item for one in _LONG for item in files.get(one, ())]


def dealt(items: Sequence[_One], workers: int, long: Sequence[_One]) -> list[_One]:
    """Return all items in as many even runs as there are workers, each with long ones in front."""
    known = {id(item) for item in long}
    rest = [item for item in items if id(item) not in known]
    found: list[_One] = []
    for worker in range(workers):
        own = list(long[worker::workers])
        size = len(items) * (worker + 1) // workers - len(found)
        short = rest if worker == workers - 1 else rest[: max(size - len(own), 0)]
        rest = rest[len(short) :]
        found += own + short
    return found
