"""Compares the rest of the page, beside the values and the photo; a part of `picture_child`.

Fixed print (title, body, labels, sites) is compared piece by piece with the drawing of the page,
in red light (where stamps are not seen) or in green (where red print is), whichever is more alike.
The seal is compared likewise, in tiles. Lines of text are looked for where the page has none, and
outside the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from statistics import median
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from codes.simplified import simplified
from verifier.picture_align import Laid
from verifier.picture_lights import Lights, Plane, ink_of
from verifier.picture_match import BLURS
from verifier.picture_page import Finder
from verifier.picture_reference import Box, Pixels, Reference
from verifier.picture_words import Reader

Light = tuple[Plane, Plane]

_SEARCH: Final = 7  # dots that print may lie off
_AIR: Final = 12  # dots around a piece, so that blurring it sees what is beside it
_SAMPLE: Final = 12  # pieces by which the blur of the picture is told
_CLEAR: Final = 0.75  # as alike as this in red light: not looked at in green
_TILE: Final = 40  # dots of the seal compared at a time
_SEAL_SHARE: Final = 0.12  # of a tile that the seal must ink
_NEAR: Final = 12  # dots above, below and around issued print that count as its own
_BESIDE: Final = 6  # and to its sides
_INK: Final = 0.18
_DARK: Final = 0.35  # of issued print; the pattern under it is paler
_LEAST_SIDE: Final = 8
_LEAST_SEEN: Final = 0.25  # of a piece that the edge of the picture cuts
_COLOURED: Final = 0.15  # between its lights: ink of a stamp or a pen, not of a printer

USUAL: Final = 0.75  # less alike mostly than this: too worn to tell
OTHER: Final = 0.5  # less alike than this: not what was printed
DOUBTFUL: Final = 0.62  # and than this: it cannot be told
SEAL_OTHER: Final = 0.35  # of the seal's tiles
LEAST_EMS: Final = 0.35
READ: Final = 0.85  # likely, on average, as characters of surplus text are
MAYBE: Final = 0.6
_SAID: Final = 0.75  # of its characters, for text to be the page's own: all of up to three
_RED_INK: Final = 0.15  # darker in green light than in red by this: red ink
_STRUCK: Final = 0.8  # of a value's width, in one stroke
_LEAST_STRUCK: Final = 1.5  # of its height: what is shorter may be within a stamp's stroke
_LEAST_RED: Final = 400  # dots
_BLACK: Final = 0.45  # of green light held back by red ink: drawn black
_LEAST_OUTSIDE: Final = 0.15  # of the picture
_LEAST_LINES: Final = 5
_LEAST_TEXT: Final = 0.015  # of the page's area
_LEAST_STROKES: Final = 0.1  # of that, which is edges of strokes
_STROKE: Final = 16  # of 255, between a stroke and what is beside it
_STROKES_SIDE: Final = 1152  # pixels of the longer side in which strokes are looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of the page: how alike the two drawings of it are."""

    box: Box
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The rest of a page, in boxes of the page.

    Args:
        differs: print is surplus, or another than was issued.
        unclear: it cannot be told.
    """

    differs: tuple[Box, ...]
    unclear: tuple[Box, ...]


def judge_elsewhere(
    reference: Reference,
    issued: Lights,
    laid: Laid,
    shown: Lights,
    surplus: Plane,
    finder: Finder,
    reader: Reader,
) -> Elsewhere:
    """Return what the rest of a picture laid onto the page comes to.

    Args:
        issued: the page in its lights.
        shown: the picture laid onto it, in its lights.
        surplus: its red ink where the page has none, as `surplus_red` returns it.
    """
    red, green = (issued.ink, shown.ink), (issued.green, shown.green)
    seen = [box for box in reference.fixed if _is_inside(box, laid)]
    blur = _blur(seen, red)
    pieces = [Piece(box=box, likeness=_fixed_likeness(box, red, green, blur)) for box in seen]
    cut = [box for box in reference.fixed if _LEAST_SEEN <= _share_inside(box, laid) < 1]
    differs: list[Box] = []
    unclear = [box for box in cut if _fixed_likeness(box, red, green, blur) < DOUBTFUL]
    if pieces and median(one.likeness for one in pieces) < USUAL:
        unclear.append(_around(seen))
    elif pieces:
        for box in _joined([one.box for one in pieces if one.likeness < OTHER]):
            other = _is_read_otherwise(box, reference, laid, reader)
            (differs if other else unclear).append(box)
        unclear += [one.box for one in pieces if OTHER <= one.likeness < DOUBTFUL]
        tiles = [box for box in _seal_tiles(reference, green[0]) if _is_inside(box, laid)]
        other_tiles = [box for box in tiles if _likeness(box, green, blur) < OTHER]
        if reference.seal is not None and len(other_tiles) > SEAL_OTHER * len(tiles):
            unclear.append(reference.seal)
    free = _free(reference, np.maximum(issued.ink, issued.green)) & laid.inside & (shown.ink > _INK)
    for box, sure in _surplus(shown.red, free, issued.red, laid.colours, finder, reader):
        (differs if sure else unclear).append(box)
    return Elsewhere(
        differs=tuple(differs),
        unclear=(*unclear, *_red_text(reference, laid, surplus, finder, reader)),
    )


def shows_other_papers(picture: Pixels, laid: Laid, finder: Finder) -> bool:
    """Return whether much text stands outside the page that was found."""
    height, width = laid.x.shape
    page = np.array(laid.outline((0, 0, width, height)), np.float32)
    area = cv2.contourArea(page)
    if area > (1 - _LEAST_OUTSIDE) * picture.shape[0] * picture.shape[1]:
        return False
    middle = page.mean(axis=0)
    wider = middle + (page - middle) * 1.02
    if not _has_strokes(picture, wider, _LEAST_STROKES * _LEAST_TEXT * area):
        return False
    bare = picture.copy()
    cv2.fillConvexPoly(bare, np.round(wider).astype(np.int32), (255, 255, 255))
    found = finder.find(bare)
    text = sum(cv2.contourArea(one) for one in found)
    return len(found) >= _LEAST_LINES and text >= _LEAST_TEXT * area


def _has_strokes(picture: Pixels, page: Plane, least: float) -> bool:
    """Return whether so much of what is outside a page may be strokes; most tables are bare.

    Args:
        page: its corners.
        least: in pixels of the picture.
    """
    scale = min(1.0, _STROKES_SIDE / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 1.0)
    around = cv2.morphologyEx(soft, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
    edges = (around.max(axis=2) > _STROKE).astype(np.uint8)
    cv2.fillConvexPoly(edges, np.round(page * scale).astype(np.int32), 0)
    return bool(np.count_nonzero(edges) >= least * scale**2)


def surplus_red(reference: Reference, issued: Lights, shown: Lights) -> Plane:
    """Return how much red ink is on the picture where the page as issued has none, from 0 to 1."""
    near = np.ones((2 * _NEAR + 1,) * 2, np.uint8)
    own = cv2.dilate((issued.redness > _RED_INK).astype(np.uint8), near)
    for left, top, right, bottom in filter(None, (reference.photo, reference.seal)):
        own[max(0, top - _NEAR) : bottom + _NEAR, max(0, left - _NEAR) : right + _NEAR] = 1
    return np.where(own > 0, 0, np.clip(shown.redness, 0, 1)).astype(np.float32)


def is_struck_through(box: Box, red: Plane) -> bool:
    """Return whether a stroke of red ink runs through the most of a line.

    Args:
        red: surplus red ink.
    """
    left, top, right, bottom = box
    if right - left < _LEAST_STRUCK * (bottom - top):
        return False
    edge = (bottom - top) // 6
    inked = (red[top + edge : bottom - edge, left:right] > _RED_INK).any(axis=0)
    bare = np.flatnonzero(np.concatenate(([True], ~inked, [True])))
    return int(np.diff(bare).max(initial=0)) > _STRUCK * (right - left)


def _fixed_likeness(box: Box, red: Light, green: Light, blur: float) -> float:
    likeness = _likeness(box, red, blur)
    return likeness if likeness >= _CLEAR else max(likeness, _likeness(box, green, blur))


def _joined(boxes: Sequence[Box]) -> list[Box]:
    """Put neighbouring pieces of a line together."""
    joined: list[Box] = []
    for left, top, right, bottom in boxes:
        if joined:
            last = joined[-1]
            if abs(last[3] - bottom) < _NEAR and 0 <= left - last[2] < bottom - top:
                joined[-1] = (last[0], min(last[1], top), right, max(last[3], bottom))
                continue
        joined.append((left, top, right, bottom))
    return joined


def _is_read_otherwise(box: Box, reference: Reference, laid: Laid, reader: Reader) -> bool:
    """Return whether other text than the page has can be read in a box."""
    air = (box[3] - box[1]) // 4
    wide = (box[0] - air, box[1] - air, box[2] + air, box[3] + air)
    issued, _ = _read(reference.colours, wide, reader)
    shown, likely = _read(laid.colours, wide, reader)
    return likely >= READ and simplified(issued) != simplified(shown)


def _cut_colours(colours: Pixels, box: Box) -> Pixels:
    left, top, right, bottom = box
    return colours[max(0, top) : bottom, max(0, left) : right]


def _red_text(
    reference: Reference, laid: Laid, shown: Plane, finder: Finder, reader: Reader
) -> list[Box]:
    """Return legible text in red that stands in the row of a value."""
    rows = np.zeros(laid.inside.shape, bool)
    for lines in reference.values.values():
        for line in lines:
            rows[line.box[1] : line.box[3]] = True
    free = rows & laid.inside & (shown > _RED_INK)
    if int(free.sum()) < _LEAST_RED:
        return []
    light = (255 * (1 - np.clip(shown / _BLACK, 0, 1))).astype(np.uint8)
    free &= ink_of(light) > _INK
    return [box for box, sure in _surplus(light, free, None, None, finder, reader) if sure]


def _is_inside(box: Box, laid: Laid) -> bool:
    return _share_inside(box, laid) == 1


def _share_inside(box: Box, laid: Laid) -> float:
    part = laid.inside[box[1] : box[3], box[0] : box[2]]
    return float(part.mean()) if part.size else 0.0


def _around(boxes: Sequence[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _blur(boxes: Sequence[Box], light: Light) -> float:
    """Return how much the page is to be blurred to be most alike to the picture."""
    sample = boxes[:: max(1, len(boxes) // _SAMPLE)]
    alike = [[_likeness(box, light, blur) for box in sample] for blur in BLURS]
    return BLURS[int(np.argmax(np.median(alike, axis=1)))] if sample else BLURS[0]


def _likeness(box: Box, light: Light, blur: float) -> float:
    """Return how alike the two drawings of a box are, from -1 to 1."""
    expected, shown = light
    around = _cut(shown, box, _SEARCH)
    soft = cv2.GaussianBlur(_cut(expected, box, _AIR), (0, 0), blur)[_AIR:-_AIR, _AIR:-_AIR]
    like = cv2.matchTemplate(around, np.ascontiguousarray(soft), cv2.TM_CCOEFF_NORMED)
    return float(np.nan_to_num(like, nan=-1, posinf=-1, neginf=-1).max())


def _cut(plane: Plane, box: Box, margin: int) -> Plane:
    left, top, right, bottom = box
    height, width = plane.shape
    rows = np.clip(np.arange(top - margin, bottom + margin), 0, height - 1)
    columns = np.clip(np.arange(left - margin, right + margin), 0, width - 1)
    return plane[np.ix_(rows, columns)]


def _seal_tiles(reference: Reference, green: Plane) -> list[Box]:
    if reference.seal is None:
        return []
    left, top, right, bottom = reference.seal
    boxes = [
        (x, y, x + _TILE, y + _TILE)
        for y in range(top, bottom - _TILE // 2, _TILE)
        for x in range(left, right - _TILE // 2, _TILE)
    ]
    return [
        box
        for box in boxes
        if (green[box[1] : box[3], box[0] : box[2]] > _INK).mean() >= _SEAL_SHARE
    ]


def _free(reference: Reference, issued: Plane) -> NDArray[np.bool_]:
    """Return where the page has no print but its pattern."""
    near = np.ones((2 * _NEAR + 1, 2 * _BESIDE + 1), np.uint8)
    own = cv2.dilate((issued > _DARK).astype(np.uint8), near)
    lines = [line.box for lines in reference.values.values() for line in lines]
    others = filter(None, (reference.photo, reference.seal))
    for left, top, right, bottom in (*reference.fixed, *lines, *others):
        own[max(0, top - _NEAR) : bottom + _NEAR, max(0, left - _BESIDE) : right + _BESIDE] = 1
    return np.asarray(own == 0, np.bool_)


def _surplus(
    light: Pixels,
    free: NDArray[np.bool_],
    issued: Pixels | None,
    colours: Pixels | None,
    finder: Finder,
    reader: Reader,
) -> list[tuple[Box, bool]]:
    """Return text that stands where the page has no print, and whether it is surely that.

    Args:
        free: where ink stands and the page has none.
        issued: the page, in the same light, where text may run into its print; else None.
        colours: in which ink that is no printer's is seen; None where it need not be.
    """
    found = []
    for place in finder.find(np.repeat(light[:, :, None], 3, axis=2)):
        left, top = np.maximum(0, np.floor(place.min(axis=0))).astype(int).tolist()
        right, bottom = np.ceil(place.max(axis=0)).astype(int).tolist()
        part = free[top:bottom, left:right]
        columns = np.flatnonzero(part.sum(axis=0) >= 2)
        if min(part.shape) < _LEAST_SIDE or len(columns) < _LEAST_SIDE:
            continue
        box = (left + int(columns[0]), top, left + int(columns[-1]) + 1, bottom)
        if len(columns) >= LEAST_EMS * (bottom - top):
            wide = (box[0] - _AIR // 2, top, box[2] + _AIR // 2, bottom)
            text, likely = _read(light, wide, reader)
            if issued is not None and is_said_by(_read(issued, wide, reader)[0], text):
                continue  # the page's own print, in the grain of a dark picture
        elif issued is None:
            continue
        else:  # read together with the print that it runs into
            text, likely = _read(light, (left, top, right, bottom), reader)
            own, _ = _read(issued, (left, top, right, bottom), reader)
            if len(text) <= len(own):
                continue
        if likely >= MAYBE:
            plain = colours is None or not _is_coloured(colours[top:bottom, left:right][part])
            found.append((box, plain and likely >= READ))
    return found


def is_said_by(own: str, text: str) -> bool:
    """Return whether a text says no more than the page's own, misread here and there at most.

    In grain, characters of the page are read as the traditional ones.
    """
    matcher = SequenceMatcher(None, simplified(own), simplified(text), autojunk=False)
    blocks = matcher.get_matching_blocks()
    same = sum(block.size for block in blocks)
    return len(text) <= len(own) and same >= _SAID * len(text)


def _read(light: Pixels, box: Box, reader: Reader) -> tuple[str, float]:
    """Return what is read in a box, and how likely its characters are on average."""
    (words,) = reader.read([np.ascontiguousarray(_cut_colours(light, box))])
    likely = [sign.likely for sign in words.signs]
    return "".join(sign.text for sign in words.signs), float(np.mean(likely)) if likely else 0.0


def _is_coloured(dots: Pixels) -> bool:
    """Return whether ink is that of a stamp or a pen."""
    mean = dots.astype(np.float32).mean(axis=0) / 255
    return bool(mean.max() - mean.min() > _COLOURED)
