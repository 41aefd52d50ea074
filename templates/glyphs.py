"""From any OpenType outline to one small TrueType font.

ReportLab embeds TrueType outlines only and reads a font file whole, so the big fonts of the
chain never reach it: the glyphs in use are turned into quadratic outlines on one common em
square and put together into a font of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont as OpenTypeFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable

UNITS_PER_EM: Final = 1000
IDEOGRAPH_TOP: Final = 880
IDEOGRAPH_BOTTOM: Final = -120
FACE_NAME: Final = "YanzhenPage-Regular"

# How far, in thousandths of the em, a quadratic outline may stray from the cubic one it replaces.
_OUTLINE_TOLERANCE: Final = 1.0
# Generous and constant: a box or profile computed from the glyphs at hand would make the same
# page differ from batch to batch.
_FONT_BOX: Final = (-1000, -1000, 3000, 1800)
_PROFILE: Final[Mapping[str, int]] = {
    "maxPoints": 4096,
    "maxContours": 512,
    "maxCompositePoints": 0,
    "maxCompositeContours": 0,
    "maxComponentElements": 0,
    "maxComponentDepth": 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """How a font's own units map to the common em square.

    Args:
        scale: factor from the font's units to thousandths of the em.
        rise: what is added to every height after scaling, so that the ideographs of different
            fonts stand in the same box.
    """

    scale: float
    rise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One character's shape on the common em square.

    Args:
        advance: width in thousandths of the em.
        glyph: the quadratic outline, in fontTools' own type.
    """

    advance: int
    glyph: Any


def placement_of(font: OpenTypeFont) -> Placement:
    """Return the placement that puts this font's ideographs into the common box."""
    scale = UNITS_PER_EM / font["head"].unitsPerEm
    own = font["OS/2"]
    own_middle = (own.sTypoAscender + own.sTypoDescender) * scale / 2
    rise = (IDEOGRAPH_TOP + IDEOGRAPH_BOTTOM) / 2 - own_middle
    return Placement(scale=scale, rise=rise if scale != 1 else 0.0)


def read_outline(glyph_set: Any, name: str, placement: Placement) -> Outline:
    """Read one glyph and turn it into a quadratic outline on the common em square."""
    source = glyph_set[name]
    pen = TTGlyphPen(None)
    quadratic = Cu2QuPen(pen, _OUTLINE_TOLERANCE, reverse_direction=True)
    matrix = (placement.scale, 0, 0, placement.scale, 0, placement.rise)
    recording = DecomposingRecordingPen(glyph_set)
    source.draw(recording)
    is_cubic = any(operator == "curveTo" for operator, _ in recording.value)
    recording.replay(TransformPen(quadratic if is_cubic else pen, matrix))
    return Outline(advance=round(source.width * placement.scale), glyph=pen.glyph())


def build_font(outline_of: Callable[[str], Outline], characters: frozenset[str]) -> bytes:
    """Return a TrueType file that holds exactly these characters.

    Args:
        outline_of: gives the outline of a character, or of "" for the missing-glyph box.
        characters: single characters, each of which `outline_of` can give.

    Returns:
        The file; its bytes depend on the arguments alone, never on the clock.
    """
    ordered = sorted(characters)
    names = [".notdef", *(f"u{ord(character):05X}" for character in ordered)]
    outlines = [outline_of(""), *(outline_of(character) for character in ordered)]
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    _set_metrics(builder)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): f"u{ord(c):05X}" for c in ordered})
    builder.setupGlyf(dict(zip(names, (o.glyph for o in outlines), strict=True)))
    table = builder.font["glyf"]
    builder.setupHorizontalMetrics(
        {
            name: (outline.advance, getattr(table[name], "xMin", 0))
            for name, outline in zip(names, outlines, strict=True)
        }
    )
    builder.setupHorizontalHeader(ascent=1151, descent=-286)
    builder.setupNameTable(
        {
            "familyName": "Yanzhen Page",
            "styleName": "Regular",
            "psName": FACE_NAME,
        }
    )
    builder.setupPost(keepGlyphNames=False)
    builder.setupMaxp()
    return _write(builder.font)


def _set_metrics(builder: FontBuilder) -> None:
    """Add the OS/2 table, whose bytes are fixed before there are characters to measure."""
    builder.setupOS2(
        sTypoAscender=IDEOGRAPH_TOP,
        sTypoDescender=IDEOGRAPH_BOTTOM,
        sCapHeight=733,
        fsType=0,
        xAvgCharWidth=UNITS_PER_EM,
        ulUnicodeRange2=1 << 27,  # CJK ideographs
    )
    fixed = DefaultTable("OS/2")
    fixed.data = builder.font["OS/2"].compile(builder.font)
    builder.font["OS/2"] = fixed


def _write(font: OpenTypeFont) -> bytes:
    """Write the font with constants where fontTools would put the clock or a measurement."""
    font.recalcBBoxes = False
    font.recalcTimestamp = False
    head = font["head"]
    head.created = head.modified = 0
    head.xMin, head.yMin, head.xMax, head.yMax = _FONT_BOX
    for field, value in _PROFILE.items():
        setattr(font["maxp"], field, value)
    font["hhea"].advanceWidthMax = UNITS_PER_EM * 3
    output = BytesIO()
    font.save(output)
    return output.getvalue()
