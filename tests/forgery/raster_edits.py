"""What forgers do to the picture of a page: paint over, write anew, copy characters, paste.

The two technique sets do the same in different ways: hand A takes paper from beside the value and
writes in the page's own font; hand B lets the paper be filled in by computer, blurs, and writes in
another ink and size.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from io import BytesIO
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from codes.documents import Sex
from codes.qr_symbol import make_symbol
from issuer.sample_photos import draw_portrait
from templates.labels import Field
from tests.forgery.glyph_places import GlyphPlace, find_text
from tests.forgery.papers import (
    MM_PER_INCH,
    POINTS_PER_INCH,
    SHEET_DPI,
    Paper,
    PixelBox,
    serif_font,
)

_QUIET_MM: Final = 3.5
_MARGIN: Final = 4
_PIXELS: Final = SHEET_DPI / POINTS_PER_INCH
_INK: Final = (0x1B, 0x17, 0x14)


class Hand(StrEnum):
    """Which technique set an edit, or a wear, is of."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class Canvas:
    """The picture of a page that is being edited.

    Args:
        paper: it shows.
        picture: changed in place.
        hand: how edits are done.
        chance: of all that is left open.
    """

    paper: Paper
    picture: Image.Image
    hand: Hand
    chance: random.Random


def rewrite(canvas: Canvas, field: Field, value: str) -> None:
    """Paint a value over with paper and write another in its place."""
    glyphs = canvas.paper.value_glyphs(field)
    _erase(canvas, _around(canvas, glyphs))
    _write(canvas, glyphs[0], value)


def rewrite_character(canvas: Canvas, field: Field, value: str) -> None:
    """Change only the characters in which `value` differs; all are as wide as one another.

    Where the lengths differ, everything from the first difference on is written anew.
    """
    glyphs, old = canvas.paper.value_glyphs(field), canvas.paper.values[field]
    if len(value) != len(old):
        rewrite(canvas, field, value)
        return
    for glyph, character in zip(glyphs, value, strict=True):
        if glyph.text != character:
            _erase(canvas, _around(canvas, [glyph]))
            _write(canvas, glyph, character)


def copy_characters(canvas: Canvas, field: Field, value: str) -> str:
    """Put characters of the page together to a value; return what could be written so.

    Characters that stand nowhere else on the page in about that size are left as they were.
    """
    paper = canvas.paper
    old = paper.values[field]
    glyphs = paper.value_glyphs(field)
    before = canvas.picture.copy()
    shown = list(old)
    for place, (glyph, wanted) in enumerate(zip(glyphs, value, strict=False)):
        source = next(
            (g for g in paper.glyphs if g.text == wanted and abs(g.size - glyph.size) < 1), None
        )
        if source is None or glyph.text == wanted:
            continue
        _erase(canvas, _around(canvas, [glyph]))
        patch = before.crop(_around(canvas, [source]))
        across = round((glyph.x - source.x) * _PIXELS)
        down = round((source.y - glyph.y) * _PIXELS)
        left, top, right, bottom = _around(canvas, [source])
        target = (left + across, top + down, right + across, bottom + down)
        canvas.picture.paste(
            ImageChops.darker(canvas.picture.crop(target), patch)
            if canvas.hand is Hand.A
            else patch.filter(ImageFilter.GaussianBlur(0.4)),
            target[:2],
        )
        shown[place] = wanted
    return "".join(shown)


def replace_photo(canvas: Canvas) -> None:
    """Paste another person's portrait over the photo."""
    left, top, right, bottom = canvas.paper.photo_box()
    seed = canvas.chance.randrange(1000, 9000)
    sex = Sex.MALE if seed % 2 else Sex.FEMALE
    with Image.open(BytesIO(draw_portrait(seed=seed, sex=sex, birth_year=1975))) as other:
        portrait = other.convert("RGB").resize((right - left - 2, bottom - top - 2))
    if canvas.hand is Hand.B:
        portrait = portrait.filter(ImageFilter.GaussianBlur(0.8))
    canvas.picture.paste(portrait, (left + 1, top + 1))


