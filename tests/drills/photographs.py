"""Photographs of sheets, by simulation: a sheet on a table, a phone above it, a JPEG file.

Geometry is exact (pinhole, tilt, lens distortion, a sheet that does not lie quite flat). Brightness
is handled in linear light, where lens and hand blur and where light is counted; colour, which no
reader of symbols looks at, at half the resolution, as JPEG keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from tests.drills.camera import draw_warped, sheet_mapping
from tests.drills.sheets import Sheet
from tests.drills.shots import NOMINAL_LENGTH, Blur, Light, Shot

Plane = NDArray[np.float32]

THREE_MEGAPIXELS: Final = (1536, 2048)
TWO_MEGAPIXELS: Final = (1224, 1632)
CHAT_SIZE: Final = (960, 1280)  # what a messenger leaves of a picture that is not sent as a file
JPEG_QUALITY: Final = 40

# Dots of the drawn sheet for each dot of the sensor: with bilinear sampling they make its aperture.
_SHEET_DPI = {THREE_MEGAPIXELS: 250, TWO_MEGAPIXELS: 200, CHAT_SIZE: 160}
_COARSE = 8
_INK = 0.035  # what black toner reflects, of white
_READ_NOISE = 3.0  # electrons
_STEPS = 4096
_FREQUENCIES = 2048

# Luma, blue, red and how strong the grain is: wood, dark wood, laminate, white desk, cutting mat,
# black cloth.
_TABLES = (
    (138, 104, 150, 14.0),
    (82, 112, 142, 9.0),
    (165, 127, 129, 3.0),
    (222, 126, 130, 2.0),
    (78, 128, 112, 5.0),
    (38, 129, 127, 5.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative:
    """A sheet made ready to be photographed at one size.

    Args:
        luma: of the sheet, never 0.
        blue: colour difference, at half the resolution, never 0.
        red: difference, likewise.
        dots_per_mm: of the luma.
        size: width and height of the pictures.
    """

    luma: Image.Image
    blue: Image.Image
    red: Image.Image
    dots_per_mm: float
    size: tuple[int, int]


def sheet_for(sheet: Sheet, size: tuple[int, int]) -> Sheet:
    """Return the sheet as finely drawn as pictures of this size need it."""
    return sheet.at(_SHEET_DPI[size])


def prepare(sheet: Sheet, size: tuple[int, int]) -> Negative:
    """Return a sheet, drawn by `sheet_for`, ready for pictures of this size."""
    # 0 is kept for what lies beside the sheet.
    planes = sheet.picture.convert("YCbCr").point([max(1, value) for value in range(256)] * 3)
    luma, blue, red = planes.split()
    return Negative(
        luma=luma,
        blue=blue.reduce(2),
        red=red.reduce(2),
        dots_per_mm=sheet.dots_per_mm,
        size=size,
    )


def photograph(negative: Negative, shot: Shot, quality: int = JPEG_QUALITY) -> bytes:
    """Return the JPEG file of a shot, at this quality."""
    size = negative.size
    chance = np.random.default_rng([shot.noise_seed, *size])
    mapping = sheet_mapping(shot.view, size)
    luma = np.array(draw_warped(negative.luma, mapping, size, negative.dots_per_mm))
    paper = luma > 0
    table = _TABLES[int(shot.table * len(_TABLES))]
    np.copyto(luma, _table_luma(table, size, chance), where=~paper)
    light = _light_field(shot.light, paper)
    exposed = _linear(shot.light)[luma] * _enlarged(light, size)
    seen = _blurred(exposed, shot.blur)
    developed = _developed(_noisy(seen, shot, size, chance))
    half = (size[0] // 2, size[1] // 2)
    tints = []
    for plane, ground, cast in zip(
        (negative.blue, negative.red), table[1:3], shot.light.cast, strict=True
    ):
        warped = np.asarray(draw_warped(plane, mapping, half, negative.dots_per_mm / 2, 2))
        tint = np.where(warped > 0, warped, ground) - np.float32(128)
        tint *= np.float32(shot.light.paper / 255)
        tint += np.float32(cast / 255) * developed[::2, ::2]
        tint += _chroma_noise(shot, half, chance)
        tints.append(Image.fromarray(_bytes(tint + np.float32(128))).resize(size))
    picture = Image.merge("YCbCr", [Image.fromarray(developed), *tints])
    return _jpeg(picture, shot.view.quarter_turns, quality)


def _jpeg(picture: Image.Image, quarter_turns: int, quality: int) -> bytes:
    turned = picture.rotate(90 * quarter_turns, expand=True)
    output = BytesIO()
    turned.save(output, "JPEG", quality=quality, subsampling="4:2:0")
    return output.getvalue()


def _table_luma(
    table: tuple[int, int, int, float], size: tuple[int, int], chance: np.random.Generator
) -> NDArray[np.uint8]:
    """Return a table top: streaks along the picture, and finer grain."""
    luma, _, _, grain = table
    width, height = size
    streaks = chance.standard_normal((6, width // 6), dtype=np.float32)
    specks = chance.standard_normal((height // 4, width // 4), dtype=np.float32)
    field = 0.8 * _enlarged(streaks, size, smooth=True) + 0.4 * _enlarged(specks, size)
    return _bytes(luma + np.float32(grain) * field)


def _light_field(light: Light, paper: NDArray[np.bool_]) -> Plane:
    """Return the light on sheet and table over the exposure, coarsely; at most the paper's white.

    The sheet casts a little shadow on the table around it.
    """
    mask = Image.fromarray(paper[::_COARSE, ::_COARSE].astype(np.uint8) * 255)
    width, height = mask.size
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    along = (x * np.cos(light.direction) + y * np.sin(light.direction)) / np.sqrt(2)
    field = 1 - light.falloff * (along + 1) / 2
    field *= 1 - light.vignetting * (x**2 + y**2) / 2
    across = x * np.cos(light.shadow_direction) + y * np.sin(light.shadow_direction)
    field *= 1 - light.shadow / (
        1 + np.exp(np.clip((light.shadow_place - across) / light.shadow_softness * 4, -50, 50))
    )
    covered = np.asarray(mask)
    near = np.asarray(mask.filter(ImageFilter.GaussianBlur(2)), dtype=np.float32) / 255
    within = np.asarray(mask.filter(ImageFilter.GaussianBlur(0.7)), dtype=np.float32) / 255
    field *= 1 - 0.6 * near * (1 - within)
    white = _to_linear(np.array(light.paper / 255))
    return np.asarray(field * (white / field[covered > 0].max()), dtype=np.float32)


def _linear(light: Light) -> Plane:
    """Return the table from stored brightness to light, ink and stray light included."""
    reflected = _INK + (1 - _INK) * _to_linear(np.arange(256) / 255)
    return np.asarray(light.haze + (1 - light.haze) * reflected, dtype=np.float32)


def _to_linear(stored: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)


def _blurred(plane: Plane, blur: Blur) -> Plane:
    """Return what lens, focus, hand and sharpening make of it."""
    height, width = plane.shape
    dots = max(plane.shape) / NOMINAL_LENGTH
    radial, across, down = _frequencies(height, width)
    steps = np.arange(2 * _FREQUENCIES) / _FREQUENCIES
    lens = np.exp(-2 * (np.pi * blur.lens * dots * steps) ** 2)
    focus = _disc(2 * np.pi * blur.defocus * dots * steps)
    sharper = 1 + blur.sharpening * (1 - np.exp(-2 * (np.pi * 1.2 * steps) ** 2))
    round_part = (lens * focus * sharper).astype(np.float32)
    motion = np.sinc(blur.motion * dots * steps).astype(np.float32)
    path = np.abs(
        across * np.float32(np.cos(blur.motion_direction))
        + down * np.float32(np.sin(blur.motion_direction))
    ).astype(np.int16)
    spectrum = np.fft.rfft2(plane)
    spectrum *= round_part[radial] * motion[path]
    return np.fft.irfft2(spectrum, s=plane.shape).astype(np.float32, copy=False)


@cache
def _frequencies(height: int, width: int) -> tuple[NDArray[np.int16], Plane, Plane]:
    """Return frequencies in steps: their amounts, and those across and down."""
    across = (np.fft.rfftfreq(width) * _FREQUENCIES).astype(np.float32)[np.newaxis]
    down = (np.fft.fftfreq(height) * _FREQUENCIES).astype(np.float32)[:, np.newaxis]
    return np.hypot(across, down).astype(np.int16), across, down


def _disc(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 2 J1(x) / x, the transfer of a disc; the integral over the disc, by chords."""
    chords = (np.arange(64) + 0.5) / 64
    weight = np.sqrt(1 - chords**2)
    return np.asarray((np.cos(np.outer(x, chords)) * weight).sum(axis=1) / weight.sum())


