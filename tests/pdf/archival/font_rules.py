"""Rules about fonts: embedded, measured truly, and read back as what is seen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from pikepdf import Name, Stream

from tests.pdf.archival.archive import Archive, open_font, rule
from tests.pdf.archival.fonts import cid_set_holds, is_identity

_UNIT: Final = 1000
_UNREADABLE: Final = frozenset({"\x00", "\ufeff", "\ufffe", "\N{REPLACEMENT CHARACTER}"})


@rule("6.2.11.3")
def fonts_are_composite(archive: Archive) -> Iterator[str]:
    """Each font is Type0 with Identity-H, one CIDFontType2 and Adobe-Identity-0."""
    for font in archive.fonts:
        name = str(font.font.get("/BaseFont"))
        if font.font.get("/Subtype") != Name.Type0 or not is_identity(font.font):
            yield f"{name} is no Type0 of Identity-H"
        elif font.descendant is None or font.descendant.get("/Subtype") != Name.CIDFontType2:
            yield f"{name} has no CIDFontType2"
        else:
            system = font.descendant["/CIDSystemInfo"]
            told = (str(system["/Registry"]), str(system["/Ordering"]), int(system["/Supplement"]))
            if told != ("Adobe", "Identity", 0):
                yield f"{name}: CIDSystemInfo {told}"


@rule("6.2.11.3.2")
def glyph_map_is_given(archive: Archive) -> Iterator[str]:
    """An embedded CIDFontType2 has CIDToGIDMap: Identity or a stream."""
    for font in archive.fonts:
        given = None if font.descendant is None else font.descendant.get("/CIDToGIDMap")
        if not isinstance(given, Stream) and given != Name.Identity:
            yield f"{font.font.get('/BaseFont')}: {given!r}"


@rule("6.2.11.4.1")
def fonts_are_embedded(archive: Archive) -> Iterator[str]:
    """Each font has FontFile2 with a TrueType program that can be opened."""
    for font in archive.fonts:
        if font.program is None:
            yield f"{font.font.get('/BaseFont')} is not embedded"
            continue
        lacking = {"glyf", "head", "hhea", "hmtx", "loca", "maxp"} - set(
            open_font(font.program).keys()
        )
        if lacking:
            yield f"{font.font.get('/BaseFont')} lacks {sorted(lacking)}"


@rule("ISO 32000-1, 9.6.4, 9.7.6, 9.8")
def font_names_agree(archive: Archive) -> Iterator[str]:
    """BaseFont, the CIDFont's and FontName are one name with a subset tag; Flags are set."""
    for font in archive.fonts:
        descendant, descriptor = font.descendant, font.descriptor
        names = {
            str(font.font.get("/BaseFont")),
            str(descendant.get("/BaseFont")),
            str(descriptor.get("/FontName")),
        }
        if len(names) != 1 or not re.match(r"/[A-Z]{6}\+", next(iter(names))):
            yield f"names {sorted(names)}"
        wanted = ("Ascent", "CapHeight", "Descent", "Flags", "FontBBox", "ItalicAngle", "StemV")
        lacking = [key for key in wanted if f"/{key}" not in descriptor]
        if lacking or not int(descriptor["/Flags"]) & 4:
            yield f"{min(names)}: descriptor lacks {lacking} or is not symbolic"


@rule("6.2.11.4.2")
def glyphs_used_are_present(archive: Archive) -> Iterator[str]:
    """Every code shown draws a glyph of the program; CIDSet, if any, names exactly all."""
    for font in archive.fonts:
        if font.program is None:
            continue
        count = open_font(font.program)["maxp"].numGlyphs
        for code in sorted(archive.used_codes(font)):
            if font.glyph_of(code) >= count:
                yield f"code {code:04x} draws glyph {font.glyph_of(code)} of {count}"
        bits = font.descriptor.get("/CIDSet")
        if bits is not None and font.gids is None:
            data = bits.read_bytes()
            lacking = [cid for cid in range(count) if not cid_set_holds(data, cid)]
            if lacking or any(cid_set_holds(data, cid) for cid in range(count, 8 * len(data))):
                yield f"CIDSet does not name exactly the {count} glyphs"


