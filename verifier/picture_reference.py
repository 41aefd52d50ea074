"""The page as it was issued, drawn to compare a picture with it; a part of `picture_child`.

The page is drawn from the stored file of the very copy. Where each character of each value stands
is read from its own text layer. All places are in pixels of the drawing, from its upper left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops
from pypdfium2 import PdfDocument, PdfObject, PdfPage, raw

from templates.labels import Field
from templates.page_reading import value_places
from templates.text_lines import Glyph, Piece, fold_radicals
from verifier.text_layer import read_glyphs

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]  # left, top, right, bottom

DPI: Final = 200
COMPARED: Final = tuple(field for field in Field if field is not Field.REMARK)
_POINTS_PER_INCH: Final = 72
_SMALL_DPI: Final = 100  # enough to see which of its text is seen
_PHOTO_SHAPE: Final = (1.2, 1.6)  # height to width: 25 × 35 mm is 1.4
ASCENT: Final = 0.86  # of the size of type, as ideographs fill their square
_DESCENT: Final = 0.14
_SEAL_INK: Final = 20  # of 255
_DEEPEST: Final = 3  # forms within forms in which the photo is looked for
_PIECE: Final = 2.2  # ems, at most, of fixed print compared at a time


class NoReference(Exception):
    """The stored file is not a page whose fields can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One character of a value and its box."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a value: its characters from left to right, at least one.

    Args:
        free_until: where the next print to the right of it begins, or the page ends.
    """

    cells: tuple[Cell, ...]
    free_until: int

    @property
    def box(self) -> Box:
        """Return the box around it."""
        boxes = [cell.box for cell in self.cells]
        return (
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )

    @property
    def text(self) -> str:
        """Return its characters."""
        return "".join(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The page as issued.

    Args:
        colours: the drawing in red, green and blue, `DPI` dots an inch.
        values: the lines of each compared field.
        photo: the box of the holder's photo; None where none was found.
        fixed: the boxes of all other print, in pieces of about two characters.
        seal: the box of the seal that is seen; None where the page has none.
    """

    colours: Pixels
    values: Mapping[Field, tuple[Line, ...]]
    photo: Box | None
    fixed: tuple[Box, ...]
    seal: Box | None


def draw_reference(data: bytes) -> Reference:
    """Return the page of a certificate as issued.

    Args:
        data: the stored file; ours, but read with the same care as any other.

    Raises:
        NoReference: it is not one.
    """
    document = PdfDocument(data)
    try:
        document.init_forms()  # else the seal is not drawn
        page = document[0]
        drawing = page.render(scale=DPI / _POINTS_PER_INCH).to_pil().convert("RGB")

        def draw_small() -> Any:
            return page.render(scale=_SMALL_DPI / _POINTS_PER_INCH, grayscale=True).to_pil()

        bare, small = _drawn_without_and_with_forms(page)
        glyphs = [_glyph(row) for row in read_glyphs(page, small, draw_small)]
        values = _values(glyphs, drawing.height, drawing.width)
        if not values:
            raise NoReference
        photo = _photo_box(page, drawing.height)
        return Reference(
            colours=np.asarray(drawing),
            values=values,
            photo=photo,
            fixed=_fixed_print(glyphs, values, drawing.height),
            seal=_seal_box(bare, small),
        )
    finally:
        document.close()


