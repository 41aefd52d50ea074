"""A font that draws another character than it says is told by its strokes; programs are not."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from templates.labels import Field
from tests.forgery.invented import look_alike
from tests.forgery.papers import LAYOUTS, Paper, Works, draw_page, make_works
from tests.forgery.pdf_edits import lying_font
from tests.forgery.pdf_saving import SAVINGS
from tests.pdf.page_samples import need
from tests.verifier.seals.test_reprints import printed_by_cairo
from verifier.page_compare import compare_pages
from verifier.seal_states import Change

FIELDS = (Field.HOLDER_NAME, Field.NUMBER, Field.DOCUMENT_NUMBER, Field.ISSUED_ON)


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Works:
    """An office with a paper in every layout."""
    return make_works(tmp_path_factory.mktemp("works"), seed=8, count=len(LAYOUTS))


def written(paper: Paper, saving: str, *edits: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The file of a paper, edited and written anew."""
    with pikepdf.open(BytesIO(paper.pdf)) as target:
        for edit in edits:
            edit(target)
        return SAVINGS[saving](target, paper.pdf)


def differing(data: bytes, issued: bytes) -> set[str]:
    """The fields whose print differs."""
    found = compare_pages(data, issued)
    assert found["compared"]
    return {place for place, _, change, _ in found["changes"] if change is Change.DIFFERS}


@pytest.mark.parametrize("saving", ["saved again", "printed to PDF again", "flattened"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_similar_character_that_says_it_is_the_issued_one_differs(
    works: Works, field: Field, saving: str
) -> None:
    paper = works.papers[FIELDS.index(field)]
    value = look_alike(paper, field, random.Random(2))
    forged = written(paper, saving, lambda target: lying_font(target, paper, field, value))
    assert differing(forged, paper.pdf) == {field}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_strokes_drawn_by_other_programs_are_the_same(
    works: Works, layout: str, tmp_path: Path
) -> None:
    need(shutil.which("pdftocairo") is not None, "pdftocairo (package poppler-utils)")
    paper = works.papers[LAYOUTS.index(layout)]
    coarse = BytesIO()
    draw_page(paper.pdf, 150).save(coarse, "PDF", resolution=150, quality=75)
    for data in (
        written(paper, "printed to PDF again"),
        written(paper, "flattened"),
        printed_by_cairo(paper.pdf, tmp_path),
        coarse.getvalue(),
    ):
        assert differing(data, paper.pdf) == set()
