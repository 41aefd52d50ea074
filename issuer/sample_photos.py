"""Draws the portraits of the sample: plainly illustrations, each its own face, no real person.

Everything follows from the seed, so the sample is the same on every machine of one Pillow version.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from codes.documents import Sex
from issuer.photo_reading import FORMAT_HEIGHT, FORMAT_WIDTH

_SCALE = 3  # drawn large and reduced, which smooths the edges
_QUALITY = 90
_SKINS = ("#F6D7BD", "#EFC7A4", "#E8BC96", "#DCA97F", "#CB966D", "#F2CDB4")
_HAIRS = ("#1E1B1A", "#2B2320", "#3A2A22", "#241F2B", "#15171C")
_GREYS = ("#8C8F94", "#B4B6B9", "#6E7074")
_SUITS = ("#22334F", "#2E3B2F", "#3B3F46", "#4A2F38", "#1F3D46", "#513C2A")
_SHIRTS = ("#FFFFFF", "#DCE8F5", "#F3E9DA", "#E6EFE3")
_TIES = ("#8C2F39", "#2C5E86", "#5B6B2F", "#7A5A2B", "#4E3A75")
_MAN_HAIR = ("short", "parted", "crew", "swept")
_WOMAN_HAIR = ("bob", "long", "bun", "parted_long")
_Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """The features of one drawn face."""

    skin: str
    hair: str
    style: str
    suit: str
    shirt: str
    tie: str | None
    glasses: bool
    face_width: float
    face_height: float
    brow_tilt: float
    smile: float
    lined: bool


def draw_portrait(*, seed: int, sex: Sex, birth_year: int) -> bytes:
    """Return a JPEG of 295 × 413 pixels on a white ground.

    Args:
        seed: which face; neighbours look different.
        sex: decides the choice of hair styles and dress.
        birth_year: people born before 1975 are drawn with grey hair.
    """
    out = io.BytesIO()
    painted = paint_portrait(seed=seed, sex=sex, birth_year=birth_year)
    painted.save(out, "JPEG", quality=_QUALITY, dpi=(300, 300))
    return out.getvalue()


def paint_portrait(*, seed: int, sex: Sex, birth_year: int, ground: str = "#FFFFFF") -> Image.Image:
    """Return the portrait as an RGB picture of 295 × 413 pixels on a ground of one colour.

    Args:
        seed, sex, birth_year: as `draw_portrait`.
        ground: `#RRGGBB`; anything but white is what the lints refuse.
    """
    look = _look(seed, sex, birth_year)
    size = (FORMAT_WIDTH * _SCALE, FORMAT_HEIGHT * _SCALE)
    picture = Image.new("RGB", size, ground)
    pen = _Pen(ImageDraw.Draw(picture))
    _draw_hair_behind(pen, look)
    _draw_shoulders(pen, look)
    _draw_head(pen, look)
    _draw_hair(pen, look)
    _draw_face(pen, look)
    if look.glasses:
        _draw_glasses(pen, look)
    return picture.resize((FORMAT_WIDTH, FORMAT_HEIGHT), Image.Resampling.LANCZOS)


def _look(seed: int, sex: Sex, birth_year: int) -> _Look:
    choice = random.Random(seed * 7919 + birth_year)  # noqa: S311 - a drawing, not a secret
    man = sex is Sex.MALE
    old = birth_year < 1975
    return _Look(
        skin=choice.choice(_SKINS),
        hair=choice.choice(_GREYS if old else _HAIRS),
        style=(_MAN_HAIR if man else _WOMAN_HAIR)[(seed + birth_year) % 4],
        suit=_SUITS[(seed * 5 + birth_year) % len(_SUITS)],
        shirt=choice.choice(_SHIRTS),
        tie=choice.choice(_TIES) if man and choice.random() < 0.6 else None,
        glasses=choice.random() < 0.3,
        face_width=choice.uniform(62, 70) if man else choice.uniform(58, 65),
        face_height=choice.uniform(84, 92) if man else choice.uniform(80, 88),
        brow_tilt=choice.uniform(-2.0, 3.0),
        smile=choice.uniform(2.0, 7.0),
        lined=old,
    )


class _Pen:
    """Draws in the coordinates of the finished picture."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def oval(self, x: float, y: float, rx: float, ry: float, fill: str) -> None:
        """Fill the ellipse about (x, y)."""
        self._draw.ellipse(_scaled((x - rx, y - ry), (x + rx, y + ry)), fill=fill)

    def ring(self, x: float, y: float, rx: float, ry: float, colour: str, width: float) -> None:
        """Outline the ellipse about (x, y)."""
        box = _scaled((x - rx, y - ry), (x + rx, y + ry))
        self._draw.ellipse(box, outline=colour, width=round(width * _SCALE))

    def shape(self, points: list[_Point], fill: str) -> None:
        """Fill a polygon."""
        self._draw.polygon(_scaled(*points), fill=fill)

    def block(self, left: _Point, right: _Point, radius: float, fill: str) -> None:
        """Fill a rectangle with rounded corners."""
        self._draw.rounded_rectangle(_scaled(left, right), radius * _SCALE, fill=fill)

    def line(self, points: list[_Point], colour: str, width: float) -> None:
        """Draw a line with round joints."""
        self._draw.line(_scaled(*points), fill=colour, width=round(width * _SCALE), joint="curve")

    def arc(self, box: tuple[_Point, _Point], start: float, end: float, colour: str) -> None:
        """Draw part of an ellipse's outline, angles clockwise from the right."""
        self._draw.arc(_scaled(*box), start, end, fill=colour, width=round(2.6 * _SCALE))

    def slice(self, x: float, y: float, rx: float, ry: float, span: _Point, fill: str) -> None:
        """Fill the part of an ellipse cut off by a chord."""
        box = _scaled((x - rx, y - ry), (x + rx, y + ry))
        self._draw.chord(box, span[0], span[1], fill=fill)


