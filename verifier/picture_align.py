"""Lays a picture of a certificate onto the page as issued; a part of `picture_child`.

Corners found in both (ORB, then the slower SIFT) give one perspective. What a bent paper or a lens
leaves over is measured patch by patch and taken out by a smooth surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.picture_reference import Box, Pixels

Plane = NDArray[np.float32]
Points = NDArray[np.float64]

LEAST_MATCHES: Final = 30
_HALF: Final = 0.5  # corners are looked for at half the reference's dots
_CORNERS: Final = 4000
_LONG_SIDE: Final = 1700  # pixels of the picture in which corners are looked for
_RATIO: Final = 0.8
_MOST_PIXELS_OFF: Final = 5.0  # at half size
_LEAST_SPREAD: Final = 0.2  # of the page: a QR code alone is no page
_LEAST_PAGE_SHARE: Final = 0.6  # of the page that must lie within the picture
_PATCH: Final = 44
_STEP: Final = 40
_SEARCH: Final = 14
_LEAST_LIKENESS: Final = 0.55
_LEAST_PATCHES: Final = 40
_DEGREE: Final = 4
_ROUNDS: Final = 4
_BAND: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A picture laid onto the page.

    Args:
        colours: the picture as it lies on the page, in the reference's dots.
        inside: which of those dots the picture shows at all.
        scale: dots of the picture for each dot of the reference.
        x, y: for each dot of the reference, where it comes from in the picture.
    """

    colours: Pixels
    inside: NDArray[np.bool_]
    scale: float
    x: Plane
    y: Plane

    def outline(self, box: Box) -> list[tuple[float, float]]:
        """Return where the corners of a box of the page are in the picture."""
        height, width = self.x.shape
        left, right = (min(max(one, 0), width - 1) for one in (box[0], box[2]))
        top, bottom = (min(max(one, 0), height - 1) for one in (box[1], box[3]))
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        return [(float(self.x[y, x]), float(self.y[y, x])) for x, y in corners]


def lay_onto(picture: Pixels, reference: Pixels) -> Laid | None:
    """Return the picture laid onto the page, or None where the page is not found in it.

    Args:
        picture: red, green and blue.
        reference: likewise.
    """
    page = _resized(reference, _HALF)
    shrink = min(1.0, _LONG_SIDE / max(picture.shape[:2]))
    small = _resized(picture, shrink)
    found = _perspective(page[:, :, 0], small[:, :, 0])
    if found is None:
        return None
    to_full = np.diag([1 / shrink, 1 / shrink, 1.0]) @ found @ np.diag([_HALF, _HALF, 1.0])
    height, width = reference.shape[:2]
    if not _is_sensible(to_full, (width, height), (picture.shape[1], picture.shape[0])):
        return None
    x, y = _places(to_full, width, height)
    x, y = _straightened(picture, page[:, :, 0], x, y)
    scale = _scale(x, y)
    smooth = picture
    if scale > 1.2:
        smooth = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.4 * scale), np.uint8)
    colours = cv2.remap(smooth, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    inside = (x >= 0) & (y >= 0) & (x <= picture.shape[1] - 1) & (y <= picture.shape[0] - 1)
    return Laid(colours=np.asarray(colours, np.uint8), inside=inside, scale=scale, x=x, y=y)


def _resized(picture: Pixels, scale: float) -> Pixels:
    resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.uint8)


def _perspective(page: Pixels, picture: Pixels) -> Points | None:
    """Return what takes dots of the page to dots of the picture, both as here."""
    for finder, norm, share in (
        (cv2.ORB.create(_CORNERS), cv2.NORM_HAMMING, 1.0),
        (cv2.SIFT.create(_CORNERS), cv2.NORM_L2, 0.5),  # it needs much memory for each dot
    ):
        at_page, of_page = finder.detectAndCompute(_resized(page, share), None)
        at_picture, of_picture = finder.detectAndCompute(_resized(picture, share), None)
        if of_page is None or of_picture is None or len(of_page) < 2 or len(of_picture) < 2:
            continue
        pairs = cv2.BFMatcher(norm).knnMatch(of_picture, of_page, 2)
        good = [pair[0] for pair in pairs if pair[0].distance < _RATIO * pair[1].distance]
        if len(good) < LEAST_MATCHES:
            continue
        source = np.array([at_page[one.trainIdx].pt for one in good], np.float32) / share
        target = np.array([at_picture[one.queryIdx].pt for one in good], np.float32) / share
        found, used = cv2.findHomography(
            source, target, cv2.USAC_MAGSAC, _MOST_PIXELS_OFF, maxIters=5000, confidence=0.999
        )
        if found is None or int(used.sum()) < LEAST_MATCHES:
            continue
        around = cv2.convexHull(source[used.ravel() > 0])
        if cv2.contourArea(around) >= _LEAST_SPREAD * page.shape[0] * page.shape[1]:
            return np.asarray(found, np.float64)
    return None


