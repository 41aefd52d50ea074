"""Certificate numbers: what is written is read back, and nothing else is read."""

from __future__ import annotations

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from codes.levels import Level
from codes.number import (
    Category,
    CertificateNumber,
    NumberError,
    NumberKind,
    NumberPrefix,
    inspect_number,
    pack_number,
    parse_number,
    parse_prefix,
    unpack_number,
)
from codes.number_rule import is_sound, number_problems
from codes.regions import provinces

TODAY = date(2099, 12, 31)
FILING_PROVINCES = sorted(code for code, region in provinces().items() if region.files_bodies)

prefixes = st.builds(
    NumberPrefix,
    category=st.sampled_from(Category),
    body_code=st.integers(0, 9999).map("{:04d}".format),
    province=st.sampled_from(FILING_PROVINCES),
    site_serial=st.integers(1, 999_999).map("{:06d}".format),
)
numbers = st.builds(
    NumberPrefix.number,
    prefixes,
    year=st.integers(2000, 2099),
    level=st.sampled_from(Level),
    serial=st.integers(1, 999_999),
)
spoiled_numbers = st.builds(
    lambda number, at, part: number.text[:at] + part + number.text[at + len(part) :],
    numbers,
    st.integers(0, 22),
    st.text("0129YSysO０٣ \n\x00", max_size=8),
)
# Texts that come close to a number, so that the rule is tried at its edges.
near_numbers = st.one_of(
    st.text(alphabet="SYX0129OIl５ -", min_size=20, max_size=24),
    st.from_regex(r"[SY][0-9]{21}", fullmatch=True),
    st.text(max_size=30),
)


@given(numbers)
def test_a_number_survives_text_bytes_and_inspection(number: CertificateNumber) -> None:
    text = str(number)
    assert len(text) == 22
    assert parse_number(text, today=TODAY) == number
    assert unpack_number(pack_number(number)) == number
    assert str(parse_prefix(number.prefix)) == text[:13]
    reading = inspect_number(text, today=TODAY)
    assert reading.number == number
    assert "".join(part.value for part in number.parts) == text


@given(near_numbers)
def test_a_text_is_read_only_if_writing_gives_it_back(text: str) -> None:
    try:
        number = parse_number(text)
    except NumberError as fault:
        assert fault.position is not None
        assert 1 <= fault.position <= 23
    else:
        assert str(number) == text


@given(st.binary(min_size=10, max_size=10))
def test_bytes_are_read_only_if_packing_gives_them_back(packed: bytes) -> None:
    try:
        number = unpack_number(packed)
    except NumberError:
        return
    assert pack_number(number) == packed


@given(numbers, st.integers(0, 79))
def test_a_flipped_bit_is_refused_or_another_number(number: CertificateNumber, bit: int) -> None:
    packed = pack_number(number)
    flipped = (int.from_bytes(packed, "big") ^ (1 << bit)).to_bytes(10, "big")
    try:
        other = unpack_number(flipped)
    except NumberError:
        return
    assert other != number
    assert pack_number(other) == flipped


@given(near_numbers)
def test_inspection_and_parsing_agree_on_what_was_normalised(text: str) -> None:
    reading = inspect_number(text, today=TODAY)
    try:
        number = parse_number(reading.normalised, today=TODAY)
    except NumberError as fault:
        assert reading.number is None
        if reading.kind in (NumberKind.UNIFIED, NumberKind.UNKNOWN):
            assert reading.problems[0].code == fault.code
            assert reading.problems[0].position == fault.position
    else:
        assert reading.number == number
        assert reading.problems == ()


@given(near_numbers)
def test_inspecting_what_was_normalised_changes_nothing_more(text: str) -> None:
    once = inspect_number(text, today=TODAY)
    again = inspect_number(once.normalised, today=TODAY)
    assert again.normalised == once.normalised
    assert (again.kind, again.number, again.problems) == (once.kind, once.number, once.problems)


@given(numbers, st.integers(0, 2**32))
def test_every_habit_of_typing_leads_to_the_same_number(
    number: CertificateNumber, seed: int
) -> None:
    chance = random.Random(seed)
    typed = ""
    for index, char in enumerate(str(number)):
        choices = [char, chr(ord(char) + 0xFEE0), char.lower()]
        if index and char in "01":
            choices += list({"0": "Oo〇", "1": "Il|"}[char])
        typed += chance.choice(choices) + chance.choice(["", "", " ", "-", "\u3000", "\u2014"])
    assert inspect_number(typed, today=TODAY).number == number


@given(near_numbers | spoiled_numbers)
def test_a_number_is_sound_exactly_where_no_fault_is_found(text: str) -> None:
    assert is_sound(text) is (list(number_problems(text, None)) == [])
