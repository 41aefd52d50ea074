"""The table that tells a reader which characters a page's glyphs stand for.

ReportLab 5.1 writes a code point beyond U+FFFF as five or six hexadecimal digits where the table
wants UTF-16 pairs: the glyph looks right, the text taken out of the file is wrong, and a genuine
certificate of a holder named with 𫖯 would be called altered. The fault is mended here, in the
font object, so that nothing of the library's global state is touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from reportlab.pdfbase.ttfonts import TTFont

# The most pairs one bfchar section may hold. Source: ISO 32000-1, 9.10.3 (after Adobe TN 5014).
_SECTION: Final = 100

_HEAD: Final = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
"""
_RANGE: Final[Mapping[int, str]] = MappingProxyType(
    {1: "<00> <FF>\nendcodespacerange\n", 2: "<0000> <FFFF>\nendcodespacerange\n"}
)
_PAIRS: Final[Mapping[int, str]] = MappingProxyType({1: "<%02X> <%s>\n", 2: "<%04X> <%s>\n"})
_TAIL: Final = """endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def to_unicode_table(code_points: Sequence[int], *, code_bytes: int = 1) -> str:
    """Return the ToUnicode table of a font.

    Args:
        code_points: the character that each code stands for, in the order of the codes; 0 where
            a code stands for none.
        code_bytes: how many bytes a code has, 1 or 2.
    """
    pair = _PAIRS[code_bytes]
    pairs = [pair % (code, _utf_16(point)) for code, point in enumerate(code_points) if point]
    sections = [pairs[start : start + _SECTION] for start in range(0, len(pairs), _SECTION)]
    body = "".join(f"{len(s)} beginbfchar\n{''.join(s)}endbfchar\n" for s in sections)
    return f"{_HEAD}{_RANGE[code_bytes]}{body}{_TAIL}"


@lru_cache(maxsize=4096)
def _utf_16(point: int) -> str:
    """Return a character as the hexadecimal digits of UTF-16, a pair beyond U+FFFF."""
    if point < 0x10000:
        return f"{point:04X}"
    rest = point - 0x10000
    return f"{0xD800 + (rest >> 10):04X}{0xDC00 + (rest & 0x3FF):04X}"


class PageFont(TTFont):
    """A ReportLab font whose text is extracted right, whatever plane its characters are from."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - the library's name
        """Add the font's objects to the document, each with a right ToUnicode table."""
        state = self.state[doc]
        subsets = [list(subset) for subset in state.subsets]
        names = [self.getSubsetInternalName(n, doc)[1:] for n in range(len(subsets))]
        super().addObjects(doc)
        fonts = doc.idToObject["BasicFonts"].dict
        for name, subset in zip(names, subsets, strict=True):
            table = doc.idToObject[f"toUnicodeCMap:{fonts[name].BaseFont}"]
            table.content = to_unicode_table(subset)
