"""The part of a picture around a QR symbol, its light evened out, in parts of the symbol."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Plane = NDArray[np.float32]
Corners = NDArray[np.float64]

_FINE = 3  # dots of the window for each of the picture
_MARGIN_SHARE = 0.15
_WINDOW_DOTS = 1200  # a side at most before it is enlarged
_NEAR_SHARE = 1 / 12  # of the symbol; within so much both paper and ink are always seen
_NEAR_CELLS = 9
_LEAST_CONTRAST = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The surroundings of a symbol, enlarged.

    Args:
        contrast: from -1 where dark to 1 where light.
        corner: upper left, in dots of the picture.
        scale: dots of the window for each of the picture.
    """

    contrast: Plane
    corner: tuple[int, int]
    scale: float

    def nearest(self, corners: Corners, points: Corners) -> Plane:
        """Return the contrast at points of a symbol, 0 outside the window.

        Args:
            corners: of the symbol, in dots of the picture.
            points: in parts of its side.
        """
        x, y = self._places(corners, points).astype(np.intp).T
        height, width = self.contrast.shape
        inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        seen = self.contrast[y.clip(0, height - 1), x.clip(0, width - 1)]
        return np.asarray(seen * inside, np.float32)

    def flattened(self, corners: Corners, dots: int) -> Plane:
        """Return the symbol seen straight from above, so many dots a side."""
        steps = (np.arange(dots) + 0.5) / dots
        places = self._places(corners, np.stack(np.meshgrid(steps, steps), axis=-1))
        height, width = self.contrast.shape
        x = (places[..., 0] - 0.5).clip(0, width - 1.001)
        y = (places[..., 1] - 0.5).clip(0, height - 1.001)
        column, row = x.astype(np.intp), y.astype(np.intp)
        right, down = (x - column).astype(np.float32), (y - row).astype(np.float32)
        upper = self.contrast[row, column] * (1 - right) + self.contrast[row, column + 1] * right
        row += 1
        lower = self.contrast[row, column] * (1 - right) + self.contrast[row, column + 1] * right
        return np.asarray(upper * (1 - down) + lower * down, np.float32)

    def _places(self, corners: Corners, points: Corners) -> Corners:
        return (_project(corners, points) - self.corner) * self.scale


def open_window(picture: Image.Image, outline: Corners) -> Window:
    """Return the window about an outline.

    Args:
        picture: grey.
        outline: corners, in its dots.
    """
    low, high = outline.min(axis=0), outline.max(axis=0)
    side = float((high - low).max())
    left, top = (int(edge) for edge in np.maximum(low - _MARGIN_SHARE * side, 0))
    right, bottom = (
        int(edge) for edge in np.minimum(high + _MARGIN_SHARE * side + 1, picture.size)
    )
    scale = min(_FINE, _FINE * _WINDOW_DOTS / max(right - left, bottom - top))
    size = (max(2, round((right - left) * scale)), max(2, round((bottom - top) * scale)))
    part = picture.resize(size, Image.Resampling.BICUBIC, (left, top, right, bottom))
    dark, light = _extremes(part, _NEAR_SHARE * side * scale)
    half = np.maximum(light - dark, _LEAST_CONTRAST) / 2
    contrast = (np.asarray(part, np.float32) - (light + dark) / 2) / half
    return Window(contrast=contrast.clip(-1, 1), corner=(left, top), scale=scale)


def _extremes(picture: Image.Image, reach: float) -> tuple[Plane, Plane]:
    """Return the darkest and the lightest brightness within reach of each dot, smoothed."""
    step = max(1.0, 2 * reach / _NEAR_CELLS)
    size = (max(1, round(picture.width / step)), max(1, round(picture.height / step)))
    small = picture.resize(size, Image.Resampling.BOX)
    dark, light = (
        np.asarray(
            small.filter(kind(_NEAR_CELLS))
            .filter(ImageFilter.GaussianBlur(_NEAR_CELLS / 3))
            .resize(picture.size, Image.Resampling.BILINEAR),
            np.float32,
        )
        for kind in (ImageFilter.MinFilter, ImageFilter.MaxFilter)
    )
    return dark, light


def _project(corners: Corners, points: Corners) -> Corners:
    """Return where points of the unit square lie when its corners lie at these corners."""
    first, second, third, fourth = corners
    a, b = second - third, fourth - third
    skew = first - second + third - fourth
    whole = a[0] * b[1] - b[0] * a[1]
    g = (skew[0] * b[1] - b[0] * skew[1]) / whole
    h = (a[0] * skew[1] - skew[0] * a[1]) / whole
    across, down = second - first + g * second, fourth - first + h * fourth
    u, v = points[..., :1], points[..., 1:]
    return np.asarray((u * across + v * down + first) / (u * g + v * h + 1))
