"""Where the QR code of a certificate lies in a picture of it; a part of `picture_child`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from verifier.picture_align import Laid
from verifier.picture_reference import Box, Pixels
from verifier.symbol_reading import find_symbols

Corners = NDArray[np.float32]

_WIDER: Final = 1.02  # a page is not laid to the last dot
_PLACE_WIDER: Final = 1.3  # nor a code to its last module
_SEARCH: Final = 7  # dots that a code may lie off
_BLUR: Final = 2.0
_UNLIKE: Final = 0.3  # less alike than this: no code that was issued, however worn


def has_code_beside(picture: Pixels, laid: Laid, issued: Pixels) -> bool:
    """Return whether the code of a page is in the picture, but nowhere on the page as laid.

    Then what was laid is another paper, and the page that the code is of is not seen whole.

    Args:
        issued: the drawing of the page as issued.
    """
    texts = {one.text for one in find_symbols(issued)}
    found = [one for one in find_symbols(picture) if one.text in texts]
    return bool(found) and not _is_any_on(found, laid)


def code_not_in_place(picture: Pixels, laid: Laid, issued: Pixels) -> Box | None:
    """Return the place of the page's code where something else is seen there; else None.

    Args:
        issued: the drawing of the page as issued.
    """
    own = find_symbols(issued)
    if not own:
        return None
    place = _corners(own[0].position)
    left, top = np.floor(place.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(place.max(axis=0)).astype(int).tolist()
    found = [one for one in find_symbols(picture) if one.text == own[0].text]
    if found:
        around = np.array(laid.outline((left, top, right, bottom)), np.float32)
        return None if _is_any_in(found, around, _PLACE_WIDER) else (left, top, right, bottom)
    light = cv2.GaussianBlur(issued[top:bottom, left:right, 1], (0, 0), _BLUR)
    shown = laid.colours[
        max(0, top - _SEARCH) : bottom + _SEARCH, max(0, left - _SEARCH) : right + _SEARCH, 1
    ]
    like = cv2.matchTemplate(np.ascontiguousarray(shown), light, cv2.TM_CCOEFF_NORMED)
    return (left, top, right, bottom) if float(np.nan_to_num(like).max()) < _UNLIKE else None


def code_outlines(picture: Pixels, texts: Collection[str]) -> list[list[tuple[float, float]]]:
    """Return the corners of the QR codes of a picture that say one of these texts."""
    found = [one for one in find_symbols(picture) if one.text in texts] if texts else []
    return [[(float(x), float(y)) for x, y in _corners(one.position)] for one in found]


def is_around(code: list[tuple[float, float]], other: list[tuple[float, float]]) -> bool:
    """Return whether one outline is that of the code another one tells of."""
    middle = np.array(code, np.float32).mean(axis=0).tolist()
    return cv2.pointPolygonTest(np.array(other, np.float32), middle, False) >= 0


def has_code_on(picture: Pixels, laid: Laid) -> bool:
    """Return whether any QR code lies on the page as laid, whatever it says."""
    return _is_any_on(find_symbols(picture), laid)


def _is_any_on(codes: Iterable[zxingcpp.Barcode], laid: Laid) -> bool:
    height, width = laid.x.shape
    return _is_any_in(codes, np.array(laid.outline((0, 0, width, height)), np.float32), _WIDER)


def _is_any_in(codes: Iterable[zxingcpp.Barcode], around: Corners, wider: float) -> bool:
    middle = around.mean(axis=0)
    wide = (middle + (around - middle) * wider).astype(np.float32)
    places = (_corners(one.position).mean(axis=0).tolist() for one in codes)
    return any(cv2.pointPolygonTest(wide, one, False) >= 0 for one in places)


def _corners(place: zxingcpp.Position) -> Corners:
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    return np.array([(one.x, one.y) for one in corners], np.float32)
