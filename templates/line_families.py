"""The engraver's lines: families of waves for a field of lines, and roses turned about a point.

Each is one curve repeated under a matrix, so it takes a few hundred bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, pi, sin
from typing import Final

from templates.drawing import Point, number, smooth_curve, turned


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFamily:
    """A field of like waves, each shifted against its neighbour.

    Args:
        length: of one wave, in spacings.
        swing: height of the wave, in spacings.
        ripple: height of the second harmonic, in spacings.
        lean: shift from one line to the next, in lengths.
        pieces: Bézier pieces to a wave.
    """

    length: float
    swing: float
    ripple: float
    lean: float
    pieces: int

    def height(self, x: float) -> float:
        """Return the height of the line at `x`, in spacings."""
        turn = 2 * pi * x / self.length
        return self.swing * sin(turn) + self.ripple * sin(2 * turn)


# Steeper leans would make lines touch: shift from line to line × slope must stay well below one.
WAVES: Final = (
    WaveFamily(length=15.0, swing=1.7, ripple=0.0, lean=0.045, pieces=2),
    WaveFamily(length=24.0, swing=2.6, ripple=0.9, lean=0.0, pieces=4),
    WaveFamily(length=32.0, swing=3.2, ripple=0.0, lean=-0.02, pieces=2),
    WaveFamily(length=11.0, swing=0.9, ripple=0.0, lean=0.085, pieces=2),
)
ROSES: Final = (8, 12)  # petals
UNITS: Final = 100  # of a wave field, to one spacing


def wave_row(family: WaveFamily, half_width: float) -> str:
    """Return one line of a field of waves, which begins at the origin.

    The unit of length is a hundredth of the spacing, for whole numbers are short. One wave, its
    ends rounded so that no seam shows, is drawn again and again under the same matrix.

    Args:
        family: the kind of line.
        half_width: half the width to fill, in spacings.
    """
    quarter = family.length / 4
    wave = smooth_curve(
        lambda x: (UNITS * x, UNITS * family.height(x - quarter)),
        0,
        family.length,
        family.pieces,
        places=0,
    )
    ahead = number(UNITS * family.length)
    return "1 J\n" + f"{wave} S 1 0 0 1 {ahead} 0 cm\n" * (2 * _half_waves(family, half_width))


def wave_field(family: WaveFamily, half_width: float, half_height: float, row: str) -> str:
    """Return lines that fill a rectangle about the origin.

    Args:
        family: the kind of line.
        half_width: half the width to fill, in spacings.
        half_height: half the height to fill, in spacings.
        row: name of the drawing of one line, as `wave_row` makes it.
    """
    half_rows = ceil(half_height)
    ahead = UNITS * family.length
    start = -_half_waves(family, half_width) * ahead
    parts = [f"1 0 0 1 {number(start)} {-half_rows * UNITS} cm"]
    for line in range(2 * half_rows + 1):
        # Rows lean on from one to the next, and back by whole waves to stay within the field.
        lean = _within_half(family.lean * (line + 1)) - _within_half(family.lean * line)
        parts.append(f"/{row} Do 1 0 0 1 {number(lean * ahead)} {UNITS} cm")
    return "\n".join(parts)


def _half_waves(family: WaveFamily, half_width: float) -> int:
    return ceil(half_width / family.length)


def rose(petals: int, turns: int, depth: float, radius: float, places: int = 3) -> str:
    """Return the closed lines of a rose about the origin.

    The matrix is left turned; put the rose between `q` and `Q`.

    Args:
        petals: how often the curve swings out in one round.
        turns: how often the curve is repeated within one petal.
        depth: how far the curve swings, as a part of the radius.
        radius: of the tips.
        places: decimals of each coordinate.
    """

    def petal(angle: float) -> Point:
        r = radius * (1 - depth / 2 + depth / 2 * cos(petals * angle))
        return (r * cos(angle), r * sin(angle))

    path = smooth_curve(petal, 0, 2 * pi, petals * 6, places) + " s"
    return f"{path}\n{turned(2 * pi / petals / turns, 0, 0)} cm\n" * turns


def _within_half(waves: float) -> float:
    """The shift between minus half a wave and half a wave that looks the same."""
    return waves - round(waves)
