"""Files that someone edited, stamped, turned or printed again: what is said names what was done."""

from __future__ import annotations

import pytest

from templates.labels import Field
from templates.layout import TABLE_FIELDS
from tests.verifier import edits
from tests.verifier.desk import Desk, agreeing, codes, differing, of_code
from tests.verifier.edits import GREY, LAYOUT, WHITE, Mark, Patch, marked, value_mark, value_patch
from tests.verifier.papers import flattened, paper
from tests.verifier.world import NAME
from verifier.verdict import Outcome

OTHER = "张三"
NAME_ROW = edits.row_of(Field.HOLDER_NAME)
ADDITIONS = {
    "stamp as text": Mark(text="与原件相符", x=134, y=50),
    "stamp beside a value": Mark(text="与原件相符", x=110, y=NAME_ROW),
    "watermark": Mark(text="仅供入职使用", x=50, y=120, size=40, ink=GREY, degrees=30),
    "level watermark": Mark(text="仅供入职使用", x=40, y=140, size=40, ink=GREY),
    "header": Mark(text="人力资源部存档 2026-11-25", x=105, y=286, size=8),
    "footer": Mark(text="Page 1 of 1", x=105, y=8, size=8),
    "between label and value": Mark(text="核", x=50, y=NAME_ROW),
    "under a value": Mark(text="（曾用名）", x=LAYOUT.table.value_left_mm, y=NAME_ROW - 6),
    "a sentence on the foot": Mark(text="与登记一致", x=120, y=LAYOUT.foot.top_mm, size=9),
}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (Field.HOLDER_NAME, OTHER),
        (Field.LEVEL, "二级/技师"),
        (Field.DOCUMENT_NUMBER, "120101199003076648"),
        (Field.NUMBER, "S000012000123263000009"),
    ],
)
def test_a_redacted_value_with_another_typed_in_its_place_is_named(
    desk: Desk, field: Field, text: str
) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(marked(edits.redacted(pdf, field), value_mark(field, text)))
    assert verdict.outcome is Outcome.ALTERED
    assert differing(verdict) == {field.value: text}
    assert len(agreeing(verdict)) == 11
    assert "extra_text" not in codes(verdict)


@pytest.mark.parametrize(("right", "up"), [(1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7)])
def test_a_value_a_millimetre_off_still_belongs_to_its_field(
    desk: Desk, right: float, up: float
) -> None:
    _, pdf = desk.issue()
    bare = edits.redacted(pdf, Field.HOLDER_NAME)
    same = desk.verify(marked(bare, value_mark(Field.HOLDER_NAME, NAME, right=right, up=up)))
    assert len(agreeing(same)) == 12
    other = desk.verify(marked(bare, value_mark(Field.HOLDER_NAME, OTHER, right=right, up=up)))
    assert differing(other) == {"holder_name": OTHER}


def test_a_name_painted_over_with_another_drawn_on_top_is_named(desk: Desk) -> None:
    _, pdf = desk.issue()
    patch = value_patch(Field.HOLDER_NAME)
    verdict = desk.verify(marked(pdf, patch, value_mark(Field.HOLDER_NAME, OTHER)))
    assert verdict.outcome is Outcome.ALTERED
    assert differing(verdict) == {"holder_name": OTHER}


def test_two_values_painted_over_are_both_named(desk: Desk) -> None:
    _, pdf = desk.issue()
    changed = {Field.HOLDER_NAME: OTHER, Field.LEVEL: "二级/技师"}
    marks: list[Mark | Patch] = [value_patch(field) for field in changed]
    marks += [value_mark(field, text) for field, text in changed.items()]
    verdict = desk.verify(marked(pdf, *marks))
    assert differing(verdict) == {field.value: text for field, text in changed.items()}


def test_a_name_only_painted_over_is_neither_agreed_nor_different(desk: Desk) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(marked(pdf, value_patch(Field.HOLDER_NAME)))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert of_code(verdict, "field_covered") == [{"field": "holder_name"}]


def test_a_stamp_over_the_end_of_a_value_is_not_a_difference(desk: Desk) -> None:
    _, pdf = desk.issue()
    patch = Patch(box=(LAYOUT.table.value_left_mm + 12.9, NAME_ROW - 2, 20, 8), ink=(0.9, 0.4, 0.4))
    verdict = desk.verify(marked(pdf, patch))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert of_code(verdict, "field_covered") == [{"field": "holder_name"}]


def test_two_names_drawn_over_one_another_never_agree(desk: Desk) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(marked(pdf, value_mark(Field.HOLDER_NAME, OTHER)))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    (evidence,) = of_code(verdict, "overlaid_text")
    assert evidence == {"field": "holder_name", "texts": f"{NAME} | {OTHER}"}
    assert "holder_name" not in agreeing(verdict)
    assert len(agreeing(verdict)) == 11


def test_the_same_name_drawn_twice_in_one_place_agrees(desk: Desk) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(marked(pdf, value_mark(Field.HOLDER_NAME, NAME, right=0.1)))
    assert len(agreeing(verdict)) == 12


