"""Holders' names: what may stand in one and when two spellings are the same. All made up."""

from __future__ import annotations

import pytest

from codes.names import MAX_NAME_CHARACTERS, NameReading, fold_name, normalise_name


def faults(reading: NameReading) -> list[tuple[str, int | None]]:
    """Return code and position of each problem."""
    return [(problem.code, problem.position) for problem in reading.problems]


def notices(reading: NameReading) -> list[str]:
    """Return the notices' codes in order."""
    return [notice.code for notice in reading.notices]


@pytest.mark.parametrize(
    "name",
    [
        "王明",
        "欧阳文静",
        "买买提·艾力",
        "古丽娜尔·阿不都热合曼",
        "王䶮",
        "李㛃",
        "张𫖯",
        "陈𬭎",
        "赵\U0002a6df",
        "钱\U0002ebf0",
        "孙\U00030000",
        "李\U00031350",
        "周\U000323b0",
        "刘〇",
        "佐々木健",
        "林\ufa0e",
        "JOHN SMITH",
        "Seán O'Brien",
        "Anne-Marie J. Dupont",
        "Nguyễn Văn An",
        "J.K. Rowling",
        "J.-P. Roux",
        "J.",
        "José·García",
    ],
)
def test_a_name_in_stored_form_is_kept_without_a_word(name: str) -> None:
    reading = normalise_name(name)
    assert reading.name == name
    assert (reading.notices, reading.problems) == ((), ())


@pytest.mark.parametrize(
    ("typed", "name", "codes"),
    [
        ("  王明\n", "王明", ["name_trimmed"]),
        ("王 明", "王明", ["name_spaces"]),
        ("王\u3000明", "王明", ["name_spaces"]),
        ("JOHN   SMITH", "JOHN SMITH", ["name_spaces"]),
        ("JOHN\u00a0SMITH", "JOHN SMITH", ["name_spaces"]),
        ("ＪＯＨＮ SMITH", "JOHN SMITH", ["name_width"]),
        ("Jose\u0301", "Jos\u00e9", ["name_width"]),
        ("O\u2019Brien", "O'Brien", ["name_width"]),
        ("Anne\u2010Marie", "Anne-Marie", ["name_width"]),
        ("\u2f45明", "方明", ["name_radical_replaced"]),
        ("\u2ee3", "\u2ee3", []),
        ("买买提\u30fb艾力", "买买提·艾力", ["name_dot"]),
        ("买买提\u2022艾力", "买买提·艾力", ["name_dot"]),
        ("买买提\uff0e艾力", "买买提·艾力", ["name_width", "name_dot"]),
        ("买买提\u2027艾力", "买买提·艾力", ["name_dot"]),
        ("买买提.艾力", "买买提·艾力", ["name_dot"]),
        ("买买提 · 艾力", "买买提·艾力", ["name_spaces"]),
        ("王 JOHN", "王JOHN", ["name_spaces", "name_mixed_scripts"]),
        ("JOHN 王", "JOHN王", ["name_spaces", "name_mixed_scripts"]),
    ],
)
def test_habits_of_typing_are_normalised_and_reported(
    typed: str, name: str, codes: list[str]
) -> None:
    reading = normalise_name(typed)
    assert reading.name == name
    assert [code for code in notices(reading) if code != "name_single_character"] == codes


def test_a_single_character_is_a_name_worth_a_look() -> None:
    reading = normalise_name("鸣")
    assert reading.problems == ()
    assert notices(reading) == ["name_single_character"]


@pytest.mark.parametrize("char", ["\uf900", "\ufa0c", "\U0002f800"])
def test_a_compatibility_ideograph_is_kept_as_typed_and_reported(char: str) -> None:
    reading = normalise_name("王" + char)
    assert reading.name == "王" + char
    assert reading.problems == ()
    assert notices(reading) == ["name_compatibility_ideograph"]


@pytest.mark.parametrize(
    ("char", "code", "point"),
    [
        ("\x00", "name_control", "U+0000"),
        ("\t", "name_control", "U+0009"),
        ("\n", "name_control", "U+000A"),
        ("\x7f", "name_control", "U+007F"),
        ("\u2028", "name_control", "U+2028"),
        ("\u202e", "name_bidi", "U+202E"),
        ("\u2066", "name_bidi", "U+2066"),
        ("\u200f", "name_bidi", "U+200F"),
        ("\u200b", "name_invisible", "U+200B"),
        ("\u200d", "name_invisible", "U+200D"),
        ("\ufeff", "name_invisible", "U+FEFF"),
        ("\u00ad", "name_invisible", "U+00AD"),
        ("\u3164", "name_invisible", "U+3164"),
        ("\U000e0041", "name_invisible", "U+E0041"),
        ("\ufe00", "name_variation", "U+FE00"),
        ("\U000e0100", "name_variation", "U+E0100"),
        ("\ue000", "name_private_use", "U+E000"),
        ("\U000f0000", "name_private_use", "U+F0000"),
        ("\ud800", "name_unassigned", "U+D800"),
        ("\ufffe", "name_unassigned", "U+FFFE"),
        ("\ufffd", "name_lost_character", "U+FFFD"),
        ("?", "name_lost_character", "U+003F"),
        ("*", "name_lost_character", "U+002A"),
        ("□", "name_lost_character", "U+25A1"),
        ("○", "name_lost_character", "U+25CB"),
        ("⿰", "name_description", "U+2FF0"),
        ("\u2e97", "name_radical", "U+2E97"),
        ("😀", "name_emoji", "U+1F600"),
        ("★", "name_emoji", "U+2605"),
        ("3", "name_digit", "U+0033"),
        ("③", "name_digit", "U+2462"),
        ("Ⅲ", "name_digit", "U+2162"),
        ("\u0301", "name_mark", "U+0301"),
        ("，", "name_punctuation", "U+002C"),
        ("、", "name_punctuation", "U+3001"),
        ("（", "name_punctuation", "U+0028"),
        ("=", "name_symbol", "U+003D"),
        ("А", "name_script", "U+0410"),
        ("あ", "name_script", "U+3042"),
        ("ཀ", "name_script", "U+0F40"),
        ("ﬁ", "name_script", "U+FB01"),
        ("ǃ", "name_script", "U+01C3"),
        ("𝐀", "name_script", "U+1D400"),
        ("ㄅ", "name_script", "U+3105"),
    ],
)
def test_what_cannot_stand_in_a_name_is_refused_by_code_point(
    char: str, code: str, point: str
) -> None:
    reading = normalise_name(f"王{char}明")
    assert faults(reading) == [(code, 2)]
    (problem,) = reading.problems
    assert point in problem.text.zh
    assert point in problem.text.en


