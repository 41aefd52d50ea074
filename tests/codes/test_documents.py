"""Identity documents: each type's own rule. Every number here is made up."""

from __future__ import annotations

from datetime import date

import pytest
from stdnum.iso7064 import mod_11_2

from codes.documents import (
    DocumentReading,
    DocumentType,
    Sex,
    inspect_credit_code,
    inspect_document,
    parse_document_type,
    parse_sex,
)
from codes.errors import CodesError

TODAY = date(2025, 11, 23)
RESIDENT = "110101199001010015"


def eighteen(body: str) -> str:
    """Return 17 digits with their check character."""
    return body + mod_11_2.calc_check_digit(body)


def read(kind: DocumentType, typed: str) -> DocumentReading:
    """Return the reading of `typed` on the tests' day."""
    return inspect_document(kind, typed, today=TODAY)


def faults(reading: DocumentReading) -> list[tuple[str, int | None]]:
    """Return code and position of each problem."""
    return [(problem.code, problem.position) for problem in reading.problems]


def notices(reading: DocumentReading) -> list[str]:
    """Return the notices' codes in order."""
    return [notice.code for notice in reading.notices]


def test_a_resident_id_says_birth_date_and_sex() -> None:
    reading = read(DocumentType.RESIDENT_ID, eighteen("12010119851231123"))
    assert reading.birth_date == date(1985, 12, 31)
    assert reading.sex is Sex.MALE
    assert (reading.notices, reading.problems) == ((), ())
    assert read(DocumentType.RESIDENT_ID, eighteen("12010119851231124")).sex is Sex.FEMALE
    assert read(DocumentType.RESIDENT_ID, eighteen("12010119851231120")).sex is Sex.FEMALE


def test_the_check_character_of_the_published_example_fits() -> None:
    # GB 11643's own example.
    assert faults(read(DocumentType.RESIDENT_ID, "11010519491231002X")) == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("110105194912310021", [("document_check_character", 18)]),
        ("110105194912310020", [("document_check_character", 18)]),
        ("11010519491231002", [("document_length", None)]),
        ("11010519491231002XX", [("document_length", None)]),
        ("1101051949123100X2", [("document_character", 17)]),
        ("11O10519491231002X", [("document_character", 3)]),
        ("11010519491231002A", [("document_character", 18)]),
        ("1101051949１２31002Y", [("document_character", 18)]),
        ("11010519491٢31002X", [("document_character", 12)]),
        (eighteen("11010519900230001"), [("document_birth_date", 7)]),
        (eighteen("11010519901301001"), [("document_birth_date", 7)]),
        (eighteen("11010500000101001"), [("document_birth_date", 7)]),
        (eighteen("11010520251124001"), [("document_birth_future", 7)]),
        ("110105490123002", [("document_first_generation", None)]),
        (eighteen("91010519900101001"), [("document_other_type", 1)]),
        ("", [("document_empty", None)]),
        ("  ", [("document_empty", None)]),
        ("1" * 300, [("document_length", None)]),
    ],
)
def test_a_faulty_resident_id_is_refused_where_it_is_wrong(
    typed: str, expected: list[tuple[str, int | None]]
) -> None:
    assert faults(read(DocumentType.RESIDENT_ID, typed)) == expected


def test_a_birth_date_of_today_is_not_in_the_future() -> None:
    assert faults(read(DocumentType.RESIDENT_ID, eighteen("11010520251123001"))) == []


def test_a_wrong_date_leaves_no_birth_date_behind() -> None:
    for body in ("11010519900230001", "11010520251124001"):
        assert read(DocumentType.RESIDENT_ID, eighteen(body)).birth_date is None


@pytest.mark.parametrize("county", ["120221", "120222", "120223", "120224", "120225"])
def test_abolished_counties_of_tianjin_pass_without_a_word(county: str) -> None:
    reading = read(DocumentType.RESIDENT_ID, eighteen(county + "19800101001"))
    assert (reading.notices, reading.problems) == ((), ())


@pytest.mark.parametrize("area", ["129999", "290101", "000000", "660101"])
def test_an_unknown_area_is_a_notice_and_never_a_refusal(area: str) -> None:
    reading = read(DocumentType.RESIDENT_ID, eighteen(area + "19800101001"))
    assert reading.problems == ()
    assert notices(reading) == ["document_area_unknown"]


def test_a_residence_permit_number_under_the_wrong_type_is_a_notice() -> None:
    reading = read(DocumentType.RESIDENT_ID, eighteen("83000019800101001"))
    assert reading.problems == ()
    assert notices(reading) == ["document_residence_area"]


