"""Reads the text layer of a PDF page, glyph by glyph: where each stands and whether it is seen.

A part of the child process. A glyph counts as seen when the picture of the page changes where it
stands once all text is taken away: that covers at one stroke what is painted over, white on
white, drawn in no ink, clipped, switched off or off the page. Of texts that lie over one
another, those drawn first are taken away one by one as well, for they may be painted over.
Ideographs of a font that is not in the file cannot be drawn here though a reader may see them:
of those only the ink tells.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from ctypes import c_double, c_int, c_uint, c_void_p, cast
from dataclasses import dataclass, replace
from math import atan2, degrees, hypot
from typing import Any

from PIL import Image, ImageChops
from pypdfium2 import PdfPage, raw

from templates.text_lines import UNREADABLE
from verifier.file_limits import MAX_GLYPHS

MAX_RUNS_TAKEN_AWAY = 6
# Of 255: how much darker or lighter a pixel must become to count as changed. White type hides the
# fine lines of our pattern, which changes pixels by up to 30; grey type one can read, by 50.
_CHANGE = 40
_SEEN_SHARE = 0.1  # of the pixels of the box of a glyph's ink
_SEEN_SPACE_SHARE = 0.02  # of its room: the ink of a font that is not embedded lies elsewhere
_LEVEL_DEGREES = 3
_FIRST_IDEOGRAPH = 0x2E80
_INKLESS_MODES = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_WHITE = 0xF0
_OVERLAP_SHARE = 0.3
_LIKE_SIZE = 1.6

_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glyph:
    """One glyph in page coordinates, in points.

    Args:
        run: the order in which its text object was drawn.
        ink: left, bottom, right, top of what is drawn.
        space: left, bottom, right, top of the room it takes up in its line.
        base: where it begins on its baseline.
        inked: whether it is drawn in an ink that shows on paper, where only the ink tells.
    """

    text: str
    run: int
    ink: _Box
    space: _Box
    base: tuple[float, float]
    size: float
    degrees: float
    inked: bool | None
    seen: bool = True


def read_glyphs(
    page: PdfPage, picture: Image.Image, render: Callable[[], Image.Image]
) -> list[list[Any]]:
    """Return every glyph of the page's text layer, turned so that most of the text is level.

    Args:
        page: the open page.
        picture: the page in grey as it is seen.
        render: draws the page again, to the same size, as it is at that moment.

    Returns:
        Per glyph: text, left, bottom, right, top, baseline, size in points, whether it is level,
        whether it is seen, and the number of its run. Nothing where there are too many.
    """
    text_page = page.get_textpage()
    try:
        glyphs, runs = _gather(text_page)
        if not glyphs or len(glyphs) > MAX_GLYPHS:
            return []
        glyphs = _judge(page, glyphs, runs, picture, render)
    finally:
        text_page.close()
    return _levelled(glyphs)


def read_all_glyphs(page: PdfPage) -> list[list[Any]]:
    """Return what `read_glyphs` returns without asking what is seen: all of it counts as seen."""
    text_page = page.get_textpage()
    try:
        glyphs, _ = _gather(text_page)
    finally:
        text_page.close()
    return [] if len(glyphs) > MAX_GLYPHS else _levelled(glyphs)


def _gather(text_page: Any) -> tuple[list[_Glyph], dict[int, Any]]:
    """Return all glyphs but blanks, and the text objects they belong to by number."""
    glyphs: list[_Glyph] = []
    numbers: dict[int, int] = {}
    objects: dict[int, Any] = {}
    count = raw.FPDFText_CountChars(text_page.raw)
    for index in range(min(count, MAX_GLYPHS * 2)):
        handle = raw.FPDFText_GetTextObject(text_page.raw, index)
        address = cast(handle, c_void_p).value if handle else None
        if address is None or raw.FPDFText_IsGenerated(text_page.raw, index) == 1:
            continue
        run = numbers.setdefault(address, len(numbers))
        objects[run] = handle
        glyph = _glyph(text_page, index, run)
        last = glyphs[-1] if glyphs else None
        if last is not None and (last.run, last.base) == (run, glyph.base):
            # Two halves of a character beyond the BMP, or the parts of a ligature.
            glyphs[-1] = replace(last, text=last.text + glyph.text)
        else:
            glyphs.append(glyph)
    whole = (replace(one, text=_joined_halves(one.text)) for one in glyphs)
    return [one for one in whole if one.text.strip()], objects


def _glyph(text_page: Any, index: int, run: int) -> _Glyph:
    left, right, bottom, top, x, y = (c_double() for _ in range(6))
    raw.FPDFText_GetCharBox(text_page.raw, index, left, right, bottom, top)
    raw.FPDFText_GetCharOrigin(text_page.raw, index, x, y)
    loose, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    raw.FPDFText_GetLooseCharBox(text_page.raw, index, loose)
    raw.FPDFText_GetMatrix(text_page.raw, index, matrix)
    code = raw.FPDFText_GetUnicode(text_page.raw, index)
    handle = raw.FPDFText_GetTextObject(text_page.raw, index)
    foreign = code >= _FIRST_IDEOGRAPH and not _is_embedded(handle)
    unmapped = code == 0 or raw.FPDFText_HasUnicodeMapError(text_page.raw, index) == 1
    return _Glyph(
        text=UNREADABLE if unmapped or code > 0x10FFFF else chr(code),
        run=run,
        ink=(left.value, bottom.value, right.value, top.value),
        space=(loose.left, loose.bottom, loose.right, loose.top),
        base=(x.value, y.value),
        size=raw.FPDFText_GetFontSize(text_page.raw, index) * hypot(matrix.a, matrix.b),
        degrees=degrees(atan2(matrix.b, matrix.a)) % 360,
        inked=_is_inked(text_page, index, handle) if foreign else None,
    )


def _is_embedded(handle: Any) -> bool:
    return bool(raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(handle)) == 1)


def _is_inked(text_page: Any, index: int, handle: Any) -> bool:
    """Return whether a glyph is drawn at all, and not in white."""
    mode = raw.FPDFTextObj_GetTextRenderMode(handle)
    red, green, blue, alpha = (c_uint() for _ in range(4))
    raw.FPDFText_GetFillColor(text_page.raw, index, red, green, blue, alpha)
    white = min(red.value, green.value, blue.value) >= _WHITE
    return mode not in _INKLESS_MODES and alpha.value > 0 and not white


def _joined_halves(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _judge(
    page: PdfPage,
    glyphs: Sequence[_Glyph],
    runs: Mapping[int, Any],
    picture: Image.Image,
    render: Callable[[], Image.Image],
) -> list[_Glyph]:
    """Say of every glyph whether it is seen."""
    place = _place_on(page, picture)

    def is_seen(glyph: _Glyph, changed: Image.Image) -> bool:
        if glyph.inked is not None:
            return glyph.inked
        return (
            _changed_share(changed, place(glyph.ink)) >= _SEEN_SHARE
            or _changed_share(changed, place(glyph.space)) >= _SEEN_SPACE_SHARE
        )

    changed = _changed_without(runs.values(), picture, render)
    judged = [replace(one, seen=is_seen(one, changed)) for one in glyphs]
    for run in _runs_below(judged)[:MAX_RUNS_TAKEN_AWAY]:
        changed = _changed_without([runs[run]], picture, render)
        judged = [
            replace(one, seen=is_seen(one, changed)) if one.run == run and one.seen else one
            for one in judged
        ]
    return judged


def _changed_without(
    objects: Iterable[Any], picture: Image.Image, render: Callable[[], Image.Image]
) -> Image.Image:
    """Return a mask of the pixels that change when these objects are not drawn."""
    taken = list(objects)
    for one in taken:
        raw.FPDFPageObj_SetIsActive(one, False)
    try:
        without = render()
    finally:
        for one in taken:
            raw.FPDFPageObj_SetIsActive(one, True)
    difference = ImageChops.difference(picture, without)
    return difference.point([0] * _CHANGE + [255] * (256 - _CHANGE))


def _changed_share(mask: Image.Image, box: tuple[int, int, int, int]) -> float:
    left, top, right, bottom = box
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, mask.width), min(bottom, mask.height)
    if left >= right or top >= bottom:
        return 0.0
    counts = mask.crop((left, top, right, bottom)).histogram()
    return counts[255] / ((right - left) * (bottom - top))


def _place_on(page: PdfPage, picture: Image.Image) -> Callable[[_Box], tuple[int, int, int, int]]:
    """Return what turns a box on the page into a box of pixels, a viewer's rotation included."""

    def pixel(x: float, y: float) -> tuple[int, int]:
        across, down = c_int(), c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, *picture.size, 0, x, y, across, down)
        return across.value, down.value

    def place(box: _Box) -> tuple[int, int, int, int]:
        (x1, y1), (x2, y2) = pixel(box[0], box[1]), pixel(box[2], box[3])
        return min(x1, x2), min(y1, y2), max(x1, x2) + 1, max(y1, y2) + 1

    return place


