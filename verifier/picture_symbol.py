"""Where the QR code of a certificate lies in a picture of it; a part of `picture_child`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np
import zxingcpp

from verifier.picture_align import Laid
from verifier.picture_reference import Pixels
from verifier.symbol_reading import find_symbols

_WIDER: Final = 1.02  # a page is not laid to the last dot


def has_code_beside(picture: Pixels, laid: Laid, issued: Pixels) -> bool:
    """Return whether the code of a page is in the picture, but nowhere on the page as laid.

    Then what was laid is another paper, and the page that the code is of is not seen whole.

    Args:
        issued: the drawing of the page as issued.
    """
    texts = {one.text for one in find_symbols(issued)}
    found = [one for one in find_symbols(picture) if one.text in texts]
    return bool(found) and not _is_any_on(found, laid)


def has_code_on(picture: Pixels, laid: Laid) -> bool:
    """Return whether any QR code lies on the page as laid, whatever it says."""
    return _is_any_on(find_symbols(picture), laid)


def _is_any_on(codes: Iterable[zxingcpp.Barcode], laid: Laid) -> bool:
    height, width = laid.x.shape
    page = np.array(laid.outline((0, 0, width, height)), np.float32)
    middle = page.mean(axis=0)
    wider = (middle + (page - middle) * _WIDER).astype(np.float32)
    places = (_middle(one.position) for one in codes)
    return any(cv2.pointPolygonTest(wider, one, False) >= 0 for one in places)


def _middle(place: zxingcpp.Position) -> tuple[float, float]:
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    return sum(one.x for one in corners) / 4, sum(one.y for one in corners) / 4
