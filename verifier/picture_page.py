"""Finds and reads all lines of a picture, where no page is known to lay it onto.

A part of `picture_child`. Lines may stand aslant by up to a quarter of a right angle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.picture_reference import Pixels
from verifier.picture_words import Reader, Sign, load_model

MAX_LINES: Final = 60
_MODEL: Final = "PP-OCRv6_det_small.onnx"
_SIDE: Final = 1152  # pixels of the longer side in which lines are looked for
_ROUND: Final = 32
_IS_TEXT: Final = 0.3
_SURE_TEXT: Final = 0.5
_WIDER: Final = 1.6  # lines are found narrower than they are, by this much of area to outline
_LEAST_SIDE: Final = 4
_LEAST_LIKELY: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """One line of text: left, top, right, bottom of what is around it."""

    text: str
    box: tuple[float, float, float, float]


class Finder:
    """The model that finds lines, loaded once."""

    def __init__(self) -> None:
        self._session = load_model(_MODEL)
        self._input = self._session.get_inputs()[0].name

    def find(self, picture: Pixels) -> list[NDArray[np.float32]]:
        """Return the four corners of each line, from its upper left, clockwise."""
        scale = min(1.0, _SIDE / max(picture.shape[:2]))
        width, height = (
            max(_ROUND, round(side * scale / _ROUND) * _ROUND)
            for side in (picture.shape[1], picture.shape[0])
        )
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        sheet = ((small[:, :, ::-1].astype(np.float32) / 255 - 0.5) / 0.5).transpose(2, 0, 1)
        (answer,) = self._session.run(None, {self._input: np.ascontiguousarray(sheet)[None]})
        likely = np.asarray(answer[0, 0], np.float32)
        contours, _ = cv2.findContours(
            (likely > _IS_TEXT).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE
        )
        back = np.array([picture.shape[1] / width, picture.shape[0] / height], np.float32)
        corners = (_corners(contour, likely) for contour in contours)
        return [one * back for one in corners if one is not None][:MAX_LINES]


def read_lines(picture: Pixels, finder: Finder, reader: Reader) -> list[FoundLine]:
    """Return the lines of a picture that can be read."""
    return [
        FoundLine(
            text="".join(sign.text for sign in signs),
            box=(*place.min(axis=0).tolist(), *place.max(axis=0).tolist()),
        )
        for place, signs in read_places(picture, finder.find(picture), reader)
        if likely_on_average(signs) >= _LEAST_LIKELY
    ]


def read_places(
    picture: Pixels, places: Sequence[NDArray[np.float32]], reader: Reader
) -> Iterator[tuple[NDArray[np.float32], tuple[Sign, ...]]]:
    """Yield the corners of each line, and what is read in it, if anything.

    Args:
        places: as `Finder.find` returns them.
    """
    read = reader.read([_cut(picture, place) for place in places])
    for place, words in zip(places, read, strict=True):
        if words.signs:
            yield place, words.signs


def likely_on_average(signs: Sequence[Sign]) -> float:
    """Return how likely what is read in a line is, from 0 to 1."""
    return float(np.mean([sign.likely for sign in signs]))


def _corners(contour: Any, likely: NDArray[np.float32]) -> NDArray[np.float32] | None:
    (middle, (across, down), angle) = cv2.minAreaRect(contour)
    if min(across, down) < _LEAST_SIDE:
        return None
    mask = np.zeros(likely.shape, np.uint8)
    cv2.drawContours(mask, [contour], -1, 1, -1)
    if cv2.mean(likely, mask)[0] < _SURE_TEXT:
        return None
    air = _WIDER * across * down / (across + down)
    corners = cv2.boxPoints((middle, (across + air, down + air), angle))
    by_sum, by_difference = corners.sum(axis=1), corners[:, 0] - corners[:, 1]
    order = [by_sum.argmin(), by_difference.argmax(), by_sum.argmax(), by_difference.argmin()]
    return np.asarray(corners[order], np.float32)


def _cut(picture: Pixels, place: NDArray[np.float32]) -> Pixels:
    width = max(8, round(float(np.hypot(*(place[1] - place[0])))))
    height = max(8, round(float(np.hypot(*(place[3] - place[0])))))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(place, flat)
    cut = cv2.warpPerspective(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)