def _scaled(*points: _Point) -> list[_Point]:
    return [(x * _SCALE, y * _SCALE) for x, y in points]


def _shade(colour: str, factor: float) -> str:
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{max(0, min(255, round(part * factor))):02X}" for part in parts)


_X, _Y = 147.5, 178.0  # the middle of the face
_TOP = (180.0, 360.0)  # the upper half of an ellipse


def _draw_hair_behind(pen: _Pen, look: _Look) -> None:
    wide, high = look.face_width, look.face_height
    if look.style in ("long", "parted_long"):
        pen.block((_X - wide - 13, _Y - 70), (_X + wide + 13, _Y + 158), 46, look.hair)
    elif look.style == "bob":
        pen.block((_X - wide - 14, _Y - 80), (_X + wide + 14, _Y + 66), 44, look.hair)
    elif look.style == "bun":
        pen.oval(_X, _Y - high - 22, 30, 26, look.hair)


def _draw_shoulders(pen: _Pen, look: _Look) -> None:
    suit, dark = look.suit, _shade(look.suit, 0.78)
    pen.shape(
        [(_X - 27, 240), (_X + 27, 240), (_X + 33, 345), (_X - 33, 345)], _shade(look.skin, 0.9)
    )
    pen.block((14, 312), (281, 520), 74, suit)
    pen.shape(
        [(_X - 62, 330), (_X - 28, 298), (_X, 356), (_X + 28, 298), (_X + 62, 330), (_X, 440)], suit
    )
    pen.shape(
        [(_X - 40, 306), (_X, 430), (_X + 40, 306), (_X + 26, 296), (_X, 336), (_X - 26, 296)],
        look.shirt,
    )
    pen.shape([(_X - 27, 292), (_X, 334), (_X - 20, 352), (_X - 40, 312)], _shade(look.shirt, 0.94))
    pen.shape([(_X + 27, 292), (_X, 334), (_X + 20, 352), (_X + 40, 312)], _shade(look.shirt, 0.94))
    if look.tie is not None:
        pen.shape(
            [(_X - 9, 336), (_X + 9, 336), (_X + 6, 352), (_X - 6, 352)], _shade(look.tie, 0.85)
        )
        pen.shape([(_X - 6, 352), (_X + 6, 352), (_X + 14, 430), (_X - 14, 430)], look.tie)
    pen.shape([(_X - 46, 304), (_X - 2, 430), (_X - 34, 430), (_X - 70, 350), (_X - 52, 342)], dark)
    pen.shape([(_X + 46, 304), (_X + 2, 430), (_X + 34, 430), (_X + 70, 350), (_X + 52, 342)], dark)


def _draw_head(pen: _Pen, look: _Look) -> None:
    wide, high = look.face_width, look.face_height
    ear = _shade(look.skin, 0.94)
    for side in (-1, 1):
        pen.oval(_X + side * (wide + 2), _Y + 6, 11, 19, ear)
        pen.oval(_X + side * (wide + 3), _Y + 6, 5, 10, _shade(look.skin, 0.84))
    pen.block((_X - 27, 246), (_X + 27, 276), 12, _shade(look.skin, 0.8))
    pen.oval(_X, _Y - 6, wide, high - 4, look.skin)
    pen.oval(_X, _Y + 30, wide * 0.88, high * 0.70, look.skin)
    for side in (-1, 1):
        pen.oval(_X + side * wide * 0.55, _Y + 32, 13, 8, _blush(look.skin))


