"""The simulated photographs are what the drill says of them."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageChops

from tests.drills.camera import sheet_mapping
from tests.drills.marks import HIDDEN_SHARE, Mark, spoil
from tests.drills.photo_series import make_faces
from tests.drills.photographs import THREE_MEGAPIXELS, TWO_MEGAPIXELS, photograph, prepare
from tests.drills.sheets import A4_MM, Sheet, print_sheet
from tests.drills.shots import MAX_TILT_DEGREES, draw_shot
from tests.pdf.page_samples import make_face, render

SHOTS = 300


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    """One page as it is photographed at 2 megapixels."""
    return print_sheet(render(make_face())).at(200)


def test_a_photograph_is_made_again_by_seed_and_index(sheet: Sheet) -> None:
    negative = prepare(sheet, TWO_MEGAPIXELS)
    first, again, other = (photograph(negative, draw_shot(1, index)) for index in (5, 5, 6))

    assert first == again
    assert first != other
    picture = Image.open(BytesIO(first))
    assert (picture.format, sorted(picture.size)) == ("JPEG", sorted(TWO_MEGAPIXELS))


def test_pages_are_the_same_by_seed_so_that_a_photograph_is_too() -> None:
    assert make_faces(3, 1) == make_faces(3, 1)
    assert make_faces(3, 1) != make_faces(3, 2)


@pytest.mark.parametrize("size", [TWO_MEGAPIXELS, THREE_MEGAPIXELS])
def test_the_whole_sheet_is_in_every_picture(size: tuple[int, int]) -> None:
    width, height = size
    x, y = np.meshgrid(np.linspace(0, width, 40), np.linspace(0, height, 40))
    border = ((x == 0) | (x == width) | (y == 0) | (y == height)).ravel()
    rim = np.column_stack([x.ravel(), y.ravel()])[border]
    inside = [
        ((met > 0) & (met < np.array(A4_MM))).all(axis=1).sum()
        for met in (sheet_mapping(draw_shot(1, index).view, size)(rim) for index in range(SHOTS))
    ]

    assert sum(inside) == 0


def test_tilt_goes_up_to_its_bound_and_no_further() -> None:
    tilts = [draw_shot(1, index).view.tilt_degrees for index in range(SHOTS)]

    assert MAX_TILT_DEGREES - 1 < max(tilts) <= MAX_TILT_DEGREES


@pytest.mark.parametrize("mark", Mark)
def test_a_mark_changes_its_share_of_the_symbol_and_leaves_the_sheet(
    sheet: Sheet, mark: Mark
) -> None:
    before = sheet.picture.copy()
    symbol, dots = sheet.symbol, sheet.dots_per_mm
    left, top, side = (
        round(length * dots) for length in (symbol.left_mm, symbol.top_mm, symbol.side_mm)
    )
    box = (left, top, left + side, top + side)
    marked = spoil(sheet, mark, np.random.default_rng(4)).sheet
    changed = np.asarray(ImageChops.difference(before, marked.picture).crop(box)).max(axis=2) > 25

    assert ImageChops.difference(before, sheet.picture).getbbox() is None
    # Black modules stay black under ink, white ones white where they are worn.
    assert changed.mean() > 0.2 * HIDDEN_SHARE
    if mark is not Mark.FOLD:  # a fold moves what is beside it
        assert changed.mean() < 1.1 * HIDDEN_SHARE
