"""The modules of a QR symbol that carry no data: what is known of a symbol before it is read."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from qrcode import QRCode, constants

Modules = tuple[tuple[bool | None, ...], ...]

_LEVELS: Final = (
    constants.ERROR_CORRECT_L,
    constants.ERROR_CORRECT_M,
    constants.ERROR_CORRECT_Q,
    constants.ERROR_CORRECT_H,
)
_MASKS: Final = 8
_FINDER_MODULES: Final = 7
_TIMING: Final = 6
_FIRST_VERSION_WITH_NUMBER: Final = 7
FORMATS: Final = len(_LEVELS) * _MASKS


def modules_a_side(version: int) -> int:
    """Return how many modules a symbol of a version has a side."""
    return 4 * version + 17


@lru_cache(maxsize=64)
def fixed_modules(version: int) -> Modules:
    """Return what every symbol of a version shows, None where data or the format stand.

    Finder patterns, their white edges, timing, alignment, and the version where it is written.

    Args:
        version: 1 to 40.
    """
    # The bits of a format are sums of those of its number: what no bit of it changes is fixed.
    first, *others = (_without_data(version, number) for number in (0, 1, 2, 4, 8, 16))
    return tuple(
        tuple(
            dark if all(other[row][column] == dark for other in others) else None
            for column, dark in enumerate(line)
        )
        for row, line in enumerate(first)
    )


@lru_cache(maxsize=64)
def framed_modules(version: int, number: int) -> Modules:
    """Return what symbols of a version and format show, None where data stand.

    Args:
        version: 1 to 40.
        number: of the format, 0 to `FORMATS` - 1: each level with each mask.
    """
    return _without_data(version, number)


def _without_data(version: int, number: int) -> Modules:
    """Return the library's drawing of everything but data."""
    level, mask = _LEVELS[number // _MASKS], number % _MASKS
    code: QRCode[Any] = QRCode(version=version, error_correction=level, mask_pattern=mask)
    size = code.modules_count = modules_a_side(version)
    code.modules = [[None] * size for _ in range(size)]
    far = size - _FINDER_MODULES
    for row, column in ((0, 0), (far, 0), (0, far)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(False, mask)
    if version >= _FIRST_VERSION_WITH_NUMBER:
        code.setup_type_number(False)
    return tuple(tuple(line) for line in code.modules)
