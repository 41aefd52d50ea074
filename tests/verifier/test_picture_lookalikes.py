"""Characters that look alike: names the model cannot read, and sites of a letter more or less."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.forgery.papers import serif_font
from verifier.picture_judge import Decision, judge_lines, usual_likeness
from verifier.picture_lights import lights_of
from verifier.picture_lookalikes import draw_ink, lean
from verifier.picture_match import BLURS, CellMatch, LineMatch, crop_of, match_line
from verifier.picture_reference import Cell, Line, Pixels
from verifier.picture_words import Reader

SIZE, LEFT, BASE = 38, 60, 80


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def page(text: str, soft: float = 0.8) -> Pixels:
    """Return a page of one line of print, as a picture that is a little out of focus has it."""
    sheet = Image.new("RGB", (520, 140), (250, 250, 250))
    ImageDraw.Draw(sheet).text((LEFT, BASE), text, (27, 23, 20), serif_font(SIZE), anchor="ls")
    return np.asarray(cv2.GaussianBlur(np.asarray(sheet), (0, 0), soft), np.uint8)


def said(reader: Reader, issued: str, shown: str) -> Decision:
    """Return what is said of a value that was issued as one text and shows another."""
    top, bottom = BASE - round(0.86 * SIZE), BASE + round(0.14 * SIZE)
    ends = [LEFT + serif_font(SIZE).getlength(issued[:at]) for at in range(len(issued) + 1)]
    cells = tuple(
        Cell(text=text, box=(round(left), top, round(right), bottom))
        for text, left, right in zip(issued, ends[:-1], ends[1:], strict=True)
    )
    line = Line(cells=cells, free_until=500)
    lights, own = lights_of(page(shown)), lights_of(page(issued, 0.3))
    crop = crop_of(line.box, line, lights.red.shape)
    (words,) = reader.read([lights.red[crop[1] : crop[3], crop[0] : crop[2]]])
    match = match_line(line, words, crop, own.ink, lights.ink, lights.red.astype(np.float32))
    return judge_lines([match], usual_likeness([match])).decision


@pytest.mark.parametrize(
    ("issued", "shown"), [("周明垅", "周明拢"), ("周明垅", "周明珑"), ("赵明濓", "赵明濂")]
)
def test_a_character_like_one_the_model_cannot_read_does_not_agree(
    reader: Reader, issued: str, shown: str
) -> None:
    assert said(reader, issued, shown) is not Decision.AGREES
    assert said(reader, issued, issued) is Decision.AGREES


def test_a_picture_stands_nearer_to_what_it_shows() -> None:
    box = (0, 0, SIZE, SIZE)
    own, other = draw_ink("垅", box), draw_ink("拢", box)
    assert own is not None and other is not None
    for blur in BLURS[:3]:
        shown, swapped = (
            np.asarray(cv2.GaussianBlur(ink, (0, 0), blur), np.float32) for ink in (own, other)
        )
        assert lean(own, other, shown, BLURS) > 0.9
        assert lean(own, other, swapped, BLURS) < -0.9
    assert lean(own, own, own, BLURS) == 0.0
    assert draw_ink("\U0003fffd", box) is None


@pytest.mark.parametrize("shown", ["jndi.osta.org.cn", "jndj.0sta.org.cn", "jndj.osta-org.cn"])
def test_a_site_with_another_letter_does_not_agree(reader: Reader, shown: str) -> None:
    assert said(reader, "jndj.osta.org.cn", shown) is not Decision.AGREES


def test_a_site_as_issued_agrees(reader: Reader) -> None:
    assert said(reader, "jndj.osta.org.cn", "jndj.osta.org.cn") is Decision.AGREES


def test_a_drawing_that_is_the_very_opposite_is_told_no_surer_than_sure() -> None:
    """Surer than 1 the answer would not be believed, and the field called not compared."""
    box = (0, 0, 10, 10)
    gone = CellMatch(
        cell=Cell(text="工", box=box),
        sign=None,
        expected_likely=0.0,
        likeness=-0.05,
        inked=False,
        blank=True,
        box=box,
    )
    judged = judge_lines([LineMatch(likeness=0.9, blur=0.8, cells=(gone,))], usual=0.95)
    assert judged.decision is Decision.DIFFERS
    assert judged.confidence == 1
