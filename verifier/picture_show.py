"""Draws boxes on a picture around what differs; a part of `picture_child`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.picture_align import Laid
from verifier.picture_reference import Box, Pixels

Outline = list[tuple[float, float]]

SHOWN_SIDE: Final = 1400  # pixels of the longer side of the picture shown
SHOWN_BYTES: Final = 600_000
_RED: Final = (224, 32, 32)
_AIR: Final = 6  # dots of the page around what is boxed
_MARK: Final = 0.9


def outline_of(boxes: Sequence[Box], laid: Laid) -> Outline:
    """Return the corners, in the picture, of what is around these boxes of the page."""
    around = (
        min(box[0] for box in boxes) - _AIR,
        min(box[1] for box in boxes) - _AIR,
        max(box[2] for box in boxes) + _AIR,
        max(box[3] for box in boxes) + _AIR,
    )
    return laid.outline(around)


def draw_boxes(picture: Pixels, outlines: Sequence[Outline]) -> bytes:
    """Return the picture as a JPEG, smaller where it is big, with numbered red boxes."""
    scale = min(1.0, SHOWN_SIDE / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    shown = np.ascontiguousarray(small, np.uint8)
    thick = max(2, round(max(shown.shape[:2]) / 450))
    for number, outline in enumerate(outlines, start=1):
        points = np.round(np.array(outline) * scale).astype(np.int32)
        cv2.polylines(shown, [points.reshape(-1, 1, 2)], True, _RED, thick, cv2.LINE_AA)
        _number(shown, str(number), points, thick)
    for quality in (82, 65, 45, 25):
        done, data = cv2.imencode(".jpg", shown[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        if done and len(data) <= SHOWN_BYTES:
            return data.tobytes()
    return b""


def _number(shown: Pixels, text: str, points: NDArray[np.int32], thick: int) -> None:
    """Write a number in a red disc at the right of a box, or at its left where there is no room."""
    radius = 7 * thick
    right, left = int(points[:, 0].max()), int(points[:, 0].min())
    x = right + radius + thick if right + 2 * radius < shown.shape[1] else left - radius - thick
    y = int(points[:, 1].mean())
    cv2.circle(shown, (x, y), radius, _RED, -1, cv2.LINE_AA)
    size = _MARK * radius / 18
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
    corner = (x - width // 2, y + height // 2)
    cv2.putText(
        shown, text, corner, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), thick, cv2.LINE_AA
    )
