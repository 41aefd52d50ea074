"""Text that a picture has where the page as issued has none; a part of `picture_child`."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from codes.simplified import simplified
from verifier.picture_align import Laid
from verifier.picture_lights import Lights, Plane, ink_of
from verifier.picture_page import Finder
from verifier.picture_reference import Box, Pixels, Reference
from verifier.picture_words import Reader

Mask = NDArray[np.bool_]

NEAR: Final = 12  # dots above, below and around issued print that count as its own
INK: Final = 0.18
READ: Final = 0.85  # likely, on average, as characters of surplus text are
MAYBE: Final = 0.6
LEAST_EMS: Final = 0.35
_BESIDE: Final = 6  # dots to the sides of issued print that count as its own
_AIR: Final = 6  # dots of paper at both ends of what is read
_BLACK_INK: Final = 0.35  # in red light: print in black
_DEPTHS: Final = (0.35, 0.5, 0.7, 1.0)  # of print in colours; the pattern under it is paler
_OWN_SHARE: Final = 0.98  # of the dots of print in colours that are no darker than measured
_DARKER: Final = 0.12  # than that: ink that the page has not
_LEAST_SIDE: Final = 8
_COLOURED: Final = 0.15  # between its lights: ink of a stamp or a pen, not of a printer
_SAID: Final = 0.75  # of its characters, for text to be the page's own: all of up to three
_GOLD_INK: Final = 0.12  # darker in blue light than in red by this: ink such as the ornament's
_BLACK_GOLD: Final = 0.6  # of blue light held back by such ink: drawn black
_RED_INK: Final = 0.15  # darker in green light than in red by this: red ink
_STRUCK: Final = 0.8  # of a value's width, in one stroke
_LEAST_STRUCK: Final = 1.5  # of its height: what is shorter may be within a stamp's stroke
_LEAST_RED: Final = 400  # dots
_BLACK: Final = 0.45  # of green light held back by red ink: drawn black
_TALL: Final = 1.5  # times as high as wide: text that stands on its side
_ASLANT: Final = 15.0  # degrees
_APART: Final = 0.8  # of a place that must lie apart from all print
_LEAST_LETTERS: Final = 2  # of text that does not lie as print does, or lies on an ornament


def find_surplus(
    reference: Reference,
    issued: Lights,
    laid: Laid,
    shown: Lights,
    finder: Finder,
    reader: Reader,
) -> list[tuple[Box, bool]]:
    """Return text that stands where the page has no print, and whether it is surely that.

    Args:
        issued: the page in its lights.
        shown: the picture laid onto it, in its lights.
    """
    beside = _apart_from_print(reference)
    free = beside & laid.inside & (shown.ink > _own_ink(issued, laid.inside, shown))
    apart = beside if reference.seal is None else _without(beside, reference.seal)
    found = []
    for place in _places(shown.red, finder):
        box = _around(place)
        part = free[_slice(box)]
        if min(part.shape) < _LEAST_SIDE:
            continue
        if _is_aslant(place):
            said = _read_aslant(shown.red, issued.red, place, reader) if part.any() else None
        elif _columns(part).size >= _LEAST_SIDE:
            said = _read_beside(shown.red, issued.red, box, part, reader)
        elif apart[_slice(box)].mean() >= _APART:  # on an ornament
            said = _read_over(shown.red, issued.red, box, reader)
        else:
            continue
        if said is not None and said[1] >= MAYBE:
            plain = not part.any() or not _is_coloured(laid.colours[_slice(box)][part])
            found.append((said[0], plain and said[1] >= READ))
    return found


def find_red(laid: Laid, surplus: Plane, finder: Finder, reader: Reader) -> list[Box]:
    """Return legible text in red that the page as issued has not; stamps are not read so well.

    Args:
        surplus: red ink where the page has none, as `surplus_red` returns it.
    """
    free = laid.inside & (surplus > _RED_INK)
    if int(free.sum()) < _LEAST_RED:
        return []
    light = (255 * (1 - np.clip(surplus / _BLACK, 0, 1))).astype(np.uint8)
    free &= ink_of(light) > INK
    found = []
    for place in _places(light, finder):
        box = _around(place)
        part = free[_slice(box)]
        if min(part.shape) < _LEAST_SIDE or _columns(part).size < _LEAST_SIDE:
            continue
        said = _read_beside(light, None, box, part, reader)
        if said is not None and said[1] >= READ:
            found.append(said[0])
    return found


def find_gold(
    reference: Reference,
    issued: Lights,
    laid: Laid,
    shown: Lights,
    finder: Finder,
    reader: Reader,
) -> list[Box]:
    """Return legible text in gold, yellow or brown, apart from the print of the page.

    In red light such ink is as pale as the ornament, and passes for it.
    """
    apart = _apart_from_print(reference) & laid.inside
    if reference.seal is not None:
        apart = _without(apart, reference.seal)
    light, own = (_drawn_black(one.blue) for one in (shown, issued))
    found = []
    for place in _places(light, finder):
        box = _around(place)
        at = _slice(box)
        if min(apart[at].shape) < _LEAST_SIDE or apart[at].mean() < _APART:
            continue
        inked = shown.blue[at] > _BLACK_GOLD / 2
        if not inked.any() or not _is_gold(shown, at, inked):
            continue
        said = _read_over(light, own, box, reader)
        if said is not None and said[1] >= READ:
            found.append(said[0])
    return found


def _drawn_black(blue: Plane) -> Pixels:
    return np.asarray(255 * (1 - np.clip(blue / _BLACK_GOLD, 0, 1)), np.uint8)


def _is_gold(shown: Lights, at: tuple[slice, slice], inked: Mask) -> bool:
    """Return whether the ink of a place is of a colour that neither red ink nor print has."""
    yellow = float((shown.blue[at] - shown.ink[at])[inked].mean())
    return yellow > _GOLD_INK and float(shown.redness[at][inked].mean()) <= _RED_INK


def surplus_red(reference: Reference, issued: Lights, shown: Lights) -> Plane:
    """Return how much red ink is on the picture where the page as issued has none, from 0 to 1."""
    near = np.ones((2 * NEAR + 1,) * 2, np.uint8)
    own = cv2.dilate((issued.redness > _RED_INK).astype(np.uint8), near)
    for left, top, right, bottom in filter(None, (reference.photo, reference.seal)):
        own[max(0, top - NEAR) : bottom + NEAR, max(0, left - NEAR) : right + NEAR] = 1
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


def read_box(light: Pixels, box: Box, reader: Reader) -> tuple[str, float]:
    """Return what is read in a box, and how likely its characters are on average."""
    return _read(np.ascontiguousarray(light[_slice(box)]), reader)


def is_said_by(own: str, text: str) -> bool:
    """Return whether a text says no more than the page's own, misread here and there at most.

    In grain, characters of the page are read as the traditional ones.
    """
    matcher = SequenceMatcher(None, simplified(own), simplified(text), autojunk=False)
    blocks = matcher.get_matching_blocks()
    same = sum(block.size for block in blocks)
    return len(text) <= len(own) and same >= _SAID * len(text)


def _read_beside(
    light: Pixels, issued: Pixels | None, box: Box, free: Mask, reader: Reader
) -> tuple[Box, float] | None:
    """Return the part of a place that is free of print, and how likely text is read in it.

    Args:
        issued: the page, in the same light, where text may run into its print; else None.
        free: where in the box ink stands and the page has none.
    """
    left, top, _, bottom = box
    columns = _columns(free)
    inked = (left + int(columns[0]), top, left + int(columns[-1]) + 1, bottom)
    if len(columns) >= LEAST_EMS * (bottom - top):
        wide = (inked[0] - _AIR, top, inked[2] + _AIR, bottom)
        text, likely = read_box(light, wide, reader)
        if issued is not None and is_said_by(read_box(issued, wide, reader)[0], text):
            return None  # the page's own print, in the grain of a dark picture
        return inked, likely
    if issued is None:
        return None
    text, likely = read_box(light, box, reader)  # together with the print that it runs into
    own, _ = read_box(issued, box, reader)
    return (inked, likely) if len(text) > len(own) else None


def _read_over(light: Pixels, issued: Pixels, box: Box, reader: Reader) -> tuple[Box, float] | None:
    """Return how likely text is read where the page has an ornament."""
    text, likely = read_box(light, box, reader)
    if len(text) < _LEAST_LETTERS or is_said_by(read_box(issued, box, reader)[0], text):
        return None
    return box, likely


def _read_aslant(
    light: Pixels, issued: Pixels, place: Plane, reader: Reader
) -> tuple[Box, float] | None:
    """Return how likely text is read that stands on its side, aslant, or upside down."""
    found = max(
        (
            (likely, text, at)
            for at, flat in enumerate(_flattened(light, place))
            for text, likely in (_read(flat, reader),)
        ),
        default=None,
    )
    if found is None or len(found[1]) < _LEAST_LETTERS:
        return None
    own, _ = _read(_flattened(issued, place)[found[2]], reader)
    return None if is_said_by(own, found[1]) else (_around(place), found[0])


def _flattened(light: Pixels, place: Plane) -> tuple[Pixels, Pixels]:
    """Return a place laid flat along its longer side, and the same upside down."""
    corners = cv2.boxPoints(cv2.minAreaRect(place)).astype(np.float32)  # clockwise
    first, second = (float(np.hypot(*(corners[at + 1] - corners[at]))) for at in (0, 1))
    if second < first:
        corners, first, second = np.roll(corners, -1, axis=0), second, first
    high, wide = max(8, round(first)), max(8, round(second))
    flat = np.array([[0, high], [0, 0], [wide, 0], [wide, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, flat)
    cut = cv2.warpPerspective(light, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    turned = np.ascontiguousarray(cut[::-1, ::-1])
    return np.asarray(cut, np.uint8), np.asarray(turned, np.uint8)


def _read(line: Pixels, reader: Reader) -> tuple[str, float]:
    (words,) = reader.read([line])
    likely = [sign.likely for sign in words.signs]
    return "".join(sign.text for sign in words.signs), float(np.mean(likely)) if likely else 0.0


def _places(light: Pixels, finder: Finder) -> list[Plane]:
    return finder.find(np.repeat(light[:, :, None], 3, axis=2))


def _is_aslant(place: Plane) -> bool:
    """Return whether a line found does not lie as the print of the page does."""
    left, top, right, bottom = _around(place)
    if bottom - top > _TALL * (right - left):
        return True
    along = place[1] - place[0]
    degrees = abs(float(np.degrees(np.arctan2(along[1], along[0]))))
    return min(degrees, 180 - degrees) > _ASLANT


def _around(place: Plane) -> Box:
    left, top = np.maximum(0, np.floor(place.min(axis=0))).astype(int).tolist()
    right, bottom = np.ceil(place.max(axis=0)).astype(int).tolist()
    return left, top, right, bottom


def _slice(box: Box) -> tuple[slice, slice]:
    left, top, right, bottom = box
    return slice(max(0, top), bottom), slice(max(0, left), right)


def _columns(free: Mask) -> NDArray[np.intp]:
    return np.flatnonzero(free.sum(axis=0) >= 2)


def _own_ink(issued: Lights, inside: Mask, shown: Lights) -> Plane:
    """Return how dark, at most, the page's own print may make each dot of a picture in red light.

    Nothing is darker than black print. Print in colours (ornaments, the lines of fine print under
    values, seals) is pale in red light, but darker where a picture has lost its colours: how dark
    it is, that is measured on the picture itself, apart for paler print and for darker.
    """
    near = np.ones((2 * NEAR + 1, 2 * _BESIDE + 1), np.uint8)
    print_ = np.maximum(issued.ink, issued.green)
    around = np.asarray(cv2.dilate(print_, near), np.float32)
    black = cv2.dilate((issued.ink > _BLACK_INK).astype(np.uint8), near) > 0
    own = np.full(print_.shape, INK, np.float32)
    for least, most in pairwise(_DEPTHS):
        seen = shown.ink[(print_ > least) & (print_ <= most) & inside & ~black]
        darkest = float(np.quantile(seen, _OWN_SHARE)) if seen.size else 1.0
        own[(around > least) & (around <= most)] = max(INK, darkest + _DARKER)
    own[black] = 1
    return own


def _apart_from_print(reference: Reference) -> Mask:
    """Return where the page has neither print nor photo."""
    apart = np.ones(reference.colours.shape[:2], np.bool_)
    lines = [line.box for lines in reference.values.values() for line in lines]
    photo = () if reference.photo is None else (reference.photo,)
    for box in (*reference.fixed, *lines, *photo):
        apart = _without(apart, box)
    return apart


def _without(apart: Mask, box: Box) -> Mask:
    left, top, right, bottom = box
    apart = apart.copy()
    apart[_slice((left - _BESIDE, top - NEAR, right + _BESIDE, bottom + NEAR))] = False
    return apart


def _is_coloured(dots: Pixels) -> bool:
    """Return whether ink is that of a stamp or a pen."""
    mean = dots.astype(np.float32).mean(axis=0) / 255
    return bool(mean.max() - mean.min() > _COLOURED)
