"""What a picture shows outside the page; a part of `picture_child`."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from verifier.picture_align import Laid
from verifier.picture_lights import Plane
from verifier.picture_page import Finder, read_places
from verifier.picture_reference import Pixels
from verifier.picture_words import Reader

_LEAST_OUTSIDE: Final = 0.15  # of the picture
_LEAST_LINES: Final = 5
_LEAST_TEXT: Final = 0.015  # of the page's area
_LEAST_STROKES: Final = 0.1  # of that, which is edges of strokes
_STROKE: Final = 16  # of 255, between a stroke and what is beside it
_STROKES_SIDE: Final = 1152  # pixels of the longer side in which strokes are looked for
_LINE_STROKES: Final = 2e-4  # of the page's area, at least, that edges of one line of text take
_WIDER: Final = 1.01  # a page is not laid to the last dot
_READ: Final = 0.85  # likely, on average, as characters of a line are
_LEAST_LETTERS: Final = 2
_SAME_PAPER: Final = 30  # of 255 in any colour: what is more unlike is other paper, or an edge
_MARGIN: Final = 0.008  # of a page's longer side: within this it has no ornament
_ACROSS: Final = 61  # places looked at on each step from a line to the page
_PAPER: Final = 80  # percent of them are darker than paper, at most, where strokes are crossed


def shows_other_papers(picture: Pixels, laid: Laid, finder: Finder) -> bool:
    """Return whether much text stands outside the page that was found."""
    page = _page_of(laid)
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


def shows_text_beside(picture: Pixels, laid: Laid, finder: Finder, reader: Reader) -> bool:
    """Return whether legible text stands beside the page with no edge of paper between them."""
    page = _page_of(laid)
    middle = page.mean(axis=0)
    wider = middle + (page - middle) * _WIDER
    if not _has_strokes(picture, wider, _LINE_STROKES * cv2.contourArea(page)):
        return False
    bare = picture.copy()
    cv2.fillConvexPoly(bare, np.round(wider).astype(np.int32), (255, 255, 255))
    for place, text, likely in read_places(bare, finder, reader):
        if likely >= _READ and len(text) >= _LEAST_LETTERS and _is_on_paper(picture, place, page):
            return True
    return False


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