def change_print(canvas: Canvas, old: str, new: str) -> None:
    """Paint over print that is no value (a title, a label, a sentence) and write another."""
    glyphs = find_text(canvas.paper.glyphs, old)
    box = _around(canvas, glyphs)
    if canvas.hand is Hand.A:
        pixels = np.asarray(canvas.picture.crop(box)).reshape(-1, 3)
        paper = tuple(int(one) for one in np.percentile(pixels, 90, axis=0))
        ImageDraw.Draw(canvas.picture).rectangle(box, fill=paper)
    else:
        _erase_by_filling(canvas, box)
    _write(canvas, glyphs[0], new)


def add_print(
    canvas: Canvas, glyph: GlyphPlace, ems: tuple[float, float], text: str, share: float = 1
) -> None:
    """Write what the page has not, so many ems to the right of a character and above it.

    Args:
        share: of the character's size, in which it is written.
    """
    x, y = glyph.x + ems[0] * glyph.size, glyph.y + ems[1] * glyph.size
    _write(canvas, replace(glyph, x=x, y=y, size=share * glyph.size), text)


def strike_in_red(canvas: Canvas, field: Field, correction: str) -> None:
    """Strike a value through in red, and write another beside it."""
    glyphs = canvas.paper.value_glyphs(field)
    left, top, right, bottom = _around(canvas, glyphs)
    drawing, size = ImageDraw.Draw(canvas.picture), round(glyphs[0].size * _PIXELS)
    middle, ink = (top + bottom) // 2, (255, 60, 60) if canvas.hand is Hand.A else (205, 25, 40)
    drawing.line([left, middle, right, middle], fill=ink, width=6)
    drawing.text((right + size, middle), correction, fill=ink, font=serif_font(size), anchor="lm")
    if canvas.hand is Hand.B:
        end = right + size + round(drawing.textlength(correction, font=serif_font(size)))
        drawing.rectangle([right + size // 2, top - 4, end + size // 2, bottom + 4], None, ink, 4)


def change_seal(canvas: Canvas) -> None:
    """Paint over what is in the seal's place; hand B puts another seal there."""
    box = canvas.paper.seal_box()
    pixels = np.asarray(canvas.picture.crop(box)).reshape(-1, 3)
    paper = tuple(int(one) for one in np.percentile(pixels, 90, axis=0))
    drawing = ImageDraw.Draw(canvas.picture)
    drawing.ellipse(box, fill=paper)
    if canvas.hand is Hand.B:
        middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        size = (box[2] - box[0]) // 9
        drawing.ellipse(box, outline=(230, 40, 40), width=8)
        drawing.text(middle, "某某省人社厅", (230, 40, 40), serif_font(size), anchor="mm")


def retouch_photo(canvas: Canvas, how: str) -> None:
    """Blend another face into the photo, or turn its colours."""
    box = canvas.paper.photo_box()
    own = canvas.picture.crop(box)
    if how == "coloured":
        order = (2, 1, 0) if canvas.hand is Hand.A else (1, 0, 2)
        planes = own.split()
        changed = Image.merge("RGB", [planes[one] for one in order])
    else:  # blended
        replace_photo(canvas)
        share = 0.35 if canvas.hand is Hand.A else 0.45
        changed = Image.blend(own, canvas.picture.crop(box), share)
    canvas.picture.paste(changed, box[:2])


def paste_symbol(canvas: Canvas, text: str) -> None:
    """Put a QR symbol of this text in the place of the genuine one."""
    symbol = make_symbol(text)
    stored = Image.frombytes("1", (8 * symbol.row_bytes, symbol.size), symbol.bitmap, "raw", "1;I")
    bare = stored.convert("RGB").crop((0, 0, symbol.size, symbol.size))
    _whiten_symbol(canvas)
    left, top, right, bottom = canvas.paper.symbol_box()
    drawn = bare.resize((right - left, bottom - top), Image.Resampling.NEAREST)
    if canvas.hand is Hand.B:
        drawn = drawn.filter(ImageFilter.GaussianBlur(1.0))
    canvas.picture.paste(drawn, (left, top))


def remove_symbol(canvas: Canvas) -> None:
    """Paint the QR symbol over with white, as it stands on white."""
    _whiten_symbol(canvas)


def _whiten_symbol(canvas: Canvas) -> None:
    ImageDraw.Draw(canvas.picture).rectangle(canvas.paper.symbol_box(_QUIET_MM), fill="white")


def _around(canvas: Canvas, glyphs: Sequence[GlyphPlace]) -> PixelBox:
    """Return the box of characters in dots, with a little around it."""
    height = canvas.paper.size_points[1]
    left = min(one.ink[0] for one in glyphs) * _PIXELS - _MARGIN
    right = max(one.ink[2] for one in glyphs) * _PIXELS + _MARGIN
    top = (height - max(one.ink[3] for one in glyphs)) * _PIXELS - _MARGIN
    bottom = (height - min(one.ink[1] for one in glyphs)) * _PIXELS + _MARGIN
    return round(left), round(top), round(right), round(bottom)


def _erase(canvas: Canvas, box: PixelBox) -> None:
    """Fill a box with what looks like the paper around it."""
    if canvas.hand is Hand.A:
        _erase_with_paper(canvas, box)
    else:
        _erase_by_filling(canvas, box)


def _erase_with_paper(canvas: Canvas, box: PixelBox) -> None:
    """Copy paper from right of the value, a strip as high, again and again."""
    left, top, right, bottom = box
    paper = canvas.paper
    ends = [one.ink[2] for one in paper.glyphs if _shares_line(canvas, one, top, bottom)]
    start = round(max(ends) * _PIXELS) + 2 * _MARGIN
    room = round((paper.layout.table.value_right_mm + 4) / MM_PER_INCH * SHEET_DPI)
    width = max(min(right - left, room - start), 12)
    strip = canvas.picture.crop((start, top, start + width, bottom))
    for place in range(left, right, width):
        canvas.picture.paste(
            strip.crop((0, 0, min(width, right - place), bottom - top)), (place, top)
        )


def _shares_line(canvas: Canvas, glyph: GlyphPlace, top: int, bottom: int) -> bool:
    middle = (canvas.paper.size_points[1] - glyph.y) * _PIXELS
    table = canvas.paper.layout.table.value_right_mm / MM_PER_INCH * SHEET_DPI
    return top - 4 <= middle <= bottom + 8 and glyph.ink[2] * _PIXELS < table


def _erase_by_filling(canvas: Canvas, box: PixelBox) -> None:
    """Let dark strokes be filled in from their surroundings."""
    margin = 12
    left, top, right, bottom = box
    outer = (left - margin, top - margin, right + margin, bottom + margin)
    patch = np.asarray(canvas.picture.crop(outer))
    mask = np.zeros(patch.shape[:2], np.uint8)
    inner = mask[margin:-margin, margin:-margin]
    dark = patch[margin:-margin, margin:-margin].min(axis=2) < 170
    inner[dark] = 255
    grown = cv2.dilate(mask, np.ones((5, 5), np.uint8))
    filled = cv2.inpaint(np.ascontiguousarray(patch), grown, 4, cv2.INPAINT_TELEA)
    canvas.picture.paste(Image.fromarray(filled), outer[:2])


def _write(canvas: Canvas, start: GlyphPlace, text: str) -> None:
    """Write a text from where a character began, with smooth edges, in the ink of values."""
    size, ink = start.size * _PIXELS, _INK
    if canvas.hand is Hand.B:
        size *= canvas.chance.uniform(0.97, 1.03)
        ink = tuple(canvas.chance.randint(0, 45) for _ in range(3))  # type: ignore[assignment]
    oversampled = 3
    x, y = start.x * _PIXELS, (canvas.paper.size_points[1] - start.y) * _PIXELS
    reach = round(size * (len(text) + 2)), round(size * 2)
    mask = Image.new("L", (reach[0] * oversampled, reach[1] * oversampled))
    at = float(oversampled * (size / 2 + x % 1))
    font = serif_font(round(size * oversampled))
    for character in text:
        ImageDraw.Draw(mask).text(
            (at, oversampled * (1.4 * size + y % 1)), character, fill=255, font=font, anchor="ls"
        )
        at += font.getlength(character)
    small = mask.resize(reach, Image.Resampling.BOX)
    if canvas.hand is Hand.B:
        small = small.filter(ImageFilter.GaussianBlur(0.5))
    corner = (int(x) - round(size / 2), int(y) - round(1.4 * size))
    canvas.picture.paste(Image.new("RGB", reach, ink), corner, small)
