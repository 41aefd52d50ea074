"""The certificate number as a type: what it accepts, what it refuses and where."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from codes.errors import CodesError
from codes.levels import Level
from codes.number import (
    Category,
    NumberError,
    NumberPrefix,
    pack_number,
    parse_number,
    parse_prefix,
    unpack_number,
)

GENUINE = "S000012000123233000001"
TODAY = date(2025, 11, 23)


def changed(position: int, characters: str) -> str:
    """Return the genuine number with `characters` from the 1-based `position` on."""
    return GENUINE[: position - 1] + characters + GENUINE[position - 1 + len(characters) :]


def test_a_genuine_number_is_read_into_its_seven_parts() -> None:
    number = parse_number(GENUINE, today=TODAY)
    prefix = NumberPrefix(
        category=Category.SOCIAL, body_code="0000", province="12", site_serial="000123"
    )
    assert number == prefix.number(year=2023, level=Level.THREE, serial=1)
    assert (number.category, number.body_code, number.province) == (Category.SOCIAL, "0000", "12")
    assert (number.site_serial, number.year, number.level) == ("000123", 2023, Level.THREE)
    assert number.serial == 1
    assert str(number) == GENUINE
    assert number.prefix == "S000012000123"


def test_an_employer_filed_with_the_ministry_is_read() -> None:
    number = parse_number("Y000123654321195999999")
    assert (number.category, number.body_code, number.province) == (Category.EMPLOYER, "0001", "23")
    assert (number.site_serial, number.year, number.level) == ("654321", 2019, Level.FIVE)
    assert number.serial == 999999


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        (changed(1, "X"), "number_category", 1),
        (changed(1, "s"), "number_category", 1),
        (changed(1, "5"), "number_category", 1),
        (changed(2, "O"), "number_not_digit", 2),
        (changed(5, "１"), "number_not_digit", 5),
        (changed(9, "٣"), "number_not_digit", 9),
        (changed(14, " "), "number_not_digit", 14),
        (changed(22, "\n"), "number_not_digit", 22),
        (changed(6, "00"), "number_province_unknown", 6),
        (changed(6, "83"), "number_province_unknown", 6),
        (changed(6, "99"), "number_province_unknown", 6),
        (changed(6, "71"), "number_province_not_filing", 6),
        (changed(6, "81"), "number_province_not_filing", 6),
        (changed(6, "82"), "number_province_not_filing", 6),
        (changed(8, "000000"), "number_body_missing", 8),
        (changed(14, "26"), "number_year_future", 14),
        (changed(16, "0"), "number_level", 16),
        (changed(16, "6"), "number_level", 16),
        (changed(16, "T"), "number_not_digit", 16),
        (changed(17, "000000"), "number_serial_zero", 17),
        ("", "number_length", 1),
        (GENUINE[:-1], "number_length", 22),
        (GENUINE + "1", "number_length", 23),
        (GENUINE * 40, "number_length", 23),
        (GENUINE + "\n", "number_length", 23),
    ],
)
def test_each_fault_is_refused_at_its_position(text: str, code: str, position: int) -> None:
    with pytest.raises(NumberError) as caught:
        parse_number(text, today=TODAY)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert caught.value.text.zh
    assert caught.value.text.en


def test_the_leftmost_fault_is_the_one_raised() -> None:
    with pytest.raises(NumberError) as caught:
        parse_number("S000099000123276000000", today=TODAY)
    assert caught.value.position == 6


def test_the_sentence_of_a_refusal_names_the_position() -> None:
    with pytest.raises(NumberError, match="Position 16") as caught:
        parse_number(changed(16, "7"))
    assert "第16位" in caught.value.text.zh


def test_a_number_error_is_caught_with_the_rooms_own_errors() -> None:
    with pytest.raises(CodesError):
        parse_number("nonsense")


def test_the_year_of_issue_is_judged_only_by_a_given_day() -> None:
    assert parse_number(changed(14, "99")).year == 2099
    assert parse_number(changed(14, "25"), today=TODAY).year == 2025
    with pytest.raises(NumberError, match="2026"):
        parse_number(changed(14, "26"), today=TODAY)


def test_the_corps_of_xinjiang_is_accepted_though_unconfirmed() -> None:
    assert parse_number(changed(6, "66")).province == "66"


def test_a_body_of_the_ministry_may_have_the_site_serial_zero() -> None:
    assert parse_number("S000112000000233000001").site_serial == "000000"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("body_code", "00001", "number_part_length"),
        ("province", "012", "number_part_length"),
        ("site_serial", "00012", "number_part_length"),
        ("body_code", "００００", "number_not_digit"),
        ("province", "99", "number_province_unknown"),
        ("year", 1999, "number_year_range"),
        ("year", 2100, "number_year_range"),
        ("serial", 0, "number_serial_zero"),
        ("serial", 1_000_000, "number_length"),
        ("serial", -1, "number_not_digit"),
    ],
)
def test_no_number_outside_the_rule_can_be_made(field: str, value: object, code: str) -> None:
    prefix: dict[str, Any] = {"body_code": "0000", "province": "12", "site_serial": "000123"}
    own: dict[str, Any] = {"year": 2023, "serial": 1}
    made: dict[str, Any] = prefix | own | {field: value}
    with pytest.raises(NumberError) as caught:
        NumberPrefix(
            category=Category.SOCIAL,
            **{name: made[name] for name in prefix},
        ).number(level=Level.THREE, **{name: made[name] for name in own})
    assert caught.value.code == code


def test_parts_that_only_together_have_the_right_length_are_refused() -> None:
    with pytest.raises(NumberError) as caught:
        NumberPrefix(
            category=Category.SOCIAL, body_code="00001", province="2", site_serial="000123"
        )
    assert caught.value.code == "number_part_length"


def test_the_parts_cover_all_positions_once_and_repeat_the_number() -> None:
    parts = parse_number(GENUINE).parts
    assert [part.positions for part in parts] == [
        (1, 1), (2, 5), (6, 7), (8, 13), (14, 15), (16, 16), (17, 22),
    ]  # fmt: skip
    assert "".join(part.value for part in parts) == GENUINE
    assert all(part.label.zh and part.label.en for part in parts)


def test_the_parts_say_what_the_number_means() -> None:
    meanings = [part.meaning for part in parse_number(GENUINE).parts]
    assert [meaning.zh for meaning in meanings] == [
        "社会培训评价组织",
        "首次在省级人社部门备案（固定取值0000）",
        "天津市",
        "所在省份编定的第123号机构（站点）",
        "2023年核发",
        "三级/高级工",
        "该机构当年该等级第1本证书",
    ]
    assert meanings[2].en == "Tianjin"
    assert meanings[5].en == "Level 3 / Senior worker"
    employer = parse_number("Y004266000001251000002").parts
    assert employer[0].meaning.zh == "用人单位"
    assert "42" in employer[1].meaning.zh
    assert "待确认" in employer[2].meaning.zh


def test_packing_is_ten_bytes_of_letter_and_digits() -> None:
    packed = pack_number(parse_number(GENUINE))
    assert len(packed) == 10
    assert int.from_bytes(packed, "big") == 18 * 10**21 + 12000123233000001
    assert unpack_number(packed) == parse_number(GENUINE)


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (b"", "number_packed_length"),
        (pack_number(parse_number(GENUINE))[1:], "number_packed_length"),
        (pack_number(parse_number(GENUINE)) + b"\0", "number_packed_length"),
        (b"\xff" * 10, "number_category"),
        ((26 * 10**21).to_bytes(10, "big"), "number_category"),
        ((25 * 10**21 + 12000123233000001).to_bytes(10, "big"), "number_category"),
        ((18 * 10**21).to_bytes(10, "big"), "number_province_unknown"),
    ],
)
def test_bytes_that_hold_no_number_are_refused(packed: bytes, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        unpack_number(packed)
    assert caught.value.code == code


def test_a_prefix_is_read_and_gives_numbers() -> None:
    prefix = parse_prefix("S000012000123")
    assert str(prefix) == "S000012000123"
    assert (prefix.category, prefix.body_code) == (Category.SOCIAL, "0000")
    assert (prefix.province, prefix.site_serial) == ("12", "000123")
    assert str(prefix.number(year=2023, level=Level.THREE, serial=1)) == GENUINE


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("S00001200012", "number_prefix_length", 13),
        ("S0000120001234", "number_prefix_length", 14),
        ("", "number_prefix_length", 1),
        ("A000012000123", "number_category", 1),
        ("S0000120001Z3", "number_not_digit", 12),
        ("S000090000123", "number_province_unknown", 6),
        ("S000071000123", "number_province_not_filing", 6),
        ("S000012000000", "number_body_missing", 8),
    ],
)
def test_a_prefix_that_no_filing_gives_is_refused(text: str, code: str, position: int) -> None:
    with pytest.raises(NumberError) as caught:
        parse_prefix(text)
    assert (caught.value.code, caught.value.position) == (code, position)


def test_a_prefix_with_parts_of_wrong_length_cannot_be_made() -> None:
    with pytest.raises(NumberError) as caught:
        NumberPrefix(
            category=Category.SOCIAL, body_code="00001", province="2", site_serial="000123"
        )
    assert caught.value.code == "number_part_length"


def test_the_categories_have_names_in_both_languages() -> None:
    assert (Category("Y").zh, Category("S").zh) == ("用人单位", "社会培训评价组织")
    assert (Category("Y").en, Category("S").en) == (
        "employer",
        "social training assessment organisation",
    )