def _runs_below(glyphs: Sequence[_Glyph]) -> list[int]:
    """Return the runs over which a later one of like size and direction is drawn."""
    cells: dict[tuple[int, int], list[_Glyph]] = defaultdict(list)
    below: set[int] = set()
    for glyph in glyphs:
        if not glyph.seen:
            continue
        cell = (int(glyph.base[0] // 24), int(glyph.base[1] // 24))
        for across in (-1, 0, 1):
            for up in (-1, 0, 1):
                near = cells[cell[0] + across, cell[1] + up][-32:]
                below |= {one.run for one in near if one.run < glyph.run and _overlap(one, glyph)}
        cells[cell].append(glyph)
    return sorted(below)


def _overlap(one: _Glyph, other: _Glyph) -> bool:
    like = 1 / _LIKE_SIZE < one.size / max(other.size, 0.01) < _LIKE_SIZE
    if not like or abs(one.degrees - other.degrees) > _LEVEL_DEGREES:
        return False
    width = min(one.space[2], other.space[2]) - max(one.space[0], other.space[0])
    height = min(one.space[3], other.space[3]) - max(one.space[1], other.space[1])
    least = min(_area(one.space), _area(other.space))
    return width > 0 and height > 0 and width * height > _OVERLAP_SHARE * least


def _area(box: _Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _levelled(glyphs: Sequence[_Glyph]) -> list[list[Any]]:
    """Turn the page by quarters until most of its text is level."""
    seen = Counter(round(one.degrees / 90) % 4 for one in glyphs if one.seen)
    quarters = seen.most_common(1)[0][0] if seen else 0
    rows: list[list[Any]] = []
    for one in glyphs:
        left, bottom, right, top = one.space
        (x1, y1), (x2, y2) = _turned(left, bottom, quarters), _turned(right, top, quarters)
        slant = (one.degrees - 90 * quarters + 180) % 360 - 180
        numbers = [min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)]
        numbers += [_turned(*one.base, quarters)[1], one.size]
        level = abs(slant) <= _LEVEL_DEGREES
        rows.append([one.text, *(round(n, 2) for n in numbers), level, one.seen, one.run])
    return rows


def _turned(x: float, y: float, quarters: int) -> tuple[float, float]:
    """Turn a point about the origin, clockwise by quarters."""
    for _ in range(quarters):
        x, y = y, -x
    return x, y
