"""Portraits on every kind of ground, drawn: what photo studios, telephones and scanners make.

Everything follows from the seed. The person is drawn on white and on black; where the two differ,
the ground shows through, so that any picture can be put behind.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from codes.documents import Sex
from issuer.sample_photos import paint_portrait

Picture = Image.Image
SIZE = (295, 413)


def portrait_on(ground: Picture, seed: int) -> Picture:
    """Return a drawn person before this ground, of the ground's size 295 × 413."""
    person, clear = _person(seed)
    return Image.composite(ground, person, clear)


@cache
def _person(seed: int) -> tuple[Picture, Picture]:
    """Return the person on white, and how much of the ground shows where."""
    sex = Sex.MALE if seed % 2 else Sex.FEMALE
    year = 1960 + seed % 40
    light = paint_portrait(seed=seed, sex=sex, birth_year=year)
    dark = paint_portrait(seed=seed, sex=sex, birth_year=year, ground="#000000")
    return light, ImageChops.difference(light, dark).convert("L")


def plain(colour: str) -> Picture:
    """Return a ground of one colour."""
    return Image.new("RGB", SIZE, colour)


def fade(top: str, bottom: str) -> Picture:
    """Return a ground that fades from above to below, as studios sell them."""
    return Image.composite(plain(bottom), plain(top), Image.linear_gradient("L").resize(SIZE))


def vignette(ground: Picture, corner: float) -> Picture:
    """Darken towards the corners, which keep `corner` (0 to 1) of their light."""
    ring = Image.radial_gradient("L").resize(SIZE)  # 255 in the corners
    dim = ground.point(lambda value: round(value * corner))
    return Image.composite(dim, ground, ring)


def shadow(ground: Picture, depth: float, left: int, right: int) -> Picture:
    """Lay a soft upright shadow over the columns from `left` to `right`; `depth` of light kept."""
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).rectangle((left, 40, right, 413), fill=255)
    dim = ground.point(lambda value: round(value * depth))
    return Image.composite(dim, ground, mask.filter(ImageFilter.GaussianBlur(12)))


def scenery(seed: int) -> Picture:
    """Return sky, hills, trees and a house: a photo taken outdoors."""
    chance = random.Random(seed)
    picture = fade("#6FA8DC", "#DCEBF7")
    pen = ImageDraw.Draw(picture)
    for _ in range(4):
        x, wide = chance.randint(-40, 300), chance.randint(60, 160)
        pen.ellipse((x - wide, 90, x + wide, 320), fill=chance.choice(("#5E7F4E", "#76915C")))
    for _ in range(6):
        x, y = chance.randint(0, 295), chance.randint(20, 160)
        pen.rectangle((x - 4, y, x + 4, 300), fill="#5B4632")
        pen.ellipse((x - 34, y - 30, x + 34, y + 40), fill=chance.choice(("#2F5B2B", "#41703A")))
    pen.rectangle((chance.randint(180, 230), 40, 295, 200), fill="#B9805A")
    return picture.filter(ImageFilter.GaussianBlur(1.5))


def noisy(picture: Picture, sigma: float, quality: int) -> Picture:
    """Return the picture as a poor sensor and a hard JPEG leave it."""
    noise = Image.effect_noise(SIZE, sigma).convert("RGB")
    out = io.BytesIO()
    ImageChops.add(picture, noise, scale=1.0, offset=-128).save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def tight(picture: Picture) -> Picture:
    """Crop so that the hair touches the top and the shoulders reach both edges."""
    return picture.crop((33, 70, 262, 391)).resize(SIZE, Image.Resampling.LANCZOS)


GROUNDS: dict[str, Callable[[int], Picture]] = {
    "white": lambda _: plain("#FFFFFF"),
    "studio white": lambda _: plain("#F4F4F4"),
    "cool white": lambda _: plain("#E8EEF8"),
    "warm white": lambda _: plain("#FAF5EA"),
    "light grey": lambda _: plain("#D8D8D8"),
    "vignette": lambda _: vignette(plain("#FCFCFC"), 0.8),
    "cream": lambda _: plain("#F5ECD6"),
    "grey wall": lambda _: plain("#BEBEBE"),
    "pale blue wall": lambda _: plain("#D3E0F2"),
    "vignette strong": lambda _: vignette(plain("#F0F0F0"), 0.6),
    "soft shadow": lambda _: shadow(plain("#F8F8F8"), 0.75, 0, 70),
    "blue 438EDB": lambda _: plain("#438EDB"),
    "blue 00BFF3": lambda _: plain("#00BFF3"),
    "navy": lambda _: plain("#1B3A6B"),
    "light blue": lambda _: plain("#ADD8E6"),
    "red FF0000": lambda _: plain("#FF0000"),
    "red BE0000": lambda _: plain("#BE0000"),
    "dark red": lambda _: plain("#780C0C"),
    "blue to white": lambda _: fade("#438EDB", "#FFFFFF"),
    "red to white": lambda _: fade("#D81E06", "#FFFFFF"),
    "grey to white": lambda _: fade("#6E6E6E", "#FFFFFF"),
    "green": lambda _: plain("#3C9A4B"),
    "wood": lambda _: plain("#B98A55"),
    "tungsten": lambda _: plain("#E6CFA4"),
    "purple": lambda _: plain("#7A4FA3"),
    "mid grey": lambda _: plain("#8A8A8A"),
    "black": lambda _: plain("#101010"),
    "deep shadow": lambda _: shadow(plain("#F0F0F0"), 0.45, 0, 110),
    "scenery": scenery,
}
