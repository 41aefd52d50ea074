"""Puts the glyphs of a page together to the pieces of text a reader sees.

A piece is what stands side by side on one baseline, whoever drew it and in whatever order: a
label, a value, a line of a paragraph. Texts that lie over one another stay two pieces. Lengths
are compared in ems of the type itself, so that a page printed smaller reads alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

UNREADABLE: Final = "\ufffd"  # in the place of a character the file does not tell
MAX_PIECES: Final = 800  # a certificate has some forty; joining takes the square of their number
LEAST_BREAK: Final = 0.6  # of the size: a wider gap ends a piece
_OVERLAP_ALLOWED: Final = 0.3  # of the size: kerning, and boxes of substituted fonts
_SAME_BASELINE: Final = 0.3  # of the size
_BLANK: Final = 0.15  # of the size: a wider gap is a space
_ASCENT: Final = 0.85
_DESCENT: Final = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """One glyph of a page's text layer, the page turned so that its text is level; untrusted.

    Args:
        text: the character, or the characters of a ligature; U+FFFD where the file does not say.
        left, bottom, right, top: the room it takes up, in points.
        baseline: the height it stands on.
        size: of the type, in points as seen.
        level: whether it runs like most of the page's text.
        seen: whether it leaves a mark on the picture of the page.
        run: the order in which it was drawn.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    baseline: float
    size: float
    level: bool = True
    seen: bool = True
    run: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Glyphs that are read together, from left to right; at least one."""

    glyphs: tuple[Glyph, ...]

    @property
    def left(self) -> float:
        """Return where it begins."""
        return self.glyphs[0].left

    @property
    def right(self) -> float:
        """Return where it ends."""
        return self.glyphs[-1].right

    @property
    def baseline(self) -> float:
        """Return the height of its first glyph."""
        return self.glyphs[0].baseline

    @property
    def size(self) -> float:
        """Return the size of its first glyph."""
        return self.glyphs[0].size

    @property
    def run(self) -> int:
        """Return when the first drawn of its glyphs was drawn."""
        return min(glyph.run for glyph in self.glyphs)

    @property
    def plain(self) -> str:
        """Return its text without spaces."""
        return "".join(glyph.text for glyph in self.glyphs)

    @property
    def text(self) -> str:
        """Return its text, with a space where a gap shows one."""
        parts: list[str] = []
        for at, glyph in enumerate(self.glyphs):
            before = self.glyphs[at - 1] if at else None
            if before is not None and before.level and _gap(before, glyph) > _BLANK * glyph.size:
                parts.append(" ")
            parts.append(glyph.text)
        return "".join(parts)

    def overlaps(self, other: Piece) -> bool:
        """Return whether glyphs of the two lie over one another."""
        if self.right < other.left or other.right < self.left:
            return False
        if abs(self.baseline - other.baseline) > max(self.size, other.size):
            return False
        return any(lie_together(one, two) for one in self.glyphs for two in other.glyphs)


def lie_together(one: Glyph, other: Glyph) -> bool:
    """Return whether the boxes of two glyphs cover one another by a good part."""
    least_width = min(one.right - one.left, other.right - other.left)
    least_height = min(one.size, other.size)
    across = min(one.right, other.right) - max(one.left, other.left)
    return across > 0.3 * least_width and _shared_height(one, other) > 0.3 * least_height


def _shared_height(one: Glyph, other: Glyph) -> float:
    (bottom, top), (other_bottom, other_top) = _span(one), _span(other)
    return min(top, other_top) - max(bottom, other_bottom)


def _span(glyph: Glyph) -> tuple[float, float]:
    if not glyph.level:
        return glyph.bottom, glyph.top
    return glyph.baseline - _DESCENT * glyph.size, glyph.baseline + _ASCENT * glyph.size


def fold_radicals(text: str) -> str:
    """Return `text` with Kangxi radicals as the ideographs they are drawn as.

    Printers to PDF name one glyph by the other's code; both always look the same.
    """
    return "".join(
        normalize("NFKC", char) if "\u2f00" <= char <= "\u2fd5" else char for char in text
    )


def join_pieces(glyphs: Iterable[Glyph]) -> list[Piece]:
    """Return the pieces that level glyphs make, in the order in which they were drawn.

    Returns:
        The pieces; none at all where there would be more than `MAX_PIECES`.
    """
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if runs and _follows(runs[-1][-1], glyph, _BLANK):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    if len(runs) > MAX_PIECES:
        return []
    return [Piece(tuple(one)) for one in _joined(runs)]


def _joined(runs: list[list[Glyph]]) -> list[list[Glyph]]:
    """Join what was drawn apart: at a change of font, or by an editor."""
    lines: list[list[Glyph]] = []
    for run in sorted(runs, key=lambda run: run[0].left):
        ends = [line for line in lines if _follows(line[-1], run[0], LEAST_BREAK)]
        if ends:
            min(ends, key=lambda line: abs(_gap(line[-1], run[0]))).extend(run)
        else:
            lines.append(list(run))
    return sorted(lines, key=lambda line: min(glyph.run for glyph in line))


def join_slanted(glyphs: Sequence[Glyph]) -> list[Piece]:
    """Return the pieces that glyphs across the page make: each as it was drawn."""
    pieces: list[list[Glyph]] = []
    for glyph in glyphs:
        if pieces and _near(pieces[-1][-1], glyph):
            pieces[-1].append(glyph)
        else:
            pieces.append([glyph])
    return [Piece(tuple(one)) for one in pieces]


def _follows(before: Glyph, after: Glyph, widest: float) -> bool:
    """Return whether a glyph stands right after another, at most `widest` ems away."""
    size = max(before.size, after.size)
    if abs(before.baseline - after.baseline) > _SAME_BASELINE * min(before.size, after.size):
        return False
    if size > 2 * min(before.size, after.size):
        return False
    return -_OVERLAP_ALLOWED * size <= _gap(before, after) <= widest * size


def _gap(before: Glyph, after: Glyph) -> float:
    return after.left - before.right


def _near(one: Glyph, other: Glyph) -> bool:
    across = abs(one.left + one.right - other.left - other.right) / 2
    up = abs(one.bottom + one.top - other.bottom - other.top) / 2
    return max(across, up) <= 2 * max(one.size, other.size)
