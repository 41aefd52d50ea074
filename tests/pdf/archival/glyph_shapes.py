"""Whether what is seen is what is read: each glyph shown against the font chain's own shape.

A subset font of ours has no cmap, so a swapped ToUnicode entry is right by every formal rule.
Here the outline that a code draws is laid beside the outline the font chain gives for the
character that the code is read as.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen

from templates.fonts import FontChain
from tests.pdf.archival.archive import Archive, Broken, open_font

_RULE: Final = "shapes_agree_with_readings"


def inspect_shapes(pdf: bytes, fonts: FontChain) -> tuple[Broken, ...]:
    """Report each code whose glyph is not drawn as the character it is read as.

    Args:
        pdf: the file.
        fonts: the chain its glyphs were taken from.
    """
    archive = Archive(pdf)
    clause = "6.2.11.7.2, by the shapes of the font chain"
    return tuple(
        Broken(rule=_RULE, clause=clause, detail=detail) for detail in _faults(archive, fonts)
    )


def _faults(archive: Archive, fonts: FontChain) -> Iterator[str]:
    for font in archive.fonts:
        if font.program is None:
            yield "a font is not embedded"
            continue
        read = {code: font.to_unicode.get(code, "") for code in archive.used_codes(font)}
        characters = frozenset("".join(read.values())) - frozenset(
            fonts.missing_characters("".join(read.values()))
        )
        wanted = open_font(fonts.subset(characters))
        names, shown = wanted.getBestCmap(), open_font(font.program)
        for code, text in sorted(read.items()):
            name = names.get(ord(text)) if len(text) == 1 else None
            drawn = shown.getGlyphName(font.glyph_of(code))
            if name is None or _shape(shown, drawn) != _shape(wanted, name):
                yield f"code {code:04x} read as {text!r} is drawn otherwise"


def _shape(font: Any, name: str) -> list[tuple[str, tuple[tuple[int, ...], ...]]]:
    """Return a glyph's outline in thousandths of the size, whole numbers."""
    pen = DecomposingRecordingPen(font.getGlyphSet())
    scale = 1000 / font["head"].unitsPerEm
    font.getGlyphSet()[name].draw(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
    return [
        (verb, tuple(tuple(round(value) for value in point) for point in points if point))
        for verb, points in pen.value
    ]
