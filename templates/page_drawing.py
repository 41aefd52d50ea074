"""Drawing one certificate into the slots of its plan."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from codes.qr_symbol import Symbol
from templates.drawing import MM, RULE, numbers
from templates.embedded_font import EmbeddedFont
from templates.labels import Field
from templates.layout import SymbolPlace
from templates.page_plan import PagePlan
from templates.page_text import Fitted
from templates.pictures import Picture

PHOTO: Final = "P"
SYMBOL: Final = "Q"
QUIET_MODULES: Final = 4
"""Clear modules around a QR symbol. Source: ISO/IEC 18004, 9.1."""
_FRAME_INK: Final = numbers(*RULE)


def page_content(
    plan: PagePlan,
    font: EmbeddedFont,
    *,
    values: Mapping[Field, Fitted],
    english: Mapping[Field, Fitted],
    under: str,
    photo: Picture,
    symbol: Symbol,
) -> bytes:
    """Return the operators of a page.

    Args:
        plan: the fixed part.
        font: gathers the characters of the values.
        values: every field's fitted value.
        english: the values of the English lines, where there are any.
        under: operators of what lies under everything.
        photo: the holder's photo.
        symbol: the QR symbol.
    """
    parts = [
        f"/Artifact BMC {under} EMC",
        _draw_photo(plan.layout.photo_mm, plan.photo_mark, photo.width, photo.height),
        _draw_symbol(plan.layout.symbol, plan.symbol_mark, symbol.size),
    ]
    for piece in plan.pieces:
        if isinstance(piece, str):
            parts.append(piece)
        else:
            value = (english if piece.english else values)[piece.field]
            parts.append(piece.filled(font, value))
    return "\n".join(parts).encode("ascii")


@lru_cache(maxsize=64)
def _draw_photo(
    frame_mm: tuple[float, float, float, float], mark: int, photo_width: int, photo_height: int
) -> str:
    frame = numbers(*(length * MM for length in frame_mm))
    photo = photo_operators(frame_mm, photo_width, photo_height)
    return (
        f"/Figure<</MCID {mark}>>BDC {photo} EMC "
        f"/Artifact BMC 0.6 w {_FRAME_INK} RG {frame} re S EMC"
    )


@lru_cache(maxsize=64)
def photo_operators(
    frame_mm: tuple[float, float, float, float], photo_width: int, photo_height: int
) -> str:
    """Fill the frame with the photo, cutting evenly what its proportions leave over."""
    left, bottom, width, height = (length * MM for length in frame_mm)
    scale = max(width / photo_width, height / photo_height)
    wide, high = photo_width * scale, photo_height * scale
    frame = numbers(left, bottom, width, height)
    matrix = numbers(wide, 0, 0, high, left - (wide - width) / 2, bottom - (high - height) / 2)
    return f"q {frame} re W n {matrix} cm /{PHOTO} Do Q"


@lru_cache(maxsize=64)
def _draw_symbol(place: SymbolPlace, mark: int, modules: int) -> str:
    left, bottom, side = place.left_mm * MM, place.bottom_mm * MM, place.side_mm * MM
    quiet = side / modules * QUIET_MODULES
    clearing = numbers(left - quiet, bottom - quiet, side + 2 * quiet, side + 2 * quiet)
    return (
        f"/Artifact BMC 1 1 1 rg {clearing} re f EMC "
        f"/Figure<</MCID {mark}>>BDC {symbol_operators(place)} EMC"
    )


def symbol_operators(place: SymbolPlace) -> str:
    """Draw the symbol in its place."""
    left, bottom, side = place.left_mm * MM, place.bottom_mm * MM, place.side_mm * MM
    return f"q 0 0 0 rg {numbers(side, 0, 0, side, left, bottom)} cm /{SYMBOL} Do Q"
