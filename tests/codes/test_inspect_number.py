"""What people type for a certificate number, read kindly and reported."""

from __future__ import annotations

from datetime import date

import pytest

from codes.number import NumberKind, NumberReading, inspect_number

GENUINE = "S000012000123233000001"
TODAY = date(2025, 11, 23)


def read(text: str) -> NumberReading:
    """Return the reading of `text` on the tests' day."""
    return inspect_number(text, today=TODAY)


def notice_codes(reading: NumberReading) -> list[str]:
    """Return the notices' codes in order."""
    return [notice.code for notice in reading.notices]


def test_a_number_typed_right_needs_no_notice() -> None:
    reading = read(GENUINE)
    assert reading.kind is NumberKind.UNIFIED
    assert str(reading.number) == GENUINE
    assert (reading.notices, reading.problems) == ((), ())
    assert len(reading.parts) == 7


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("Ｓ０００012000123233000001", ["typed_full_width"]),
        ("S0000 12 000123 23 3 000001", ["typed_separators"]),
        ("S0000\u300012\u2003000123\u00a023\t3\n000001", ["typed_separators"]),
        ("S0000-12-000123\u201323\u20143\u2212000001", ["typed_separators"]),
        ("S0000－12－000123－233－000001", ["typed_full_width", "typed_separators"]),
        ("s000012000123233000001", ["typed_lower_case"]),
        ("\ufeffS000012000123\u200b233000001", ["typed_invisible"]),
        ("SOOOO12OOO123233OOOOO1", ["typed_look_alikes"]),
        ("SooooI2oooI23233oooool", ["typed_look_alikes"]),
        ("S0000|2000|2323300000|", ["typed_look_alikes"]),
        ("S〇〇〇〇12〇〇〇123233〇〇〇〇〇1", ["typed_look_alikes"]),
        ("\u0405000012000123233000001", ["typed_foreign_letters"]),
        ("S\u041e00012000123233000001", ["typed_foreign_letters", "typed_look_alikes"]),
        ("5000012000123233000001", ["number_five_read_as_s"]),
        ("证书编号：S000012000123233000001", ["typed_label"]),
        ("编号 S000012000123233000001", ["typed_label"]),
        (
            "ｓOOOO-12 000123233000001",
            ["typed_full_width", "typed_separators", "typed_look_alikes", "typed_lower_case"],
        ),
    ],
)
def test_habits_of_typing_are_normalised_and_reported(typed: str, codes: list[str]) -> None:
    reading = read(typed)
    assert reading.normalised == GENUINE
    assert str(reading.number) == GENUINE
    assert notice_codes(reading) == codes
    assert reading.typed == typed
    assert all(notice.text.zh and notice.text.en for notice in reading.notices)


def test_blanks_around_a_number_are_not_worth_a_notice() -> None:
    assert read(f"  {GENUINE}\n").notices == ()


def test_the_look_alike_notice_names_the_positions() -> None:
    (notice,) = read("S0O0012000123233O00001").notices
    assert "第3、17位" in notice.text.zh
    assert "3, 17" in notice.text.en


@pytest.mark.parametrize("letter", ["Q", "D", "S", "B", "Z", "G", "L"])
def test_unsafe_look_alikes_are_asked_about_and_not_read(letter: str) -> None:
    reading = read(f"S{letter}00012000123233000001")
    assert reading.number is None
    assert [(fault.code, fault.position) for fault in reading.problems] == [("number_not_digit", 2)]
    assert "是否应为数字" in reading.problems[0].text.zh


def test_a_letter_at_the_level_that_is_no_look_alike_makes_the_two_letter_form() -> None:
    assert read("S00001200012323T000001").kind is NumberKind.SPECIAL_LETTERS


@pytest.mark.parametrize(("typed", "level"), [("I", "1"), ("l", "1"), ("O", "0")])
def test_an_o_or_i_at_the_level_is_read_as_a_digit(typed: str, level: str) -> None:
    assert read(f"S00001200012323{typed}000001").normalised[15] == level


