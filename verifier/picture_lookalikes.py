"""Whether a drawing is rather that of another character; a part of `picture_child`.

For characters that the model does not know: what it takes them for is drawn, and the picture stands
somewhere between that drawing and the one issued.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
import pylopdf_fonts_zh_cn
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from verifier.picture_reference import ASCENT, Box

Plane = NDArray[np.float32]

_FINER: Final = 4  # dots drawn for each dot of the reference, so that no hint moves a stroke
AIR: Final = 24  # dots around a character, so that blurring it sees paper
_STEPS: Final = 3  # places within a dot at which a drawing is tried
_SEARCH: Final = 3 * _STEPS  # as many that one drawing may lie off from the other
_HARDLY_APART: Final = 0.005  # drawings less unlike than this are one


def draw_ink(char: str, box: Box) -> Plane | None:
    """Return the ink of a character as it would stand in a box, with `AIR` of paper around it.

    Args:
        box: of an em's height, as `picture_reference` has it.

    Returns:
        None where the font that pages are set in does not have it.
    """
    width, height = box[2] - box[0], box[3] - box[1]
    font = _font(_FINER * height)
    if width < 1 or not font.getmask(char).getbbox() or _is_missing(font, char):
        return None
    size = (_FINER * (width + 2 * AIR), _FINER * (height + 2 * AIR))
    sheet = Image.new("L", size)
    at = (_FINER * AIR, _FINER * (AIR + ASCENT * height))
    ImageDraw.Draw(sheet).text(at, char, fill=255, font=font, anchor="ls")
    small = sheet.resize((width + 2 * AIR, height + 2 * AIR), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / np.float32(255)


def lean(issued: Plane, other: Plane, around: Plane, blurs: Sequence[float]) -> float:
    """Return where a picture stands between two drawings: 1 is the one issued, -1 the other.

    Each drawing is blurred by itself until it is most like the picture, for they are not equally
    sharp.

    Args:
        issued: the ink of a character as issued, with `AIR` around it.
        other: of the character it may be instead, likewise, of the same size.
        around: the ink of the picture there, with room to look in.
    """
    shown = _enlarged(around)
    (own, drawn), (others, redrawn) = (
        max(
            ((_likeness(shown, soft), soft) for soft in _blurred(one, blurs)),
            key=lambda pair: pair[0],
        )
        for one in (issued, other)
    )
    edges = (_SEARCH,) * 4
    apart = 1 - _likeness(cv2.copyMakeBorder(drawn, *edges, cv2.BORDER_REPLICATE), redrawn)
    return 0.0 if apart < _HARDLY_APART else (own - others) / apart


def _blurred(ink: Plane, blurs: Sequence[float]) -> Iterator[Plane]:
    """Yield a character in every blur, enlarged, with a dot of paper around it."""
    edge = AIR - 1
    for blur in blurs:
        soft = cv2.GaussianBlur(ink, (0, 0), blur)
        yield _enlarged(soft[edge:-edge, edge:-edge])


def _enlarged(ink: Any) -> Plane:
    """Return ink in finer dots: half a dot off, similar characters are as alike."""
    size = (_STEPS * ink.shape[1], _STEPS * ink.shape[0])
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _likeness(around: Any, patch: Plane) -> float:
    like = cv2.matchTemplate(around, np.ascontiguousarray(patch), cv2.TM_CCOEFF_NORMED)
    return float(np.nan_to_num(like, nan=-1, posinf=-1, neginf=-1).max())


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = str(pylopdf_fonts_zh_cn.serif_path())
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _is_missing(font: ImageFont.FreeTypeFont, char: str) -> bool:
    return bytes(font.getmask(char)) == bytes(font.getmask("\uffff"))
