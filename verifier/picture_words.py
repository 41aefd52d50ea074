"""Reads a line of text in a picture; a part of `picture_child`.

The model gives, for each narrow strip of the line, how likely each character is. What it reads is
kept with its place and with how likely the expected character was there instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # it ships no types
import rapidocr
from numpy.typing import NDArray

Plane = NDArray[np.float32]

LINE_HEIGHT: Final = 48
_LEAST_WIDTH: Final = 160
_ROUND_WIDTH: Final = 32
_MODEL: Final = "PP-OCRv6_rec_small.onnx"
_BLANK: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One character read.

    Args:
        text: the character.
        at: where its middle is, in pixels of the line given.
        left, right: the strips it was read from, in the same pixels.
        likely: from 0 to 1.
        first, last: the strips, counted.
    """

    text: str
    at: float
    likely: float
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a line was read as, from left to right.

    Args:
        likely: per strip and character, from 0 to 1.
        strip: pixels of the line given in one strip.
    """

    signs: tuple[Sign, ...]
    likely: Plane
    strip: float

    def likely_at(self, char: str, left: float, right: float) -> float | None:
        """Return how likely `char` was anywhere between two places; None for one unknown."""
        index = _alphabet().get(char)
        if index is None:
            return None
        first = max(0, int(left / self.strip))
        last = min(len(self.likely), int(np.ceil(right / self.strip)))
        return float(self.likely[first:last, index].max(initial=0.0))

    def likeliest(self, left: float, right: float, count: int, least: float) -> tuple[str, ...]:
        """Return so many characters at most that may stand between two places, likeliest first.

        Args:
            least: how likely each must be.
        """
        first = max(0, int(left / self.strip))
        last = min(len(self.likely), int(np.ceil(right / self.strip)))
        if first >= last:
            return ()
        likely = self.likely[first:last].max(axis=0)
        order = [int(at) for at in np.argsort(-likely)[: count + 1]]
        return tuple(_characters()[at] for at in order if at != _BLANK and likely[at] >= least)[
            :count
        ]


class Reader:
    """The recognition model, loaded once."""

    def __init__(self) -> None:
        self._session = _recogniser()
        self._input = self._session.get_inputs()[0].name

    def read(self, lines: Sequence[NDArray[Any]]) -> list[Words]:
        """Return what each line says.

        Args:
            lines: pictures of one line each, grey or in three colours, black on white.
        """
        order = sorted(range(len(lines)), key=lambda at: _width(lines[at]))
        read: dict[int, Words] = {}
        for start in range(0, len(order), 4):
            chosen = order[start : start + 4]
            width = max(_width(lines[at]) for at in chosen)
            batch = np.stack([_sheet(lines[at], width) for at in chosen])
            (answer,) = self._session.run(None, {self._input: batch})
            for at, likely in zip(chosen, answer, strict=True):
                read[at] = _words(np.asarray(likely, np.float32), lines[at], width)
        return [read[at] for at in range(len(lines))]


def load_model(name: str) -> Any:
    """Return a model that the reading package carries, ready to run in one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    assert rapidocr.__file__ is not None
    path = Path(rapidocr.__file__).parent / "models" / name
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@cache
def _recogniser() -> Any:
    return load_model(_MODEL)


@cache
def _characters() -> tuple[str, ...]:
    listed = _recogniser().get_modelmeta().custom_metadata_map["character"].splitlines()
    return ("", *listed, " ")


@cache
def _alphabet() -> dict[str, int]:
    return {char: index for index, char in enumerate(_characters())}


def _width(line: NDArray[Any]) -> int:
    height, width = line.shape[:2]
    wide: int = max(_LEAST_WIDTH, round(width * LINE_HEIGHT / height))
    return -(-wide // _ROUND_WIDTH) * _ROUND_WIDTH


def _sheet(line: NDArray[Any], width: int) -> Plane:
    scale = LINE_HEIGHT / line.shape[0]
    own = min(width, max(1, round(line.shape[1] * scale)))
    small = cv2.resize(line, (own, LINE_HEIGHT), interpolation=cv2.INTER_AREA if scale < 1 else 1)
    if small.ndim == 2:
        small = np.repeat(small[:, :, None], 3, axis=2)
    sheet = np.zeros((3, LINE_HEIGHT, width), np.float32)
    sheet[:, :, :own] = (small.transpose(2, 0, 1) / 255 - 0.5) / 0.5
    return sheet


def _words(likely: Plane, line: NDArray[Any], width: int) -> Words:
    """Put the likeliest characters of neighbouring strips together."""
    strip = width / len(likely) * line.shape[0] / LINE_HEIGHT
    best = likely.argmax(axis=1)
    signs = []
    start = 0
    for at in range(1, len(best) + 1):
        if at < len(best) and best[at] == best[start]:
            continue
        if best[start] != _BLANK:
            strips = likely[start:at, best[start]]
            middle = float((np.arange(start, at) + 0.5) @ strips / strips.sum())
            signs.append(
                Sign(
                    text=_characters()[int(best[start])],
                    at=middle * strip,
                    likely=float(strips.max()),
                    first=start,
                    last=at - 1,
                )
            )
        start = at
    return Words(signs=tuple(signs), likely=likely, strip=strip)