def test_a_five_in_front_is_read_as_s_only_before_21_digits() -> None:
    for other in ("500001200012323T000001", "500001200012323300000", "50000120001232330000012"):
        assert read(other).number is None
        assert "number_five_read_as_s" not in notice_codes(read(other))
    assert read("1000012000123233000001").problems[0].code == "number_category"


def test_all_faults_are_reported_from_left_to_right() -> None:
    reading = read("X0B0099000000276000000")
    assert [(fault.code, fault.position) for fault in reading.problems] == [
        ("number_category", 1),
        ("number_not_digit", 3),
        ("number_province_unknown", 6),
        ("number_year_future", 14),
        ("number_level", 16),
        ("number_serial_zero", 17),
    ]
    assert (reading.number, reading.parts) == (None, ())


def test_a_position_at_fault_is_reported_once() -> None:
    positions = [fault.position for fault in read("S0000B200012A2B3000001").problems]
    assert positions == [6, 13, 15]
    positions = [fault.position for fault in read("S00001200012323TB00001").problems]
    assert positions == [16, 17]


def test_a_wrong_character_after_a_wrong_value_is_reported_in_its_place() -> None:
    positions = [fault.position for fault in read("S0000990001232330000B1").problems]
    assert positions == [6, 21]


def test_two_stray_letters_do_not_keep_look_alikes_from_being_read() -> None:
    assert read("SQOOO12000123B33000001").normalised == "SQ00012000123B33000001"
    assert read("SQOOO12000123BB3000001").normalised == "SQOOO12000123BB3000001"


def test_the_year_in_the_future_is_a_problem_here_too() -> None:
    assert [fault.code for fault in read("S000012000123263000001").problems] == [
        "number_year_future"
    ]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("S000066000123233000001", "number_province_unconfirmed"),
        ("S000012000123183000001", "number_year_before_rule"),
        ("S000112000000233000001", "number_site_zero"),
    ],
)
def test_odd_but_possible_numbers_get_a_notice(typed: str, code: str) -> None:
    reading = read(typed)
    assert str(reading.number) == typed
    assert notice_codes(reading) == [code]


def test_the_first_year_of_the_rule_needs_no_notice() -> None:
    assert read("S000012000123193000001").notices == ()


def test_a_missing_body_is_a_problem_and_not_a_notice_besides() -> None:
    reading = read("S000012000000233000001")
    assert [fault.code for fault in reading.problems] == ["number_body_missing"]
    assert reading.notices == ()


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("S00001200012323300000", NumberKind.UNIFIED),
        ("Y1", NumberKind.UNIFIED),
        ("X000012000123233000001", NumberKind.UNIFIED),
        ("", NumberKind.UNKNOWN),
        ("张三", NumberKind.UNKNOWN),
        ("12345", NumberKind.UNKNOWN),
    ],
)
def test_a_faulty_number_says_what_it_was_most_likely_meant_to_be(
    typed: str, kind: NumberKind
) -> None:
    reading = read(typed)
    assert reading.kind is kind
    assert reading.problems


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("12010119800101001X", "typed_document_number"),
        ("https://yz.example.cn/q#123", "typed_link"),
        ("0103000123456", "typed_shanghai_legacy"),
    ],
)
def test_what_belongs_in_another_field_is_recognised(typed: str, code: str) -> None:
    reading = read(typed)
    assert code in notice_codes(reading)
    assert reading.number is None


def test_words_are_not_turned_into_digits() -> None:
    assert read("hello world").normalised == "HELLOWORLD"


def test_a_text_far_too_long_is_refused_at_once() -> None:
    reading = read("O" * 1_000_000)
    assert reading.number is None
    assert len(reading.normalised) <= 200
    assert reading.problems[0].code == "number_length"
