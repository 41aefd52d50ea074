"""Other forms of a character count as the one that mainland names are written with."""

from __future__ import annotations

import pytest

from codes.person_skeleton import is_same_person
from codes.simplified import simplified


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ("陳偉", "陈伟"),
        ("鍾靈毓", "钟灵毓"),
        ("於後徵", "于后征"),
        ("彊劎玨鉅", "强剑珏钜"),
        ("竜沢徳辺", "龙泽德边"),
        ("鷥齉籲", "鸶齉吁"),
    ],
)
def test_traditional_and_japanese_forms_are_the_simplified_one(other: str, name: str) -> None:
    assert simplified(other) == name
    assert is_same_person(other, name)


@pytest.mark.parametrize(("one", "two"), [("李乾", "李干"), ("李芸", "李艺"), ("周明垅", "周明拢")])
def test_characters_of_mainland_names_stay_as_they_are(one: str, two: str) -> None:
    assert (simplified(one), simplified(two)) == (one, two)
    assert not is_same_person(one, two)


@pytest.mark.parametrize("text", ["", "Ａ1·ß", "\ud800x\x00", "\U0003fffd"])
def test_what_is_no_ideograph_stays_as_it_is(text: str) -> None:
    assert simplified(text) == text
