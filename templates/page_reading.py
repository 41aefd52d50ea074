"""Reads the fields back from where they are printed: the inverse of drawing the page.

A label's value is what stands to the right of it at its own height, in the column where the
values beside its fellow labels begin, and the lines of a wrapped value below. What is neither a
label, a value nor a fixed text of the page is extra text. No layout's measures are used, so
upright and lying pages, pages printed smaller and pages of two columns read alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from templates.labels import Field
from templates.page_extras import ExtraText, find_extras
from templates.page_labels import LabelPlace, find_labels, is_fixed_text, split_at_labels
from templates.text_lines import (
    LEAST_BREAK,
    Glyph,
    Piece,
    join_pieces,
    join_slanted,
)

LEAST_LABELS: Final = 3  # fewer are a note beside a picture of a certificate, not its print
MAX_LINES: Final = 3
_SAME_COLUMN: Final = 0.5  # of the size of type, between left edges
_FROM_COLUMN: Final = 1.2  # of the size: how far an editor's value may stand from the column
_AFTER_COLON: Final = 2.5  # of the size
_AFTER_LABEL: Final = 15.0  # of the size, where no column shows
_LEADING: Final = (0.9, 1.75)  # of the size, from one line of a value to the next
_SAME_SIZE: Final = (0.85, 1.18)
_LIKE_SIZE: Final = (0.5, 1.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPrint:
    """What a page prints for one field.

    Args:
        lines: the value's lines; none where nothing readable stands there.
        overlaid: texts in the value's place that lie over one another, the lowest first; empty
            where there is but one.
        repeated: the values beside each of several labels; empty where there is one label.
        covered: whether text in the value's place cannot be seen.
    """

    lines: tuple[str, ...] = ()
    overlaid: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    covered: bool = False

    @property
    def readings(self) -> tuple[str, ...]:
        """Return what the value may be, the longest first: a line below may be no part of it."""
        return tuple(_join_lines(self.lines[:count]) for count in range(len(self.lines), 0, -1))

    @property
    def is_plain(self) -> bool:
        """Return whether one text stands beside one label."""
        return not self.overlaid and not self.repeated

    @property
    def value(self) -> str:
        """Return all of the value's lines as one text."""
        return _join_lines(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePrint:
    """What a page prints: its labelled fields, and text that belongs to none."""

    fields: Mapping[Field, FieldPrint]
    extra: tuple[ExtraText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One label with the pieces of its value."""

    place: LabelPlace
    lines: tuple[Piece, ...]
    layers: tuple[Piece, ...]
    covered: bool


def read_page(glyphs: Iterable[Glyph]) -> PagePrint:
    """Return what is printed on a page.

    Args:
        glyphs: of one page, in the order in which they were drawn; untrusted.

    Returns:
        The fields whose labels are there, where enough are, and all other text but the page's
        fixed texts.
    """
    every = list(glyphs)
    seen = [one for one in every if one.seen]
    entries, free = _find_entries(every)
    used = {id(one) for entry in entries for one in (*entry.lines, *entry.layers)}
    slanted = join_slanted([one for one in seen if not one.level])
    boxes = [(one.place.field, (one.place.label, *one.lines)) for one in entries]
    left_over = [one for one in free if id(one) not in used]
    return PagePrint(
        fields=MappingProxyType(_fields(entries)),
        extra=find_extras([*left_over, *slanted], boxes),
    )


def value_places(glyphs: Iterable[Glyph]) -> Mapping[Field, tuple[Piece, ...]]:
    """Return where a page as issued prints the value of each field, line by line.

    Args:
        glyphs: of one page, as `read_page` takes them.
    """
    entries, _ = _find_entries(list(glyphs))
    return MappingProxyType({one.place.field: one.lines for one in entries if one.lines})


def _find_entries(every: Sequence[Glyph]) -> tuple[list[_Entry], list[Piece]]:
    """Return the labels with their values, and the pieces that are no labels."""
    pieces = split_at_labels(join_pieces([one for one in every if one.seen and one.level]))
    hidden = join_pieces([one for one in every if one.level and not one.seen])
    labels = find_labels(pieces)
    if len({place.field for place in labels}) < LEAST_LABELS:
        labels = []
    taken = {id(place.piece) for place in labels}
    free = [one for one in pieces if id(one) not in taken]
    fitting = [one for one in free if not is_fixed_text(one)]
    return _read_entries(labels, fitting, hidden), free


def _fields(entries: Sequence[_Entry]) -> dict[Field, FieldPrint]:
    found: dict[Field, list[_Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.place.field].append(entry)
    return {field: _field_print(alike) for field, alike in found.items()}


def _field_print(entries: Sequence[_Entry]) -> FieldPrint:
    """Put together what stands beside all labels of one field."""
    valued = [one for one in entries if one.lines]
    if len(valued) < 2:
        (entry,) = valued or entries[:1]
        overlaid = tuple(dict.fromkeys(one.text for one in entry.layers))
        return FieldPrint(
            lines=tuple(one.text for one in entry.lines),
            overlaid=overlaid if len(overlaid) > 1 else (),
            covered=entry.covered,
        )
    texts: list[str] = []
    for entry in valued:
        texts.append(_join_lines([line.text for line in entry.lines]))
        texts += [one.text for one in entry.layers[1:]]
    return FieldPrint(repeated=tuple(dict.fromkeys(texts)))


def _read_entries(
    labels: Sequence[LabelPlace], pieces: Sequence[Piece], hidden: Sequence[Piece]
) -> list[_Entry]:
    beside = [_beside(place, labels, pieces) for place in labels]
    columns = [_column_of(place, labels, beside) for place in labels]
    first = [
        _choose(place, found, column)
        for place, found, column in zip(labels, beside, columns, strict=True)
    ]
    taken = {id(one) for one in first if one is not None}
    below = [one for one in pieces if id(one) not in taken and not _on_a_row(one, labels)]
    entries = []
    for place, value, found, column in zip(labels, first, beside, columns, strict=True):
        covered = _is_covered(place, value, column, _in_row(place, labels, hidden), pieces)
        if value is None:
            entries.append(_Entry(place=place, lines=(), layers=(), covered=covered))
            continue
        layers = _layers(value, [*pieces, *found])
        lines = _lines(value, below)
        entries.append(_Entry(place=place, lines=lines, layers=layers, covered=covered))
    return entries


def _beside(
    place: LabelPlace, labels: Sequence[LabelPlace], pieces: Sequence[Piece]
) -> list[Piece]:
    """Return what may be a label's value, the nearest first."""
    rest = [] if place.rest is None else [place.rest]
    return [*rest, *_in_row(place, labels, pieces)]


def _in_row(
    place: LabelPlace, labels: Sequence[LabelPlace], pieces: Sequence[Piece]
) -> list[Piece]:
    """Return what stands to the right of a label before the next label of its row."""
    row = [one.label.left for one in labels if one.shares_row(place.label)]
    end = min((left for left in row if left > place.label.right), default=float("inf"))
    start = place.label.right - _SAME_COLUMN * place.label.size
    found = [one for one in pieces if place.shares_row(one) and start <= one.left < end]
    like = [one for one in found if _is_like(one.size, place.label.size, (0.5, 2.0))]
    return sorted(like, key=lambda one: one.left)


def _column_of(
    place: LabelPlace, labels: Sequence[LabelPlace], beside: Sequence[Sequence[Piece]]
) -> float | None:
    """Return where the values beside most labels of this label's column begin."""
    near = _SAME_COLUMN * place.label.size
    fellows = [
        found
        for one, found in zip(labels, beside, strict=True)
        if abs(one.label.left - place.label.left) <= near and one.colon == place.colon
    ]
    votes = {
        left: sum(any(abs(one.left - left) <= near for one in found) for found in fellows)
        for found in fellows
        for left in [one.left for one in found[:4]]
    }
    if not votes:
        return None
    best = max(votes, key=lambda left: (votes[left], -left))
    return best if votes[best] >= max(2, len(fellows) / 2) else None


def _choose(place: LabelPlace, found: Sequence[Piece], column: float | None) -> Piece | None:
    """Return the piece that is the value, or at least its lowest layer."""
    if not found:
        return None
    size = place.label.size
    if place.colon:
        near = [one for one in found if one.left - place.label.right <= _AFTER_COLON * size]
        return near[0] if near else _in_column(found, column, size)
    if column is not None:
        return _in_column(found, column, size)
    return found[0] if found[0].left - place.label.right <= _AFTER_LABEL * size else None


def _in_column(found: Sequence[Piece], column: float | None, size: float) -> Piece | None:
    if column is None:
        return None
    near = [one for one in found if abs(one.left - column) <= _FROM_COLUMN * size]
    return min(near, key=lambda one: (round(abs(one.left - column), 1), one.run), default=None)


def _layers(value: Piece, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    over = [
        one
        for one in pieces
        if one is not value and _is_like(one.size, value.size, _LIKE_SIZE) and one.overlaps(value)
    ]
    layers = {id(one): one for one in (value, *over)}
    return tuple(sorted(layers.values(), key=lambda one: one.run))


def _lines(value: Piece, below: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return a value's first line and those that go on below it in the same type."""
    lines = [value]
    for _ in range(MAX_LINES - 1):
        last = lines[-1]
        following = [one for one in below if _goes_on(last, one)]
        if not following:
            break
        lines.append(max(following, key=lambda one: one.baseline))
    return tuple(lines)


def _goes_on(last: Piece, piece: Piece) -> bool:
    drop = last.baseline - piece.baseline
    return (
        _is_like(piece.size, last.size, _SAME_SIZE)
        and abs(piece.left - last.left) <= _SAME_COLUMN * last.size
        and _LEADING[0] * last.size <= drop <= _LEADING[1] * last.size
    )


def _on_a_row(piece: Piece, labels: Sequence[LabelPlace]) -> bool:
    return any(one.shares_row(piece) and one.label.left < piece.left for one in labels)


def _is_covered(
    place: LabelPlace,
    value: Piece | None,
    column: float | None,
    hidden: Sequence[Piece],
    seen: Sequence[Piece],
) -> bool:
    """Return whether text where the value stands cannot be seen.

    Text that other text was drawn over is not covered but replaced.
    """
    size = place.label.size
    starts = [place.label.right] if place.colon or column is None else []
    starts += [] if column is None else [column]
    starts += [] if value is None else [value.left, value.right]
    for piece in hidden:
        near = any(abs(piece.left - at) <= _FROM_COLUMN * size for at in starts)
        before = value is not None and abs(piece.right - value.left) <= LEAST_BREAK * size
        if (near or before) and not any(piece.overlaps(other) for other in seen):
            return True
    return False


def _is_like(size: float, other: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] * other <= size <= bounds[1] * other


def _join_lines(lines: Sequence[str]) -> str:
    """Put a wrapped value together again; only between Latin words was there a space."""
    joined = ""
    for line in lines:
        between = " " if joined[-1:].isascii() and joined and line[:1].isascii() else ""
        joined += between + line
    return joined
