"""How papers reach a verifier, technique set A: plain geometry and simple light, by OpenCV.

Every wear takes the picture of a page at `SHEET_DPI` and returns the picture that arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.forgery.papers import MM_PER_INCH, SHEET_DPI

Pixels = NDArray[np.float32]
"""Rows, columns, red-green-blue, 0 to 255."""

_LONG_SIDE: Final = 2200
_CHAT_SIDES: Final = (1280, 1440, 1600)
_TABLES: Final = ((96, 72, 52), (170, 168, 162), (60, 66, 70), (150, 120, 90))
_STAMP_RED: Final = (0.83, 0.22, 0.22)
_DOTS: Final = SHEET_DPI / MM_PER_INCH

Chance = np.random.Generator
Wear = Callable[[Image.Image, Chance], Image.Image]


def clean(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A picture of the page as a viewer shows it."""
    return _scaled(sheet, 1754)


def scan(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A flatbed scan: turned a little, with dust, and paper that is not quite white."""
    pixels = _pixels(_scaled(sheet, 1754 if chance.random() < 0.5 else 2339))
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), chance.uniform(-1.2, 1.2), 0.985)
    pixels = _array(cv2.warpAffine(pixels, turn, (width, height), borderValue=(238, 238, 236)))
    for _ in range(int(chance.integers(10, 40))):
        place = int(chance.integers(width)), int(chance.integers(height))
        grey = float(chance.uniform(40, 200))
        cv2.circle(pixels, place, int(chance.integers(1, 3)), (grey, grey, grey), -1)
    return _picture(_noisy(pixels * chance.uniform(0.94, 1.0), 2.5, chance))


def perspective(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph from the side."""
    return _picture(_noisy(_shot(sheet, chance, tilt=0.09), 3, chance))


def defocus(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph a little out of focus."""
    shot = _shot(sheet, chance)
    return _picture(_noisy(_blurred(shot, chance.uniform(0.9, 1.6)), 3, chance))


def motion(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph by a hand that moved."""
    length = int(chance.integers(3, 6))
    kernel = np.zeros((9, 9), np.float32)
    angle = chance.uniform(0, np.pi)
    for step in np.linspace(-length / 2, length / 2, 41):
        kernel[round(4 + step * np.sin(angle)), round(4 + step * np.cos(angle))] += 1
    shot = _array(cv2.filter2D(_shot(sheet, chance), -1, kernel / kernel.sum()))
    return _picture(_noisy(shot, 3, chance))


def glare(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph with a lamp mirrored in the paper's gloss: washed out, not gone."""
    shot = _shot(sheet, chance)
    spot = _spot(shot.shape, chance, 0.10, 0.22)[..., np.newaxis]
    return _picture(_noisy(shot + (255 - shot) * spot * chance.uniform(0.45, 0.7), 3, chance))


def moire(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph of a screen: its dots and the camera's make coloured waves."""
    shot = _shot(sheet, chance, tilt=0.03)
    height, width = shot.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for channel in range(3):
        angle, length = chance.uniform(0, np.pi), chance.uniform(6, 40)
        wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / length)
        shot[..., channel] *= 1 + np.float32(chance.uniform(0.03, 0.08)) * wave
    return _picture(_noisy(shot, 2, chance))


def shadow(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph with the shadow of hand and phone across."""
    shot = _shot(sheet, chance)
    edge = _ramp(shot.shape, chance)
    dark = 1 / (1 + np.exp(-(edge - chance.uniform(-0.3, 0.3)) * chance.uniform(8, 40)))
    shot *= (1 - chance.uniform(0.35, 0.6) * dark)[..., np.newaxis].astype(np.float32)
    return _picture(_noisy(shot, 3, chance))


def uneven_light(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph beside a window."""
    shot = _shot(sheet, chance)
    field = 1 - chance.uniform(0.3, 0.5) * (_ramp(shot.shape, chance) + 1) / 2
    return _picture(_noisy(shot * field[..., np.newaxis].astype(np.float32), 3, chance))


def stamp(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A red stamp over part of the print, then a photograph."""
    return _picture(_noisy(_shot(_stamped(sheet, chance), chance), 3, chance))


def fold(sheet: Image.Image, chance: Chance) -> Image.Image:
    """Folded in three like a letter, then a photograph."""
    pixels = _pixels(sheet)
    height = pixels.shape[0]
    for place in (height / 3, 2 * height / 3):
        middle = place + chance.uniform(-0.02, 0.02) * height
        y = np.arange(height, dtype=np.float32) - middle
        crease = np.exp(-((y / (0.5 * _DOTS)) ** 2))
        flank = 0.18 * np.exp(-np.abs(y) / (9 * _DOTS)) * np.sign(y) * chance.choice([-1, 1])
        light = ((1 + flank) * (1 - 0.15 * crease)).astype(np.float32)
        pixels *= light[:, np.newaxis, np.newaxis]
        worn = (0.35 * crease).astype(np.float32)[:, np.newaxis, np.newaxis]
        pixels += (235 - pixels) * worn
    return _picture(_noisy(_shot(_picture(pixels), chance), 3, chance))


def low_light(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph in the evening: dark, warm, grainy."""
    shot = _shot(sheet, chance) * np.array([0.62, 0.55, 0.45], np.float32)
    return _picture(_noisy(_blurred(shot, 0.7), chance.uniform(7, 11), chance))


def chat_app(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph as a chat app hands it on: 1280 to 1600 dots long."""
    shot = _picture(_noisy(_shot(sheet, chance), 3, chance))
    return _scaled(shot, int(chance.choice(_CHAT_SIDES)))


def colour_cast(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph under a lamp of another colour."""
    cast = chance.uniform(0.72, 1.0, size=3).astype(np.float32)
    return _picture(_noisy(_shot(sheet, chance) * cast, 3, chance))


WEARS: Final[Mapping[str, Wear]] = MappingProxyType(
    {
        "clean": clean,
        "scan": scan,
        "perspective": perspective,
        "defocus": defocus,
        "motion": motion,
        "glare": glare,
        "moiré": moire,
        "shadow": shadow,
        "uneven light": uneven_light,
        "stamp over text": stamp,
        "folded": fold,
        "low light": low_light,
        "chat app": chat_app,
        "colour cast": colour_cast,
    }
)


def _shot(sheet: Image.Image, chance: Chance, tilt: float = 0.03) -> Pixels:
    """Return the sheet on a table as a camera above it sees it, by four corners.

    Args:
        tilt: how far the corners stray at most, of the picture's sides.
    """
    source = np.asarray(sheet)
    height, width = source.shape[:2]
    ratio = _LONG_SIDE / max(height, width)
    size = round(width * ratio), round(height * ratio)
    margin = chance.uniform(0.02, 0.05)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    inwards = np.sign(0.5 - corners)
    strayed = chance.uniform(0, tilt, size=(4, 2))
    seen = (corners + inwards * (margin + strayed)) * np.array(size)
    turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), chance.uniform(-2.5, 2.5), 0.97)
    seen = seen @ turn[:, :2].T + turn[:, 2]
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(whole, seen.astype(np.float32))
    table = _table(size, chance)
    warped = cv2.warpPerspective(source, matrix, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, size)
    share = mask.astype(np.float32)[..., np.newaxis] / 255
    return _array(warped.astype(np.float32) * share * 0.97 + table * (1 - share))


def _table(size: tuple[int, int], chance: Chance) -> Pixels:
    colour = np.array(_TABLES[int(chance.integers(len(_TABLES)))], np.float32)
    grain = chance.normal(0, 9, size=(size[1], size[0] // 16, 1)).astype(np.float32)
    finer = _array(cv2.resize(grain, size, interpolation=cv2.INTER_LINEAR))
    return _array(colour + finer[..., np.newaxis])


def _stamped(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A ring of 42 mm with a star, somewhere over the table of values."""
    pixels = _pixels(sheet)
    height, width = pixels.shape[:2]
    radius = 21 * _DOTS
    x = chance.uniform(0.3, 0.6) * width
    y = chance.uniform(0.4, 0.7) * height
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    far, angle = np.hypot(columns - x, rows - y), np.arctan2(rows - y, columns - x)
    ring = np.abs(far - radius) < 0.6 * _DOTS
    letters = (np.abs(far - radius * 0.78) < 1.6 * _DOTS) & ((angle * 12 / np.pi) % 1 < 0.55)
    star = far < radius * (0.16 + 0.12 * np.abs(np.cos(angle * 2.5)))
    drawn = (ring | letters | star).astype(np.float32) * np.float32(chance.uniform(0.6, 0.9))
    ink = _blurred(drawn, 1.0)[..., np.newaxis]
    return _picture(pixels * (1 - ink + ink * np.array(_STAMP_RED, np.float32)))


def _spot(shape: tuple[int, ...], chance: Chance, least: float, most: float) -> Pixels:
    height, width = shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    middle_x, middle_y = chance.uniform(0.2, 0.8) * width, chance.uniform(0.2, 0.8) * height
    reach = chance.uniform(least, most) * max(shape)
    return _array(np.exp(-(((x - middle_x) ** 2 + (y - middle_y) ** 2) / (2 * reach**2))))


def _ramp(shape: tuple[int, ...], chance: Chance) -> Pixels:
    """Return -1 to 1 along some direction."""
    height, width = shape[:2]
    angle = chance.uniform(0, 2 * np.pi)
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    return _array((x * np.cos(angle) + y * np.sin(angle)) / np.sqrt(2))


def _blurred(pixels: Pixels, sigma: float) -> Pixels:
    return _array(cv2.GaussianBlur(pixels, (0, 0), sigma))


def _noisy(pixels: Pixels, sigma: float, chance: Chance) -> Pixels:
    noise = chance.standard_normal(pixels.shape, dtype=np.float32)
    return _array(pixels + noise * np.float32(sigma))


def _scaled(picture: Image.Image, long_side: int) -> Image.Image:
    ratio = long_side / max(picture.size)
    size = round(picture.width * ratio), round(picture.height * ratio)
    return picture.resize(size, Image.Resampling.LANCZOS)


def _pixels(picture: Image.Image) -> Pixels:
    return np.array(picture, np.float32)


def _array(pixels: object) -> Pixels:
    return np.asarray(pixels, np.float32)


def _picture(pixels: Pixels) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))
