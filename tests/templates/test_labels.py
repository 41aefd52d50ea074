"""Labels, the written form of values, and the rule that reads them back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.labels import (
    LABELS,
    Field,
    format_date,
    format_date_en,
    format_print_serial,
    parse_date,
    read_fields,
)


def test_every_field_has_a_label() -> None:
    assert set(LABELS) == set(Field)


def test_labels_are_the_notices_words() -> None:
    assert [LABELS[f].zh for f in (Field.SPECIALTY, Field.LEVEL, Field.NUMBER)] == [
        "工种/职业方向",
        "职业技能等级",
        "证书编号",
    ]


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_written_date_reads_back(day: date) -> None:
    assert parse_date(format_date(day)) == day


def test_dates_are_written_without_leading_zeros() -> None:
    assert format_date(date(2026, 1, 3)) == "2026年1月3日"


@pytest.mark.parametrize(
    "text", ["2026年01月3日", "2026年2月30日", "2026-1-3", "", "２０２６年1月3日"]
)
def test_a_date_written_otherwise_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_print_serial_is_year_and_eight_digits() -> None:
    assert format_print_serial(2026, 17) == "202600000017"


def test_a_value_runs_to_the_next_label() -> None:
    text = (
        "姓名 阿布都·\r\n热合曼\r\n证件类型 护照\r\n"
        "发证日期：2026年1月3日\r\n（评价机构印章）\r\n外"
    )
    assert read_fields(text) == {
        Field.HOLDER_NAME: "阿布都·热合曼",
        Field.DOCUMENT_TYPE: "护照",
        Field.ISSUED_ON: "2026年1月3日",
    }


def test_a_label_within_a_sentence_is_no_label() -> None:
    assert read_fields("表明持证人通过\r\n职业技能等级认定，具备\r\n姓名不详") == {}


def test_a_label_given_twice_is_left_out() -> None:
    assert read_fields("姓名 甲\n证书编号 1\n姓名 乙") == {Field.NUMBER: "1"}


def test_a_label_on_a_line_of_its_own_takes_the_next_line() -> None:
    assert read_fields("姓名\n\n欧阳𫖯\n\n证件类型\n\n护照\n") == {
        Field.HOLDER_NAME: "欧阳𫖯",
        Field.DOCUMENT_TYPE: "护照",
    }


@given(st.text())
def test_any_text_is_read_without_fault(text: str) -> None:
    assert set(read_fields(text)) <= set(Field)


def test_an_english_line_ends_a_value_and_is_no_part_of_it() -> None:
    text = "姓名 欧阳娜怡\nName: Ouyang Nayi\n证书编号 1\nCertificate number:\n备注：无"
    assert read_fields(text) == {
        Field.HOLDER_NAME: "欧阳娜怡",
        Field.NUMBER: "1",
        Field.REMARK: "无",
    }


def test_a_day_is_written_in_english() -> None:
    assert format_date_en(date(2026, 11, 3)) == "3 November 2026"