@pytest.mark.parametrize("up", [0, 0.6, 40], ids=["over the first", "a little off", "elsewhere"])
def test_a_label_printed_twice_names_both_values(desk: Desk, up: float) -> None:
    _, pdf = desk.issue()
    label = Mark(text="姓名", x=LAYOUT.table.left_mm, y=NAME_ROW + up)
    verdict = desk.verify(marked(pdf, label, value_mark(Field.HOLDER_NAME, OTHER, up=up)))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    (evidence,) = of_code(verdict, "field_twice")
    assert evidence == {"field": "holder_name", "texts": f"{NAME} | {OTHER}"}
    assert "holder_name" not in agreeing(verdict)
    assert differing(verdict) == {}


def test_label_and_value_painted_over_and_drawn_anew_are_read_anew(desk: Desk) -> None:
    _, pdf = desk.issue()
    patch = Patch(box=(LAYOUT.table.left_mm - 1, NAME_ROW - 1.2, 90, 5.6))
    label = Mark(text="姓名", x=LAYOUT.table.left_mm, y=NAME_ROW)
    verdict = desk.verify(marked(pdf, patch, label, value_mark(Field.HOLDER_NAME, OTHER)))
    assert differing(verdict) == {"holder_name": OTHER}


@pytest.mark.parametrize("addition", ADDITIONS.values(), ids=ADDITIONS.keys())
def test_what_is_added_beside_the_print_is_told_as_such(desk: Desk, addition: Mark) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(marked(pdf, addition))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    (evidence,) = of_code(verdict, "extra_text")
    assert evidence["text"] == addition.text
    assert len(agreeing(verdict)) == 12


def test_extra_text_says_which_field_it_stands_beside(desk: Desk) -> None:
    _, pdf = desk.issue()
    told = {
        key: of_code(desk.verify(marked(pdf, ADDITIONS[key])), "extra_text")[0].get("near")
        for key in ("stamp beside a value", "under a value", "header")
    }
    assert told == {
        "stamp beside a value": "holder_name",
        "under a value": "holder_name",
        "header": None,
    }


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_a_viewer_turned_reads_alike(desk: Desk, degrees: int) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(edits.turned(pdf, degrees))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert len(agreeing(verdict)) == 12
    assert "extra_text" not in codes(verdict)


def test_the_words_that_are_not_seen_are_not_printed(desk: Desk) -> None:
    _, pdf = desk.issue()
    unseen = (
        Mark(text="与原件相符", x=134, y=50, ink=WHITE),
        Mark(text="与原件相符", x=300, y=400),
    )
    verdict = desk.verify(marked(pdf, *unseen))
    assert "extra_text" not in codes(verdict)
    assert len(agreeing(verdict)) == 12


def test_a_name_kept_invisible_under_another_picture_is_not_taken_as_printed(desk: Desk) -> None:
    _, pdf = desk.issue()
    white = marked(
        edits.redacted(pdf, Field.HOLDER_NAME),
        Mark(text=NAME, x=LAYOUT.table.value_left_mm, y=NAME_ROW, ink=(1, 1, 0.98)),
    )
    assert "holder_name" not in agreeing(desk.verify(white))


def test_text_in_no_ink_at_all_gives_no_fields(desk: Desk) -> None:
    _, pdf = desk.issue()
    assert agreeing(desk.verify(edits.with_text_mode(pdf, 3))) == set()
    assert len(agreeing(desk.verify(edits.with_text_mode(pdf, 0)))) == 12


def test_a_part_cut_off_by_the_crop_box_is_not_printed(desk: Desk) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(edits.cropped(pdf, (0, 45, 210, 297)))
    assert agreeing(verdict) == {field.value for field in (*TABLE_FIELDS,)} | {
        "body_name",
        "issued_on",
    }
    assert differing(verdict) == {}


@pytest.mark.parametrize("scale", [1.0, 0.97, 0.93, 0.8])
@pytest.mark.parametrize("degrees", [0, 90, 1.5])
def test_a_page_printed_to_a_new_file_reads_alike(desk: Desk, scale: float, degrees: float) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(edits.printed_again(pdf, scale=scale, degrees=degrees))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert differing(verdict) == {}
    if degrees != 1.5:
        assert len(agreeing(verdict)) == 12


def test_a_file_altered_and_then_printed_again_still_names_the_field(desk: Desk) -> None:
    issued, _ = desk.issue()
    again = edits.printed_again(paper(issued, holder_name=OTHER))
    assert differing(desk.verify(again)) == {"holder_name": OTHER}


def test_a_caption_under_a_picture_of_a_certificate_is_not_held_against_it(desk: Desk) -> None:
    _, pdf = desk.issue()
    caption = Mark(text=f"姓名：{NAME} 职务：保卫主管", x=80, y=10)
    verdict = desk.verify(marked(flattened(pdf), caption))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert of_code(verdict, "extra_text") == [{"text": caption.text}]
    assert differing(verdict) == {}
