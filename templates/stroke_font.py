"""Digits, capitals and the middle dot as single strokes, for writing too small for a font.

Drawn by this module alone on a grid four wide and six high: at half a millimetre a letter with
thick and thin parts fills in, a plain stroke stays open.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

STEP: Final = 10  # length of a grid step, in the paths' own units
CELL: Final = 56  # from the beginning of one character to that of the next, in the same units
HEIGHT: Final = 60  # of a character, in the same units

# Lines of a character: each a chain of grid points written xy; chains are parted by a slash.
_CHAINS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "0": "10 30 41 45 36 16 05 01 10",
        "1": "04 26 20",
        "2": "05 16 36 45 44 00 40",
        "3": "05 16 36 45 44 33 42 41 30 10 01/13 33",
        "4": "30 36 02 42",
        "5": "01 10 30 41 43 34 03 06 46",
        "6": "46 26 04 01 10 30 41 42 33 02",
        "7": "06 46 10",
        "8": "13 04 05 16 36 45 44 33 13 02 01 10 30 41 42 33",
        "9": "00 20 42 45 36 16 05 04 13 44",
        "A": "00 04 26 44 40/02 42",
        "B": "03 33 42 41 30 00 06 26 35 34 23",
        "C": "45 36 16 05 01 10 30 41",
        "D": "00 06 26 44 42 20 00",
        "E": "40 00 06 46/03 33",
        "F": "00 06 46/03 33",
        "G": "45 36 16 05 01 10 30 41 43 23",
        "H": "00 06/40 46/03 43",
        "I": "10 30/20 26/16 36",
        "J": "01 10 20 31 36 16",
        "K": "00 06/46 03 40",
        "L": "06 00 40",
        "M": "00 06 23 46 40",
        "N": "00 06 40 46",
        "O": "20 42 44 26 04 02 20",
        "P": "00 06 36 45 44 33 03",
        "Q": "10 30 41 45 36 16 05 01 10/22 40",
        "R": "00 06 36 45 44 33 03/23 40",
        "S": "01 10 30 41 42 04 05 16 36 45",
        "T": "06 46/26 20",
        "U": "06 01 10 30 41 46",
        "V": "06 20 46",
        "W": "06 10 23 30 46",
        "X": "00 46/06 40",
        "Y": "06 23 46/23 20",
        "Z": "06 46 00 40",
        "·": "13 23 24 14 13",
    }
)
CHARACTERS: Final = frozenset(_CHAINS)


def stroke_path(character: str) -> str:
    """Return a character of `CHARACTERS` as an open path, its lower left corner at the origin."""
    parts: list[str] = []
    for chain in _CHAINS[character].split("/"):
        for place, point in enumerate(chain.split()):
            x, y = (int(digit) * STEP for digit in point)
            parts.append(f"{x} {y} {'l' if place else 'm'}")
    return " ".join(parts)
