"""What marks a page as a sample: a word across the sheet and a seal nobody takes for a real one.

Both are drawn as outlines, not as text, so that the text layer of a sample reads exactly like
that of a real certificate; the sample note at the foot of the page is text.
"""

from __future__ import annotations

from math import cos, radians, sin
from typing import Final

from templates import labels
from templates.drawing import (
    SAMPLE_PALE,
    Drawing,
    Point,
    fill,
    page_box,
    scaled,
    stroke,
)
from templates.fonts import FontChain
from templates.outline_pen import OutlinePen

WORD_MM: Final = 27.0
WORD_ANGLE: Final = radians(52)
_WORD_WEIGHT: Final = 4  # outline, in steps of the pen's grid
_RISE: Final = 0.36  # from the baseline to the middle of the letters, in ems


def sample_word(
    fonts: FontChain,
    size_mm: Point,
    *,
    middle_mm: Point,
    em_mm: float = WORD_MM,
    angle: float = WORD_ANGLE,
) -> Drawing:
    """Return 样本 SAMPLE across a sheet.

    Args:
        fonts: where the outlines come from.
        size_mm: width and height of the sheet.
        middle_mm: the middle of the word.
        em_mm: its size.
        angle: by which it rises, in radians.
    """
    pen = OutlinePen(fonts)
    half = pen.width(labels.SAMPLE_MARK) * em_mm / 2
    c, s, drop = cos(angle), sin(angle), _RISE * em_mm
    x = middle_mm[0] - half * c + drop * s
    y = middle_mm[1] - half * s - drop * c
    parts = [fill(SAMPLE_PALE), stroke(SAMPLE_PALE, _WORD_WEIGHT)]
    for character in labels.SAMPLE_MARK:
        parts.append(pen.placed(character, em_mm, (x, y), angle=angle))
        step = pen.advance(character) * em_mm
        x, y = x + step * c, y + step * s
    return Drawing.of(scaled("\n".join(filter(None, parts))), page_box(size_mm))
