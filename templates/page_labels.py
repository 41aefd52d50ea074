"""Finds the labels on a page by their words and where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from templates.labels import (
    BODY_TEXT,
    LABELS,
    QR_NOTE,
    SAMPLE_NOTE,
    SEAL_NOTE,
    TITLE,
    Field,
)
from templates.text_lines import Piece

_COLONS: Final = ("：", ":")
_LEAST_GAP: Final = 0.25  # of the size, between a label without a colon and what follows it
_SAME_ROW: Final = 0.35  # of the size
_ENGLISH: Final = frozenset(label.en.casefold().replace(" ", "") for label in LABELS.values())
_FIXED: Final = frozenset(
    text.replace(" ", "") for text in (TITLE, SEAL_NOTE, QR_NOTE, SAMPLE_NOTE)
)
_BY_LENGTH: Final = tuple(sorted(LABELS, key=lambda field: -len(LABELS[field].zh)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPlace:
    """One label where it stands.

    Args:
        piece: the whole piece of text it begins.
        label: the label's own glyphs, its colon with them.
        rest: what follows it in the same piece, if anything.
    """

    field: Field
    piece: Piece
    label: Piece
    rest: Piece | None
    colon: bool

    def shares_row(self, piece: Piece) -> bool:
        """Return whether a piece stands at the height of this label."""
        size = max(self.label.size, piece.size)
        return abs(self.label.baseline - piece.baseline) <= _SAME_ROW * size


def split_at_labels(pieces: Iterable[Piece]) -> list[Piece]:
    """Part each piece where, after a gap, a label begins: what stands before it is another's."""
    parted: list[Piece] = []
    for piece in pieces:
        start = 0
        for at in range(1, len(piece.glyphs)):
            gap = piece.glyphs[at].left - piece.glyphs[at - 1].right
            if gap < _LEAST_GAP * piece.glyphs[at].size:
                continue
            if _label_at(Piece(piece.glyphs[at:])) is not None:
                parted.append(Piece(piece.glyphs[start:at]))
                start = at
        parted.append(Piece(piece.glyphs[start:]))
    return parted


def find_labels(pieces: Iterable[Piece]) -> list[LabelPlace]:
    """Return every label that begins a piece and is followed by a colon, a gap or nothing.

    A label within a sentence is none. Where a label's words stand as another label's value (a
    specialty may be called so), they are the value.
    """
    found = [place for piece in pieces if (place := _label_at(piece)) is not None]
    return [place for place in found if not _is_value(place, found)]


def is_fixed_text(piece: Piece) -> bool:
    """Return whether a piece is one of the notes that every page carries."""
    plain = piece.plain
    return plain in _FIXED or plain.casefold().rstrip(":：") in _ENGLISH


def is_body_text(piece: Piece) -> bool:
    """Return whether a piece is a line of the body text, broken wherever a layout breaks it."""
    return len(piece.glyphs) > 1 and piece.plain in BODY_TEXT


def _label_at(piece: Piece) -> LabelPlace | None:
    for field in _BY_LENGTH:
        count = _count_of(piece, LABELS[field].zh)
        if count is None:
            continue
        colon = count < len(piece.glyphs) and piece.glyphs[count].text in _COLONS
        end = count + colon
        rest = Piece(piece.glyphs[end:]) if end < len(piece.glyphs) else None
        label = Piece(piece.glyphs[:end])
        if rest is not None and not colon and rest.left - label.right < _LEAST_GAP * label.size:
            return None
        return LabelPlace(field=field, piece=piece, label=label, rest=rest, colon=colon)
    return None


def _count_of(piece: Piece, words: str) -> int | None:
    """Return how many glyphs at the beginning of a piece say `words`; None when they do not."""
    said = ""
    for count, glyph in enumerate(piece.glyphs, start=1):
        said += glyph.text
        if said == words:
            return count
        if not words.startswith(said):
            return None
    return None


def _is_value(place: LabelPlace, found: Sequence[LabelPlace]) -> bool:
    twice = sum(other.field is place.field for other in found) > 1
    if not twice or place.rest is not None:
        return False
    row = [one for one in found if one is not place and one.shares_row(place.label)]
    left = [one for one in row if one.label.right <= place.label.left and one.rest is None]
    return bool(left) and not any(one.label.left > place.label.right for one in row)
