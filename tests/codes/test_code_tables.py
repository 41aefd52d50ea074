"""Levels, occupations and regions: the dated tables and the words people use for them."""

from __future__ import annotations

from datetime import date

import pytest

from codes.datafiles import load_table
from codes.errors import CodesError
from codes.levels import Level, parse_level
from codes.occupations import (
    occupation_by_code,
    occupation_by_index,
    occupations,
    parse_occupation,
)
from codes.regions import area, area_is_listed, find_province, province_by_code, provinces


def test_levels_read_as_certificates_print_them() -> None:
    assert [level.zh for level in Level] == [
        "一级/高级技师",
        "二级/技师",
        "三级/高级工",
        "四级/中级工",
        "五级/初级工",
    ]
    assert Level.THREE.en == "Level 3 / Senior worker"
    assert [int(level) for level in Level] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "text",
    ["3", "３", "3级", "三级", "高级工", "三级/高级工", "三级／高级工", "高级工/三级",
     "三级（高级工）", "三级(高级工)", " 三 级 / 高级工 ", "III级", "Ⅲ级", "高级技能", "Level 3",
     "level3", "Level 3 / Senior worker", "Senior Worker"],
)  # fmt: skip
def test_every_usual_spelling_of_a_level_is_read(text: str) -> None:
    assert parse_level(text) is Level.THREE


def test_every_level_reads_its_own_names_back() -> None:
    for level in Level:
        assert parse_level(level.zh) is parse_level(level.en) is level
        assert parse_level(str(level.value)) is level


@pytest.mark.parametrize(
    "text", ["", "/", "0", "6", "六级", "高级", "33", "特级技师", "3.0", "三级工"]
)
def test_what_is_no_level_is_refused(text: str) -> None:
    with pytest.raises(CodesError) as caught:
        parse_level(text)
    assert caught.value.code == "level_unknown"


@pytest.mark.parametrize("text", ["三级/技师", "2/三级", "一级（技师）"])
def test_words_that_name_different_levels_are_refused(text: str) -> None:
    with pytest.raises(CodesError) as caught:
        parse_level(text)
    assert caught.value.code == "level_contradictory"


def test_the_occupation_of_this_system_has_three_levels() -> None:
    occupation = occupation_by_index(1)
    assert (occupation.code, occupation.zh) == ("3-02-02-00", "保卫管理员")
    assert occupation.levels == (Level.THREE, Level.TWO, Level.ONE)
    assert occupation.edition == "2020"
    assert occupation_by_code("3-02-02-00") is occupation


def test_an_edition_holds_from_its_first_day() -> None:
    occupation = occupation_by_index(1)
    assert not occupation.in_force(date(2019, 12, 31))
    assert occupation.in_force(date(2020, 1, 1))
    assert occupation.in_force(date(2090, 1, 1))


@pytest.mark.parametrize(
    "text", ["保卫管理员", " 保卫 管理员", "3-02-02-00", "３－０２－０２－００", "3–02–02–00"]
)
def test_an_occupation_is_read_by_name_or_code(text: str) -> None:
    assert parse_occupation(text).index == 1


@pytest.mark.parametrize("text", ["", "保安员", "保卫", "3-02-02-01"])
def test_an_unknown_occupation_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(CodesError) as caught:
        parse_occupation(text)
    assert caught.value.code == "occupation_unknown"
    assert "保卫管理员" in caught.value.text.zh


@pytest.mark.parametrize("index", [0, 2, -1])
def test_an_unknown_index_is_refused(index: int) -> None:
    with pytest.raises(CodesError) as caught:
        occupation_by_index(index)
    assert caught.value.code == "occupation_unknown"


def test_no_occupation_index_is_given_twice() -> None:
    indexes = [occupation.index for occupation in occupations()]
    assert len(set(indexes)) == len(indexes)


def test_all_province_level_codes_of_the_national_standard_are_listed() -> None:
    listed = set(provinces())
    assert len(listed) == 35
    assert listed - {"66"} == {
        "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37",
        "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64",
        "65", "71", "81", "82",
    }  # fmt: skip


def test_a_province_is_found_by_its_code() -> None:
    assert province_by_code("12").zh == "天津市"
    assert province_by_code("12").en == "Tianjin"
    assert find_province("83") is None
    with pytest.raises(CodesError) as caught:
        province_by_code("83")
    assert caught.value.code == "province_unknown"


def test_only_the_corps_is_unconfirmed() -> None:
    assert [region.code for region in provinces().values() if not region.confirmed] == ["66"]


def test_bodies_are_filed_everywhere_but_in_taiwan_hong_kong_and_macao() -> None:
    without = [region.code for region in provinces().values() if not region.files_bodies]
    assert without == ["71", "81", "82"]


def test_late_provinces_have_their_own_first_days() -> None:
    assert province_by_code("46").valid_from == date(1988, 4, 13)
    assert province_by_code("50").valid_from == date(1997, 3, 14)
    assert province_by_code("81").valid_from == date(1997, 7, 1)
    assert province_by_code("82").valid_from == date(1999, 12, 20)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("120221", "宁河"),
        ("120222", "武清"),
        ("120223", "静海"),
        ("120224", "宝坻"),
        ("120225", "蓟"),
    ],
)
def test_the_abolished_counties_of_tianjin_are_still_areas(code: str, name: str) -> None:
    found = area(code)
    assert found is not None
    assert name in found.zh
    assert found.valid_to is not None
    assert area_is_listed(code)


@pytest.mark.parametrize("code", ["810000", "820000", "830000"])
def test_the_areas_of_residence_permits_are_known(code: str) -> None:
    found = area(code)
    assert found is not None
    assert found.code == code


def test_an_area_falls_back_to_its_province() -> None:
    found = area("129999")
    assert found is not None
    assert found.zh == "天津市"
    assert not area_is_listed("129999")
    assert area_is_listed("120101")


@pytest.mark.parametrize(
    "code", ["999999", "660000", "12", "", "12010", "1201011", "12010x", "１２０１０１"]
)
def test_what_is_no_area_is_not_found(code: str) -> None:
    assert area(code) is None
    assert not area_is_listed(code)


@pytest.mark.parametrize("name", ["occupations", "regions", "legacy_numbers"])
def test_every_table_says_its_day_and_source(name: str) -> None:
    table = load_table(name)
    assert date.fromisoformat(table["as_of"])
    assert table["source"]


def test_no_validity_ends_before_it_begins() -> None:
    table = load_table("regions")
    for entry in (*table["provinces"], *table["areas"], *load_table("occupations")["occupations"]):
        first = date.fromisoformat(entry["valid_from"])
        assert entry["valid_to"] is None or first < date.fromisoformat(entry["valid_to"])
