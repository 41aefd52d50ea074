"""A field cut out of another certificate breaks the lines at its edges.

A line is broken where ink that reaches the edge from outside finds none to run on into, within a
pixel either way. On an untouched page nearly every line runs on; only one that grazes the edge
may seem not to.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import numpy as np
import pytest

from templates.drawing import Box
from templates.guilloche import SecurityPattern
from tests.templates.drawn_sheet import NAME_BOX, PLAN, Pixels, drawn, looked_at, part_of, sheet

DPI = 600.0
LINE = 225  # grey level below which a pixel is the body of a pale line
FRINGE = 250  # below which it is at least a line's edge
LEVEL_BOX = Box(left=61.5, bottom=125.2, right=100, top=134)


MARGIN = 20  # pixels of the page around the field


def broken_lines(around: Pixels) -> dict[str, float]:
    """Return, for each edge of a field, which part of the lines outside does not run on inside.

    Args:
        around: the field and the margin about it.
    """
    field = slice(MARGIN, -MARGIN)
    first, last = MARGIN, -MARGIN - 1
    edges = {
        "top": (around[first - 1, field], around[first, field]),
        "bottom": (around[last + 1, field], around[last, field]),
        "left": (around[field, first - 1], around[field, first]),
        "right": (around[field, last + 1], around[field, last]),
    }
    return {name: _broken(outside, inside) for name, (outside, inside) in edges.items()}


def _broken(outside: Pixels, inside: Pixels) -> float:
    line, fringe = outside < LINE, inside < FRINGE
    near = fringe.copy()
    near[1:] |= fringe[:-1]
    near[:-1] |= fringe[1:]
    return float((line & ~near).sum() / line.sum())


@pytest.fixture(scope="module")
def fields() -> Mapping[Box, list[Pixels]]:
    """Both fields of six certificates, each with its margin."""
    pattern = SecurityPattern(PLAN)
    found: dict[Box, list[Pixels]] = {NAME_BOX: [], LEVEL_BOX: []}
    for place in range(6):
        page = looked_at(sheet(pattern.forms, drawn(pattern, f"record {place}".encode())), DPI)
        for box, pieces in found.items():
            rows, columns = part_of(page, box, DPI)
            wide = slice(columns.start - MARGIN, columns.stop + MARGIN)
            pieces.append(page[rows.start - MARGIN : rows.stop + MARGIN, wide].copy())
    return found


@pytest.mark.parametrize("box", [NAME_BOX, LEVEL_BOX], ids=["name", "level"])
def test_lines_run_on_across_an_untouched_field(
    fields: Mapping[Box, list[Pixels]], box: Box
) -> None:
    for around in fields[box]:
        broken = broken_lines(around)
        assert max(broken.values()) < 0.2, broken
        assert np.mean(list(broken.values())) < 0.1, broken


@pytest.mark.parametrize("box", [NAME_BOX, LEVEL_BOX], ids=["name", "level"])
def test_lines_break_at_every_edge_of_a_pasted_field(
    fields: Mapping[Box, list[Pixels]], box: Box
) -> None:
    field = slice(MARGIN, -MARGIN)
    for giver, taker in permutations(fields[box], 2):
        pasted = taker.copy()
        pasted[field, field] = giver[field, field]
        broken = broken_lines(pasted)
        assert min(broken.values()) > 0.25, broken
        assert np.mean(list(broken.values())) > 0.5, broken