def _glyph(row: list[Any]) -> Glyph:
    text, left, bottom, right, top, baseline, size, level, seen, run = row
    return Glyph(
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


def _values(glyphs: list[Glyph], height: int, width: int) -> dict[Field, tuple[Line, ...]]:
    places = value_places(glyphs)
    return {
        field: tuple(_line(piece, glyphs, height, width) for piece in places[field])
        for field in COMPARED
        if field in places
    }


def _line(piece: Piece, glyphs: list[Glyph], height: int, width: int) -> Line:
    beside = [
        one.left
        for one in glyphs
        if one.level and one.left > piece.right and abs(one.baseline - piece.baseline) < piece.size
    ]
    end = min(beside, default=width * _POINTS_PER_INCH / DPI)
    cells = tuple(Cell(text=one.text, box=_cell_box(one, height)) for one in piece.glyphs)
    return Line(cells=cells, free_until=_pixel(end))


def _fixed_print(
    glyphs: list[Glyph], values: Mapping[Field, tuple[Line, ...]], height: int
) -> tuple[Box, ...]:
    """Return pieces of what is printed beside the compared values, line by line."""
    taken = [line.box for lines in values.values() for line in lines]
    free = [
        (glyph, box)
        for glyph in glyphs
        if glyph.seen and glyph.level and glyph.text.strip()
        for box in [_cell_box(glyph, height)]
        if not any(_is_within(box, one) for one in taken)
    ]
    pieces: list[Box] = []
    last: Glyph | None = None
    for glyph, box in sorted(free, key=lambda pair: (round(pair[0].baseline), pair[0].left)):
        size = _pixel(glyph.size)
        follows = last is not None and abs(last.baseline - glyph.baseline) < 1
        if (
            follows
            and pieces
            and -2 <= box[0] - pieces[-1][2] < size / 2
            and (box[2] - pieces[-1][0] <= _PIECE * size)
        ):
            left, top, _, bottom = pieces[-1]
            pieces[-1] = (left, min(top, box[1]), box[2], max(bottom, box[3]))
        else:
            pieces.append(box)
        last = glyph
    return tuple(pieces)


def _is_within(box: Box, other: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]


def _cell_box(glyph: Glyph, height: int) -> Box:
    top = height - _pixel(glyph.baseline + ASCENT * glyph.size)
    bottom = height - _pixel(glyph.baseline - _DESCENT * glyph.size)
    return _pixel(glyph.left), top, _pixel(glyph.right), bottom


def _pixel(points: float) -> int:
    return round(points * DPI / _POINTS_PER_INCH)


def _drawn_without_and_with_forms(page: PdfPage) -> tuple[Image.Image, Image.Image]:
    """Return a page in grey, `_SMALL_DPI` dots an inch, before its forms are drawn and after."""
    scale = _SMALL_DPI / _POINTS_PER_INCH
    bitmap = page.render(scale=scale, may_draw_forms=False, grayscale=True)
    bare = bitmap.to_pil().copy()
    if page.formenv:
        place = (0, 0, bitmap.width, bitmap.height, 0)
        flags = raw.FPDF_ANNOT | raw.FPDF_GRAYSCALE
        raw.FPDF_FFLDraw(page.formenv, bitmap, page, *place, flags)
    return bare, bitmap.to_pil()


def _seal_box(bare: Image.Image, whole: Image.Image) -> Box | None:
    """Return the box of what only the form of the page draws: its seal.

    Args:
        bare: the page in grey, `_SMALL_DPI` dots an inch, without what its forms draw.
        whole: the same with it.
    """
    rows, columns = np.nonzero(np.asarray(ImageChops.difference(whole, bare)) > _SEAL_INK)
    if not rows.size:
        return None
    sides = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    left, top, right, bottom = (int(side) * DPI // _SMALL_DPI for side in sides)
    return left, top, right, bottom


def _photo_box(page: PdfPage, height: int) -> Box | None:
    """Return the box of the largest picture that has the shape of the holder's photo."""
    found: list[Box] = []
    for one in _pictures_of(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject):
        left, bottom, right, top = PdfObject(one, page=page).get_bounds()
        if _PHOTO_SHAPE[0] <= (top - bottom) / max(right - left, 0.01) <= _PHOTO_SHAPE[1]:
            across = (_pixel(left), height - _pixel(top), _pixel(right), height - _pixel(bottom))
            found.append(across)
    return max(found, key=lambda box: box[2] - box[0], default=None)


def _pictures_of(
    parent: Any, count: Callable[[Any], int], get: Callable[[Any, int], Any], level: int = 0
) -> Iterator[Any]:
    """Yield the pictures on a page or in a form; its pattern alone has thousands of lines."""
    for index in range(count(parent)):
        one = get(parent, index)
        kind = raw.FPDFPageObj_GetType(one)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            yield one
        elif kind == raw.FPDF_PAGEOBJ_FORM and level < _DEEPEST:
            form = raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject
            yield from _pictures_of(one, *form, level + 1)
