"""What a picture shows outside the page; a part of `picture_child`."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from verifier.picture_align import Laid
from verifier.picture_lights import Plane
from verifier.picture_page import Finder
from verifier.picture_reference import Pixels

_LEAST_OUTSIDE: Final = 0.15  # of the picture
_LEAST_LINES: Final = 5
_LEAST_TEXT: Final = 0.015  # of the page's area
_LEAST_STROKES: Final = 0.1  # of that, which is edges of strokes
_STROKE: Final = 16  # of 255, between a stroke and what is beside it
_STROKES_SIDE: Final = 1152  # pixels of the longer side in which strokes are looked for


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


def _page_of(laid: Laid) -> Plane:
    height, width = laid.x.shape
    return np.array(laid.outline((0, 0, width, height)), np.float32)
