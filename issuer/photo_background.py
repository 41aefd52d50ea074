"""Judges whether the ground of a one-inch photo is white, and names its colour where it is not.

The ground is looked for where a person cannot be: in both corners of the top, and down the left
and the right edge as far as the shoulders. These are averaged into cells of about 8 × 8 pixels, so
noise and compression vanish. Dark cells at the lower end of the sides are hair or clothes and do
not count; the corners always do. Nothing here knows what a face is.
"""

from __future__ import annotations

import colorsys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image

_COLUMNS, _ROWS = 36, 50  # cells of about 8 × 8 pixels in 295 × 413
_DEEP = 3  # how many cells the edge is deep: deeper than the white rim of a scanned print
_SIDE_ROWS = 22  # how far down the ground is looked for; shoulders begin below
_LOWER_ROWS = 10  # from here down a dark cell at the side may be hair
_CORNER_COLUMNS = 9  # the middle half of the top is left out: a head may fill it

# Measured: tests/issuer/test_photo_background.py holds them against 29 kinds of ground.
_WHITE_LEAST, _WHITE_SPREAD = 205, 22
_OFF_WHITE_LEAST, _OFF_WHITE_SPREAD = 150, 38
_DARK_MOST = 100  # black hair and dark cloth
_ENOUGH = 0.85  # share of the counted cells that must be white
_ONE_COLOUR = 0.7  # share of the other cells that makes their colour the ground's

_GREY_SPREAD = 24
_BLACK_MOST = 60
# Upper ends of the hues in degrees; red goes round.
_HUES = ((18, "red"), (70, "yellow"), (170, "green"), (262, "blue"), (330, "purple"), (361, "red"))

Colour = tuple[int, int, int]


class Tint(StrEnum):
    """What colour a ground has that is not white."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    GREY = "grey"
    BLACK = "black"
    MIXED = "mixed"


class Whiteness(StrEnum):
    """How white the ground is."""

    WHITE = "white"
    OFF_WHITE = "off_white"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What was seen along the edge.

    Args:
        whiteness: the judgement.
        tint: the colour seen; None where the ground is white or nearly so.
    """

    whiteness: Whiteness
    tint: Tint | None


def judge_ground(picture: Image.Image) -> Ground:
    """Return how white the ground of a photo is.

    Args:
        picture: RGB, upright, cropped to 25 : 35; of any size.
    """
    upper = (0, 0, picture.width, picture.height * _SIDE_ROWS / _ROWS)
    size = (_COLUMNS, _SIDE_ROWS)
    reduced = picture.resize(size, Image.Resampling.BOX, box=upper).tobytes()
    counted = white = off_white = 0
    others: list[Colour] = []
    for red, green, blue in _cells(reduced):
        least, most = min(red, green, blue), max(red, green, blue)
        counted += 1
        if least >= _WHITE_LEAST and most - least <= _WHITE_SPREAD:
            white += 1
        elif least >= _OFF_WHITE_LEAST and most - least <= _OFF_WHITE_SPREAD:
            off_white += 1
        else:
            others.append((red, green, blue))
    if white >= _ENOUGH * counted:
        return Ground(whiteness=Whiteness.WHITE, tint=None)
    if white + off_white >= _ENOUGH * counted:
        return Ground(whiteness=Whiteness.OFF_WHITE, tint=None)
    return Ground(whiteness=Whiteness.OTHER, tint=_name(others))


def _cells(reduced: bytes) -> Iterator[Colour]:
    """Yield the cells of the edge that tell of the ground, the person's left out."""
    for row in range(_SIDE_ROWS):
        wide = _CORNER_COLUMNS if row < _DEEP else _DEEP
        for column in (*range(wide), *range(_COLUMNS - wide, _COLUMNS)):
            start = (row * _COLUMNS + column) * 3
            red, green, blue = reduced[start : start + 3]
            if row < _LOWER_ROWS or max(red, green, blue) > _DARK_MOST:
                yield red, green, blue


def _name(colours: list[Colour]) -> Tint:
    """Return the colour most of these have, or that they are of many colours."""
    tint, count = Counter(map(_tint, colours)).most_common(1)[0]
    return tint if count >= _ONE_COLOUR * len(colours) else Tint.MIXED


def _tint(colour: Colour) -> Tint:
    if max(colour) - min(colour) <= _GREY_SPREAD:
        return Tint.BLACK if max(colour) <= _BLACK_MOST else Tint.GREY
    hue, _, _ = colorsys.rgb_to_hsv(*(part / 255 for part in colour))
    return Tint(next(name for end, name in _HUES if hue * 360 < end))
