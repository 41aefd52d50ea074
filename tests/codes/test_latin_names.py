"""Names in Latin letters: order, surnames, ü, what has no reading, what is typed by hand."""

from __future__ import annotations

import pytest

from codes.datafiles import load_table
from codes.errors import CodesError
from codes.latin_names import MAX_CHARACTERS, normalise_latin_name, spell


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("张三丰", "Zhang Sanfeng"),
        ("欧阳娜怡", "Ouyang Nayi"),
        ("王芳", "Wang Fang"),
        ("尉迟恭", "Yuchi Gong"),
        ("万俟雪", "Moqi Xue"),
        ("单雄信", "Shan Xiongxin"),
        ("仇英", "Qiu Ying"),
        ("解明", "Xie Ming"),
        ("曾国强", "Zeng Guoqiang"),
        ("区大同", "Ou Datong"),
        ("查良", "Zha Liang"),
        ("朴正", "Piao Zheng"),
        ("盖天", "Ge Tian"),
        ("任重", "Ren Zhong"),
        ("华明", "Hua Ming"),
        ("翟明", "Zhai Ming"),
        ("陈西安", "Chen Xi'an"),
        ("刘恩娥", "Liu En'e"),
        ("吕律", "Lyu Lyu"),
        ("闾丘略", "Lyuqiu Lyue"),
        ("何女", "He Nyu"),
        ("欧阳", "Ou Yang"),
        ("迪丽热巴·迪力木拉提", "Dilireba Dilimulati"),
        ("𫖯䶮", "Fu Yan"),
        ("MARIA DEL CARMEN", "MARIA DEL CARMEN"),
    ],
)
def test_a_name_is_spelled_surname_first(name: str, spelled: str) -> None:
    assert spell(name).text == spelled


@pytest.mark.parametrize("name", ["覃小明", "乐天", "张王小明", "古丽娜·阿卜杜"])
def test_a_name_that_may_be_spelled_otherwise_is_said_to_be_doubtful(name: str) -> None:
    assert spell(name).text
    assert spell(name).doubtful


def test_an_ordinary_name_is_not_doubtful() -> None:
    assert not spell("王小明").doubtful
    assert not spell("欧阳小明").doubtful


@pytest.mark.parametrize(("name", "unread"), [("李A", ("A",)), ("王\U000323af", ("\U000323af",))])
def test_characters_without_a_reading_are_named(name: str, unread: tuple[str, ...]) -> None:
    spelled = spell(name)
    assert spelled.text is None
    assert spelled.unread == unread


def test_a_compound_surname_has_as_many_readings_as_characters() -> None:
    table = load_table("surname_readings")
    for surname, readings in table["compound"].items():
        assert len(readings.split()) == len(surname) == 2
    assert all(len(surname) == 1 for surname in [*table["single"], *table["also"]])
    assert all(table["single"][surname] != other for surname, other in table["also"].items())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Liu-Yang   Fan ", "Liu-Yang Fan"),
        ("Ｄｉｌｒａｂａ", "Dilraba"),
        ("Xi’an", "Xi'an"),
        ("José Müller", "José Müller"),
    ],
)
def test_a_spelling_by_hand_is_put_in_order(typed: str, kept: str) -> None:
    assert normalise_latin_name(typed) == kept


@pytest.mark.parametrize("typed", ["张三", "Zhang3", "Zhang_San", "-", "Иван", "Zhang\u0007San"])
def test_other_characters_than_latin_letters_are_refused(typed: str) -> None:
    with pytest.raises(CodesError) as refused:
        normalise_latin_name(typed)
    assert refused.value.code == "latin_name_character"


def test_a_spelling_that_cannot_be_printed_is_refused() -> None:
    with pytest.raises(CodesError) as refused:
        normalise_latin_name("A" * (MAX_CHARACTERS + 1))
    assert refused.value.code == "latin_name_too_long"
