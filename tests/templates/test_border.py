"""Border and heading rule on sheets of either way up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from templates.border import BORDER, EDGE_MM, INNER_MM, page_drawings, paper_operators
from templates.drawing import Box, Drawing, Point
from tests.templates.drawn_sheet import Pixels, looked_at, part_of, sheet

PORTRAIT: Point = (210.0, 297.0)
LANDSCAPE: Point = (297.0, 210.0)
DPI = 100.0


def art(size_mm: Point) -> Mapping[str, Drawing]:
    return page_drawings(size_mm, rule_mm=(size_mm[0] / 2, size_mm[1] - 60), rule_half_mm=46)


def look(size_mm: Point) -> Pixels:
    return looked_at(sheet(art(size_mm), f"/{BORDER} Do".encode(), size_mm), DPI)


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_border_runs_round_the_sheet_and_leaves_the_inside_free(size: Point) -> None:
    pixels = look(size)
    edge = Box(left=EDGE_MM, bottom=EDGE_MM, right=size[0] - EDGE_MM, top=size[1] - EDGE_MM)
    inner = edge.grown(EDGE_MM - INNER_MM)
    outside = np.ones_like(pixels, dtype=bool)
    outside[part_of(pixels, edge.grown(0.6), DPI, size[1])] = False
    assert (pixels[outside] == 255).all()
    below_the_rule = Box(left=inner.left, bottom=inner.bottom, right=inner.right, top=size[1] - 70)
    free = pixels[part_of(pixels, below_the_rule.grown(-0.6), DPI, size[1])]
    assert (free == 255).all()
    for x in (EDGE_MM, size[0] - INNER_MM):
        side = Box(left=x, bottom=edge.bottom, right=x + INNER_MM - EDGE_MM, top=edge.top)
        assert (pixels[part_of(pixels, side, DPI, size[1])] < 240).any(axis=1).all()


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_page_is_even_about_its_middle(size: Point) -> None:
    pixels = look(size)
    assert np.abs(pixels - pixels[:, ::-1]).mean() < 6


def test_paper_is_tinted_within_the_border_only() -> None:
    pixels = looked_at(sheet({}, paper_operators(PORTRAIT)), DPI)
    assert pixels[0, 0] == 255
    assert 250 <= pixels[pixels.shape[0] // 2, pixels.shape[1] // 2] < 255


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_border_stays_small(size: Point) -> None:
    assert sum(len(drawing.content) for drawing in art(size).values()) <= 4_000
