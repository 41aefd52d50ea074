"""Micro-text: one short text repeated along the rules and the frame, as strokes.

The shared part is a form for each character that draws it at every place where the text begins
anew; a certificate's own part only says, place by place, which character stands there. So a
thousand characters cost as little as one line of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import Final

from templates.drawing import MM, Box, Colour, Drawing, number, stroke
from templates.stroke_font import CELL, HEIGHT, stroke_path

_WEIGHT: Final = 6  # of a stroke, in the strokes' own units


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A level line of micro-text.

    Args:
        left: where it begins, in millimetres from the left edge of the sheet.
        right: where it ends.
        y: its middle, in millimetres from the lower edge.
    """

    left: float
    right: float
    y: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of characters, in the strokes' own units but for the count of characters."""

    start: int
    base: int
    count: int

    def box(self) -> str:
        """Return the row's place as a path, a hair larger than its letters."""
        left, bottom = self.start - _WEIGHT, self.base - _WEIGHT
        return f"{left} {bottom} {self.count * CELL} {HEIGHT + 2 * _WEIGHT} re"


class MicroText:
    """Writes a text of fixed length over and over along given lines.

    Args:
        rules: level lines.
        frame: a rectangle whose four sides are written along, or None.
        character_mm: from one character to the next; the letters are about as high.
        length: of the text, in characters.
        alphabet: the characters it may hold.
        ink: colour of the strokes.
    """

    def __init__(
        self,
        *,
        rules: Sequence[Rule],
        frame: Box | None,
        character_mm: float,
        length: int,
        alphabet: str,
        ink: Colour,
    ) -> None:
        self._length = length
        self._unit = character_mm / CELL
        level = [self._row(rule) for rule in rules]
        upright: list[_Row] = []
        if frame is not None:
            level += [self._row(_side(frame, y)) for y in (frame.bottom, frame.top)]
            upright = self._upright_rows(frame)
        self.forms: Mapping[str, Drawing] = MappingProxyType(
            {_name(c): self._form(c, [*level, *upright]) for c in alphabet}
        )
        self._step = {c: f"/{_name(c)} Do 1 0 0 1 {CELL} 0 cm\n".encode() for c in alphabet}
        scale = number(self._unit * MM, 6)
        pen = stroke(ink, _WEIGHT)
        self._level = self._opening(level, f"{scale} 0 0 {scale} 0 0 cm", pen)
        turned = f"0 {scale} -{scale} 0 {number(self._turned_from(frame) * MM)} 0 cm"
        self._upright = self._opening(upright, turned, pen)

    def operators(self, text: str) -> bytes:
        """Return the operators that write `text` along every line.

        Args:
            text: characters of the alphabet; a shorter text is repeated to the full length.

        Raises:
            ValueError: the text is empty, too long, or has another character.
        """
        if not 0 < len(text) <= self._length:
            raise ValueError(f"micro-text must have 1 to {self._length} characters")
        filled = (text * (self._length // len(text) + 1))[: self._length]
        try:
            steps = b"".join([self._step[c] for c in filled])
        except KeyError as error:
            raise ValueError("micro-text has a character outside its alphabet") from error
        parts = [opening + steps + b"Q\n" for opening in (self._level, self._upright) if opening]
        return b"".join(parts)

    def _row(self, rule: Rule) -> _Row:
        """Whole characters only, centred on the rule."""
        length = (rule.right - rule.left) / self._unit
        count = int(length / CELL)
        return _Row(
            start=round(rule.left / self._unit + (length - count * CELL) / 2),
            base=round(rule.y / self._unit - HEIGHT / 2),
            count=count,
        )

    def _upright_rows(self, frame: Box) -> list[_Row]:
        """Rows that a quarter turn brings onto the frame's left and right side.

        They stand above the frame, where no level line is, so that neither turn shows the
        other's rows within its own lines. They leave the corners to the level lines.
        """
        above = frame.top + 10.0
        corner = HEIGHT * self._unit
        left, right = frame.bottom + corner, frame.top - corner
        return [
            self._row(Rule(left=left, right=right, y=above + frame.width)),
            self._row(Rule(left=left, right=right, y=above)),
        ]

    def _turned_from(self, frame: Box | None) -> float:
        """The x, in millimetres, from which a turned row's height counts leftwards."""
        return 0.0 if frame is None else frame.right + frame.top + 10.0

    def _form(self, character: str, rows: Sequence[_Row]) -> Drawing:
        again = f"{stroke_path(character)} S 1 0 0 1 {self._length * CELL} 0 cm\n"
        parts: list[str] = []
        x = y = 0
        for row in rows:
            times = ceil(row.count / self._length)
            parts.append(f"1 0 0 1 {row.start - x} {row.base - y} cm\n{again * times}")
            x, y = row.start + times * self._length * CELL, row.base
        return Drawing.of("".join(parts), self._bounds(rows))

    def _bounds(self, rows: Sequence[_Row]) -> tuple[float, float, float, float]:
        """A box that holds the form wherever a certificate shifts it; the clip does the rest."""
        right = max((row.start + (row.count + self._length) * CELL for row in rows), default=0)
        top = max((row.base for row in rows), default=0)
        return (-CELL, -CELL, right, top + 2 * HEIGHT)

    def _opening(self, rows: Sequence[_Row], matrix: str, pen: str) -> bytes:
        if not rows:
            return b""
        places = "\n".join(row.box() for row in rows)
        return f"q {matrix}\n{places} W n\n{pen}\n".encode()


def _side(frame: Box, y: float) -> Rule:
    return Rule(left=frame.left, right=frame.right, y=y)


def _name(character: str) -> str:
    return f"Gm{ord(character):X}"