@rule("6.2.11.5")
def widths_agree(archive: Archive) -> Iterator[str]:
    """W and DW give each code the width of its glyph in the program, to one unit in 1000."""
    for font in archive.fonts:
        if font.program is None:
            continue
        program = open_font(font.program)
        metrics, order = program["hmtx"].metrics, program.getGlyphOrder()
        scale = _UNIT / program["head"].unitsPerEm
        for code in sorted(archive.used_codes(font)):
            glyph = font.glyph_of(code)
            if (
                glyph < len(order)
                and abs(metrics[order[glyph]][0] * scale - font.width_of(code)) > 1
            ):
                yield f"code {code:04x}: {font.width_of(code)}, drawn {metrics[order[glyph]][0]}"


@rule("6.2.11.7.2")
def codes_are_readable(archive: Archive) -> Iterator[str]:
    """ToUnicode maps every code shown, to no zero, no byte-order mark and no private use."""
    for font in archive.fonts:
        for code in sorted(archive.used_codes(font)):
            text = font.to_unicode.get(code, "")
            if not _is_readable(text):
                yield f"code {code:04x} reads as {text!r}"


@rule("6.2.11.7.2; ISO 32000-1, 9.10.3")
def character_maps_are_complete(archive: Archive) -> Iterator[str]:
    """ToUnicode is a CMap of two-byte codes with blocks of at most 100 entries."""
    for font in archive.fonts:
        stream = font.font.get("/ToUnicode")
        if stream is None:
            continue
        program = stream.read_bytes()
        for word in (b"begincmap", b"endcmap", b"/CMapName", b"/CMapType", b"/CIDSystemInfo"):
            if word not in program:
                yield f"lacks {word.decode()}"
        if not re.search(rb"1\s+begincodespacerange\s*<0000>\s*<FFFF>", program, re.IGNORECASE):
            yield "code space is not <0000> <FFFF>"
        for count, kind, body in re.findall(
            rb"([0-9]+)\s+beginbf(char|range)(.*?)endbf(?:char|range)", program, re.DOTALL
        ):
            lines = len(re.findall(rb"^\s*<", body, re.MULTILINE))
            if int(count) != lines or lines > 100:
                yield f"beginbf{kind.decode()} announces {int(count)}, has {lines}"


@rule("6.2.11.7.2, by the font's own cmap where it has one")
def readings_agree_with_program(archive: Archive) -> Iterator[str]:
    """What ToUnicode says of a code is what the program's own cmap says of its glyph."""
    for font in archive.fonts:
        program = None if font.program is None else open_font(font.program)
        named = None if program is None or "cmap" not in program else program.getBestCmap()
        if program is None or named is None:
            continue
        glyphs = {point: program.getGlyphID(name) for point, name in named.items()}
        known = set(glyphs.values())
        for code in sorted(archive.used_codes(font)):
            text, glyph = font.to_unicode.get(code, ""), font.glyph_of(code)
            if not _is_readable(text) or glyph not in known:
                continue  # codes_are_readable tells of the first; the second has no name here
            if len(text) == 1 and glyphs.get(ord(text)) != glyph:
                yield f"code {code:04x} reads as {text!r}, which is another glyph"


@rule("6.2.11.8")
def missing_glyph_is_never_shown(archive: Archive) -> Iterator[str]:
    """No code shown draws glyph 0."""
    for font in archive.fonts:
        for code in sorted(archive.used_codes(font)):
            if font.glyph_of(code) == 0:
                yield f"code {code:04x} draws .notdef"


def _is_readable(text: str) -> bool:
    return bool(text) and not any(
        character in _UNREADABLE or unicodedata.category(character) in {"Co", "Cs", "Cn"}
        for character in text
    )


RULES: Final = (
    fonts_are_composite,
    glyph_map_is_given,
    fonts_are_embedded,
    font_names_agree,
    glyphs_used_are_present,
    widths_agree,
    codes_are_readable,
    character_maps_are_complete,
    readings_agree_with_program,
    missing_glyph_is_never_shown,
)
