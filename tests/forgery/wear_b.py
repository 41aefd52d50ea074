"""How papers reach a verifier, technique set B: the camera of the readability drill.

Light falls, lenses bend and electrons are counted as in `tests.drills.photographs`; what happens
to paper and on the way is done otherwise than in set A, and with other figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from tests.drills.photographs import THREE_MEGAPIXELS, Negative, photograph
from tests.drills.shots import Shot, draw_shot
from tests.forgery.papers import MM_PER_INCH, SHEET_DPI, serif_font
from tests.forgery.wear_a import Chance, Wear

_DOTS: Final = SHEET_DPI / MM_PER_INCH
_QUALITY: Final = 88
_CHAT_SIDES: Final = (1280, 1334, 1536)
_STAMP_TEXTS: Final = ("与原件核对无误", "人事专用章", "复印件与原件相符")

Change = Callable[[Shot, Chance], Shot]


def clean(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A picture of the page as another viewer draws it."""
    return _scaled(sheet, int(chance.choice((1600, 2000))))


def scan(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A scan by a feeder: turned, sharpened, streaked, with a grey edge."""
    small = _scaled(sheet, int(chance.choice((1654, 2339))))
    turned = small.rotate(
        chance.uniform(-1.8, 1.8), Image.Resampling.BICUBIC, fillcolor=(225, 226, 228)
    )
    sharp = turned.filter(ImageFilter.UnsharpMask(2, 90, 2))
    bright = ImageEnhance.Contrast(sharp).enhance(chance.uniform(1.0, 1.2))
    draw = ImageDraw.Draw(bright)
    for _ in range(int(chance.integers(1, 4))):
        x = int(chance.integers(bright.width))
        draw.line((x, 0, x, bright.height), fill=(205, 205, 210), width=1)
    return bright


def glare(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph with a strip light mirrored in the paper."""
    shot = _photographed(sheet, chance)
    streak = Image.new("L", (shot.width * 2, shot.height * 2))
    middle = round(shot.height * chance.uniform(0.7, 1.3))
    half = round(shot.height * chance.uniform(0.02, 0.05))
    strength = int(chance.integers(90, 150))
    ImageDraw.Draw(streak).rectangle((0, middle - half, streak.width, middle + half), fill=strength)
    turned = streak.rotate(chance.uniform(-40, 40)).filter(ImageFilter.GaussianBlur(half / 1.5))
    left, top = shot.width // 2, shot.height // 2
    mask = turned.crop((left, top, left + shot.width, top + shot.height))
    return Image.composite(Image.new("RGB", shot.size, "white"), shot, mask)


def moire(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph of a screen, whose dots of three colours are there to be sampled."""
    pitch = chance.uniform(2.7, 3.6)
    across = np.arange(sheet.width, dtype=np.float32)
    down = np.arange(sheet.height, dtype=np.float32)
    strength = chance.uniform(0.10, 0.22)
    rows = 1 - strength * (0.5 + 0.5 * np.cos(2 * np.pi * down / pitch))
    grid = np.empty((sheet.height, sheet.width, 3), np.float32)
    for channel in range(3):
        columns = 1 - strength * (0.5 + 0.5 * np.cos(2 * np.pi * (across / pitch + channel / 3)))
        grid[..., channel] = np.outer(rows, columns)
    lit = np.clip(np.asarray(sheet, np.float32) * grid * 1.1, 0, 255).astype(np.uint8)
    return _photographed(Image.fromarray(lit), chance)


def stamp(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A rectangular stamp with words over part of the print, then a photograph."""
    text = _STAMP_TEXTS[int(chance.integers(len(_STAMP_TEXTS)))]
    font = serif_font(round(7 * _DOTS))
    width = round(font.getlength(text)) + 40
    mark = Image.new("L", (width, round(12 * _DOTS)))
    draw = ImageDraw.Draw(mark)
    strength = int(chance.integers(130, 200))
    draw.rectangle((2, 2, width - 3, mark.height - 3), outline=strength, width=6)
    draw.text((20, mark.height / 2), text, fill=strength, font=font, anchor="lm")
    turned = mark.rotate(chance.uniform(-30, 30), Image.Resampling.BICUBIC, expand=True)
    mask = Image.new("L", sheet.size)
    x = round(chance.uniform(0.2, 0.5) * (sheet.width - turned.width))
    y = round(chance.uniform(0.35, 0.7) * (sheet.height - turned.height))
    mask.paste(turned, (x, y))
    inked = ImageChops.multiply(sheet, Image.new("RGB", sheet.size, (214, 48, 60)))
    return _photographed(Image.composite(inked, sheet, mask), chance)


def fold(sheet: Image.Image, chance: Chance) -> Image.Image:
    """Folded twice into a quarter, then a photograph: creases shaded and whitened."""
    shade = Image.new("L", sheet.size, 255)
    x, y = (round(side * chance.uniform(0.46, 0.54)) for side in sheet.size)
    draw, wide = ImageDraw.Draw(shade), round(6 * _DOTS)
    draw.rectangle((x, 0, x + wide, sheet.height), fill=205)
    draw.rectangle((0, y - wide, sheet.width, y), fill=215)
    shaded = ImageChops.multiply(
        sheet, shade.filter(ImageFilter.GaussianBlur(2 * _DOTS)).convert("RGB")
    )
    worn = Image.new("L", sheet.size)
    draw = ImageDraw.Draw(worn)
    draw.line((x, 0, x, sheet.height), fill=150, width=5)
    draw.line((0, y, sheet.width, y), fill=150, width=5)
    soft = worn.filter(ImageFilter.GaussianBlur(1.5))
    creased = Image.composite(Image.new("RGB", sheet.size, (250, 248, 240)), shaded, soft)
    return _photographed(creased, chance)


def chat_app(sheet: Image.Image, chance: Chance) -> Image.Image:
    """A photograph as a chat app hands it on, stored poorly twice."""
    shot = _scaled(_photographed(sheet, chance), int(chance.choice(_CHAT_SIDES)))
    output = BytesIO()
    shot.save(output, "JPEG", quality=70)
    return Image.open(output).convert("RGB")


def _shot_with(change: Change) -> Wear:
    """Return the wear of a photograph that is good but for one thing."""

    def wear(sheet: Image.Image, chance: Chance) -> Image.Image:
        return _photographed(sheet, chance, change)

    return wear


def _tilted(shot: Shot, chance: Chance) -> Shot:
    return _view(shot, tilt_degrees=chance.uniform(14, 25))


def _defocused(shot: Shot, chance: Chance) -> Shot:
    return _blur(shot, defocus=chance.uniform(1.1, 1.8))


def _moved(shot: Shot, chance: Chance) -> Shot:
    return _blur(shot, motion=chance.uniform(1.8, 3.2))


def _shaded(shot: Shot, chance: Chance) -> Shot:
    return _light(shot, shadow=chance.uniform(0.4, 0.6), shadow_place=chance.uniform(-0.4, 0.4))


def _uneven(shot: Shot, chance: Chance) -> Shot:
    return _light(shot, falloff=chance.uniform(0.45, 0.65), vignetting=0.3)


def _dim(shot: Shot, chance: Chance) -> Shot:
    dim = _light(shot, paper=chance.uniform(120, 150), cast=(-18.0, 12.0))
    return replace(dim, electrons=chance.uniform(160, 260))


def _cast(shot: Shot, chance: Chance) -> Shot:
    return _light(shot, cast=(chance.uniform(-30, 20), chance.uniform(-15, 25)))


WEARS: Final[Mapping[str, Wear]] = MappingProxyType(
    {
        "clean": clean,
        "scan": scan,
        "perspective": _shot_with(_tilted),
        "defocus": _shot_with(_defocused),
        "motion": _shot_with(_moved),
        "glare": glare,
        "moiré": moire,
        "shadow": _shot_with(_shaded),
        "uneven light": _shot_with(_uneven),
        "stamp over text": stamp,
        "folded": fold,
        "low light": _shot_with(_dim),
        "chat app": chat_app,
        "colour cast": _shot_with(_cast),
    }
)


def _calm(shot: Shot, chance: Chance) -> Shot:
    """Return the shot of somebody who takes care."""
    upright = _view(
        shot,
        tilt_degrees=chance.uniform(0, 9),
        roll=chance.uniform(-0.06, 0.06),
        quarter_turns=0,
        fill=chance.uniform(0.88, 0.96),
        curl_mm=chance.uniform(0, 2),
    )
    sharp = _blur(upright, defocus=chance.uniform(0, 0.4), motion=chance.uniform(0, 0.6))
    lit = _light(sharp, falloff=chance.uniform(0, 0.25), shadow=0.0, paper=chance.uniform(215, 250))
    return replace(lit, electrons=chance.uniform(1500, 6000))


def _photographed(sheet: Image.Image, chance: Chance, change: Change | None = None) -> Image.Image:
    """Return the photograph of a sheet; one that lies across is turned for it, and back."""
    across = sheet.width > sheet.height
    upright = sheet.transpose(Image.Transpose.ROTATE_90) if across else sheet
    shot = _calm(draw_shot(int(chance.integers(2**31)), 0), chance)
    if change is not None:
        shot = change(shot, chance)
    jpeg = photograph(_negative(upright), shot, _QUALITY)
    picture = Image.open(BytesIO(jpeg)).convert("RGB")
    return picture.transpose(Image.Transpose.ROTATE_270) if across else picture


def _negative(sheet: Image.Image) -> Negative:
    # 0 is kept for what lies beside the sheet.
    planes = sheet.convert("YCbCr").point([max(1, value) for value in range(256)] * 3)
    luma, blue, red = planes.split()
    return Negative(
        luma=luma,
        blue=blue.reduce(2),
        red=red.reduce(2),
        dots_per_mm=_DOTS,
        size=THREE_MEGAPIXELS,
    )


def _view(shot: Shot, **changes: Any) -> Shot:
    return replace(shot, view=replace(shot.view, **changes))


def _blur(shot: Shot, **changes: Any) -> Shot:
    return replace(shot, blur=replace(shot.blur, **changes))


def _light(shot: Shot, **changes: Any) -> Shot:
    return replace(shot, light=replace(shot.light, **changes))


def _scaled(picture: Image.Image, long_side: int) -> Image.Image:
    ratio = long_side / max(picture.size)
    size = round(picture.width * ratio), round(picture.height * ratio)
    return picture.resize(size, Image.Resampling.BICUBIC)
