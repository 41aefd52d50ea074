"""The workshop forges what it says it forges, and the same for the same seed."""

from __future__ import annotations

import random
from io import BytesIO

import numpy as np
import pikepdf
import pytest
import zxingcpp
from PIL import ImageChops

from templates.labels import Field
from tests.forgery import pdf_edits
from tests.forgery.glyph_places import glyph_places
from tests.forgery.invented import IMPLAUSIBLE_NUMBERS, change_digit, invent_value, look_alike
from tests.forgery.papers import FORGED_FIELDS, LAYOUTS, Works, draw_page, make_works
from tests.forgery.pdf_pieces import KINDS, pdf_piece
from tests.forgery.pdf_saving import SAVINGS
from tests.forgery.pdf_typing import changed_places, glyph_of
from tests.forgery.picture_pieces import FORGERIES, kinds_of, picture_piece
from tests.forgery.raster_edits import Canvas, Hand
from tests.forgery.wear import wears_of

SEED = 5


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Works:
    """An office with a paper in every layout."""
    return make_works(tmp_path_factory.mktemp("works"), seed=SEED, count=len(LAYOUTS))


def shown(pdf: bytes) -> str:
    """All characters of the first page's text layer."""
    return "".join(glyph.text for glyph in glyph_places(pdf))


def test_every_layout_has_a_paper_whose_values_are_found(works: Works) -> None:
    assert {paper.face.layout for paper in works.papers} == set(LAYOUTS)
    for paper in works.papers:
        for field in FORGED_FIELDS:
            found = "".join(glyph.text for glyph in paper.value_glyphs(field))
            assert found == paper.values[field]


@pytest.mark.parametrize("field", FORGED_FIELDS)
def test_what_is_written_instead_is_never_the_genuine_value(works: Works, field: Field) -> None:
    chance = random.Random(1)
    for paper in works.papers:
        for invent in (invent_value, change_digit):
            values = [invent(paper, field, chance) for _ in range(50)]
            assert paper.values[field] not in values


def test_numbers_that_cannot_be_are_each_another(works: Works) -> None:
    number = works.papers[0].number
    made = {make(number) for make in IMPLAUSIBLE_NUMBERS.values()}
    assert len(made) == len(IMPLAUSIBLE_NUMBERS)
    assert number not in made


@pytest.mark.parametrize(
    "edit", sorted({*pdf_edits.EDITS} - pdf_edits.DIGITS_ONLY - {pdf_edits.LYING_FONT})
)
def test_an_edit_of_the_file_shows_another_value(works: Works, edit: str) -> None:
    paper = works.papers[LAYOUTS.index("landscape-1")]
    with pikepdf.open(BytesIO(paper.pdf)) as target:
        pdf_edits.EDITS[edit](target, paper, Field.LEVEL, "五级/初级工")
        forged = SAVINGS["saved again"](target, paper.pdf)
    before, after = (draw_page(pdf, 100).convert("L") for pdf in (paper.pdf, forged))
    difference = ImageChops.difference(before, after).point(lambda value: 255 * (value > 60))
    box = difference.getbbox()
    assert box is not None
    level = paper.value_glyphs(Field.LEVEL)[0]
    middle = (paper.size_points[1] - level.y) * before.height / paper.size_points[1]
    assert box[1] - 5 < middle < box[3] + 10


@pytest.mark.parametrize("saving", [*SAVINGS])
def test_each_way_of_writing_keeps_what_was_forged(works: Works, saving: str) -> None:
    paper = works.papers[0]
    with pikepdf.open(BytesIO(paper.pdf)) as target:
        pdf_edits.retype(target, paper, Field.LEVEL, "五级/初级工")
        forged = SAVINGS[saving](target, paper.pdf)
    if saving.startswith("revision"):
        assert forged.startswith(paper.pdf.rstrip())
    if saving != "flattened":
        assert "五级/初级工" in shown(forged)
        assert paper.values[Field.LEVEL] not in shown(forged)


def test_digits_are_changed_within_the_content_stream(works: Works) -> None:
    paper = works.papers[0]
    old = paper.values[Field.NUMBER]
    wanted = old[:-1] + "2"
    with pikepdf.open(BytesIO(paper.pdf)) as target:
        pdf_edits.change_codes(target, paper, Field.NUMBER, wanted)
        assert wanted in shown(SAVINGS["saved again"](target, paper.pdf))


@pytest.mark.parametrize("field", [Field.HOLDER_NAME, Field.NUMBER])
def test_a_font_that_lies_shows_another_character_than_it_says(works: Works, field: Field) -> None:
    paper = works.papers[0]
    value = look_alike(paper, field, random.Random(4))
    with pikepdf.open(BytesIO(paper.pdf)) as target:
        pdf_edits.lying_font(target, paper, field, value)
        forged = SAVINGS["saved again"](target, paper.pdf)
    assert sorted(shown(forged)) == sorted(shown(paper.pdf))
    (at,) = changed_places(paper, field, value)
    left, _, right, _ = glyph_of(paper, field, at).ink
    before, after = (draw_page(pdf, 200).convert("L") for pdf in (paper.pdf, forged))
    box = ImageChops.difference(before, after).point(lambda one: 255 * (one > 60)).getbbox()
    assert box is not None
    assert left - 2 < box[0] / 200 * 72 < box[2] / 200 * 72 < right + 2


def test_pieces_of_files_take_turns_and_half_are_untouched(works: Works) -> None:
    first = [pdf_piece(works.papers, index, seed=SEED) for index in (0, 1, 8, 9)]
    assert [piece.right is None for piece in first] == [False, True, False, True]
    again = pdf_piece(works.papers, 8, seed=SEED)
    assert (again.forgery, again.wear) == (first[2].forgery, first[2].wear)
    assert len(KINDS) == len({kind for kind, _ in KINDS})


@pytest.mark.parametrize("hand", Hand)
def test_every_forgery_of_pictures_meets_every_wear(hand: Hand) -> None:
    every = len(FORGERIES) * len(wears_of(hand))
    assert len({kinds_of(pair, hand) for pair in range(every)}) == every
    assert list(wears_of(Hand.A)) == list(wears_of(Hand.B))


@pytest.mark.parametrize("hand", Hand)
@pytest.mark.parametrize("forgery", [*FORGERIES])
def test_a_forged_picture_differs_where_it_says(works: Works, hand: Hand, forgery: str) -> None:
    paper = works.papers[0]
    genuine, sheet = paper.sheet(), paper.sheet()
    right = FORGERIES[forgery](Canvas(paper, sheet, hand, random.Random(3)), works.papers, 0)
    box = ImageChops.difference(genuine, sheet).getbbox()
    assert box is not None
    assert (box[2] - box[0]) * (box[3] - box[1]) < genuine.width * genuine.height / 8
    assert right.fields or right.codes


@pytest.mark.parametrize("hand", Hand)
def test_wear_is_the_same_for_the_same_seed_and_leaves_the_symbol_readable(
    works: Works, hand: Hand
) -> None:
    sheet = works.papers[0].sheet()
    wear = wears_of(hand)["chat app"]
    first, second = (wear(sheet, np.random.default_rng(4)) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    (symbol,) = zxingcpp.read_barcodes(first)
    assert symbol.text == works.papers[0].face.qr_text


def test_a_piece_of_pictures_is_forged_and_its_neighbour_is_not(works: Works) -> None:
    forged, control = (picture_piece(works.papers, i, hand=Hand.A, seed=SEED) for i in (0, 1))
    assert forged.right is not None
    assert control.right is None
    assert forged.wear == control.wear
    assert forged.data != control.data
