"""Symbols whose finder patterns are damaged are read all the same, and never wrongly."""

from __future__ import annotations

import json

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from codes.qr_symbol import Symbol, make_symbol
from tests.verifier.papers import encode_picture
from verifier.document_child import handle
from verifier.questions import Question, Task, pack
from verifier.symbol_grid import fit_grids
from verifier.symbol_places import find_outlines
from verifier.symbol_repair import redraw_symbols
from verifier.symbol_window import Corners, open_window

_TEXT = "https://yz.example.cn/q#" + "48159263" * 34
_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
_DOTS = 10
_PAGE = (1500, 1300)
_PLACE = (400, 350)
_PAPER = (214, 216, 208)
# Where the page's corners lie in the photograph.
_SEEN = np.array([(70.0, 40.0), (930.0, 95.0), (880.0, 780.0), (30.0, 700.0)])
_PHOTO = (1000, 800)

Box = tuple[float, float, float, float]


def symbol() -> Symbol:
    return make_symbol(_TEXT)


def page() -> Image.Image:
    """A sheet with some print and a symbol, its modules of ten dots."""
    made = symbol()
    dark = [[made.is_dark(row, column) for column in range(made.size)] for row in range(made.size)]
    dots = np.where(np.array(dark)[..., np.newaxis], (40, 38, 42), _PAPER).astype(np.uint8)
    sheet = Image.new("RGB", _PAGE, _PAPER)
    sheet.paste(Image.fromarray(dots.repeat(_DOTS, 0).repeat(_DOTS, 1)), _PLACE)
    drawing = ImageDraw.Draw(sheet)
    for line in range(8):
        drawing.rectangle((120, 60 + 30 * line, 600 + 40 * line, 72 + 30 * line), (60, 60, 60))
    return sheet


def hidden(sheet: Image.Image, boxes: list[Box], colour: tuple[int, int, int]) -> Image.Image:
    """The sheet with boxes over its symbol, in modules from its upper left corner."""
    drawing = ImageDraw.Draw(sheet)
    for left, top, right, bottom in boxes:
        drawing.rectangle(
            (
                _PLACE[0] + left * _DOTS,
                _PLACE[1] + top * _DOTS,
                _PLACE[0] + right * _DOTS - 1,
                _PLACE[1] + bottom * _DOTS - 1,
            ),
            colour,
        )
    return sheet


def to_page() -> tuple[float, ...]:
    """The map from the photograph to the page, as Pillow wants it."""
    width, height = _PAGE
    rows, wanted = [], []
    for (x, y), (u, v) in zip(
        _SEEN.tolist(), ((0, 0), (width, 0), (width, height), (0, height)), strict=True
    ):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(wanted)).tolist())


def taken(sheet: Image.Image) -> Image.Image:
    """A photograph of the sheet, aslant."""
    return sheet.transform(
        _PHOTO, Image.Transform.PERSPECTIVE, to_page(), Image.Resampling.BICUBIC, fillcolor="grey"
    )


def symbols_read(picture: Image.Image) -> list[str]:
    """What the reader of uploads reads of the picture as a JPEG file."""
    asked = Question(task=Task.READ_PICTURE, data=encode_picture(picture, "JPEG"))
    (shown,) = json.loads(handle(pack(asked)))["pages"]
    return list(shown["symbols"])


def read_plainly(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture.convert("L"), formats=_QR_ONLY)]


_SIZE = symbol().size
_UPPER_LEFT, _UPPER_RIGHT, _LOWER_LEFT = (
    (left + 1.5, top + 1.5, left + 8, top + 4.5)
    for left, top in ((0, 0), (_SIZE - 8, 0), (0, _SIZE - 7))
)
_DARK = (45, 44, 40)


@pytest.mark.parametrize(
    ("boxes", "colour", "quarter_turns"),
    [
        ([_UPPER_LEFT], _PAPER, 0),
        ([_UPPER_LEFT], _DARK, 2),
        ([_UPPER_RIGHT], _DARK, 1),
        ([_LOWER_LEFT], _PAPER, 3),
        ([_UPPER_LEFT, _UPPER_RIGHT], _PAPER, 2),
    ],
    ids=["upper left", "upper left blotted", "upper right blotted", "lower left", "both upper"],
)
def test_a_symbol_is_read_without_some_of_its_finder_patterns(
    boxes: list[Box], colour: tuple[int, int, int], quarter_turns: int
) -> None:
    picture = taken(hidden(page(), boxes, colour)).rotate(90 * quarter_turns, expand=True)

    assert read_plainly(picture) == []
    assert symbols_read(picture) == [_TEXT]


def test_a_crease_that_wears_off_two_finder_patterns_and_the_data_between_hides_nothing() -> None:
    picture = taken(hidden(page(), [(0, 2.2, _SIZE, 4.6)], _PAPER))

    assert read_plainly(picture) == []
    assert symbols_read(picture) == [_TEXT]


def test_a_mark_over_a_finder_pattern_and_the_format_beside_it_hides_nothing() -> None:
    picture = taken(hidden(page(), [(-1, -1, 9, 9)], _PAPER))

    assert symbols_read(picture) == [_TEXT]


def test_a_symbol_with_more_hidden_than_its_error_correction_mends_is_not_read() -> None:
    picture = taken(hidden(page(), [_UPPER_LEFT, (12, 9, _SIZE - 6, _SIZE - 12)], _PAPER))

    assert symbols_read(picture) == []


@pytest.mark.parametrize("seed", range(2))
def test_a_block_of_chance_is_not_read(seed: int) -> None:
    chance = np.random.default_rng(seed)
    sheet = page()
    dots = chance.integers(0, 2, (_SIZE, _SIZE), dtype=np.uint8) * 200
    sheet.paste(Image.fromarray(dots.repeat(_DOTS, 0).repeat(_DOTS, 1)), _PLACE)

    assert symbols_read(taken(sheet)) == []


def test_outline_and_grid_are_found_to_a_module_and_to_half_of_one() -> None:
    picture = taken(hidden(page(), [_UPPER_RIGHT], _PAPER)).convert("L")
    side = _SIZE * _DOTS
    true = np.array([(0, 0), (side, 0), (side, side), (0, side)]) + _PLACE

    outline = find_outlines(np.asarray(picture, np.float32))[0]
    best = fit_grids(open_window(picture, outline), outline)[0]

    assert min(distance(outline, true, turn) for turn in range(4)) < _DOTS
    assert best.version == symbol().version
    assert distance(best.corners, true, 0) < _DOTS / 2


def distance(corners: Corners, true: Corners, turn: int) -> float:
    """How far, in dots of the page, the corners lie from the true ones at most."""
    a, b, c, d, e, f, g, h = to_page()
    x, y = np.roll(corners, turn, axis=0).T
    on_page = np.stack([a * x + b * y + c, d * x + e * y + f]) / (g * x + h * y + 1)
    return float(np.hypot(*(on_page.T - true).T).max())


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (40, 40), (600, 400)])
@pytest.mark.parametrize("shade", [0, 120, 255])
def test_pictures_of_one_colour_and_of_any_shape_show_no_symbol(
    size: tuple[int, int], shade: int
) -> None:
    assert list(redraw_symbols(Image.new("L", size, shade))) == []
