"""Codes that people write down: what is put into one is read out of it again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registry.spoken_codes import code_of_number, number_of_code, read_code, spaced

CHARACTERS = 6


@given(st.integers(min_value=0, max_value=32**CHARACTERS - 1))
def test_a_number_is_read_out_of_its_code_again(number: int) -> None:
    code = code_of_number(number, CHARACTERS)
    assert read_code(spaced(code).lower(), CHARACTERS) == code
    assert number_of_code(code) == number


@given(st.text(max_size=CHARACTERS))
def test_what_is_no_code_is_no_number(typed: str) -> None:
    number = number_of_code(typed)
    assert number is None or code_of_number(number, len(typed)) == typed
