"""The micro-text's characters: all there, each different, each within its cell."""

from __future__ import annotations

import string

from templates.guilloche import MICRO_ALPHABET
from templates.stroke_font import CELL, CHARACTERS, HEIGHT, stroke_path


def test_digits_capitals_and_the_dot_are_there() -> None:
    assert frozenset(string.digits + string.ascii_uppercase + "·") == CHARACTERS
    assert frozenset(MICRO_ALPHABET) <= CHARACTERS


def test_no_two_characters_look_alike() -> None:
    assert len({stroke_path(c) for c in CHARACTERS}) == len(CHARACTERS)


def test_characters_stay_within_their_cell() -> None:
    for character in CHARACTERS:
        numbers = [int(part) for part in stroke_path(character).split() if part not in "ml"]
        assert min(numbers) >= 0
        assert max(numbers[::2]) < CELL
        assert max(numbers[1::2]) <= HEIGHT
