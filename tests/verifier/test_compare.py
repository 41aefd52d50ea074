"""Printed fields against the record: tolerant of spelling habits, never of a changed fact."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from templates.labels import Field
from templates.page_extras import ExtraText
from templates.page_reading import FieldPrint, PagePrint
from tests.verifier.world import BODY_NAME, NAME, make_record
from verifier.compare import (
    MAX_SHOWN_TEXTS,
    DocumentNumberCheck,
    Expected,
    comparable,
    compare_fields,
    expect,
    extra_texts,
    inspect_extra,
)
from verifier.verdict import Finding

FORMER_NAME = "天津市示例学校"


@pytest.fixture
def expected() -> Expected:
    """What a page of the ordinary record shows."""
    return expect(
        make_record(), body_names=frozenset({BODY_NAME, FORMER_NAME}), body_name=BODY_NAME
    )


def prints(printed: Mapping[Field, str | FieldPrint]) -> dict[Field, FieldPrint]:
    return {
        field: FieldPrint(lines=(value,)) if isinstance(value, str) else value
        for field, value in printed.items()
    }


def compare(
    printed: Mapping[Field, str | FieldPrint],
    expected: Expected,
    check: DocumentNumberCheck = DocumentNumberCheck.AGREES,
) -> dict[str, str]:
    findings = compare_fields(
        prints(printed), expected, document_check=check, document_masked="120***************"
    )
    return {finding.evidence["field"]: finding.code for finding in findings}


def genuine(expected: Expected) -> dict[Field, str]:
    return {**expected.values, Field.DOCUMENT_NUMBER: "12010119900307663X"}


def test_every_field_of_the_record_gets_exactly_one_finding(expected: Expected) -> None:
    fields = [field for field in Field if field is not Field.REMARK]
    assert compare(genuine(expected), expected) == dict.fromkeys(fields, "field_agrees")
    assert compare({}, expected) == dict.fromkeys(fields, "field_not_compared")


def test_a_remark_is_no_field_of_the_record(expected: Expected) -> None:
    with_remark = {**genuine(expected), Field.REMARK: "存档副本，由评价机构留存"}
    assert compare(with_remark, expected) == compare(genuine(expected), expected)


@pytest.mark.parametrize(
    ("field", "printed"),
    [
        (Field.HOLDER_NAME, "欧阳 娜依"),
        (Field.HOLDER_NAME, "\u3000欧阳娜依\n"),
        (Field.NUMBER, "Ｓ００００１２０００１２３２６３０００００１"),
        (Field.NUMBER, "S000012000123 26 3 000001"),
        (Field.LEVEL, "三级／高级工"),
        (Field.ISSUED_ON, "2026 年 3 月 9 日"),
        (Field.SPECIALTY, "－－"),
        (Field.BODY_NAME, FORMER_NAME),
    ],
)
def test_width_and_white_space_do_not_matter(
    expected: Expected, field: Field, printed: str
) -> None:
    assert compare({**genuine(expected), field: printed}, expected)[field] == "field_agrees"


@pytest.mark.parametrize(
    ("field", "printed"),
    [
        (Field.HOLDER_NAME, "欧阳娜衣"),
        (Field.HOLDER_NAME, "欧阳娜依依"),
        (Field.HOLDER_NAME, "欧阳·娜依"),
        (Field.HOLDER_NAME, "欧阳娜依\u200b"),
        (Field.NUMBER, "s000012000123263000001"),
        (Field.NUMBER, "S00001200O123263000001"),
        (Field.LEVEL, "三级"),
        (Field.LEVEL, "二级/技师"),
        (Field.ISSUED_ON, "2026年3月19日"),
        (Field.ISSUED_ON, "2026年03月09日"),
        (Field.SPECIALTY, "某某方向"),
        (Field.BODY_NAME, "天津市示例职业技能培训学校分校"),
        (Field.PRINT_SERIAL, "202600000002"),
        (Field.CERTIFICATE_SITE, "jndj.osta.org.cn.evil.cn"),
    ],
)
def test_any_other_difference_is_a_difference(
    expected: Expected, field: Field, printed: str
) -> None:
    found = compare({**genuine(expected), field: printed}, expected)
    assert found.pop(field) == "field_differs"
    assert set(found.values()) == {"field_agrees"}


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (DocumentNumberCheck.AGREES, "field_agrees"),
        (DocumentNumberCheck.DIFFERS, "field_differs"),
        (DocumentNumberCheck.NOT_ASKED, "field_not_compared"),
    ],
)
def test_the_document_number_is_what_the_register_says(
    expected: Expected, check: DocumentNumberCheck, code: str
) -> None:
    assert compare(genuine(expected), expected, check)[Field.DOCUMENT_NUMBER] == code


def test_evidence_shows_both_sides_in_bounded_printable_text(expected: Expected) -> None:
    printed = {**genuine(expected), Field.HOLDER_NAME: "\u202e\x00" + "长" * 500}
    findings = compare_fields(
        prints(printed), expected, document_check=DocumentNumberCheck.AGREES, document_masked=None
    )
    (differs,) = [one for one in findings if one.code == "field_differs"]
    assert isinstance(differs, Finding)
    assert differs.evidence["record"] == NAME
    assert differs.evidence["printed"].isprintable()
    assert len(differs.evidence["printed"]) < 100


def test_rare_ideographs_are_not_folded_into_others() -> None:
    assert comparable("\uf900") != comparable("\u8c48")
    assert comparable("㛃") != comparable("洁")


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (FieldPrint(lines=("欧阳", "娜依")), "field_agrees"),
        (FieldPrint(lines=(NAME, "（曾用名）")), "field_agrees"),
        (FieldPrint(lines=("欧阳", "娜衣")), "field_differs"),
        (FieldPrint(lines=(NAME,), covered=True), "field_agrees"),
        (FieldPrint(lines=("欧阳娜",), covered=True), "field_covered"),
        (FieldPrint(covered=True), "field_covered"),
        (FieldPrint(), "field_not_compared"),
        (FieldPrint(lines=("欧阳\ufffd依",)), "field_not_compared"),
        (FieldPrint(lines=(NAME,), overlaid=(NAME, "张三")), "overlaid_text"),
        (FieldPrint(repeated=(NAME, "张三")), "field_twice"),
    ],
)
def test_doubt_about_what_is_printed_is_told_and_never_called_a_difference(
    expected: Expected, shown: FieldPrint, code: str
) -> None:
    found = compare({**genuine(expected), Field.HOLDER_NAME: shown}, expected)
    assert found.pop(Field.HOLDER_NAME) == code
    assert set(found.values()) == {"field_agrees"}


def test_a_document_number_in_doubt_is_not_called_different(expected: Expected) -> None:
    shown = FieldPrint(lines=("1",), overlaid=("1", "2"))
    found = compare(
        {**genuine(expected), Field.DOCUMENT_NUMBER: shown}, expected, DocumentNumberCheck.NOT_ASKED
    )
    assert found[Field.DOCUMENT_NUMBER] == "overlaid_text"


def test_a_repeated_field_names_every_text(expected: Expected) -> None:
    shown = {Field.HOLDER_NAME: FieldPrint(repeated=("胡志强", "胡志刚"))}
    findings = compare_fields(
        shown, expected, document_check=DocumentNumberCheck.NOT_ASKED, document_masked=None
    )
    (twice,) = [one for one in findings if one.code == "field_twice"]
    assert "“胡志强”、“胡志刚”" in twice.text.zh
    assert twice.text.en.startswith("Name occurs more than once in the file: “胡志强”, “胡志刚”.")


def test_extra_text_names_the_field_it_stands_beside_and_stays_short() -> None:
    beside, across, away = inspect_extra(
        [
            ExtraText(text="与原件相符", near=Field.HOLDER_NAME),
            ExtraText(text="仅供入职使用", near=Field.LEVEL, across=True),
            ExtraText(text="x" * 500),
        ]
    )
    assert "“与原件相符”（在“姓名”一项旁）" in beside.text.zh
    assert "“仅供入职使用” (across skill level)" in across.text.en
    assert len(away.text.en) < 300
    assert "near" not in away.evidence


def test_of_very_many_extra_texts_only_some_are_shown_and_the_rest_counted() -> None:
    findings = inspect_extra([ExtraText(text=str(at)) for at in range(MAX_SHOWN_TEXTS + 3)])
    assert len(findings) == MAX_SHOWN_TEXTS
    assert "（另有3处）" in findings[-1].text.zh


def test_lines_below_a_value_that_agrees_are_extra_text_but_its_translation_is_not(
    expected: Expected,
) -> None:
    fields = {
        Field.HOLDER_NAME: FieldPrint(lines=(NAME, "（曾用名）")),
        Field.BODY_NAME: FieldPrint(lines=(FORMER_NAME[:4], FORMER_NAME[4:])),
        Field.LEVEL: FieldPrint(lines=("二级/技师", "说明")),
    }
    translation = ExtraText(text="Security manager", near=Field.OCCUPATION)
    assert comparable("Security manager") in expected.translations
    found = extra_texts(PagePrint(fields=fields, extra=(translation,)), expected)
    assert found == (ExtraText(text="（曾用名）", near=Field.HOLDER_NAME),)
