"""Compares the strokes of one value with those that were issued; a part of the child process.

A font may draw another character than the one it says: 人 for 入, 3 for 8. On a page drawn as on a
screen the two are hardly apart. So a value is drawn again, three times as large, on both pages;
what was issued is blurred as much as what is shown, for that may have been a picture in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from pypdfium2 import PdfPage
from pypdfium2.raw import FPDF_PRINTING

from verifier.page_places import Box

Ink = NDArray[np.float32]  # from 0, paper, to 1, print
Pixels = NDArray[np.uint8]

_FINER: Final = 3  # times as many pixels as in the drawing that boxes are of
_ROOM: Final = 6  # finer pixels by which a value may lie elsewhere than the page says
_EDGE: Final = 0.9  # of pixels that are paper or darker
_DARKEST: Final = 30  # of 255
_BLURS: Final = (0.0, 0.5, 0.8, 1.2, 1.6, 2.0, 2.4, 3.2)  # finer pixels
_REACH: Final = 2  # finer pixels: as far a program may draw an edge elsewhere
_WINDOW: Final = 8  # finer pixels, half a millimetre: over which ink is averaged
_PALE: Final = 0.4  # less ink than this is a watermark, not a stroke
_MOST_PALER: Final = 2.0  # times as pale as issued print may be shown
# Measured on 12 genuine pages saved, printed and flattened (120 to 300 dots an inch) in eight ways:
# at most 0.006 where nothing is blurred, else 0.146; on 225 values with one character exchanged for
# a similar one: at least 0.36.
_DIFFERENT: Final = 0.1
_DIFFERENT_IF_BLURRED: Final = 0.24


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page, and how a box of the issued page lies on it.

    Args:
        page: to be drawn.
        scale: pixels a point at which boxes are of the issued page's size.
        right, down: pixels by which they lie elsewhere.
        printing: whether it is drawn as on paper.
    """

    page: PdfPage
    scale: float
    right: float = 0.0
    down: float = 0.0
    printing: bool = False

    def draw(self, box: Box, room: int) -> Pixels:
        """Return a box drawn finer, with so many finer pixels around it.

        Brightness is that of the brightest colour: red and blue stamps are hardly seen.
        """
        left, top, right, bottom = (_FINER * side for side in box)
        across, down = round(_FINER * self.right), round(_FINER * self.down)
        place = (
            left + across - room,
            top + down - room,
            right + across + room,
            bottom + down + room,
        )
        return _drawn(self.page, _FINER * self.scale, place, printing=self.printing)


def strokes_differ(issued: Sheet, shown: Sheet, box: Box) -> bool:
    """Return whether a value is drawn with other strokes than those that were issued.

    Args:
        box: of the value, in pixels of the drawing of the issued page.
    """
    was, around = _ink(issued.draw(box, 0)), _ink(shown.draw(box, _ROOM))
    now = _laid(was, around)
    blur = _blur_of(now, was)
    was = _blurred(was, blur)
    paler = float((was * now).sum() / max(float((now * now).sum()), 1e-6))
    now = np.clip(now * np.float32(np.clip(paler, 1.0, _MOST_PALER)), 0, 1)
    added = np.clip(now - _widened(was), 0, 1) * (now > _PALE)
    gone = np.clip(was - _widened(now), 0, 1)
    return max(_most(added), _most(gone)) > (_DIFFERENT_IF_BLURRED if blur else _DIFFERENT)


def _drawn(page: PdfPage, scale: float, place: Box, *, printing: bool) -> Pixels:
    """Return a place of a page, white where that is beyond the page."""
    width, height = (ceil(side * scale) for side in page.get_size())
    left, top, right, bottom = place
    drawn = np.full((bottom - top, right - left), 255, np.uint8)
    inner = (max(left, 0), max(top, 0), min(right, width), min(bottom, height))
    if inner[0] >= inner[2] or inner[1] >= inner[3]:
        return drawn
    margins = (inner[0], height - inner[3], width - inner[2], inner[1])
    crop = tuple(side / scale for side in margins)
    flags = FPDF_PRINTING if printing else 0
    seen = page.render(scale=scale, crop=crop, extra_flags=flags).to_pil().convert("RGB")
    grey = np.asarray(seen).max(axis=2)[: inner[3] - inner[1], : inner[2] - inner[0]]
    down, across = inner[1] - top, inner[0] - left
    drawn[down : down + grey.shape[0], across : across + grey.shape[1]] = grey
    return drawn


def _ink(grey: Pixels) -> Ink:
    paper = float(np.quantile(grey, _EDGE))
    dark = (paper - grey.astype(np.float32)) / max(paper - _DARKEST, _DARKEST)
    ink: Ink = np.clip(dark, 0, 1).astype(np.float32, copy=False)
    return ink


def _laid(was: Ink, around: Ink) -> Ink:
    """Return the part of `around` that is most like `was`; every other pixel is tried first."""
    places = range(2 * _ROOM + 1)
    coarse = [(down, right) for down in places[::2] for right in places[::2]]
    down, right = min(
        coarse, key=lambda at: _apart(was[::2, ::2], _part(around, was, at)[::2, ::2])
    )
    near = [(y, x) for y in places for x in places if max(abs(y - down), abs(x - right)) <= 1]
    return _part(around, was, min(near, key=lambda at: _apart(was, _part(around, was, at))))


def _part(around: Ink, was: Ink, at: tuple[int, int]) -> Ink:
    (down, right), (height, width) = at, was.shape
    return around[down : down + height, right : right + width]


def _apart(one: Ink, other: Ink) -> float:
    return float(np.square(one - other).mean())


def _blur_of(now: Ink, was: Ink) -> float:
    """Return the blur that makes issued ink as soft all in all; one character changes it little."""
    wanted = np.log(_edges(now))
    return min(_BLURS, key=lambda blur: abs(np.log(_edges(_blurred(was, blur))) - wanted))


def _edges(ink: Ink) -> float:
    return float(sum(np.square(np.diff(ink, axis=axis)).sum() for axis in (0, 1))) + 1e-6


def _blurred(ink: Ink, blur: float) -> Ink:
    return _filtered(ink, ImageFilter.GaussianBlur(blur)) if blur else ink


def _widened(ink: Ink) -> Ink:
    return _filtered(ink, ImageFilter.MaxFilter(2 * _REACH + 1))


def _filtered(ink: Ink, kind: ImageFilter.Filter) -> Ink:
    picture = Image.fromarray((ink * 255).astype(np.uint8)).filter(kind)
    filtered: Ink = np.asarray(picture, np.float32) / np.float32(255)
    return filtered


def _most(ink: NDArray[np.float32]) -> float:
    """Return the greatest average over a window."""
    sums = np.pad(ink, ((1, 0), (1, 0))).cumsum(0, dtype=np.float64).cumsum(1)
    if min(ink.shape) < _WINDOW:
        return float(ink.mean())
    tops, bottoms = sums[:-_WINDOW], sums[_WINDOW:]
    windows = bottoms[:, _WINDOW:] - bottoms[:, :-_WINDOW] - tops[:, _WINDOW:] + tops[:, :-_WINDOW]
    return float(windows.max()) / _WINDOW**2
