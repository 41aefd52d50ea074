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

SHOWN_SIDE: Final = 1400  # pixels of the longer side where the picture whole is too many bytes
SHOWN_BYTES: Final = 600_000
_RED: Final = (224, 32, 32)
_AMBER: Final = (214, 134, 0)
_DASH: Final = 6  # times a line's breadth
_AIR: Final = 10  # dots of the page around what is boxed
_INK: Final = 45  # levels of grey darker than the paper around it
_MARK: Final = 0.9
_FARTHEST: Final = 40  # radii of a number's disc between it and its box
_EDGE: Final = 4  # dots of a line that are of the box it leads to


def outline_of(boxes: Sequence[Box], laid: Laid) -> Outline:
    """Return the corners, in the picture, of what is around these boxes of the page."""
    around = (
        min(box[0] for box in boxes) - _AIR,
        min(box[1] for box in boxes) - _AIR,
        max(box[2] for box in boxes) + _AIR,
        max(box[3] for box in boxes) + _AIR,
    )
    return laid.outline(around)


def draw_boxes(
    picture: Pixels, outlines: Sequence[Outline], doubtful: Sequence[Outline] = ()
) -> bytes:
    """Return the picture as a JPEG with boxes, smaller only where it must be.

    Args:
        outlines: of what differs, in red, numbered.
        doubtful: of what cannot be told, in dashes of amber.
    """
    side = max(picture.shape[:2])
    sizes = ((1.0, (82, 65, 45, 35)), (min(1.0, SHOWN_SIDE / side), (82, 65, 45, 25)))
    for scale, qualities in sizes:
        shown = _boxed(picture, outlines, doubtful, scale)
        for quality in qualities:
            settings = [cv2.IMWRITE_JPEG_QUALITY, quality]
            done, data = cv2.imencode(".jpg", shown[:, :, ::-1], settings)
            if done and len(data) <= SHOWN_BYTES:
                return data.tobytes()
    return b""


def _boxed(
    picture: Pixels, outlines: Sequence[Outline], doubtful: Sequence[Outline], scale: float
) -> Pixels:
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    shown = np.ascontiguousarray(small, np.uint8)
    thick = max(2, round(max(shown.shape[:2]) / 700))
    boxes = [_scaled(outline, scale) for outline in outlines]
    taken = _printed(shown)
    for outline in doubtful:
        _dashed(shown, _scaled(outline, scale), thick)
    for points in boxes:
        cv2.fillConvexPoly(taken, points.reshape(-1, 1, 2), 1)
    for number, points in enumerate(boxes, start=1):
        cv2.polylines(shown, [points.reshape(-1, 1, 2)], True, _RED, thick, cv2.LINE_AA)
        _number(shown, str(number), points, thick, taken)
    return shown


def _scaled(outline: Outline, scale: float) -> NDArray[np.int32]:
    return np.round(np.array(outline) * scale).astype(np.int32)


def _dashed(shown: Pixels, points: NDArray[np.int32], thick: int) -> None:
    """Draw a box in dashes of amber."""
    for start, end in zip(points, np.roll(points, -1, axis=0), strict=True):
        length = float(np.hypot(*(end - start)))
        for at in np.arange(0, length, 2 * _DASH * thick):
            shares = at / length, min(1.0, (at + _DASH * thick) / length)
            one, other = (np.round(start + share * (end - start)).astype(int) for share in shares)
            cv2.line(shown, one.tolist(), other.tolist(), _AMBER, thick, cv2.LINE_AA)


def _printed(shown: Pixels) -> NDArray[np.uint8]:
    """Return 1 where something darker than the paper around it is seen."""
    grey = cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY)
    wide = max(9, max(grey.shape) // 24)
    paper = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((wide, wide), np.uint8))
    return (paper.astype(np.int16) - grey > _INK).astype(np.uint8)


def _number(
    shown: Pixels, text: str, points: NDArray[np.int32], thick: int, taken: NDArray[np.uint8]
) -> None:
    """Write a number in a red disc beside a box, where it covers least, a thin line between."""
    radius = 7 * thick
    x, y = _free_place(points, radius, taken)
    near = _nearest(points, (x, y))
    cv2.line(shown, (x, y), near, _RED, max(1, thick // 2), cv2.LINE_AA)
    cv2.circle(shown, (x, y), radius, _RED, -1, cv2.LINE_AA)
    cv2.circle(taken, (x, y), radius + thick, 1, -1)
    size = _MARK * radius / 18
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
    corner = (x - width // 2, y + height // 2)
    cv2.putText(
        shown, text, corner, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), thick, cv2.LINE_AA
    )


def _free_place(
    points: NDArray[np.int32], radius: int, taken: NDArray[np.uint8]
) -> tuple[int, int]:
    """Return the middle of the nearest disc beside a box that, with its line, covers least."""
    height, width = taken.shape
    least = (float("inf"), points[0])
    for far in range(2 * radius, min(_FARTHEST * radius, max(height, width)), radius // 2):
        for x, y in _places(points, far):
            if not (radius < x < width - radius and radius < y < height - radius):
                continue
            under = int(taken[y - radius : y + radius, x - radius : x + radius].sum())
            covered = under + radius * _crossed(_nearest(points, (x, y)), (x, y), taken)
            if covered == 0:
                return x, y
            least = min(least, (covered, (x, y)), key=lambda one: one[0])
    return int(least[1][0]), int(least[1][1])


def _places(points: NDArray[np.int32], far: int) -> list[tuple[int, int]]:
    """Return places at this distance from a box, those level with its middle first."""
    left, top, right, bottom = _sides(points)
    middle_x, middle_y = (left + right) // 2, (top + bottom) // 2
    beside = [(x, y) for y in (middle_y, top, bottom) for x in (right + far, left - far)]
    return beside + [(x, y) for x in (middle_x, right, left) for y in (top - far, bottom + far)]


def _nearest(points: NDArray[np.int32], place: tuple[int, int]) -> tuple[int, int]:
    left, top, right, bottom = _sides(points)
    return min(max(place[0], left), right), min(max(place[1], top), bottom)


def _sides(points: NDArray[np.int32]) -> tuple[int, int, int, int]:
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return int(left), int(top), int(right), int(bottom)


def _crossed(start: tuple[int, int], end: tuple[int, int], taken: NDArray[np.uint8]) -> int:
    """Return how many taken dots lie on the line between two places, the box's own edge aside."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    xs = np.linspace(start[0], end[0], steps + 1).astype(int)[_EDGE:]
    ys = np.linspace(start[1], end[1], steps + 1).astype(int)[_EDGE:]
    return int(taken[ys, xs].sum())
