"""From any OpenType outline to one small TrueType font.

ReportLab embeds TrueType outlines only and reads a font file whole, so the big fonts of the
chain never reach it: the glyphs in use are turned into quadratic outlines on one common em
square and put together into a font of their own.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.filterPen import DecomposingFilterPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont as OpenTypeFont
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.ttLib.tables.DefaultTable import DefaultTable

UNITS_PER_EM: Final = 1000
IDEOGRAPH_TOP: Final = 880
IDEOGRAPH_BOTTOM: Final = -120
FACE_NAME: Final = "YanzhenPage-Regular"

# How far, in thousandths of the em, a quadratic outline may stray from the cubic one it replaces.
_OUTLINE_TOLERANCE: Final = 2.0
# Generous and constant: a box or profile computed from the glyphs at hand would make the same
# page differ from batch to batch.
FONT_BOX: Final = (-1000, -1000, 3000, 1800)
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
        cubic: whether the font's outlines are cubic (CFF).
    """

    scale: float
    rise: float
    cubic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One character's shape on the common em square, ready to be put into a font.

    Args:
        advance: width in thousandths of the em.
        left: where the shape begins.
        data: the quadratic outline as a font file holds it, padded to whole words; empty for a
            space.
        checksum: the sum of its words.
    """

    advance: int
    left: int
    data: bytes
    checksum: int

    @property
    def is_blank(self) -> bool:
        """Whether nothing is drawn."""
        return not self.data

    def draw(self, pen: Any) -> None:
        """Draw the shape on one of fontTools' pens."""
        if self.data:
            self._glyph().draw(pen, None)

    def _glyph(self) -> Any:
        glyph = Glyph(self.data)
        glyph.expand(None)
        return glyph


def placement_of(font: OpenTypeFont) -> Placement:
    """Return the placement that puts this font's ideographs into the common box."""
    scale = UNITS_PER_EM / font["head"].unitsPerEm
    own = font["OS/2"]
    own_middle = (own.sTypoAscender + own.sTypoDescender) * scale / 2
    rise = (IDEOGRAPH_TOP + IDEOGRAPH_BOTTOM) / 2 - own_middle
    cubic = "CFF " in font or "CFF2" in font
    return Placement(scale=scale, rise=rise if scale != 1 else 0.0, cubic=cubic)


def read_outline(glyph_set: Any, name: str, placement: Placement) -> Outline:
    """Read one glyph and turn it into a quadratic outline on the common em square."""
    source = glyph_set[name]
    drawn = TTGlyphPen(None)
    pen: Any = drawn
    if placement.cubic:
        pen = Cu2QuPen(pen, _OUTLINE_TOLERANCE, reverse_direction=True)
    if placement.scale != 1 or placement.rise:
        pen = TransformPen(pen, (placement.scale, 0, 0, placement.scale, 0, placement.rise))
    source.draw(pen if placement.cubic else DecomposingFilterPen(pen, glyph_set))
    glyph = drawn.glyph()
    glyph.recalcBounds(None)
    data = glyph.compile(None, recalcBBoxes=False)
    data += b"\0" * (-len(data) % 4)
    return Outline(
        advance=round(source.width * placement.scale),
        left=glyph.xMin,
        data=data,
        checksum=sum(struct.unpack(f">{len(data) // 4}I", data)) & 0xFFFFFFFF,
    )


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
    shapes = dict(zip(names, outlines, strict=True))
    _set_shapes(builder.font, {name: Glyph(shape.data) for name, shape in shapes.items()})
    builder.setupHorizontalMetrics(
        {name: (shape.advance, shape.left) for name, shape in shapes.items()}
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


def _set_shapes(font: OpenTypeFont, glyphs: dict[str, Any]) -> None:
    """Add the outlines as they are; the builder's own way would take each apart to look at it."""
    font["loca"] = newTable("loca")
    table = font["glyf"] = newTable("glyf")
    table.glyphs = glyphs
    table.glyphOrder = font.getGlyphOrder()


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
    head.xMin, head.yMin, head.xMax, head.yMax = FONT_BOX
    for field, value in _PROFILE.items():
        setattr(font["maxp"], field, value)
    font["hhea"].advanceWidthMax = UNITS_PER_EM * 3
    output = BytesIO()
    font.save(output)
    return output.getvalue()
