"""One font of a PDF page, made from the glyphs that the page shows and no others.

A page of ours has two: one with the words that are the same on every certificate of a body, made
once, and one with the holder's own text, made for that certificate alone, so that no file tells
which characters other people's names use.

Source: ISO 32000-1, 9.7 (composite fonts), 9.10.3 (ToUnicode); OpenType 1.9 (head, hhea, hmtx,
loca, glyf, maxp: all that a CIDFontType2 needs).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from templates.drawing import numbers
from templates.glyphs import FONT_BOX, IDEOGRAPH_BOTTOM, IDEOGRAPH_TOP, UNITS_PER_EM, Outline
from templates.pdf_objects import compress, stream
from templates.to_unicode import to_unicode_table

_NOTDEF: Final = "\x00"
_CHECKSUM_MAGIC: Final = 0xB1B0AFBA
_WORD: Final = 0xFFFFFFFF
_BOX: Final = numbers(*FONT_BOX)


@dataclass(frozen=True, slots=True, kw_only=True)
class FontObjects:
    """The bodies of a font's PDF objects.

    Args:
        file: the TrueType file, deflated, and its length before that.
        file_length: length of the TrueType file.
        widths: the widths of all glyphs, in thousandths of the em, as PDF writes them.
        to_unicode: the table of characters, not yet deflated.
    """

    file: bytes
    file_length: int
    widths: str
    to_unicode: bytes


class EmbeddedFont:
    """Gathers the glyphs of a page as its text is encoded, then writes them as one font.

    Args:
        outline_of: gives the shape of a character in one of the layout's typefaces.
    """

    def __init__(self, outline_of: Callable[[str, str], Outline]) -> None:
        self._outline_of = outline_of
        self._codes: dict[str, dict[str, str]] = {}
        self._shapes: dict[tuple[int, str], str] = {}
        self._outlines: list[Outline] = [outline_of("text", _NOTDEF)]
        self._characters: list[int] = [0]

    def encode(self, face: str, text: str) -> str:
        """Return the codes of a text, as the hexadecimal digits of a PDF string."""
        codes = self._codes.setdefault(face, {})
        return "".join([codes.get(c) or self._add(face, c) for c in text])

    def _add(self, face: str, character: str) -> str:
        outline = self._outline_of(face, character)
        shape = (id(outline), character)  # typefaces may have shapes in common
        code = self._shapes.get(shape)
        if code is None:
            code = self._shapes[shape] = f"{len(self._outlines):04X}"
            self._outlines.append(outline)
            self._characters.append(ord(character))
        self._codes[face][character] = code
        return code

    def objects(self) -> FontObjects:
        """Return what the font's objects hold; nothing may be encoded after that."""
        font_file = write_font(self._outlines)
        return FontObjects(
            file=compress(font_file),
            file_length=len(font_file),
            widths=" ".join([str(outline.advance) for outline in self._outlines]),
            to_unicode=to_unicode_table(self._characters, code_bytes=2).encode("ascii"),
        )


def font_bodies(
    font: FontObjects, name: str, keys: tuple[int, int, int, int]
) -> tuple[str, str, str, bytes, bytes]:
    """Return the bodies of a composite font and of the four objects below it."""
    descendant, descriptor, file, table = keys
    return (
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"
        f"/DescendantFonts[{descendant} 0 R]/ToUnicode {table} 0 R>>",
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDToGIDMap/Identity"
        f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        f"/FontDescriptor {descriptor} 0 R/DW 1000/W[0[{font.widths}]]>>",
        f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{_BOX}]"
        f"/ItalicAngle 0/Ascent {IDEOGRAPH_TOP}/Descent {IDEOGRAPH_BOTTOM}/CapHeight 733"
        f"/StemV 80/FontFile2 {file} 0 R>>",
        stream(f"/Length1 {font.file_length}/Filter/FlateDecode", font.file),
        stream("/Filter/FlateDecode", compress(font.to_unicode)),
    )


def write_font(outlines: list[Outline]) -> bytes:
    """Return a TrueType file of these glyphs, in this order; the first is the missing-glyph box.

    The bytes depend on the outlines alone: neither the clock nor a measurement goes in.
    """
    count = len(outlines)
    shapes = [outline.data for outline in outlines]
    offsets = accumulate(map(len, shapes), initial=0)
    glyf_sum = sum([outline.checksum for outline in outlines]) & _WORD
    metrics = [value for outline in outlines for value in (outline.advance, outline.left)]
    tables = (
        (b"glyf", b"".join(shapes), glyf_sum),
        (b"head", _HEAD, _HEAD_SUM),
        _summed(b"hhea", _HHEA + struct.pack(">H", count)),
        _summed(b"hmtx", struct.pack(f">{'Hh' * count}", *metrics)),
        _summed(b"loca", struct.pack(f">{count + 1}I", *offsets)),
        _summed(b"maxp", struct.pack(">IH", 0x00010000, count) + _PROFILE),
    )
    return _join_tables(tables)


def checksum(data: bytes) -> int:
    """Return the sum of a table's 32-bit words; `data` is padded to whole words."""
    words: tuple[int, ...] = struct.unpack(f">{len(data) // 4}I", data)
    return sum(words) & _WORD


def _join_tables(tables: tuple[tuple[bytes, bytes, int], ...]) -> bytes:
    directory = [struct.pack(">IHHHH", 0x00010000, len(tables), 64, 2, len(tables) * 16 - 64)]
    place = 12 + 16 * len(tables)
    total = 0
    for tag, data, table_sum in tables:
        directory.append(tag + struct.pack(">III", table_sum, place, len(data)))
        place += len(data) + (-len(data) % 4)
        total += table_sum
    head = b"".join(directory)
    adjustment = (_CHECKSUM_MAGIC - checksum(head) - total) & _WORD
    bodies = [data + b"\0" * (-len(data) % 4) for _, data, _ in tables]
    bodies[1] = bodies[1][:8] + struct.pack(">I", adjustment) + bodies[1][12:]
    return head + b"".join(bodies)


def _summed(tag: bytes, data: bytes) -> tuple[bytes, bytes, int]:
    return tag, data, checksum(data + b"\0" * (-len(data) % 4))


# Any moment will do, if it is always the same: 2026-01-01, in seconds since 1904.
_MADE: Final = 3_850_070_400
# Version, revision, adjustment (filled in), magic, flags, em, dates, box, long offsets.
_HEAD: Final = struct.pack(
    ">IIIIHHqqhhhhHHhhh",
    0x00010000,
    0x00010000,
    0,
    0x5F0F3CF5,
    0x0003,
    UNITS_PER_EM,
    _MADE,
    _MADE,
    *FONT_BOX,
    0,
    8,
    2,
    1,
    0,
)
_HEAD_SUM: Final = checksum(_HEAD + b"\0\0")
# Everything but the count of glyphs at the end.
_HHEA: Final = struct.pack(
    ">IhhhHhhhhhhhhhhh",
    0x00010000,
    IDEOGRAPH_TOP,
    IDEOGRAPH_BOTTOM,
    0,
    UNITS_PER_EM * 3,
    *FONT_BOX[:2],
    FONT_BOX[2],
    1,
    *(0,) * 7,
)
# Points and contours; none of the rest (composites, instructions) is in use.
_PROFILE: Final = struct.pack(">13H", 4096, 512, 0, 0, 1, *(0,) * 8)