def _noisy(plane: Plane, shot: Shot, size: tuple[int, int], chance: np.random.Generator) -> Plane:
    """Return the plane as so many electrons count it."""
    # Smaller pictures have larger dots, which gather more light.
    electrons = shot.electrons * (NOMINAL_LENGTH / max(size)) ** 2
    variance = np.maximum(plane, 0) / np.float32(electrons)
    variance += np.float32((_READ_NOISE / electrons) ** 2)
    noise = chance.standard_normal(plane.shape, dtype=np.float32)
    noise *= np.sqrt(variance)
    noise *= np.float32(1 + shot.blur.sharpening)
    return plane + noise


def _developed(plane: Plane) -> NDArray[np.uint8]:
    """Return the stored brightness of light, as a phone's tone curve makes it."""
    steps = (np.clip(plane, 0, 1) * np.float32(_STEPS - 1)).astype(np.int16)
    return np.asarray(_tone_curve()[steps])


@cache
def _tone_curve() -> NDArray[np.uint8]:
    light = np.arange(_STEPS) / (_STEPS - 1)
    stored = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    contrast = stored * stored * (3 - 2 * stored)
    return _bytes(255 * (0.75 * stored + 0.25 * contrast))


def _chroma_noise(shot: Shot, half: tuple[int, int], chance: np.random.Generator) -> Plane:
    """Return blotches of colour, as denoising leaves them."""
    blotches = chance.standard_normal((half[1] // 3, half[0] // 3), dtype=np.float32)
    return _enlarged(blotches * np.float32(60 / np.sqrt(shot.electrons)), half)


def _enlarged(field: Plane, size: tuple[int, int], *, smooth: bool = False) -> Plane:
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(field).resize(size, how))


def _bytes(plane: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(plane), 0, 255), dtype=np.uint8)
