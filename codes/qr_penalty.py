"""How hard a QR symbol is to read, by the four rules of ISO/IEC 18004 7.8.3.

A symbol is one long integer: rows from the top, each `stride` bits wide, the leftmost module of a
row its highest bit, the bits beyond the symbol's size zero. Shifting and counting bits then judges
all rows, or all columns, at once.
"""

from __future__ import annotations

_RUN_POINTS = 2
_BLOCK_POINTS = 3
_FINDER_POINTS = 40
_BALANCE_POINTS = 10
_BALANCE_STEP_PERCENT = 5


class Penalty:
    """The penalty of symbols of one size.

    Args:
        size: modules a side.
        stride: bits a row, at least one more than `size`, so that no pattern spans two rows.
    """

    __slots__ = ("_all", "_not_first_column", "_not_first_row", "_size", "_stride")

    def __init__(self, size: int, stride: int) -> None:
        row = ((1 << size) - 1) << (stride - size)
        row_without_first = ((1 << (size - 1)) - 1) << (stride - size)
        self._size = size
        self._stride = stride
        self._all = sum(row << (stride * place) for place in range(size))
        self._not_first_column = sum(row_without_first << (stride * place) for place in range(size))
        self._not_first_row = self._all & ~(row << (stride * (size - 1)))

    def points(self, dark: int) -> int:
        """Return the penalty points of a symbol; fewer are better."""
        stride = self._stride
        light = dark ^ self._all
        alike_left = self._not_first_column & ~(dark ^ (dark >> 1))
        alike_above = self._not_first_row & ~(dark ^ (dark >> stride))
        blocks = alike_left & (alike_left >> stride) & alike_above
        return (
            _run_points(alike_left, 1)
            + _run_points(alike_above, stride)
            + _BLOCK_POINTS * blocks.bit_count()
            + _FINDER_POINTS * (_finders(dark, light, 1) + _finders(dark, light, stride))
            + self._balance_points(dark)
        )

    def _balance_points(self, dark: int) -> int:
        """Return the points for a share of dark modules away from one half."""
        share = float(dark.bit_count()) / (self._size**2)
        return int(abs(share * 100 - 50) / _BALANCE_STEP_PERCENT) * _BALANCE_POINTS


def _run_points(alike: int, step: int) -> int:
    """Return 3 points for each run of five like modules and 1 for each module more.

    Args:
        alike: modules that look like their neighbour one step back.
        step: bits from a module to that neighbour.
    """
    pairs = alike & (alike >> step)
    fives = pairs & (pairs >> (2 * step))
    runs = fives & ~(fives >> step)
    return fives.bit_count() + _RUN_POINTS * runs.bit_count()


def _finders(dark: int, light: int, step: int) -> int:
    """Return how often 1:1:3:1:1 stands beside four light modules, along one direction."""
    three_dark = dark & (dark >> step) & (dark >> (2 * step))
    ring = dark & (light >> step) & (three_dark >> (2 * step))
    finder = ring & (light >> (5 * step)) & (dark >> (6 * step))
    two_light = light & (light >> step)
    four_light = two_light & (two_light >> (2 * step))
    before = finder & (four_light >> (7 * step))
    after = four_light & (finder >> (4 * step))
    return before.bit_count() + after.bit_count()
