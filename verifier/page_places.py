"""Where the named things of an issued page stand, and how another page lies on it.

A part of the child process that compares pages. Places are in pixels of the drawing of the issued
page, from its upper left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from ctypes import c_double, c_int
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import PdfPage, raw

from templates.labels import Field
from templates.page_reading import value_places
from templates.text_lines import Glyph, Piece, fold_radicals
from verifier.seal_states import PHOTO, SEAL, SYMBOL
from verifier.text_layer import read_all_glyphs

Box = tuple[int, int, int, int]  # left, top, right, bottom

_ASCENT: Final = 0.95  # of the size of type, with a little room
_DESCENT: Final = 0.3
_BESIDE: Final = 0.3
_MAX_IMAGES: Final = 16
_FINE: Final = 64  # parts of a point in which places of glyphs are told
_LEAST_PAIRS: Final = 20
_LEAST_SHARE: Final = 0.6  # of glyphs that must lie where the others say
_OFF_POINTS: Final = 0.6
_SCALES: Final = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Overlay:
    """How a page lies on another: its places are `scale` times the other's, and moved (points)."""

    scale: float
    right: float
    down: float

    @property
    def is_plain(self) -> bool:
        """Return whether the pages lie on one another as they are."""
        return abs(self.scale - 1) < 2e-4 and max(abs(self.right), abs(self.down)) < 0.1


def named_boxes(page: PdfPage, pixels_per_point: float) -> Mapping[str, Box]:
    """Return the boxes of the values, the photo, the QR symbol and the seal of an issued page."""
    height = page.get_size()[1]

    def box(left: float, bottom: float, right: float, top: float) -> Box:
        scaled = (left, height - top, right, height - bottom)
        left, top, right, bottom = (length * pixels_per_point for length in scaled)
        return int(left), int(top), int(right) + 1, int(bottom) + 1

    found: dict[str, Box] = {}
    for field, pieces in value_places(_glyphs_of(page)).items():
        found[field.value] = _around([box(*_room(one)) for one in pieces])
    images = page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=1)
    for _, image in zip(range(_MAX_IMAGES), images, strict=False):
        width, height_px = image.get_px_size()
        found[SYMBOL if width == height_px else PHOTO] = box(*image.get_bounds())
    seal = _widget(page)
    if seal is not None:
        found[SEAL] = box(*seal)
    return found


def nearest_field(boxes: Mapping[str, Box], spot: Box) -> str | None:
    """Return the named thing whose row a spot stands in, or None."""
    rows = [
        (max(box[0] - spot[2], spot[0] - box[2], 0), name)
        for name, box in boxes.items()
        if name in set(Field) and spot[1] < box[3] and box[1] < spot[3]
    ]
    return min(rows)[1] if rows else None


def lay_on(page: PdfPage, issued: PdfPage) -> Overlay | None:
    """Return how a page lies on the issued one, by the words they have in common.

    Returns:
        None where it cannot be told: too few words, or they stand in another arrangement. Pages
        of one size that have no words in common lie on one another as they are.
    """
    pairs = _pairs(_places(issued), _places(page))
    if len(pairs) < _LEAST_PAIRS:
        sizes = zip(page.get_size(), issued.get_size(), strict=True)
        alike = all(abs(one - other) <= 1 for one, other in sizes)
        return Overlay(1.0, 0.0, 0.0) if alike else None
    return _fit(np.array(pairs, dtype=np.float64))


def _fit(pairs: NDArray[np.float64]) -> Overlay | None:
    """Return the scale and move that most pairs (x, y, x', y') agree on."""
    kept = pairs
    for _ in range(6):
        middle, other = kept[:, :2].mean(axis=0), kept[:, 2:].mean(axis=0)
        spread, moved = kept[:, :2] - middle, kept[:, 2:] - other
        scale = float((spread * moved).sum() / max(float((spread**2).sum()), 1e-9))
        right, down = (other - scale * middle).tolist()
        if not _SCALES[0] <= scale <= _SCALES[1]:
            return None
        off = np.abs(pairs[:, 2:] - scale * pairs[:, :2] - (right, down)).max(axis=1)
        limit = max(_OFF_POINTS, float(np.quantile(off, _LEAST_SHARE)))
        kept = pairs[off <= limit]
    agreeing = float((off <= _OFF_POINTS).mean())
    return Overlay(scale, right, down) if agreeing >= _LEAST_SHARE else None


def _pairs(
    ones: Mapping[str, list[tuple[float, float]]], others: Mapping[str, list[tuple[float, float]]]
) -> list[tuple[float, float, float, float]]:
    """Return the places of glyphs that occur as often on both pages, in reading order."""
    return [
        (*one, *other)
        for text, places in ones.items()
        if len(places) == len(others.get(text, ()))
        for one, other in zip(places, others[text], strict=True)
    ]


def _places(page: PdfPage) -> Mapping[str, list[tuple[float, float]]]:
    """Return per character where its glyphs begin, from the page's upper left, top line first."""
    text_page = page.get_textpage()
    width, height = (round(side * _FINE) for side in page.get_size())
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    try:
        for index in range(min(raw.FPDFText_CountChars(text_page.raw), 4000)):
            code = raw.FPDFText_GetUnicode(text_page.raw, index)
            if code < 0x21 or raw.FPDFText_IsGenerated(text_page.raw, index) == 1:
                continue
            x, y, across, down = c_double(), c_double(), c_int(), c_int()
            raw.FPDFText_GetCharOrigin(text_page.raw, index, x, y)
            raw.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, x, y, across, down)
            text = fold_radicals(chr(code))
            found[text].append((across.value / _FINE, down.value / _FINE))
    finally:
        text_page.close()
    return {text: sorted(places, key=_by_line) for text, places in found.items()}


def _by_line(place: tuple[float, float]) -> tuple[float, float]:
    return round(place[1] / 6), place[0]


def _glyphs_of(page: PdfPage) -> list[Glyph]:
    glyphs = []
    for text, left, bottom, right, top, baseline, size, level, seen, run in read_all_glyphs(page):
        glyphs.append(
            Glyph(
                text=fold_radicals(text),
                left=left,
                bottom=bottom,
                right=right,
                top=top,
                baseline=baseline,
                size=size,
                level=level,
                seen=seen,
                run=run,
            )
        )
    return glyphs


def _room(piece: Piece) -> tuple[float, float, float, float]:
    size = piece.size
    beside = _BESIDE * size
    bottom, top = piece.baseline - _DESCENT * size, piece.baseline + _ASCENT * size
    return piece.left - beside, bottom, piece.right + beside, top


def _around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _widget(page: PdfPage) -> tuple[float, float, float, float] | None:
    """Return left, bottom, right, top of the page's first annotation that takes up room."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MAX_IMAGES)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        place = raw.FS_RECTF()
        told = raw.FPDFAnnot_GetRect(annotation, place)
        raw.FPDFPage_CloseAnnot(annotation)
        if told and place.right - place.left > 1:
            return place.left, place.bottom, place.right, place.top
    return None
