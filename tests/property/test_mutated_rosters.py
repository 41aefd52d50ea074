"""A spoiled roster is refused with a reason, or each of its rows is: never anything else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from issuer.roster import open_workbook_child
from registry.child import Child
from tests.property.roster_mutations import (
    every_row_is_accounted_for,
    says_what_was_written,
    spoil,
    survive,
)

SHORT = 63  # seven of each of the nine kinds; the long drill runs a thousand


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    """One child process for all of them, as a service would use it."""
    with open_workbook_child() as running:
        yield running


@pytest.mark.parametrize("seed", range(SHORT))
def test_a_spoiled_roster_is_refused_or_each_row_accounted_for(seed: int, child: Child) -> None:
    survival = survive(spoil(seed), child)
    assert every_row_is_accounted_for(survival)
    assert says_what_was_written(spoil(seed), survival, child)


# Seeds whose flipped bit changes a name or a number in a part the spreadsheet reader never
# reads to its end, and so never compares with its checksum.
@pytest.mark.parametrize("seed", [1251, 4860, 5544, 6912, 9432])
def test_a_flipped_bit_never_changes_a_name(seed: int, child: Child) -> None:
    assert survive(spoil(seed), child).refused == "roster_damaged"


def test_a_spoiled_roster_is_the_same_for_the_same_seed() -> None:
    kinds = {spoil(seed).kind for seed in range(9)}
    assert len(kinds) == 9
    assert spoil(4).data == spoil(4).data
