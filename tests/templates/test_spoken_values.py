"""What a certificate prints has its English beside it, where it is one of the field's own words."""

from __future__ import annotations

import pytest

from templates.spoken_values import (
    printed_and_record,
    quoted_value,
    spoken_print,
    spoken_value,
)


@pytest.mark.parametrize(
    ("value", "english"),
    [
        ("二级/技师", "二级/技师 (Level 2 / Technician)"),
        ("保卫管理员", "保卫管理员 (Security manager)"),
        ("护照", "护照 (Passport)"),
        ("2026年3月9日", "2026年3月9日 (9 March 2026)"),
        ("二级/技帅", "二级/技帅"),
        ("欧阳娜依", "欧阳娜依"),
        ("", ""),
    ],
)
def test_a_value_stands_as_it_is_and_a_known_one_in_english_beside_it(
    value: str, english: str
) -> None:
    assert spoken_value(value).zh == value
    assert spoken_value(value).en == english


def test_print_that_nothing_was_read_of_is_told_so_and_no_record_is() -> None:
    assert spoken_print("").zh == "文字被遮盖或读不出，见图"
    assert printed_and_record("", "").zh == "所印为文字被遮盖或读不出，见图，登记为“”。"


def test_only_the_value_itself_is_quoted() -> None:
    assert quoted_value("二级/技师").en == "“二级/技师” (Level 2 / Technician)"
    said = printed_and_record("二级/技师", "三级/高级工")
    assert said.zh == "所印为“二级/技师”，登记为“三级/高级工”。"
    assert said.en.endswith("on record: “三级/高级工” (Level 3 / Senior worker).")
