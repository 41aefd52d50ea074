"""What a picture shows outside the page; a part of `picture_child`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.picture_align import Laid
from verifier.picture_lights import Plane
from verifier.picture_page import Finder, likely_on_average, read_places
from verifier.picture_reference import Pixels
from verifier.picture_words import Reader, Sign

Mask = NDArray[np.bool_]

_LEAST_OUTSIDE: Final = 0.15  # of the picture
_LEAST_LINES: Final = 5
_LEAST_TEXT: Final = 0.015  # of the page's area
_LEAST_STROKES: Final = 0.1  # of that, which is edges of strokes
_STROKE: Final = 16  # of 255, between a stroke and what is beside it
_STROKES_SIDE: Final = 1152  # pixels of the longer side in which strokes are looked for
_LINE_STROKES: Final = 2e-4  # of the page's area, at least, that edges of one line of text take
_WIDER: Final = 1.01  # a page is not laid to the last dot
_FAR_WIDER: Final = 1.02
_AROUND: Final = 21  # dots, of the side in which strokes are looked for: wider than strokes are
_READ: Final = 0.85  # likely, on average, as characters of a line are
_LEAST_LETTERS: Final = 2
_LEAST_SURE: Final = 4  # characters read, among others that are not
_SAME_PAPER: Final = 30  # of 255 in any colour: what is more unlike is other paper, or an edge
_MARGIN: Final = 0.008  # of a page's longer side: within this it has no ornament
_ACROSS: Final = 61  # places looked at on each step from a line to the page
_PAPER: Final = 80  # percent of them are darker than paper, at most, where strokes are crossed


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Whether much text stands outside a page, and whether legible text does on its own paper."""

    papers: bool
    beside: bool


def look_outside(picture: Pixels, laid: Laid, finder: Finder, reader: Reader) -> Outside:
    """Return what stands outside the page that was found.

    Text is beside the page where no edge of paper lies between them.
    """
    page = _page_of(laid)
    area = cv2.contourArea(page)
    scale = min(1.0, _STROKES_SIDE / max(picture.shape[:2]))
    small: Pixels = np.asarray(
        cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    strokes = _strokes_of(small)
    far = strokes & _outside_of(_widened(page, _FAR_WIDER) * scale, small)
    papers = (
        area <= (1 - _LEAST_OUTSIDE) * picture.shape[0] * picture.shape[1]
        and np.count_nonzero(far) >= _LEAST_STROKES * _LEAST_TEXT * area * scale**2
    )
    wider = _widened(page, _WIDER)
    near = strokes & _outside_of(wider * scale, small) & _is_like_rim(small, page * scale)
    beside = np.count_nonzero(near) >= _LINE_STROKES * area * scale**2
    if not papers and not beside:
        return Outside(papers=False, beside=False)
    bare = picture.copy()
    inner = _widened(page, 1 - 2 * _MARGIN)  # a line may run across the edge of the page
    cv2.fillConvexPoly(bare, np.round(inner).astype(np.int32), (255, 255, 255))
    places = finder.find(bare)
    text = sum(cv2.contourArea(one) for one in places)
    on_paper = [one for one in places if beside and _is_on_paper(picture, one, page)]
    return Outside(
        papers=papers and len(places) >= _LEAST_LINES and text >= _LEAST_TEXT * area,
        beside=any(_is_legible(signs) for _, signs in read_places(bare, on_paper, reader)),
    )


def _is_legible(signs: Sequence[Sign]) -> bool:
    """Return whether a line says something, also between signs that cannot be read."""
    if likely_on_average(signs) >= _READ:
        return sum(len(sign.text) for sign in signs) >= _LEAST_LETTERS
    sure = (sign for sign in signs if sign.likely >= _READ and sign.text.isalnum())
    return sum(1 for _ in sure) >= _LEAST_SURE


def _strokes_of(picture: Pixels) -> Mask:
    """Return where strokes may be; most tables are bare."""
    soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
    around = cv2.morphologyEx(soft, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
    return _most(around) > _STROKE


def _outside_of(page: Plane, picture: Pixels) -> Mask:
    outside = np.ones(picture.shape[:2], np.uint8)
    cv2.fillConvexPoly(outside, np.round(page).astype(np.int32), 0)
    return outside > 0


def _is_like_rim(picture: Pixels, page: Plane) -> Mask:
    """Return where a picture without its strokes is as the nearest part of the page's rim."""
    around = np.ones((_AROUND, _AROUND), np.uint8)
    papers = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, around)
    beyond = np.ones(picture.shape[:2], np.uint8)
    inner = _widened(page, 1 - 2 * _MARGIN)
    cv2.polylines(beyond, [np.round(inner).astype(np.int32)], True, 0, 1)
    if beyond.all():
        return np.zeros(picture.shape[:2], np.bool_)
    _, nearest = cv2.distanceTransformWithLabels(
        beyond, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    rim = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    rim[nearest[beyond == 0]] = papers[beyond == 0]
    return _most(cv2.absdiff(papers, rim[nearest])) <= _SAME_PAPER


def _most(colours: Any) -> NDArray[np.uint8]:
    """Return the greatest of the three colours of each dot; faster than `max` along them."""
    red, green, blue = cv2.split(colours)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def _widened(page: Plane, times: float) -> Plane:
    middle = page.mean(axis=0)
    return np.asarray(middle + (page - middle) * times, np.float32)


def _is_on_paper(picture: Pixels, place: Plane, page: Plane) -> bool:
    """Return whether the paper goes on unbroken from a line of text to the page."""
    centre = place.mean(axis=0)
    half = max(4.0, float(np.ptp(place, axis=0).min()) / 2)
    nearest = _nearest(page, centre)
    way = (nearest - centre) / max(1.0, float(np.hypot(*(nearest - centre))))
    end = nearest + way * _MARGIN * float(np.ptp(page, axis=0).max())
    length = float(np.hypot(*(end - centre)))
    steps = np.arange(min(half, length), length + 1, dtype=np.float32)[:, None]
    across = np.linspace(-2 * half, 2 * half, _ACROSS, dtype=np.float32)[None, :]
    x = centre[0] + way[0] * steps - way[1] * across
    y = centre[1] + way[1] * steps + way[0] * across
    seen = cv2.remap(
        picture,
        x.astype(np.float32),
        y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    papers = np.percentile(seen.astype(np.float32), _PAPER, axis=1)
    alike = float(np.abs(papers[:4].mean(axis=0) - papers[-4:].mean(axis=0)).max())
    broken = float((papers[:4].mean(axis=0) - papers).max())
    return max(alike, broken) <= _SAME_PAPER


def _nearest(page: Plane, point: Plane) -> Plane:
    """Return the place on the outline of a page that is nearest to a point."""
    found = []
    for one, other in zip(page, np.roll(page, -1, axis=0), strict=True):
        side = other - one
        share = float(np.clip((point - one) @ side / max(1.0, float(side @ side)), 0, 1))
        found.append(one + share * side)
    return np.asarray(min(found, key=lambda at: float(np.hypot(*(at - point)))), np.float32)


def _page_of(laid: Laid) -> Plane:
    height, width = laid.x.shape
    return np.array(laid.outline((0, 0, width, height)), np.float32)
