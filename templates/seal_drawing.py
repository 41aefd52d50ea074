"""The visible round seal: ring, star, the body's name along the arc, a caption beneath the star.

Drawn under the text of the page, in a red light enough that black type over it stays readable; no
transparency is used. The sample's seal has no star: nobody takes it for a real one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt
from typing import Final

from templates import labels
from templates.drawing import (
    MM,
    SEAL_RED,
    Colour,
    Drawing,
    circle,
    fill,
    number,
    polygon,
    stroke,
)
from templates.fonts import FontChain
from templates.outline_pen import OutlinePen

SEAL_DIAMETER_MM: Final = 38.0
SEAL_CAPTION: Final = "职业技能等级认定专用章"
SAMPLE_CAPTION: Final = "仅供演示 不具效力"

# Lengths are parts of the seal's radius.
_RING: Final = 0.05  # thickness of the outer ring
_NAME_OUTER: Final = 0.90  # circle that the heads of the name's characters touch
_GREATEST_SIZE: Final = 0.27  # of the name's em
_LEAST_SIZE: Final = 0.15
_SIZE_STEP: Final = 0.01
_WIDEST_GAP: Final = 0.75  # between characters, in their own widths
_STAR: Final = 0.27  # radius of the star
_STAR_RISE: Final = 0.05
_CAPTION_SIZE: Final = 0.165
_CAPTION_TOP: Final = -0.29
_MARGIN: Final = 0.04
_ASCENT: Final = 0.88  # of an ideograph above the baseline, in ems
_WEIGHT: Final = 3.5  # outline that makes the characters bolder, in steps of the pen's grid


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcFit:
    """How a name lies along the arc; lengths are parts of the seal's radius.

    Args:
        size: of the em.
        narrow: width of a character, as a part of its natural width.
        gap: between one character and the next, at their feet.
        spread: angle from the beginning of the first character to the end of the last.
    """

    size: float
    narrow: float
    gap: float
    spread: float

    @property
    def foot(self) -> float:
        """Radius of the circle on which the characters stand; nothing of them lies within."""
        return _NAME_OUTER - self.size


def seal_drawing(
    fonts: FontChain,
    body_name: str,
    *,
    caption: str = SEAL_CAPTION,
    sample: bool,
    diameter_mm: float,
) -> Drawing:
    """Return the round seal in a box from the origin to its diameter, in points.

    Args:
        fonts: where the outlines come from.
        body_name: goes along the arc; 4 to 40 characters are laid out by rule, and a longer one
            is narrowed further.
        caption: goes level beneath the star.
        sample: whether 样本 SAMPLE stands in place of star and caption.
        diameter_mm: of the outer ring's outer edge.
    """
    pen = OutlinePen(fonts)
    ink = SEAL_RED
    fit = fit_arc([pen.advance(c) for c in body_name])
    parts = [_ring(1 - _RING / 2, _RING, ink)]
    if sample:
        parts.append(_ring(1 - _RING - 0.035, 0.01, ink))
    parts += [fill(ink), stroke(ink, _WEIGHT), _arc(pen, body_name, fit)]
    parts += _sample_middle(pen, fit) if sample else _middle(pen, caption, fit)
    scale = number(diameter_mm / 2 * MM, 4)
    matrix = f"q {scale} 0 0 {scale} {scale} {scale} cm"
    side = diameter_mm * MM
    return Drawing.of("\n".join([matrix, *parts, "Q"]), (0.0, 0.0, side, side))


def fit_arc(advances: Sequence[float]) -> ArcFit:
    """Return how characters of these widths, in ems, are laid along the arc.

    The more there are, the farther they spread; what is then still too long is set smaller and
    narrower, and narrower yet above 24 characters.
    """
    count, total = len(advances), sum(advances)
    spread = _widest_spread(count)
    size = _GREATEST_SIZE
    while True:
        room = spread * (_NAME_OUTER - size)
        natural = total * size * (1 + _least_gap(count))
        if natural * _least_narrow(count) <= room or size <= _LEAST_SIZE:
            break
        size -= _SIZE_STEP
    narrow = min(1.0, room / natural)
    width = total * size * narrow
    gap = min((room - width) / max(count - 1, 1), _WIDEST_GAP * width / max(count, 1))
    used = (width + gap * (count - 1)) / (_NAME_OUTER - size)
    return ArcFit(size=size, narrow=narrow, gap=gap, spread=used)


def _widest_spread(count: int) -> float:
    """From 150° for four characters to 272° for twenty and more."""
    return radians(min(272.0, 150.0 + 7.7 * max(count - 4, 0)))


def _least_narrow(count: int) -> float:
    return 0.78 if count <= 24 else 0.55


def _least_gap(count: int) -> float:
    return 0.1 if count <= 24 else 0.06


def _arc(pen: OutlinePen, name: str, fit: ArcFit) -> str:
    """The name from the left over the top to the right, feet towards the middle."""
    # Characters stand a little above their feet's circle, for an em reaches below its baseline.
    base = fit.foot + fit.size * (1 - _ASCENT)
    parts: list[str] = []
    angle = pi / 2 + fit.spread / 2
    for character in name:
        width = pen.advance(character) * fit.size * fit.narrow
        middle = angle - width / 2 / fit.foot
        turn = middle - pi / 2
        x = base * cos(middle) - width / 2 * cos(turn)
        y = base * sin(middle) - width / 2 * sin(turn)
        parts.append(pen.placed(character, fit.size, (x, y), angle=turn, narrow=fit.narrow))
        angle -= (width + fit.gap) / fit.foot
    return "\n".join(filter(None, parts))


def _middle(pen: OutlinePen, caption: str, fit: ArcFit) -> list[str]:
    return [_star(), _line(pen, caption, _CAPTION_SIZE, _CAPTION_TOP, fit)]


def _sample_middle(pen: OutlinePen, fit: ArcFit) -> list[str]:
    chinese, english = labels.SAMPLE_MARK.split()
    return [
        _line(pen, chinese, 0.44, 0.36, fit),
        _line(pen, english, 0.25, -0.09, fit),
        _line(pen, SAMPLE_CAPTION, 0.13, -0.4, fit),
    ]


def _line(pen: OutlinePen, text: str, size: float, top: float, fit: ArcFit) -> str:
    """A level line, narrowed to stay clear of the name and then made smaller."""
    natural = pen.width(text)
    if not natural:
        return ""
    room = 2 * _half_chord(top, size, fit)
    narrow = min(1.0, max(room / (natural * size), 0.72))
    size = min(size, room / (natural * narrow))
    return pen.centred(text, size, 0.0, top - size * _ASCENT, narrow=narrow)


def _half_chord(top: float, size: float, fit: ArcFit) -> float:
    """How far a level line may reach from the middle: to the name, or past its ends to the ring."""
    rise = cos(fit.spread / 2)
    ends = rise * (_NAME_OUTER if rise < 0 else fit.foot)
    clear_of_name = top + _MARGIN < ends
    limit = (1 - _RING if clear_of_name else fit.foot) - _MARGIN
    farthest = max(abs(top), abs(top - size))
    return sqrt(max(limit * limit - farthest * farthest, 0.01))


def _ring(radius: float, width: float, ink: Colour) -> str:
    return f"{stroke(ink, width)}\n{circle((0.0, 0.0), radius)} s"


def _star() -> str:
    """A five-pointed star, one point up; its inner corners lie where its sides cross."""
    inner = _STAR * sin(pi / 10) / sin(3 * pi / 10)
    corners = [
        (radius * cos(angle), radius * sin(angle) + _STAR_RISE)
        for place in range(10)
        for radius in (inner if place % 2 else _STAR,)
        for angle in (pi / 2 + place * pi / 5,)
    ]
    return polygon(tuple(corners)) + " f"
