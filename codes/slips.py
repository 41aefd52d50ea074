"""In how many characters two short texts differ, where they differ in few."""

from __future__ import annotations


def count_slips(one: str, other: str, *, most: int, swaps: bool) -> int | None:
    """Return how many characters were changed, lost or added; None for more than `most`.

    Args:
        swaps: two neighbours that changed places count as one.
    """
    if abs(len(one) - len(other)) > most:
        return None
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    one, other = one[at:], other[at:]
    if not one or not other:
        return len(one) + len(other)
    if not most:
        return None
    ways = [(one[1:], other[1:]), (one[1:], other), (one, other[1:])]
    if swaps and one[:2] == other[1::-1]:
        ways.append((one[2:], other[2:]))
    found = [count_slips(*way, most=most - 1, swaps=swaps) for way in ways]
    return min((1 + count for count in found if count is not None), default=None)
