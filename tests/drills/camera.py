"""Where each dot of a photograph looks on the sheet, and how the sheet is drawn there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.drills.sheets import A4_MM
from tests.drills.shots import View

Points = NDArray[np.float64]

# Between corners of these cells the map is bilinear, which is off by less than 1/20 of a dot.
_CELL = 64
_FITTINGS = 12
_KEPT_MARGIN = 0.008

Mapping = Callable[[Points], Points]


def sheet_mapping(view: View, size: tuple[int, int]) -> Mapping:
    """Return the map from points of the picture to millimetres from the sheet's upper left corner.

    Args:
        view: where the camera stands.
        size: width and height of the picture.
    """
    middle = np.array(size) / 2
    focal = view.focal_length * max(size)
    turned = _rotation(view)
    distance, shift = _fit(view, size, turned, focal)
    origin = -distance * turned[2]  # the camera, seen from the sheet's middle
    half_diagonal = np.hypot(*middle)

    def to_sheet(points: Points) -> Points:
        bent = points - middle
        reach = np.square(bent).sum(axis=-1, keepdims=True) / half_diagonal**2
        seen = (bent * (1 - view.distortion * reach) - shift) / focal
        rays = np.concatenate([seen, np.ones_like(seen[..., :1])], axis=-1) @ turned
        flat = origin + rays * (-origin[2] / rays[..., 2:])
        rise = _rise(view, flat[..., :2])[..., np.newaxis]
        met = origin + rays * ((-rise - origin[2]) / rays[..., 2:])
        return np.asarray(met[..., :2] + np.array(A4_MM) / 2)

    return to_sheet


def draw_warped(
    plane: Image.Image, mapping: Mapping, size: tuple[int, int], scale: float, step: float = 1
) -> Image.Image:
    """Return the sheet's plane as the picture shows it, 0 beside the sheet.

    Args:
        plane: grey; its own dots.
        mapping: from the picture to the sheet.
        size: of the result.
        scale: dots of the plane per millimetre.
        step: dots of the picture that one dot of the result stands for.
    """
    width, height = size
    columns = np.arange(0, width + _CELL, _CELL)
    rows = np.arange(0, height + _CELL, _CELL)
    corners = np.stack(np.meshgrid(columns, rows), axis=-1) * step
    source = mapping(corners.astype(np.float64)) * scale
    cells = [
        (
            (left, top, left + _CELL, top + _CELL),
            tuple(
                float(value)
                for corner in ((0, 0), (1, 0), (1, 1), (0, 1))
                for value in source[row + corner[0], column + corner[1]]
            ),
        )
        for row, top in enumerate(rows[:-1].tolist())
        for column, left in enumerate(columns[:-1].tolist())
    ]
    whole = (len(columns) - 1) * _CELL, (len(rows) - 1) * _CELL
    warped = plane.transform(whole, Image.Transform.MESH, cells, Image.Resampling.BILINEAR)
    return warped.crop((0, 0, width, height))


def _rotation(view: View) -> Points:
    """Return the rotation from the sheet's axes to the camera's."""
    tilt = np.radians(view.tilt_degrees)
    axis = np.array([np.cos(view.tilt_direction), np.sin(view.tilt_direction), 0.0])
    cross = np.array([[0, 0, axis[1]], [0, 0, -axis[0]], [-axis[1], axis[0], 0]])
    leaning = np.eye(3) + np.sin(tilt) * cross + (1 - np.cos(tilt)) * cross @ cross
    cosine, sine = np.cos(view.roll), np.sin(view.roll)
    rolled = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    return np.asarray(rolled @ leaning)


def _fit(view: View, size: tuple[int, int], turned: Points, focal: float) -> tuple[float, Points]:
    """Return how far the camera stands, and the shift that puts the sheet off centre as wanted."""
    width, height = A4_MM
    flat = np.array([(x * width / 2, y * height / 2) for x in (-1, 0, 1) for y in (-1, 0, 1)])
    rise = _rise(view, flat)
    seen = np.column_stack([flat, -rise]) @ turned.T
    distance = focal * height / max(size)
    for _ in range(_FITTINGS):
        shown = focal * seen[:, :2] / (seen[:, 2:] + distance)
        extent = np.ptp(shown, axis=0)
        distance *= float((extent / np.array(size)).max()) / view.fill
    shown = focal * seen[:, :2] / (seen[:, 2:] + distance)
    low, high = shown.min(axis=0), shown.max(axis=0)
    # Some margin is kept, so that the lens bends no corner out of the picture.
    spare = (np.array(size) - (high - low)) / 2 - _KEPT_MARGIN * max(size)
    return distance, np.array(view.off_centre) * np.maximum(spare, 0) - (low + high) / 2


def _rise(view: View, places: Points) -> Points:
    """Return how far the sheet rises from the table, by places in millimetres from its middle."""
    along = places @ np.array([np.cos(view.curl_direction), np.sin(view.curl_direction)])
    return np.asarray(view.curl_mm * np.square(along / 150))
