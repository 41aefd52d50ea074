"""The typefaces of one layout: each draws and measures with the fonts that suit it."""

from __future__ import annotations

from typing import Final

from templates.drawing import MM
from templates.fonts import FontChain
from templates.glyphs import UNITS_PER_EM, Outline
from templates.layout import Layout, TextStyle

_NOTDEF: Final = "\x00"


class _Advances(dict[str, int]):
    """The widths of characters, in thousandths of the em, each measured once."""

    def __init__(self, fonts: FontChain) -> None:
        super().__init__()
        self._fonts = fonts

    def __missing__(self, character: str) -> int:
        advance = self[character] = self._fonts.outline(character).advance
        return advance


class Typefaces:
    """Gives the shapes and widths of a layout's text.

    Args:
        fonts: all fonts at hand.
        layout: names the families that its typefaces prefer.
    """

    def __init__(self, fonts: FontChain, layout: Layout) -> None:
        self._chains = fonts.by_typeface(layout.faces)
        self._advances = {face: _Advances(chain) for face, chain in self._chains.items()}

    def outline(self, face: str, character: str) -> Outline:
        """Return the shape of a character; of NUL, the box of a missing one."""
        return self._chains[face].outline("" if character == _NOTDEF else character)

    def width_mm(self, style: TextStyle, text: str, size: float | None = None) -> float:
        """Return how wide a text is.

        Args:
            style: how it is set.
            text: what is measured.
            size: in points, where it is not the style's own.
        """
        advances = self._advances[style.face]
        width = sum(map(advances.__getitem__, text)) * (size or style.size) / UNITS_PER_EM
        return (width + style.tracking * max(len(text) - 1, 0)) / MM
