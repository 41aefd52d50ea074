"""Fitting a text into the room it has: shrink, then wrap, and beyond that refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

# Characters that may not begin a line, and characters that may not end one.
_NOT_FIRST: Final = frozenset("·，。、；：！？）》」』”’…/ -")
_NOT_LAST: Final = frozenset("（《「『“‘/")


class Measure(Protocol):
    """Gives the width in millimetres of a text at a size in points."""

    def __call__(self, text: str, size: float) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a field may take up.

    Args:
        width_mm: the length of a line.
        size: the size of type the style asks for, in points.
        least_one_line: the smallest size a single line may shrink to.
        least_two_lines: the smallest size two lines may shrink to.
    """

    width_mm: float
    size: float
    least_one_line: float
    least_two_lines: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A text as it will be drawn.

    Args:
        lines: one or two lines which, put together, are the text to the character.
        size: in points.
    """

    lines: tuple[str, ...]
    size: float


def fit(text: str, room: Room, measure: Measure) -> Fitted | None:
    """Fit `text` into `room`: whole, then smaller, then on two lines, then smaller again.

    Args:
        text: the text; nothing is ever cut from it.
        room: what it may take up.
        measure: gives the width in millimetres of a text at a size in points.

    Returns:
        The fitted text, or None when it does not fit by any of these.
    """
    for size in _sizes(room.size, room.least_one_line):
        if measure(text, size) <= room.width_mm:
            return Fitted(lines=(text,), size=size)
    for size in _sizes(room.least_one_line, room.least_two_lines):
        lines = _two_lines(text, room.width_mm, partial(measure, size=size))
        if lines is not None:
            return Fitted(lines=lines, size=size)
    return None


def flow(text: str, width_mm: float, measure: Callable[[str], float], indent: str) -> list[str]:
    """Break a paragraph into lines, the first one indented by the width of `indent`."""
    lines: list[str] = []
    rest = text
    room = width_mm - measure(indent)
    while rest:
        cut = len(rest)
        while cut > 1 and (measure(rest[:cut]) > room or not _may_break(rest, cut)):
            cut -= 1
        lines.append(rest[:cut])
        rest = rest[cut:]
        room = width_mm
    return lines


def _sizes(largest: float, least: float) -> list[float]:
    steps = round((largest - least) * 2)
    return [largest - step / 2 for step in range(steps + 1)]


def _two_lines(
    text: str, width_mm: float, measure: Callable[[str], float]
) -> tuple[str, str] | None:
    """Break between the words or parts of a name, else where the rules allow, near the middle."""
    places = [
        at
        for at in range(1, len(text))
        if measure(text[:at]) <= width_mm and measure(text[at:]) <= width_mm
    ]
    after_part = [at for at in places if text[at - 1] in " ·"]
    between = [at for at in places if _may_break(text, at)]
    for allowed in (after_part, between, places):
        if allowed:
            at = min(allowed, key=lambda place: abs(place - (len(text) + 1) // 2))
            return text[:at], text[at:]
    return None


def _may_break(text: str, at: int) -> bool:
    """Whether a line may end before the character at index `at`."""
    if at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return not (_is_latin(before) and _is_latin(after))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
