"""Sees a page or a picture in light of one colour; a part of `picture_child`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_BACKGROUND: Final = 31  # dots: wider than a stroke, narrower than a shadow
_STAMPED: Final = 0.06  # darker than this in green and blue than in red: ink of a stamp
_STAMP_INK: Final = 0.3  # of red light, at most, that a stamp and what is smeared of it keep back


@dataclass(frozen=True, slots=True, kw_only=True)
class Lights:
    """One picture in light of several colours; ink is from 0 to 1, as `ink_of` has it.

    Args:
        red: as it looks in red light, from 0 to 255, red stamps taken out.
        ink: what is dark in that.
        green: what is dark in green light.
        blue: what is dark in blue light.
        redness: how much darker each dot is in green light than in red.
    """

    red: NDArray[np.uint8]
    ink: Plane
    green: Plane
    blue: Plane
    redness: Plane


def lights_of(colours: NDArray[np.uint8]) -> Lights:
    """Return a picture in light of several colours.

    Red ink keeps some red light back, and compressing a picture smears its colour beyond its
    strokes. So near ink that is seen in green and blue light only what is dark counts as print.

    Args:
        colours: red, green and blue.
    """
    plain, *others = (np.ascontiguousarray(colours[:, :, channel]) for channel in range(3))
    paper = _paper_of(plain)
    ink = _ink_on(plain, paper)
    green, blue = map(ink_of, others)
    stamped = cv2.GaussianBlur((green + blue) / 2 - ink, (0, 0), 1.5)
    stamps = np.clip(stamped / _STAMPED - 1, 0, 1)
    near = np.asarray(cv2.dilate(stamps, np.ones((5, 5), np.uint8)), np.float32)
    red = _cleared(plain, paper, ink, near)
    return Lights(red=red, ink=ink_of(red), green=green, blue=blue, redness=green - ink)


def ink_of(light: NDArray[np.uint8]) -> Plane:
    """Return how dark each dot is against the paper around it, from 0 to 1.

    Shadows and slow changes of light are taken out.

    Args:
        light: the picture in light of one colour.
    """
    return _ink_on(light, _paper_of(light))


def _cleared(plain: NDArray[np.uint8], paper: Plane, ink: Plane, near: Plane) -> NDArray[np.uint8]:
    """Return a picture in red light without what is no print, where the ink of a stamp is near."""
    at = near > 0
    own = ink[at]
    print_only = np.clip((own - _STAMP_INK) / (1 - _STAMP_INK), 0, 1)
    red = plain.copy()
    red[at] = ((1 - own - near[at] * (print_only - own)) * paper[at]).astype(np.uint8)
    return red


def _ink_on(light: NDArray[np.uint8], paper: Plane) -> Plane:
    dark = np.maximum(paper, 8.0)
    np.divide(light, dark, out=dark)
    np.subtract(1, dark, out=dark)
    return np.clip(dark, 0, 1, out=dark)


def _paper_of(light: NDArray[np.uint8]) -> Plane:
    """Return how bright the paper is around each dot."""
    small = cv2.resize(
        light.astype(np.float32), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA
    )
    kernel = np.ones((_BACKGROUND // 4, _BACKGROUND // 4), np.uint8)
    paper = cv2.GaussianBlur(cv2.dilate(small, kernel), (0, 0), _BACKGROUND / 8)
    wide = cv2.resize(paper, (light.shape[1], light.shape[0]), interpolation=cv2.INTER_LINEAR)
    return wide.astype(np.float32, copy=False)