@pytest.mark.parametrize(
    ("born", "unusual"),
    [("20091123", False), ("20091124", True), ("19151123", False), ("19141123", True)],
)
def test_an_unusual_age_is_a_notice(born: str, unusual: bool) -> None:
    reading = read(DocumentType.RESIDENT_ID, eighteen("110105" + born + "001"))
    assert reading.problems == ()
    assert notices(reading) == (["document_age"] if unusual else [])


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("11010519491231002x", ["typed_lower_case"]),
        ("１１０１０５１９４９１２３１００２Ｘ", ["typed_full_width"]),
        ("110105 19491231 002X", ["typed_separators"]),
        ("110105-19491231-002X", ["typed_separators"]),
        ("11010519491231002×", ["document_times_sign"]),
        ("\u200e11010519491231002X", ["typed_invisible"]),
    ],
)
def test_habits_of_typing_are_normalised_and_reported(typed: str, codes: list[str]) -> None:
    reading = read(DocumentType.RESIDENT_ID, typed)
    assert reading.number == "11010519491231002X"
    assert reading.problems == ()
    assert notices(reading) == codes


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_a_residence_permit_has_one_of_three_areas(area: str) -> None:
    reading = read(DocumentType.HMT_RESIDENCE, eighteen(area + "19900101001"))
    assert (reading.notices, reading.problems) == ((), ())
    assert reading.birth_date == date(1990, 1, 1)
    assert reading.sex is Sex.MALE


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (eighteen("11010119900101001"), [("document_residence_area", 1)]),
        (eighteen("81010019900101001"), [("document_residence_area", 1)]),
        (eighteen("71000019900101001"), [("document_residence_area", 1)]),
        ("8100001990010100", [("document_length", None)]),
    ],
)
def test_a_faulty_residence_permit_is_refused(
    typed: str, expected: list[tuple[str, int | None]]
) -> None:
    assert faults(read(DocumentType.HMT_RESIDENCE, typed)) == expected


def test_a_residence_permit_has_its_check_character_judged() -> None:
    good = eighteen("81000019900101001")
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    assert faults(read(DocumentType.HMT_RESIDENCE, wrong)) == [("document_check_character", 18)]


def test_a_permanent_residence_card_of_18_begins_with_nine() -> None:
    reading = read(DocumentType.FOREIGN_PERMANENT, eighteen("91284019900101001"))
    assert (reading.notices, reading.problems) == ((), ())
    assert reading.birth_date == date(1990, 1, 1)
    assert reading.sex is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (eighteen("11010119900101001"), [("document_permanent_first", 1)]),
        (eighteen("91284019900230001"), [("document_birth_date", 7)]),
        ("9128401990010100AX", [("document_character", 17)]),
        ("CH1110180010112", [("document_character", 3)]),
        ("USA11018001O112", [("document_character", 12)]),
        ("USA1101800101", [("document_length", None)]),
        ("USA11018001011234", [("document_length", None)]),
    ],
)
def test_a_faulty_permanent_residence_card_is_refused(
    typed: str, expected: list[tuple[str, int | None]]
) -> None:
    assert faults(read(DocumentType.FOREIGN_PERMANENT, typed)) == expected


def test_a_permanent_residence_card_of_15_says_what_was_not_checked() -> None:
    reading = read(DocumentType.FOREIGN_PERMANENT, "usa110180010112")
    assert reading.number == "USA110180010112"
    assert reading.problems == ()
    assert notices(reading) == ["typed_lower_case", "document_permanent_unchecked"]


@pytest.mark.parametrize(
    ("typed", "expected", "codes"),
    [
        ("H12345678", [], []),
        ("m12345678", [], ["typed_lower_case"]),
        ("H1234567801", [], ["document_renewal_digits"]),
        ("T12345678", [("document_character", 1)], []),
        ("123456789", [("document_character", 1)], []),
        ("H1234567", [("document_length", None)], []),
        ("H123456780", [("document_length", None)], []),
        ("H1234S678", [("document_character", 6)], []),
    ],
)
def test_a_permit_of_hong_kong_and_macao_is_a_letter_and_digits(
    typed: str, expected: list[tuple[str, int | None]], codes: list[str]
) -> None:
    reading = read(DocumentType.HK_MACAO_PERMIT, typed)
    assert faults(reading) == expected
    assert notices(reading) == codes


@pytest.mark.parametrize(
    ("typed", "number", "codes"),
    [
        ("12345678", "12345678", []),
        ("1234567801", "1234567801", ["document_former_form"]),
        ("1234567801(B)", "1234567801B", ["document_former_form"]),
        ("1234567801（B）", "1234567801B", ["document_former_form"]),
        ("T12345678", "T12345678", ["document_former_form"]),
    ],
)
def test_a_permit_of_taiwan_is_eight_digits_or_an_older_form(
    typed: str, number: str, codes: list[str]
) -> None:
    reading = read(DocumentType.TAIWAN_PERMIT, typed)
    assert reading.number == number
    assert reading.problems == ()
    assert notices(reading) == codes


