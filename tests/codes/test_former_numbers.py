"""The 16-digit number of before 2019 and the two-letter form: explained, never issued."""

from __future__ import annotations

from datetime import date

import pytest

from codes.legacy_number import legacy_year
from codes.number import NumberKind, NumberReading, inspect_number, parse_number

TODAY = date(2025, 11, 23)
# Of the rule's own examples: Jiangsu (10), Nanjing (01), local station (2) no. 003.
LEGACY = "1510012003300042"
SPECIAL = "S00001200012323T000001"


def read(text: str) -> NumberReading:
    """Return the reading of `text` on the tests' day."""
    return inspect_number(text, today=TODAY)


def test_sixteen_digits_are_explained_part_by_part() -> None:
    reading = read(LEGACY)
    assert reading.kind is NumberKind.LEGACY16
    assert reading.number is None
    assert reading.problems == ()
    assert [(part.positions, part.value) for part in reading.parts] == [
        ((1, 2), "15"),
        ((3, 4), "10"),
        ((5, 6), "01"),
        ((7, 7), "2"),
        ((8, 10), "003"),
        ((11, 11), "3"),
        ((12, 16), "00042"),
    ]
    meanings = [part.meaning.zh for part in reading.parts]
    assert meanings[0] == "2015年核发"
    assert meanings[1].startswith("江苏省")
    assert meanings[3] == "地方职业技能鉴定站"
    assert meanings[5] == "三级/高级工"
    assert meanings[6].endswith("第42本证书")


def test_departments_are_not_read_from_the_national_region_codes() -> None:
    department = read("1512002003300042").parts[1]
    assert "天津" not in department.meaning.zh
    assert "与国家标准省级代码不同" in department.meaning.zh
    assert "烟草" in read("1572003018300042").parts[1].meaning.zh


def test_sixteen_digits_say_that_they_are_no_skill_level_certificate() -> None:
    assert [notice.code for notice in read(LEGACY).notices] == ["number_legacy"]


def test_habits_of_typing_are_normalised_in_sixteen_digits_too() -> None:
    reading = read("I51OO1 2003-300042")
    assert reading.normalised == LEGACY
    assert reading.kind is NumberKind.LEGACY16


@pytest.mark.parametrize(
    ("typed", "code", "position"),
    [
        ("2610012003300042", "legacy_year_future", 1),
        ("1510015003300042", "legacy_body_kind", 7),
        ("1510019003300042", "legacy_body_kind", 7),
        ("1510012003000042", "legacy_level", 11),
        ("1510012003600042", "legacy_level", 11),
        ("1510012003300000", "legacy_serial_zero", 12),
    ],
)
def test_sixteen_digits_are_judged_at_each_position(typed: str, code: str, position: int) -> None:
    reading = read(typed)
    assert [(fault.code, fault.position) for fault in reading.problems] == [(code, position)]
    assert reading.parts == ()


@pytest.mark.parametrize("kind", "01234")
def test_every_kind_of_testing_body_has_a_name(kind: str) -> None:
    assert read(f"151001{kind}003300042").parts[3].meaning.en


def test_years_of_the_last_century_are_told_apart() -> None:
    assert [legacy_year(two) for two in ("94", "99", "00", "18")] == [1994, 1999, 2000, 2018]


def test_the_present_year_is_not_in_the_future() -> None:
    assert inspect_number(LEGACY, today=date(2015, 1, 1)).problems == ()


def test_a_year_after_these_numbers_ended_gets_a_notice() -> None:
    assert "legacy_year_late" in [notice.code for notice in read("2210012003300042").notices]


def test_the_two_letter_form_is_explained_and_said_to_be_unconfirmed() -> None:
    reading = read(SPECIAL)
    assert reading.kind is NumberKind.SPECIAL_LETTERS
    assert reading.number is None
    assert reading.problems == ()
    assert "".join(part.value for part in reading.parts) == SPECIAL
    assert [part.positions for part in reading.parts][5] == (16, 16)
    assert "待确认" in reading.parts[5].meaning.zh
    assert reading.parts[2].meaning.zh == "天津市"
    (notice,) = reading.notices
    assert notice.code == "number_special_letters"
    assert "待确认" in notice.text.zh
    assert "不签发" in notice.text.zh


def test_no_letter_is_given_a_meaning() -> None:
    said = {read(f"S00001200012323{letter}000001").parts[5].meaning for letter in "TXSJ"}
    assert len(said) == 1


def test_the_two_letter_form_is_never_a_certificate_number() -> None:
    with pytest.raises(ValueError, match="Position 16"):
        parse_number(SPECIAL)


@pytest.mark.parametrize(
    ("typed", "code", "position"),
    [
        ("X00001200012323T000001", "number_category", 1),
        ("S00009900012323T000001", "number_province_unknown", 6),
        ("S00001200012326T000001", "number_year_future", 14),
        ("S00001200012323T000000", "number_serial_zero", 17),
    ],
)
def test_the_other_positions_of_the_two_letter_form_are_judged(
    typed: str, code: str, position: int
) -> None:
    reading = read(typed)
    assert reading.kind is NumberKind.SPECIAL_LETTERS
    assert [(fault.code, fault.position) for fault in reading.problems] == [(code, position)]


def test_a_level_letter_that_looks_like_a_digit_is_pointed_out() -> None:
    assert [notice.code for notice in read("S00001200012323S000001").notices] == [
        "number_special_letters",
        "number_special_letter_look_alike",
    ]
