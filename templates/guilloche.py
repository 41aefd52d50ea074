"""The security pattern: fine lines under the fields that differ from certificate to certificate.

Two fields of waves cross under everything that varies, and a rose lies over them. Which families
of lines they are, how they are turned, spaced and shifted is read off a hash of the record, so a
field cut from another certificate carries lines that do not run on at its edges. The micro-text
along the rules repeats the certificate number and the same hash.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, radians, sin
from types import MappingProxyType
from typing import Final

from templates.drawing import (
    MICRO_GOLD,
    MM,
    ROSE_RED,
    WAVE_GOLD,
    Box,
    Colour,
    Drawing,
    Point,
    number,
    stroke,
)
from templates.line_families import ROSES, UNITS, WAVES, rose, wave_field, wave_row
from templates.micro_text import MicroText, Rule

MICRO_ALPHABET: Final = "0123456789SY·"
MICRO_LENGTH: Final = 40
SEED_BYTES: Final = 16

_LEAST_TURN: Final = radians(14)
_MOST_TURN: Final = radians(40)
_LEAST_SCALE: Final = 0.93
_MOST_SCALE: Final = 1.07
_ROSE_TURNS: Final = 12
_ROSE_DEPTH: Final = 0.68
_PAIRS: Final = tuple(
    (first, second)
    for first in range(len(WAVES))
    for second in range(len(WAVES))
    if first != second
)
_DRAWS: Final = struct.Struct(">8H")
_WHOLE: Final = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternPlan:
    """Where the pattern of a layout lies and what it is drawn with.

    Args:
        box: what the waves fill.
        clear: boxes left blank, such as the QR symbol with its quiet zone and the photo; they
            must not overlap one another.
        rose_middle: the middle of the rose, or None for no rose.
        rose_radius: of the rose, in millimetres.
        rules: the lines of micro-text under the fields.
        frame: the rectangle of micro-text, or None.
        spacing: from one wave line to the next, in millimetres.
        line: thickness of the lines, in millimetres.
        character: width of a micro-text character, in millimetres.
        wave_inks: of the two fields of waves.
        rose_ink: of the rose.
        micro_ink: of the micro-text.
    """

    box: Box
    clear: Sequence[Box] = ()
    rose_middle: Point | None = None
    rose_radius: float = 62.0
    rules: Sequence[Rule] = ()
    frame: Box | None = None
    spacing: float = 1.6
    line: float = 0.08
    character: float = 0.52
    wave_inks: tuple[Colour, Colour] = (WAVE_GOLD, WAVE_GOLD)
    rose_ink: Colour = ROSE_RED
    micro_ink: Colour = MICRO_GOLD


def pattern_seed(record: bytes) -> bytes:
    """Return the seed of a certificate's pattern: the SHA-256 of its record's bytes."""
    return hashlib.sha256(record).digest()


def micro_text_of(number_text: str, seed: bytes) -> str:
    """Return what the micro-text of a certificate says: its number and sixteen digits.

    Args:
        number_text: the 22 characters of the certificate number.
        seed: as `pattern_seed` gives it; the digits are made from it.
    """
    return f"{number_text}·{int.from_bytes(seed[:8]) % 10**16:016d}·"


class SecurityPattern:
    """The pattern of one layout, made once and then placed for each certificate.

    Args:
        plan: where it lies.
        alphabet: the characters the micro-text may hold.
        micro_length: how many characters it has.

    Raises:
        ValueError: boxes that are to be kept clear overlap.
    """

    def __init__(
        self,
        plan: PatternPlan,
        *,
        alphabet: str = MICRO_ALPHABET,
        micro_length: int = MICRO_LENGTH,
    ) -> None:
        self._micro = MicroText(
            rules=plan.rules,
            frame=plan.frame,
            character_mm=plan.character,
            length=micro_length,
            alphabet=alphabet,
            ink=plan.micro_ink,
        )
        forms: dict[str, Drawing] = {}
        for kind in range(len(WAVES)):
            forms |= _waves(plan, kind)
        if plan.rose_middle is not None:
            forms |= {f"Gr{n}": _rose(plan, petals) for n, petals in enumerate(ROSES)}
        self.forms: Mapping[str, Drawing] = MappingProxyType({**forms, **self._micro.forms})
        self._opening = _opening(plan)
        self._pens = tuple(
            f"q {stroke(ink, plan.line / plan.spacing * UNITS)} ".encode() for ink in plan.wave_inks
        )
        self._unit = plan.spacing * MM / UNITS
        self._middle = tuple(n * MM for n in plan.box.middle)
        self._periods = tuple(wave.length * UNITS for wave in WAVES)
        self._rose = _rose_opening(plan)

    def operators(self, seed: bytes, micro_text: str) -> bytes:
        """Return the operators that draw one certificate's pattern, in points of the sheet.

        They use the forms under their names and leave the graphics state as they found it.

        Args:
            seed: 16 bytes or more that nobody can choose, such as `pattern_seed` gives.
            micro_text: characters of the alphabet.

        Raises:
            ValueError: the seed is too short, or the micro-text cannot be written.
        """
        if len(seed) < SEED_BYTES:
            raise ValueError(f"the seed must have {SEED_BYTES} bytes or more")
        kinds, turn_a, along_a, across_a, turn_b, along_b, across_b, turn_rose = _DRAWS.unpack_from(
            seed
        )
        first, second = _PAIRS[kinds % len(_PAIRS)]
        parts = [
            self._opening,
            self._placed_waves(0, first, turn_a, along_a, across_a),
            self._placed_waves(1, second, turn_b, along_b, across_b),
        ]
        if self._rose:
            parts.append(self._placed_rose(kinds // len(_PAIRS) % len(ROSES), turn_rose))
        parts += [b"Q\n", self._micro.operators(micro_text)]
        return b"".join(parts)

    def _placed_waves(self, layer: int, kind: int, turn: int, along: int, across: int) -> bytes:
        """One field of waves, turned one way or the other, shifted along and across its lines.

        The low bits of the turn choose the scale, so that nothing of it follows from the angle.
        """
        angle = _LEAST_TURN + (_MOST_TURN - _LEAST_TURN) * (turn >> 8) / 256
        scale = _LEAST_SCALE + (_MOST_SCALE - _LEAST_SCALE) * (turn & 255) / 256
        unit = self._unit * scale
        c, s = cos(angle) * unit, sin(angle if layer == 0 else -angle) * unit
        dx, dy = (along / _WHOLE - 0.5) * self._periods[kind], (across / _WHOLE - 0.5) * UNITS
        x, y = self._middle[0] + c * dx - s * dy, self._middle[1] + s * dx + c * dy
        matrix = b"%.6f %.6f %.6f %.6f %.2f %.2f cm/Gw%d Do Q\n" % (c, s, -s, c, x, y, kind)
        return self._pens[layer] + matrix

    def _placed_rose(self, kind: int, turn: int) -> bytes:
        angle = 2 * pi * turn / _WHOLE
        c, s = cos(angle) * MM, sin(angle) * MM
        return self._rose % (c, s, -s, c, kind)


def _waves(plan: PatternPlan, kind: int) -> Mapping[str, Drawing]:
    """A field large enough to fill the box however it is turned, shifted and scaled; its line."""
    family = WAVES[kind]
    width, height = plan.box.width / plan.spacing, plan.box.height / plan.spacing
    c, s = cos(_MOST_TURN), sin(_MOST_TURN)
    # The farthest the box reaches along and across the lines, over all turns.
    along = min(hypot(width, height), max(width + height * s, width * c + height * s)) / 2
    across = min(hypot(width, height), height + width * s) / 2
    half_width = along / _LEAST_SCALE + family.length
    half_height = across / _LEAST_SCALE + 4
    reach = (hypot(half_width, half_height) + 2 * family.length) * UNITS
    row = f"Gl{kind}"
    field = wave_field(family, half_width, half_height, row)
    rise = 10 * UNITS  # more than any family swings
    return {
        f"Gw{kind}": Drawing.of(field, (-reach, -reach, reach, reach), (row,)),
        row: Drawing.of(wave_row(family, half_width), (-rise, -rise, 2 * reach, rise)),
    }


def _rose(plan: PatternPlan, petals: int) -> Drawing:
    radius = plan.rose_radius
    operators = f"q\n{rose(petals, _ROSE_TURNS, _ROSE_DEPTH, radius, places=2)}Q"
    reach = radius + 1
    return Drawing.of(operators, (-reach, -reach, reach, reach))


def _opening(plan: PatternPlan) -> bytes:
    """Clip to the box without the boxes kept clear, everything in points.

    By the even-odd rule what lies in two boxes of the path is outside; what lay in three would
    be inside again.
    """
    for place, box in enumerate(plan.clear):
        if any(box.overlaps(other) for other in plan.clear[place + 1 :]):
            raise ValueError("boxes kept clear of the pattern must not overlap")
    boxes = "\n".join(_points_path(box) for box in (plan.box, *plan.clear))
    return f"q\n{boxes} W* n\n".encode()


def _points_path(box: Box) -> str:
    sides = (box.left, box.bottom, box.width, box.height)
    return " ".join(number(side * MM, 2) for side in sides) + " re"


def _rose_opening(plan: PatternPlan) -> bytes:
    if plan.rose_middle is None:
        return b""
    x, y = (number(n * MM, 2) for n in plan.rose_middle)
    pen = stroke(plan.rose_ink, plan.line)
    return f"{pen} ".encode() + b"%.5f %.5f %.5f %.5f " + f"{x} {y} cm".encode() + b"/Gr%d Do\n"
