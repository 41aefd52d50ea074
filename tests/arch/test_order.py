"""Long tests are dealt to the workers; none is lost, and each worker's run begins with its own."""

from __future__ import annotations

import random

import pytest

from tests.arch.sources import ROOT
from tests.order import _LONG, dealt, long_tests


def _names(chance: random.Random) -> list[str]:
    short = [f"tests/codes/test_a.py::test_{at}" for at in range(chance.randrange(0, 300))]
    drills = [f"tests/drills/test_drills.py::test_a[{at}]" for at in range(chance.randrange(9))]

    later = [f"tests/verifier/test_z.py::test_{at}" for at in range(chance.randrange(0, 300))]
    return short + drills + later


@pytest.mark.parametrize("seed", range(20))
def test_every_test_is_dealt_once_and_long_ones_stand_in_front(seed: int) -> None:
    chance = random.Random(seed)
    names, workers = _names(chance), chance.randrange(1, 6)
    long = long_tests(names, str)
    order = dealt(names, workers, long)
    assert sorted(order) == sorted(names)
    assert long == [name for name in names if "drills" in name]
    if len(names) < 20 * workers:
        return
    starts = [len(names) * worker // workers for worker in range(workers)]
    for worker, start in enumerate(starts):
        own = long[worker::workers]
        assert order[start : start + len(own)] == own


def test_the_files_called_long_are_there() -> None:
    assert [one for one in _LONG if not (ROOT / "tests" / one).is_file()] == []
