"""In how many characters two short texts differ."""

from __future__ import annotations

import pytest

from codes.slips import count_slips


@pytest.mark.parametrize(
    ("one", "other", "swapped", "plain"),
    [
        ("yanzhen", "yanzhen", 0, 0),
        ("yanzhen", "yanzhem", 1, 1),
        ("yanzhen", "yanzen", 1, 1),
        ("yanzhen", "yanzheen", 1, 1),
        ("yanzhen", "yaznhen", 1, 2),
        ("yanzhen", "ynazhem", 2, None),
        ("yanzhen", "zhenyan", None, None),
        ("", "ab", 2, 2),
        ("", "abc", None, None),
    ],
)
def test_slips_are_counted_up_to_two(
    one: str, other: str, swapped: int | None, plain: int | None
) -> None:
    for pair in ((one, other), (other, one)):
        assert count_slips(*pair, most=2, swaps=True) == swapped
        assert count_slips(*pair, most=2, swaps=False) == plain