@pytest.mark.parametrize("typed", ["1234567", "12345678901234", "ABCDEFGH", "1234X678"])
def test_a_faulty_permit_of_taiwan_is_refused(typed: str) -> None:
    assert faults(read(DocumentType.TAIWAN_PERMIT, typed)) == [("document_form", None)]


@pytest.mark.parametrize("typed", ["E12345678", "12345", "AB123456", "1" * 20])
def test_a_passport_is_five_to_twenty_letters_and_digits(typed: str) -> None:
    reading = read(DocumentType.PASSPORT, typed)
    assert (reading.number, reading.problems) == (typed, ())
    assert (reading.birth_date, reading.sex) == (None, None)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1234", [("document_length", None)]),
        ("1" * 21, [("document_length", None)]),
        ("E1234_678", [("document_character", 6)]),
        ("É12345678", [("document_character", 1)]),
        ("护照12345", [("document_character", 1), ("document_character", 2)]),
    ],
)
def test_a_faulty_passport_is_refused(typed: str, expected: list[tuple[str, int | None]]) -> None:
    assert faults(read(DocumentType.PASSPORT, typed)) == expected


def test_no_sentence_or_repr_repeats_the_number() -> None:
    number = "110105194912310021"
    reading = read(DocumentType.RESIDENT_ID, number)
    said = " ".join(text for fault in reading.problems for text in (fault.text.zh, fault.text.en))
    assert number[6:] not in said
    assert number not in repr(reading)
    assert "1949" not in repr(reading)


def test_document_types_have_official_names_and_fixed_values() -> None:
    assert [(kind.value, kind.zh) for kind in DocumentType] == [
        (1, "居民身份证"),
        (2, "港澳居民来往内地通行证"),
        (3, "台湾居民来往大陆通行证"),
        (4, "港澳台居民居住证"),
        (5, "外国人永久居留身份证"),
        (6, "护照"),
    ]


def test_document_types_read_their_own_names_back() -> None:
    for kind in DocumentType:
        assert parse_document_type(kind.zh) is kind
        assert parse_document_type(f" {kind.en.upper()} ") is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("身份证", DocumentType.RESIDENT_ID),
        ("回乡证", DocumentType.HK_MACAO_PERMIT),
        ("台胞证", DocumentType.TAIWAN_PERMIT),
        ("台湾居民居住证", DocumentType.HMT_RESIDENCE),
        ("外国人永久居留证", DocumentType.FOREIGN_PERMANENT),
        ("外国护照", DocumentType.PASSPORT),
    ],
)
def test_names_in_daily_use_are_read(text: str, kind: DocumentType) -> None:
    assert parse_document_type(text) is kind


@pytest.mark.parametrize("text", ["", "军官证", "港澳通行证", "1"])
def test_an_unknown_document_type_is_refused(text: str) -> None:
    with pytest.raises(CodesError) as caught:
        parse_document_type(text)
    assert caught.value.code == "document_type_unknown"
    assert "护照" in caught.value.text.zh


@pytest.mark.parametrize("text", ["男", " 男 ", "男性", "M", "male", "Male", "ｍ"])
def test_male_is_read(text: str) -> None:
    assert parse_sex(text) is Sex.MALE


@pytest.mark.parametrize("text", ["女", "女性", "f", "FEMALE"])
def test_female_is_read(text: str) -> None:
    assert parse_sex(text) is Sex.FEMALE


@pytest.mark.parametrize("text", ["", "1", "男女", "未知"])
def test_an_unknown_sex_is_refused(text: str) -> None:
    with pytest.raises(CodesError) as caught:
        parse_sex(text)
    assert caught.value.code == "sex_unknown"


def test_sexes_have_names() -> None:
    assert [(sex.zh, sex.en) for sex in Sex] == [("男", "male"), ("女", "female")]


def test_a_credit_code_is_judged_by_its_check_character() -> None:
    good = inspect_credit_code(" 9111 0000 6000 3734 1l ")
    assert good.number == "91110000600037341L"
    assert good.problems == ()
    assert [notice.code for notice in good.notices] == ["typed_separators", "typed_lower_case"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("91110000600037341M", "credit_code_invalid"),
        ("9111000060003734IL", "credit_code_invalid"),
        ("A1110000600037341L", "credit_code_invalid"),
        ("9111000060003734", "credit_code_length"),
        ("", "credit_code_length"),
        ("统一社会信用代码统一社会信用代码统一", "credit_code_invalid"),
    ],
)
def test_a_faulty_credit_code_is_refused(text: str, code: str) -> None:
    assert [problem.code for problem in inspect_credit_code(text).problems] == [code]
