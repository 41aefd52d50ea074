"""Fields are found by their labels and by where values stand, in whatever order they were drawn."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.labels import BODY_TEXT, LABELS, SAMPLE_NOTE, TITLE, Field
from templates.page_extras import ExtraText
from templates.page_reading import PagePrint, read_page
from templates.text_lines import MAX_PIECES, Glyph, Piece, fold_radicals, join_pieces
from tests.templates.typed_pages import table, typed

ROWS = {
    "姓名": "欧阳娜依",
    "证件类型": "居民身份证",
    "证件号码": "12010119900307663X",
    "职业名称": "保卫管理员",
    "工种/职业方向": "--",
    "职业技能等级": "三级/高级工",
}
FIELDS = {label.zh: field for field, label in LABELS.items()}


def values(page: PagePrint) -> dict[str, str]:
    return {LABELS[field].zh: shown.value for field, shown in page.fields.items()}


def test_a_table_reads_back() -> None:
    page = read_page(table(ROWS))
    assert values(page) == ROWS
    assert page.extra == ()


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_drawing_does_not_matter(seed: int) -> None:
    runs = [typed(label, 85, 530 - 34 * at) for at, label in enumerate(ROWS)]
    runs += [typed(value, 177, 530 - 34 * at) for at, value in enumerate(ROWS.values())]
    random.Random(seed).shuffle(runs)
    assert values(read_page([glyph for run in runs for glyph in run])) == ROWS


def test_glyphs_drawn_one_by_one_in_any_order_read_alike() -> None:
    glyphs = table(ROWS)
    random.Random(1).shuffle(glyphs)
    assert values(read_page(glyphs)) == ROWS


def test_two_columns_on_one_row_are_told_apart() -> None:
    left, right = dict(list(ROWS.items())[:3]), dict(list(ROWS.items())[3:])
    page = read_page(table(left) + table(right, left=400, column=500))
    assert values(page) == ROWS


def test_a_missing_value_is_not_filled_from_the_other_column() -> None:
    left, right = dict(list(ROWS.items())[:3]), dict(list(ROWS.items())[3:])
    page = read_page(table(left | {"姓名": ""}) + table(right, left=400, column=500))
    assert values(page) == ROWS | {"姓名": ""}


def test_values_right_after_a_colon_need_no_column() -> None:
    page = read_page(
        typed("评价机构：某某学校", 200, 260)
        + typed("发证日期：", 200, 180)
        + typed("证书编号： 1", 85, 90)
    )
    assert values(page) == {"评价机构": "某某学校", "发证日期": "", "证书编号": "1"}


def test_a_note_with_a_label_or_two_is_no_certificate() -> None:
    page = read_page(typed("姓名：欧阳娜依 职务：主管", 85, 60) + typed("证书编号：1", 85, 30))
    assert page.fields == {}
    assert [one.text for one in page.extra] == ["姓名：欧阳娜依 职务：主管", "证书编号：1"]


def test_a_wrapped_value_is_put_together_and_what_stands_far_below_is_not() -> None:
    glyphs = table(ROWS) + typed("机构", 177, 516) + typed("以下空白", 177, 300)
    page = read_page(glyphs)
    assert page.fields[Field.HOLDER_NAME].lines == ("欧阳娜依", "机构")
    assert page.fields[Field.HOLDER_NAME].readings == ("欧阳娜依机构", "欧阳娜依")
    assert [one.text for one in page.extra] == ["以下空白"]


def test_english_below_labels_and_the_fixed_texts_are_no_extra_text() -> None:
    glyphs = table(ROWS)
    for at, label in enumerate(ROWS):
        glyphs += typed(LABELS[FIELDS[label]].en, 85, 521 - 34 * at, 7)
    glyphs += typed(TITLE, 200, 700, 30) + typed(SAMPLE_NOTE, 200, 760)
    glyphs += typed(BODY_TEXT[:31], 85, 640) + typed(BODY_TEXT[31:], 85, 615)
    page = read_page(glyphs)
    assert values(page) == ROWS
    assert page.extra == ()


def test_smaller_type_below_a_value_is_told_as_text_beside_it() -> None:
    page = read_page(table(ROWS) + typed("Security manager", 177, 420, 8))
    assert values(page) == ROWS
    assert page.extra == (ExtraText(text="Security manager", near=Field.OCCUPATION),)


def test_a_value_that_is_called_like_a_label_stays_a_value() -> None:
    rows = ROWS | {"工种/职业方向": "职业技能等级"}
    assert values(read_page(table(rows))) == rows


def test_a_label_within_a_sentence_is_no_label() -> None:
    page = read_page(typed("职业技能等级认定，具备", 85, 600) + typed("持证人姓名", 85, 560))
    assert page.fields == {}
    assert [one.text for one in page.extra] == ["持证人姓名"]


def test_texts_over_one_another_are_both_given_the_lower_first() -> None:
    page = read_page(table(ROWS) + typed("张三", 177, 531))
    assert page.fields[Field.HOLDER_NAME].overlaid == ("欧阳娜依", "张三")


def test_a_label_given_twice_gives_the_values_of_both() -> None:
    page = read_page(table(ROWS) + typed("姓名", 85, 100) + typed("张三", 177, 100))
    assert page.fields[Field.HOLDER_NAME].repeated == ("欧阳娜依", "张三")
    assert not page.fields[Field.HOLDER_NAME].is_plain


def test_a_lone_label_beside_the_real_one_changes_nothing() -> None:
    assert values(read_page(table(ROWS) + typed("姓名", 400, 100))) == ROWS


def test_hidden_text_is_no_value_but_said_to_be_covered() -> None:
    glyphs = table(ROWS | {"姓名": ""}) + typed("欧阳娜依", 177, 530, seen=False)
    shown = read_page(glyphs).fields[Field.HOLDER_NAME]
    assert (shown.lines, shown.covered) == ((), True)


def test_hidden_text_that_other_text_replaces_is_of_no_account() -> None:
    glyphs = table(ROWS | {"姓名": "张三"}) + typed("欧阳娜依", 177, 530, seen=False)
    shown = read_page(glyphs).fields[Field.HOLDER_NAME]
    assert (shown.lines, shown.covered) == (("张三",), False)


def test_slanted_text_never_is_a_value() -> None:
    glyphs = table(ROWS | {"姓名": ""}) + typed("仅供入职使用", 177, 530, level=False)
    page = read_page(glyphs)
    assert page.fields[Field.HOLDER_NAME].lines == ()
    assert page.extra == (ExtraText(text="仅供入职使用", near=Field.HOLDER_NAME),)


def test_a_page_of_too_many_pieces_gives_no_fields() -> None:
    crowd = [
        glyph for at in range(MAX_PIECES) for glyph in typed("x", 20 * (at % 25), 20 * (at // 25))
    ]
    assert read_page(table(ROWS) + crowd).fields == {}


def test_gaps_between_words_are_spaces_and_nothing_else_is() -> None:
    (piece,) = join_pieces(typed("JOHN SAMPLE", 0, 0))
    assert (piece.text, piece.plain) == ("JOHN SAMPLE", "JOHNSAMPLE")


def test_radicals_that_printers_write_for_ideographs_are_read_as_those() -> None:
    assert fold_radicals("⼯种/职业⽅向 ⼀级") == "工种/职业方向 一级"
    assert fold_radicals("豈𫖯ⅣA") == "豈𫖯ⅣA"


_LENGTHS = st.floats(-1e6, 1e6, allow_nan=False)
_GLYPHS = st.builds(
    Glyph,
    text=st.sampled_from("姓名证件类型：职业A1"),
    left=st.floats(0, 100),
    bottom=_LENGTHS,
    right=st.floats(0, 120),
    top=_LENGTHS,
    baseline=st.floats(0, 40),
    size=st.floats(0.1, 40),
    level=st.booleans(),
    seen=st.booleans(),
    run=st.integers(0, 5),
)


@given(st.lists(_GLYPHS, max_size=40))
def test_any_glyphs_are_read_without_fault(glyphs: list[Glyph]) -> None:
    page = read_page(glyphs)
    assert set(page.fields) <= set(Field)
    seen = sum(len(one.text) for one in glyphs if one.seen)
    assert sum(len(one.text.replace(" ", "")) for one in page.extra) <= seen


def test_a_piece_lies_over_another_only_where_glyphs_do() -> None:
    (one,), (other,) = join_pieces(typed("甲乙", 0, 0)), join_pieces(typed("丙", 24, 0))
    assert isinstance(one, Piece)
    assert not one.overlaps(other)
    assert one.overlaps(*join_pieces(typed("丙", 6, 2)))


def test_a_note_close_before_a_label_leaves_the_label_whole() -> None:
    page = read_page(table(ROWS) + typed("姓名：张三", 7, 530, 14))
    assert page.fields[Field.HOLDER_NAME].repeated == ("张三", "欧阳娜依")