def _blush(skin: str) -> str:
    red, green, blue = (int(skin[i : i + 2], 16) for i in (1, 3, 5))
    return f"#{min(255, red + 2):02X}{green - 12:02X}{blue - 10:02X}"


def _draw_face(pen: _Pen, look: _Look) -> None:
    line = _shade(look.skin, 0.62)
    brow = look.hair if not look.lined else _shade(look.hair, 0.7)
    for side in (-1, 1):
        eye = _X + side * 27
        pen.line(
            [
                (eye - 15, _Y - 23 + side * look.brow_tilt),
                (eye, _Y - 27),
                (eye + 15, _Y - 23 - side * look.brow_tilt),
            ],
            brow,
            4.6,
        )
        pen.oval(eye, _Y - 3, 12.5, 7.5, "#FFFFFF")
        pen.oval(eye, _Y - 3, 6.6, 6.9, "#3A2A22")
        pen.oval(eye + 2, _Y - 5.5, 2.0, 2.0, "#FFFFFF")
        pen.arc(((eye - 14, _Y - 13), (eye + 14, _Y + 9)), 195, 345, "#2A211D")
        if look.lined:
            pen.arc(((eye - 15, _Y - 4), (eye + 15, _Y + 16)), 40, 140, _shade(look.skin, 0.82))
    pen.line([(_X - 2, _Y + 2), (_X - 7, _Y + 28), (_X + 4, _Y + 31)], _shade(look.skin, 0.78), 3)
    mouth = _Y + 50
    pen.slice(_X, mouth, 20, look.smile + 5, (0, 180), "#B5594F")
    pen.arc(((_X - 22, mouth - 9), (_X + 22, mouth + look.smile + 1)), 15, 165, _shade(line, 0.8))


def _draw_hair(pen: _Pen, look: _Look) -> None:
    wide, high, hair = look.face_width, look.face_height, look.hair
    temple = _Y - 16 if look.style in ("crew", "bun") else _Y + 2
    for side in (-1, 1):
        x = _X + side * (wide - 3)
        pen.shape(
            [
                (x - side * 14, _Y - 62),
                (x + side * 9, _Y - 50),
                (x + side * 7, temple),
                (x - side * 1, temple - 5),
            ],
            hair,
        )
    pen.slice(_X, _Y - 28, wide + 9, high - 10, (180, 360), hair)
    _draw_hairline(pen, look)
    if look.style in ("long", "parted_long", "bob"):
        length = 150 if look.style != "bob" else 64
        for side in (-1, 1):
            x = _X + side * (wide + 3)
            pen.block((x - 10, _Y - 46), (x + 10, _Y + length), 10, hair)


def _draw_hairline(pen: _Pen, look: _Look) -> None:
    """Lay the forehead free below the hair, in the way of the style."""
    wide, skin = look.face_width, look.skin
    inner = wide - 7
    if look.style in ("parted", "parted_long"):
        split = _X - 20
        pen.slice(
            split + (_X + inner - split) / 2, _Y - 27, (_X + inner - split) / 2, 40, _TOP, skin
        )
        pen.slice((split + _X - inner) / 2, _Y - 27, (split - _X + inner) / 2, 26, _TOP, skin)
    elif look.style in ("long", "bun"):
        for side in (-1, 1):
            pen.slice(_X + side * inner / 2, _Y - 27, inner / 2 + 1, 38, _TOP, skin)
    elif look.style in ("short", "crew"):
        pen.slice(_X, _Y - 27, inner, 24 if look.style == "short" else 36, _TOP, skin)
    elif look.style == "swept":
        pen.shape([(_X - inner, _Y - 26), (_X - inner + 6, _Y - 62), (_X + inner, _Y - 26)], skin)
    else:
        pen.block((_X - inner, _Y - 40), (_X + inner, _Y - 20), 6, skin)


def _draw_glasses(pen: _Pen, look: _Look) -> None:
    frame = "#2C2C30"
    for side in (-1, 1):
        pen.ring(_X + side * 27, _Y - 2, 21, 17, frame, 2.6)
        pen.line(
            [(_X + side * 48, _Y - 5), (_X + side * (look.face_width + 2), _Y - 9)], frame, 2.6
        )
    pen.line([(_X - 7, _Y - 5), (_X + 7, _Y - 5)], frame, 2.6)
