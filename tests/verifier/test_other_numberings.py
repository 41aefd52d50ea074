"""Numbers of other rules than the unified one: explained once, never judged."""

from __future__ import annotations

import pytest

from tests.verifier.world import NAME, PREFIX, World
from verifier.verdict import Outcome


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1502003000300001", ["number_legacy"]),
        (f"{PREFIX}26A000001", ["number_normalised", "number_special"]),
    ],
)
def test_other_numberings_are_explained_once_and_left_open(
    world: World, typed: str, said: list[str]
) -> None:
    verdict = world.verifier().verify_number(typed, name=NAME)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert [finding.code for finding in verdict.findings] == said