def _is_sensible(matrix: Points, page: tuple[int, int], picture: tuple[int, int]) -> bool:
    """Return whether a page seen so is a page: not folded over, not mirrored, mostly in sight."""
    width, height = page
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    seen = cv2.perspectiveTransform(corners, matrix).reshape(4, 2).astype(np.float32)
    if not np.isfinite(seen).all() or not cv2.isContourConvex(seen.reshape(4, 1, 2)):
        return False
    if cv2.contourArea(seen, True) < 0:
        return False
    x, y = _places(matrix, width, height, step=32)
    shown = (x >= 0) & (y >= 0) & (x < picture[0]) & (y < picture[1])
    return float(shown.mean()) >= _LEAST_PAGE_SHARE


def _places(matrix: Points, width: int, height: int, step: int = 1) -> tuple[Plane, Plane]:
    across = np.arange(0, width, step, dtype=np.float32)
    down = np.arange(0, height, step, dtype=np.float32)[:, None]
    x, y = (np.empty((len(down), len(across)), np.float32) for _ in range(2))
    for top in range(0, len(down), _BAND):  # a few lines at a time, which the processor keeps near
        band = slice(top, top + _BAND)
        first, second, third = (
            matrix[row, 0] * across + matrix[row, 1] * down[band] + matrix[row, 2]
            for row in range(3)
        )
        x[band], y[band] = first / third, second / third
    return x, y


def _scale(x: Plane, y: Plane) -> float:
    across, down = (one[::16, 1::16] - one[::16, :-1:16] for one in (x, y))
    return float(np.median(np.hypot(across, down)))


def _straightened(picture: Pixels, page: Pixels, x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """Take out what is left over of a bent paper, measured at half size."""
    half_x, half_y = x[::2, ::2], y[::2, ::2]
    laid = cv2.remap(
        picture[:, :, 0], half_x, half_y, cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    places, moves = _moves(page, np.asarray(laid, np.uint8))
    if len(places) < _LEAST_PATCHES:
        return x, y
    height, width = page.shape
    terms = _terms(places[:, 0] / width, places[:, 1] / height)
    keep = np.ones(len(places), bool)
    for _ in range(_ROUNDS):
        surface, *_ = np.linalg.lstsq(terms[keep], moves[keep], rcond=None)
        off = np.hypot(*(terms @ surface - moves).T)
        keep = off <= max(1.5, 2.5 * float(np.median(off[keep])))
        if keep.sum() < _LEAST_PATCHES:
            return x, y
    return _moved(x, y, np.asarray(surface, np.float64))


def _moves(page: Pixels, laid: Pixels) -> tuple[Points, Points]:
    """Return the centres of patches of the page, and how far each is moved in the picture."""
    places, moves = [], []
    height, width = page.shape
    reach = _PATCH // 2 + _SEARCH
    for top in range(reach, height - reach, _STEP):
        for left in range(reach, width - reach, _STEP):
            half = _PATCH // 2
            patch = page[top - half : top + half, left - half : left + half]
            if patch.std() < 6:
                continue
            around = laid[top - reach : top + reach, left - reach : left + reach]
            like = cv2.matchTemplate(around, patch, cv2.TM_CCOEFF_NORMED)
            _, best, _, (at_x, at_y) = cv2.minMaxLoc(like)
            inner = 0 < at_x < 2 * _SEARCH and 0 < at_y < 2 * _SEARCH
            if best >= _LEAST_LIKENESS and inner:
                places.append((left, top))
                moves.append((at_x - _SEARCH, at_y - _SEARCH))
    return np.array(places, np.float64).reshape(-1, 2), np.array(moves, np.float64).reshape(-1, 2)


def _terms(across: Points, down: Points) -> Points:
    powers = [(i, j) for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)]
    return np.stack([across**i * down**j for i, j in powers], axis=-1)


def _moved(x: Plane, y: Plane, surface: Points) -> tuple[Plane, Plane]:
    """Take each dot from where the surface says it is, in dots of half size."""
    height, width = x.shape
    along, up = np.linspace(0, 1, width // 16), np.linspace(0, 1, height // 16)
    coarse = (_terms(*np.meshgrid(along, up)) @ surface / _HALF).astype(np.float32)
    moves = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    at_x = moves[:, :, 0] + np.arange(width, dtype=np.float32)
    at_y = moves[:, :, 1] + np.arange(height, dtype=np.float32)[:, None]
    mode = cv2.BORDER_REPLICATE
    new_x = cv2.remap(x, at_x, at_y, cv2.INTER_LINEAR, borderMode=mode)
    new_y = cv2.remap(y, at_x, at_y, cv2.INTER_LINEAR, borderMode=mode)
    return np.asarray(new_x, np.float32), np.asarray(new_y, np.float32)
