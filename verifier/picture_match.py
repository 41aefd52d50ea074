"""Compares the characters of a value as printed with a picture of them; a part of `picture_child`.

Two witnesses: what the recognition model reads, and how alike the two drawings of a character are.
All thresholds were set on pieces made for it; docs/decisions/0019 has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from codes.typed import half_width
from verifier.picture_lookalikes import AIR, draw_ink, lean
from verifier.picture_reference import Box, Cell, Line
from verifier.picture_words import Sign, Words

Plane = NDArray[np.float32]

BLURS: Final = (0.6, 1.2, 1.8, 2.6, 3.6, 5.0)  # of the reference, in its dots
_LINE_SEARCH: Final = 8  # dots that a line may lie off
_CELL_SEARCH: Final = 4  # and a character within it
_MARGIN: Final = 3
_FAINT: Final = 0.08  # of the brightness of paper: less is no ink
_BARE: Final = 0.3  # of the usual ink of the line: less is none
_PALE: Final = 0.5  # of that: less is hardly a character of its own
_FLAT: Final = 0.02  # of the brightness of paper between the darkest dot and the palest
_LIT_ALIKE: Final = 0.1  # paper is no brighter or darker than this against that of the line
_GAP_COST: Final = 1.0
_PLACE_COST: Final = 0.6  # for a character read a whole place beside where it should stand
_TAKEN_FOR: Final = 5  # characters, at most, that an unknown one may be taken for
_MAYBE: Final = 0.02  # how likely each of them must be
_NEARER: Final = 0.001  # of two alike, the nearer one is the expected one

# Characters the model may take for one another, and nobody would alter one into the other.
_ALIKE: Final = {
    "·": "·", "・": "·", "．": "·", "•": "·", "‧": "·", ".": "·",
    "—": "-", "–": "-", "－": "-", "一": "-", "ー": "-", "_": "-",
    "/": "/", "／": "/", "丨": "1", "l": "1", "I": "1", "|": "1",
    "O": "0", "o": "0", "〇": "0", "○": "0", "х": "X", "x": "X", "Х": "X", "×": "X", "s": "S",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CellMatch:
    """One expected character and what stands in its place.

    Args:
        cell: what is expected; None for a character where none should be.
        sign: what was read; None where nothing was.
        expected_likely: how likely the expected character was there, from 0 to 1; None where the
            model does not know it.
        likeness: of the two drawings, from -1 to 1.
        lean: of a character unknown to the model, where the picture stands between its drawing (1)
            and that of what it is taken for (-1); None where there is nothing to draw.
        inked: whether there is any print in its place at all.
        blank: whether bare paper is seen in its place, lit like the rest of the line; of a surplus
            character, whether it is much paler than the line, as what is smeared is.
        box: where, on the page.
    """

    cell: Cell | None
    sign: Sign | None
    expected_likely: float | None
    likeness: float
    inked: bool
    blank: bool
    box: Box
    lean: float | None = None

    @property
    def is_read(self) -> bool:
        """Return whether the expected character was read."""
        if self.cell is None or self.sign is None:
            return False
        return alike(self.cell.text, self.sign.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMatch:
    """One line of a value, character by character.

    Args:
        likeness: of the whole line's drawings.
        blur: of the reference at which they were most alike.
    """

    cells: tuple[CellMatch, ...]
    likeness: float
    blur: float


def alike(one: str, other: str) -> bool:
    """Return whether two characters are the same, or look the same in any print."""
    return _folded(one) == _folded(other)


def _folded(char: str) -> str:
    plain = half_width(char)
    return _ALIKE.get(plain, plain)


def crop_of(box: Box, line: Line, shape: tuple[int, ...]) -> Box:
    """Return what of the page is read for a line: its box, air around it, and room for more."""
    left, top, right, bottom = box
    height = bottom - top
    end = min(right + 3 * height, max(right, line.free_until - height // 3))
    air = height // 4
    return (
        max(0, left - air),
        max(0, top - air),
        min(shape[1], max(end, right + air)),
        min(shape[0], bottom + air),
    )


def match_line(
    line: Line, words: Words, crop: Box, expected: Plane, shown: Plane, red: Plane
) -> LineMatch:
    """Return what stands in the place of each character of a line.

    Args:
        words: what was read within `crop` of the picture laid onto the page.
        expected: the ink of the page.
        shown: the ink of the picture.
        red: the picture in red light, from 0 to 255.
    """
    blur, likeness, move = _fit(line.box, expected, shown)
    soft = {blur: cv2.GaussianBlur(_cut(expected, line.box, 24), (0, 0), blur)}
    corner = (max(0, line.box[0] - 24), max(0, line.box[1] - 24))
    matches = []
    seen = {cell: _ink_and_paper(_moved(cell.box, move), shown, red) for cell in line.cells}
    usual = np.median(np.array([seen[cell] for cell in line.cells]), axis=0)
    pairs = _paired(line.cells, words.signs, crop[0])
    last = max(at for at, (cell, _) in enumerate(pairs) if cell is not None)
    for at, (cell, sign) in enumerate(pairs):
        if cell is None:
            assert sign is not None
            place = _place_of_surplus(sign, crop, line.box[2] if at > last else None)
            pale = _ink_and_paper(_moved(place, move), shown, red)[0] < _PALE * usual[0]
            matches.append(_surplus(sign, place, expected, shown, move, pale=bool(pale)))
            continue
        patch, around = _cell_patches(cell.box, soft[blur], corner, shown, move)
        value, _ = _best_place(around, patch)
        ink, paper = seen[cell]
        left, right = cell.box[0] - crop[0], cell.box[2] - crop[0]
        ends = left - words.strip, right + words.strip
        likely = words.likely_at(cell.text, *ends)
        matches.append(
            CellMatch(
                cell=cell,
                sign=sign,
                expected_likely=likely,
                likeness=value,
                inked=_is_inked(_moved(cell.box, move), shown),
                blank=bool(ink < _BARE * usual[0] and abs(paper / usual[1] - 1) < _LIT_ALIKE),
                box=cell.box,
                lean=_lean(cell, words, ends, expected, around) if likely is None else None,
            )
        )
    return LineMatch(cells=tuple(matches), likeness=likeness, blur=blur)


def _moved(box: Box, move: tuple[int, int]) -> Box:
    return box[0] + move[0], box[1] + move[1], box[2] + move[0], box[3] + move[1]


def _ink_and_paper(box: Box, shown: Plane, red: Plane) -> tuple[float, float]:
    """Return how dark the print in a box is, and how bright its paper."""
    ink, light = _cut(shown, box, 0), _cut(red, box, 0)
    return float(np.percentile(ink, 95)), max(1.0, float(np.percentile(light, 80)))


def _fit(box: Box, expected: Plane, shown: Plane) -> tuple[float, float, tuple[int, int]]:
    """Return the blur of the reference and the shift at which a line is most like it."""
    around = _cut(shown, box, _MARGIN + _LINE_SEARCH)
    best = (BLURS[0], -1.0, (0, 0))
    for blur in BLURS:
        soft = cv2.GaussianBlur(_cut(expected, box, 24), (0, 0), blur)
        patch = soft[24 - _MARGIN : -(24 - _MARGIN), 24 - _MARGIN : -(24 - _MARGIN)]
        value, shift = _best_place(around, patch)
        if value > best[1]:
            best = (blur, value, (shift[0] - _LINE_SEARCH, shift[1] - _LINE_SEARCH))
    return best


def _cell_patches(
    box: Box, soft: Any, corner: tuple[int, int], shown: Plane, move: tuple[int, int]
) -> tuple[Plane, Plane]:
    """Return a character as issued, and where it is looked for in the picture."""
    left, top = box[0] - corner[0] - 1, box[1] - corner[1] - 1
    patch = soft[top : top + box[3] - box[1] + 2, left : left + box[2] - box[0] + 2]
    return patch, _cut(shown, _moved(box, move), 1 + _CELL_SEARCH)


def _is_inked(box: Box, shown: Plane) -> bool:
    own = _cut(shown, box, 0)
    return bool(own.size and np.percentile(own, 97) > _FAINT)


def _lean(
    cell: Cell, words: Words, ends: tuple[float, float], expected: Plane, around: Plane
) -> float | None:
    """Return where a character stands between its drawing and what it is taken for."""
    issued = _cut(expected, cell.box, AIR)
    leans = []
    for char in words.likeliest(*ends, _TAKEN_FOR, _MAYBE):
        other = draw_ink(char, cell.box)
        if other is not None and other.shape == issued.shape:
            leans.append(lean(issued, other, around, BLURS))
    return min(leans, default=None)


def _place_of_surplus(sign: Sign, crop: Box, end: int | None) -> Box:
    """Return where a character stands that has no place of its own.

    Args:
        end: of the value, which it is beyond; None within the value.
    """
    height = crop[3] - crop[1]
    middle = round(crop[0] + sign.at)
    left, right = middle - height // 4, middle + height // 4
    if end is not None:  # the value's last character is no part of it
        left, right = max(left, end), max(right, end + height // 4)
    return left, crop[1] + height // 6, right, crop[3] - height // 6


def _surplus(
    sign: Sign, box: Box, expected: Plane, shown: Plane, move: tuple[int, int], *, pale: bool
) -> CellMatch:
    """Return what a character without a place of its own is like on the page as issued."""
    moved = _moved(box, move)
    issued = _cut(expected, box, 0)
    value, _ = _best_place(_cut(shown, moved, _CELL_SEARCH), issued)
    if np.ptp(issued) < _FLAT:  # bare paper: compared, it would be like everything
        value = 0.0
    return CellMatch(
        cell=None,
        sign=sign,
        expected_likely=None,
        likeness=value,
        inked=_is_inked(moved, shown),
        blank=pale,
        box=box,
    )


def _best_place(around: Plane, patch: Any) -> tuple[float, tuple[int, int]]:
    if patch.size == 0 or around.shape[0] < patch.shape[0] or around.shape[1] < patch.shape[1]:
        return -1.0, (0, 0)
    like = cv2.matchTemplate(around, np.ascontiguousarray(patch), cv2.TM_CCOEFF_NORMED)
    like[~np.isfinite(like)] = -1
    _, best, _, at = cv2.minMaxLoc(like)
    return float(best), (int(at[0]), int(at[1]))


def _cut(plane: Plane, box: Box, margin: int) -> Plane:
    """Return a part of a plane with a margin, the edge repeated where it goes beyond."""
    left, top, right, bottom = (
        box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin
    )  # fmt: skip
    height, width = plane.shape
    inner = plane[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    if inner.size == 0:
        return np.zeros((max(0, bottom - top), max(0, right - left)), np.float32)
    edges = (max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width))
    if not any(edges):
        return inner
    return np.asarray(cv2.copyMakeBorder(inner, *edges, cv2.BORDER_REPLICATE), np.float32)


def _paired(
    cells: Sequence[Cell], signs: Sequence[Sign], left: int
) -> list[tuple[Cell | None, Sign | None]]:
    """Pair expected characters with those read, by what they are and by where they stand."""
    signs = [one for one in signs if one.text.strip()]
    rows, columns = len(cells) + 1, len(signs) + 1
    cost = np.zeros((rows, columns), np.float32)
    cost[:, 0] = np.arange(rows) * _GAP_COST
    cost[0, :] = np.arange(columns) * _GAP_COST
    pair = [[_pair_cost(cell, sign, left) for sign in signs] for cell in cells]
    for row in range(1, rows):
        for column in range(1, columns):
            cost[row, column] = min(
                cost[row - 1, column - 1] + pair[row - 1][column - 1],
                cost[row - 1, column] + _GAP_COST,
                cost[row, column - 1] + _GAP_COST,
            )
    pairs: list[tuple[Cell | None, Sign | None]] = []
    row, column = rows - 1, columns - 1
    while row or column:
        paired = row and column and pair[row - 1][column - 1] + cost[row - 1, column - 1]
        if row and column and abs(cost[row, column] - paired) < 1e-4:
            row, column = row - 1, column - 1
            pairs.append((cells[row], signs[column]))
        elif row and abs(cost[row, column] - cost[row - 1, column] - _GAP_COST) < 1e-4:
            row -= 1
            pairs.append((cells[row], None))
        else:
            column -= 1
            pairs.append((None, signs[column]))
    return pairs[::-1]


def _pair_cost(cell: Cell, sign: Sign, left: int) -> float:
    width = max(8, cell.box[2] - cell.box[0])
    away = abs(sign.at + left - (cell.box[0] + cell.box[2]) / 2) / width
    same = 0.0 if alike(cell.text, sign.text) else 0.9
    return same + _PLACE_COST * max(0.0, away - 0.5) + _NEARER * away
