"""Identity documents: any text gets an answer, one wrong character never passes."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from codes.documents import (
    DocumentType,
    Sex,
    inspect_credit_code,
    inspect_document,
    mask_document,
)

TODAY = date(2025, 11, 23)

births = st.dates(date(1900, 1, 1), TODAY)
areas = st.integers(110000, 899999).map(str)
sequences = st.integers(0, 999)
near_documents = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="0123456789XHMx-（B）９", max_size=20),
    st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True),
)


@st.composite
def resident_numbers(draw: st.DrawFn) -> tuple[str, date, int]:
    """Return a made-up resident ID number, its birth date and its sequence."""
    born, sequence = draw(births), draw(sequences)
    body = f"{draw(areas)}{born:%Y%m%d}{sequence:03d}"
    return body + mod_11_2.calc_check_digit(body), born, sequence


@given(resident_numbers())
def test_a_resident_id_of_any_area_is_read(made: tuple[str, date, int]) -> None:
    number, born, sequence = made
    reading = inspect_document(DocumentType.RESIDENT_ID, number, today=TODAY)
    assert reading.problems == ()
    assert (reading.number, reading.birth_date) == (number, born)
    assert reading.sex is (Sex.MALE if sequence % 2 else Sex.FEMALE)


@given(resident_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_never_passes(
    made: tuple[str, date, int], index: int, char: str
) -> None:
    number, _born, _sequence = made
    wrong = number[:index] + char + number[index + 1 :]
    reading = inspect_document(DocumentType.RESIDENT_ID, wrong, today=TODAY)
    assert bool(reading.problems) is (wrong != number)


@given(resident_numbers(), st.integers(0, 16))
def test_two_swapped_neighbours_never_pass(made: tuple[str, date, int], index: int) -> None:
    number, _born, _sequence = made
    swapped = number[:index] + number[index + 1] + number[index] + number[index + 2 :]
    reading = inspect_document(DocumentType.RESIDENT_ID, swapped, today=TODAY)
    assert bool(reading.problems) is (swapped != number)


@given(st.sampled_from(DocumentType), near_documents)
def test_any_text_gets_an_answer_and_normalising_is_final(kind: DocumentType, text: str) -> None:
    reading = inspect_document(kind, text, today=TODAY)
    again = inspect_document(kind, reading.number, today=TODAY)
    assert again.number == reading.number
    assert again.problems == reading.problems
    assert reading.problems or reading.number


@given(near_documents)
def test_any_text_gets_an_answer_as_a_credit_code(text: str) -> None:
    reading = inspect_credit_code(text)
    assert reading.problems or len(reading.number) == 18


@given(st.text(max_size=40))
def test_a_mask_keeps_the_length_and_shows_five_characters_at_most(number: str) -> None:
    masked = mask_document(number)
    assert len(masked) == len(number)
    shown = sum(one != "*" for one in masked)
    assert shown <= 5
    assert shown * 2 < len(number) or shown == 0
