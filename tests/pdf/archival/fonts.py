"""A font of a page taken apart: codes, glyphs, widths and the characters they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pikepdf import Array, Name, Stream

_RANGES: Final = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_CHARS: Final = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGE: Final = re.compile(
    rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])"
)
_PAIR: Final = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f\s]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFont:
    """One font as the page uses it.

    Args:
        objgen: the number of its object.
        font: the font dictionary the page names.
        descendant: its CIDFont, or None.
        descriptor: the font descriptor, or None.
        program: the embedded TrueType file, or None.
        widths: width by CID, in thousandths of the size.
        default_width: of the CIDs that `widths` leaves out.
        gids: glyph by CID where a map is given, or None for the identity.
        to_unicode: characters by code.
    """

    objgen: tuple[int, int]
    font: Any
    descendant: Any
    descriptor: Any
    program: bytes | None
    widths: Mapping[int, float]
    default_width: float
    gids: bytes | None
    to_unicode: Mapping[int, str]

    def glyph_of(self, cid: int) -> int:
        """Return the number of the glyph that a CID draws."""
        if self.gids is None:
            return cid
        return int.from_bytes(self.gids[2 * cid : 2 * cid + 2], "big")

    def width_of(self, cid: int) -> float:
        """Return the width the file promises for a CID."""
        return self.widths.get(cid, self.default_width)


def read_font(font: Any) -> PageFont:
    """Take a composite font apart; what is missing is None or empty."""
    descendants = font.get("/DescendantFonts", ())
    descendant = descendants[0] if len(descendants) else None
    holder = font if descendant is None else descendant
    descriptor = holder.get("/FontDescriptor")
    program = None if descriptor is None else descriptor.get("/FontFile2")
    to_gid = holder.get("/CIDToGIDMap")
    to_unicode = font.get("/ToUnicode")
    return PageFont(
        objgen=font.objgen,
        font=font,
        descendant=descendant,
        descriptor=descriptor,
        program=program.read_bytes() if isinstance(program, Stream) else None,
        widths=MappingProxyType(read_widths(holder.get("/W", Array()))),
        default_width=float(holder.get("/DW", 1000)),
        gids=to_gid.read_bytes() if isinstance(to_gid, Stream) else None,
        to_unicode=MappingProxyType(
            read_to_unicode(to_unicode.read_bytes()) if isinstance(to_unicode, Stream) else {}
        ),
    )


def read_widths(entries: Any) -> dict[int, float]:
    """Read a CIDFont's W array (ISO 32000-1, 9.7.4.3)."""
    widths: dict[int, float] = {}
    waiting: list[int] = []
    for entry in entries:
        if isinstance(entry, Array):
            first = waiting.pop()
            widths.update({first + place: float(width) for place, width in enumerate(entry)})
        elif len(waiting) == 2:
            widths.update({cid: float(entry) for cid in range(waiting[0], waiting[1] + 1)})
            waiting.clear()
        else:
            waiting.append(int(entry))
    return widths


def read_to_unicode(program: bytes) -> dict[int, str]:
    """Read the mappings of a ToUnicode CMap (ISO 32000-1, 9.10.3)."""
    found: dict[int, str] = {}
    for block in _CHARS.findall(program):
        found.update({int(code, 16): _characters(text) for code, text in _PAIR.findall(block)})
    for block in _RANGES.findall(program):
        for first, last, start, listed in _RANGE.findall(block):
            codes = range(int(first, 16), int(last, 16) + 1)
            if start:
                found.update({code: _following(start, code - codes[0]) for code in codes})
            else:
                texts = re.findall(rb"<([0-9A-Fa-f\s]+)>", listed)
                found.update(
                    {code: _characters(text) for code, text in zip(codes, texts, strict=False)}
                )
    return found


def cid_set_holds(bits: bytes, cid: int) -> bool:
    """Tell whether a CIDSet names a CID."""
    return cid // 8 < len(bits) and bool(bits[cid // 8] & (0x80 >> cid % 8))


def is_identity(font: Any) -> bool:
    """Tell whether a font's codes are its CIDs, written horizontally."""
    return bool(font.get("/Encoding") == Name("/Identity-H"))


def _characters(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")


def _following(digits: bytes, offset: int) -> str:
    """Return the text `offset` places after a range's first (its last byte counts up)."""
    text = bytearray.fromhex(digits.decode("ascii"))
    if text[-1] + offset > 0xFF:
        return "\N{REPLACEMENT CHARACTER}"
    text[-1] += offset
    return bytes(text).decode("utf-16-be", "replace")
