"""Tells what text on a page belongs to no field, and beside which field it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from templates.labels import Field
from templates.page_labels import is_body_text, is_fixed_text
from templates.text_lines import Piece, lie_together

_SAME_LINE: Final = 0.3  # of the size
_WORD_GAP: Final = 3.0  # of the size: what stands closer on a line is told together
_BESIDE: Final = 10.0  # of the size, in the row of a field
_ABOVE: Final = 1.5  # of the size, over or under a field

_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraText:
    """Text that is no field and no fixed text of the page.

    Args:
        near: the field it stands beside, if any.
        across: whether it lies over that field's print.
    """

    text: str
    near: Field | None = None
    across: bool = False


def find_extras(
    pieces: Iterable[Piece], fields: Sequence[tuple[Field, tuple[Piece, ...]]]
) -> tuple[ExtraText, ...]:
    """Return what is left over, from the top of the page down.

    Args:
        pieces: those that are no label and no value.
        fields: the label and the lines of every field.
    """
    extra = [one for one in pieces if not is_fixed_text(one) and not is_body_text(one)]
    return tuple(_describe(line, fields) for line in _lines(extra))


def _lines(pieces: Iterable[Piece]) -> list[list[Piece]]:
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: (-round(one.baseline), one.left)):
        last = lines[-1][-1] if lines else None
        if last is not None and _on_one_line(last, piece):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return lines


def _on_one_line(last: Piece, piece: Piece) -> bool:
    if not (last.glyphs[0].level and piece.glyphs[0].level):
        return False
    gap = piece.left - last.right
    level = abs(last.baseline - piece.baseline) <= _SAME_LINE * last.size
    return level and 0 <= gap <= _WORD_GAP * last.size


def _describe(
    line: Sequence[Piece], fields: Sequence[tuple[Field, tuple[Piece, ...]]]
) -> ExtraText:
    text = " ".join(piece.text for piece in line)
    for field, printed in fields:
        if any(_lies_over(piece, other) for piece in line for other in printed):
            return ExtraText(text=text, near=field, across=True)
    box = _box_of(line)
    distances = [
        (_distance(box, _box_of(printed), printed[0].size), field) for field, printed in fields
    ]
    near = [(distance, field) for distance, field in distances if distance is not None]
    return ExtraText(text=text, near=min(near)[1] if near else None)


def _lies_over(piece: Piece, other: Piece) -> bool:
    return any(lie_together(one, two) for one in piece.glyphs for two in other.glyphs)


def _box_of(pieces: Sequence[Piece]) -> _Box:
    glyphs = [glyph for piece in pieces for glyph in piece.glyphs]
    return (
        min(one.left for one in glyphs),
        min(one.bottom for one in glyphs),
        max(one.right for one in glyphs),
        max(one.top for one in glyphs),
    )


def _distance(box: _Box, field: _Box, size: float) -> float | None:
    """Return how far a text stands from a field, in sizes; None when it is not beside it."""
    across = max(field[0] - box[2], box[0] - field[2], 0.0) / size
    up = max(field[1] - box[3], box[1] - field[3], 0.0) / size
    if up == 0 and across <= _BESIDE:
        return across
    return 4 * up + across if across == 0 and up <= _ABOVE else None
