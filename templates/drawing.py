"""What every drawing of a page is made of: lengths, colours, styles of type, operators.

Lengths are in millimetres from the lower left corner of the sheet, sizes of type in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import deflate

MM: Final = 72 / 25.4
"""Points in a millimetre."""

Colour = tuple[float, float, float]
Box = tuple[float, float, float, float]

_LEVEL_ONCE: Final = 12  # what is compressed once and copied into every file
_LEVEL_EACH: Final = 3  # what is compressed anew for every certificate


def colour(hexadecimal: str) -> Colour:
    """Return the colour written as six hexadecimal digits."""
    red, green, blue = bytes.fromhex(hexadecimal)
    return (red / 255, green / 255, blue / 255)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyle:
    """How a run of text is drawn.

    Args:
        size: in points.
        ink: fill colour.
        face: which of the layout's typefaces.
        weight: width of an outline in the same colour, in points; makes the one weight the
            fonts come in bolder.
        tracking: extra space after each character, in points.
    """

    size: float
    ink: Colour
    face: str = "text"
    weight: float = 0.0
    tracking: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Artwork:
    """A drawing that is the same on every page, compressed once.

    Args:
        box: left, bottom, right, top in points.
        content: deflated drawing operators; paths and colours only.
    """

    box: Box
    content: bytes

    @classmethod
    def of(cls, operators: str, box: Box) -> Artwork:
        """Compress drawing operators written in points."""
        return cls(box=box, content=compress_once(operators.encode("ascii")))


def compress_once(data: bytes) -> bytes:
    """Deflate as small as can be, for what is made once and copied into every file."""
    return bytes(deflate.zlib_compress(data, _LEVEL_ONCE))


def compress(data: bytes) -> bytes:
    """Deflate quickly, for what is made anew for every certificate."""
    return bytes(deflate.zlib_compress(data, _LEVEL_EACH))


def number(value: float) -> str:
    """Return a number as PDF writes it: three decimals at most, no trailing zeros."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


def numbers(*values: float) -> str:
    """Return numbers with spaces between them."""
    return " ".join(map(number, values))
