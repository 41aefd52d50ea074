"""Words as outlines look like the font's own drawing of them."""

from __future__ import annotations

import numpy as np
import pylopdf_fonts_zh_cn
import pytest
from PIL import Image, ImageDraw, ImageFont

from templates.outline_pen import GRID, OutlinePen
from tests.pdf.page_samples import BARE
from tests.templates.drawn_sheet import looked_at, sheet

PIXELS = 1000


@pytest.mark.parametrize("character", "章验评䶮Sg8")
def test_outline_covers_what_the_font_covers(character: str) -> None:
    path = OutlinePen(BARE).path(character)
    scale = 72 / GRID  # the em is an inch
    drawn = f"q {scale} 0 0 {scale} 0 36 cm\n{path}\nf Q".encode()
    ours = looked_at(sheet({}, drawn, (25.4 * 1.25, 25.4 * 1.5)), PIXELS) < 128
    font = ImageFont.truetype(pylopdf_fonts_zh_cn.serif_path(), PIXELS)
    image = Image.new("L", (ours.shape[1], ours.shape[0]), 255)
    baseline = ours.shape[0] - round(36 / 72 * PIXELS)
    ImageDraw.Draw(image).text((0, baseline), character, font=font, fill=0, anchor="ls")
    theirs = np.asarray(image) < 128
    assert theirs.sum() > 20_000
    assert (ours & theirs).sum() / (ours | theirs).sum() > 0.95


def test_a_space_draws_nothing() -> None:
    pen = OutlinePen(BARE)
    assert pen.path(" ") == ""
    assert pen.placed(" ", 5, (0, 0)) == ""
