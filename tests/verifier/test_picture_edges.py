"""Where comparing a picture once had nothing to say: its edge, worn print, a stroke more."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from verifier.picture_align import Laid
from verifier.picture_elsewhere import Elsewhere, judge_elsewhere
from verifier.picture_judge import Decision, judge_cell
from verifier.picture_lights import lights_of
from verifier.picture_match import CellMatch, LineMatch, crop_of, match_line
from verifier.picture_page import Finder
from verifier.picture_reference import Box, Cell, Line, Pixels, Reference
from verifier.picture_surplus import surplus_red
from verifier.picture_words import Reader, Sign, Words

ROWS = (60, 140, 220)
BOXES: tuple[Box, ...] = tuple(
    (left, top - 40, left + 70, top + 8) for top in ROWS for left in (30, 110, 190)
)
NOTHING = Elsewhere(differs=(), unclear=())


class FindsNothing(Finder):
    def __init__(self) -> None: ...

    def find(self, picture: Pixels) -> list[NDArray[np.float32]]:
        return []


class NeverAsked(Reader):
    def __init__(self) -> None: ...


def page(*rows: str) -> Pixels:
    """Return a page with a row of print in three pieces at each of `ROWS`."""
    drawn = np.full((280, 300, 3), 250, np.uint8)
    for top, row in zip(ROWS, rows, strict=True):
        for at, (left, *_) in enumerate(BOXES[:3]):
            piece = row[2 * at : 2 * at + 2]
            cv2.putText(drawn, piece, (left, top), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (20,) * 3, 4)
    return drawn


ISSUED = ("KLMNEF", "ABCDGH", "RSTUVW")


def rest_of(rows: Sequence[str], *, cut: int = 0) -> Elsewhere:
    """Return what is said of a page of these rows, its first `cut` dots out of the picture."""
    reference = Reference(colours=page(*ISSUED), values={}, photo=None, fixed=BOXES, seal=None)
    colours = page(*rows)
    colours[:cut] = colours[cut]
    across, down = np.meshgrid(np.arange(300, dtype=np.float32), np.arange(280, dtype=np.float32))
    inside = np.asarray(down >= cut, np.bool_)
    shown = Laid(colours=colours, inside=inside, scale=1.0, x=across, y=down)
    issued, lights = lights_of(reference.colours), lights_of(colours)
    red = surplus_red(reference, issued, lights)
    return judge_elsewhere(reference, issued, shown, lights, red, FindsNothing(), NeverAsked())


def test_of_print_as_issued_nothing_is_said_wherever_the_picture_ends() -> None:
    assert rest_of(ISSUED) == rest_of(ISSUED, cut=15) == NOTHING


def test_other_print_that_the_edge_of_the_picture_cuts_cannot_be_told() -> None:
    rest = rest_of(("OOOOOO", *ISSUED[1:]), cut=32)
    assert rest.differs == ()
    assert set(rest.unclear) & set(BOXES[:3])


def test_where_most_of_the_print_is_other_it_is_not_taken_for_worn_and_passed_over() -> None:
    blank = "      "
    assert rest_of((blank, blank, ISSUED[2])).unclear


@pytest.mark.parametrize(
    ("char", "read", "likely", "likeness", "decision"),
    [
        ("3", "8", 0.99, 0.944, Decision.UNCLEAR),  # its left half added, pale
        ("3", "8", 0.5, 0.944, Decision.AGREES),
        ("0", "0", 0.84, 0.849, Decision.UNCLEAR),  # made an 8
        ("1", "I", 0.53, 0.814, Decision.UNCLEAR),  # made a 7
        ("0", "0", 1.0, 0.86, Decision.AGREES),
        ("0", "0", 0.84, 0.9, Decision.AGREES),
        ("）", "）", 0.86, 0.82, Decision.AGREES),
        ("一", "-", 0.84, 0.7, Decision.UNCLEAR),  # the grain of a dark picture
        ("/", ",", 0.84, 0.7, Decision.UNCLEAR),
        ("一", "二", 0.99, 0.7, Decision.DIFFERS),
        ("一", "/", 0.99, 0.7, Decision.DIFFERS),
    ],
)
def test_a_stroke_added_to_a_character_is_not_passed_over(
    char: str, read: str, likely: float, likeness: float, decision: Decision
) -> None:
    assert judge_cell(read_as(char, read, likely, likeness), 0.96) is decision


@pytest.mark.parametrize(
    ("char", "read", "likely", "likeness", "usual", "decision"),
    [
        ("技", "枝", 0.98, 0.79, 0.82, Decision.UNCLEAR),  # as alike as the rest
        ("6", "0", 0.84, 0.71, 0.81, Decision.UNCLEAR),
        ("-", "2", 0.92, 0.6, 0.87, Decision.UNCLEAR),
        ("-", "2", 0.46, 0.55, 0.87, Decision.UNCLEAR),
        ("3", "5", 1.0, 0.72, 0.88, Decision.DIFFERS),
        ("晓", "宁", 0.98, 0.22, 0.81, Decision.DIFFERS),
        ("-", "特", 1.0, 0.3, 0.87, Decision.DIFFERS),
    ],
)
def test_in_grain_another_is_what_is_less_alike_than_the_rest(
    char: str, read: str, likely: float, likeness: float, usual: float, decision: Decision
) -> None:
    assert judge_cell(read_as(char, read, likely, likeness), usual) is decision


def read_as(char: str, read: str, likely: float, likeness: float) -> CellMatch:
    box = (0, 0, 30, 30)
    return CellMatch(
        cell=Cell(text=char, box=box),
        sign=Sign(text=read, at=15.0, likely=likely, first=0, last=1),
        expected_likely=0.01,
        likeness=likeness,
        inked=True,
        blank=False,
        box=box,
    )


STEP = 28  # dots from one digit to the next


def number_line(text: str, ink: int = 20) -> Pixels:
    """Return a page with digits in one row; what is beyond the fourth is in `ink`."""
    drawn = np.full((120, 400, 3), 250, np.uint8)
    for at, digit in enumerate(text):
        grey = 20 if at < 4 else ink
        cv2.putText(
            drawn, digit, (60 + STEP * at, 74), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (grey,) * 3, 3
        )
    return drawn


def matched(shown: Pixels, *signs: tuple[str, int]) -> LineMatch:
    """Compare a page that shows the number 0014 with what was read at these places of it."""
    boxes = [(58 + STEP * at, 40, 58 + STEP * (at + 1), 80) for at in range(4)]
    cells = tuple(Cell(text=text, box=box) for text, box in zip("0014", boxes, strict=True))
    line = Line(cells=cells, free_until=380)
    crop = crop_of(line.box, line, shown.shape)
    read = tuple(
        Sign(text=text, at=float(x - crop[0]), likely=0.99, first=0, last=1) for text, x in signs
    )
    words = Words(signs=read, likely=np.zeros((40, 20000), np.float32), strip=8.0)
    issued, lights = lights_of(number_line("0014")), lights_of(shown)
    bright = lights.red.astype(np.float32)
    return match_line(line, words, crop, issued.ink, lights.ink, bright)


AS_ISSUED = (("0", 72), ("0", 100), ("1", 128), ("4", 156))


@pytest.mark.parametrize(
    ("text", "beyond"),
    [("00141", ("1", 172)), ("00144", ("4", 172)), ("00144", ("4", 184))],
)
def test_a_digit_that_stands_right_after_a_value_is_not_taken_for_its_last(
    text: str, beyond: tuple[str, int]
) -> None:
    match = matched(number_line(text), *AS_ISSUED, beyond)
    assert [one.cell is None for one in match.cells] == [False] * 4 + [True]
    assert [judge_cell(one, 0.96) for one in match.cells] == [Decision.AGREES] * 4 + [
        Decision.DIFFERS
    ]


def test_what_is_read_after_a_value_where_little_or_nothing_stands_is_no_alteration() -> None:
    bare = matched(number_line("0014"), *AS_ISSUED, ("4", 172))
    assert judge_cell(bare.cells[-1], 0.96) is Decision.AGREES
    pale = matched(number_line("00141", ink=150), *AS_ISSUED, ("1", 172))
    assert judge_cell(pale.cells[-1], 0.96) is Decision.UNCLEAR