def test_characters_that_upset_a_display_are_named_but_not_shown() -> None:
    for char in "\u202e\u200b\ufe00\u0301\ue000\x00\ud800":
        (problem,) = normalise_name(f"王{char}明").problems
        assert char not in problem.text.zh + problem.text.en
    assert "“3”" in normalise_name("王3明").problems[0].text.zh


@pytest.mark.parametrize(
    ("name", "position"),
    [
        ("·艾力", 1),
        ("艾力·", 3),
        ("买··艾", 2),
        ("王-明", 2),
        ("王'明", 2),
        ("-Marie", 1),
        ("Marie-", 6),
        ("O''Brien", 2),
        (".J", 1),
        ("J..K", 3),
        ("J.·K", 2),
    ],
)
def test_a_mark_stands_only_between_letters(name: str, position: int) -> None:
    assert ("name_mark_misplaced", position) in faults(normalise_name(name))


def test_a_name_in_another_script_is_refused_without_spelling_it_out() -> None:
    reading = normalise_name("Анна")
    assert faults(reading) == [("name_script", 1)]


def test_every_faulty_character_is_reported() -> None:
    assert faults(normalise_name("王3\ue000\ue001")) == [
        ("name_digit", 2),
        ("name_private_use", 3),
        ("name_private_use", 4),
    ]


@pytest.mark.parametrize("typed", ["", "   ", "\n\u3000"])
def test_an_empty_name_is_refused(typed: str) -> None:
    assert faults(normalise_name(typed)) == [("name_empty", None)]


def test_forty_characters_are_a_name_and_one_more_is_not() -> None:
    assert MAX_NAME_CHARACTERS == 40
    assert normalise_name("\U00020000" * 40).problems == ()
    assert faults(normalise_name("王" * 41)) == [("name_too_long", 41)]
    assert faults(normalise_name("王" * 100_000)) == [("name_too_long", 41)]


def test_a_reading_does_not_show_the_name_in_its_repr() -> None:
    assert "王明" not in repr(normalise_name("王明"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王明", " 王 明 "),
        ("买买提·艾力", "买买提•艾力"),
        ("买买提·艾力", "买买提.艾力"),
        ("买买提·艾力", "买买提．艾力"),
        ("JOHN SMITH", "ｊｏｈｎ　ｓｍｉｔｈ"),
        ("John Smith", "JOHNSMITH"),
        ("O'Brien", "O\u2019BRIEN"),
        ("José", "Jose\u0301"),
        ("JOSÉ", "jose\u0301"),
        ("方明", "\u2f45明"),
        ("王明", "王\u200b明\ufeff"),
        ("王明", "王\ufe00明"),
        ("豈", "\uf900"),
        ("王\u5140", "王\ufa0c"),
    ],
)
def test_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王䶮", "王龑"),
        ("吕明", "呂明"),
        ("户", "戶"),
        ("黄", "黃"),
        ("\ufa0e", "\u5d0e"),
        ("丰", "豐"),
        ("王明", "王鸣"),
        ("买买提·艾力", "买买提艾力"),
        ("José", "Jose"),
        ("〇", "零"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_no_two_unified_ideographs_fold_alike() -> None:
    blocks = [
        range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0x20000, 0x2A6E0),
        range(0x2A700, 0x2EBE1), range(0x30000, 0x323B0),
        (0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23, 0xFA24),
        (0xFA27, 0xFA28, 0xFA29),
    ]  # fmt: skip
    unified = "".join(chr(code) for block in blocks for code in block)
    assert fold_name(unified) == unified


def test_common_ideographs_are_read_at_once_as_the_steps_read_them() -> None:
    for start in range(0x4E00, 0xA000, 32):
        plain = "".join(map(chr, range(start, start + 32)))
        assert fold_name(plain) == plain == fold_name(plain + " ")
        at_once, by_steps = normalise_name(plain), normalise_name(f" {plain}")
        assert (at_once.name, at_once.problems) == (plain, ()) == (by_steps.name, by_steps.problems)
        assert at_once.notices == ()
        assert notices(by_steps) == ["name_trimmed"]
