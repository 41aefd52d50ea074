"""The boxes of a layout that the pattern keeps clear of."""

from __future__ import annotations

from typing import Final

from templates.drawing import Box
from templates.layout import Layout

_SYMBOL_MARGIN_MM: Final = 4.0  # more than the quiet zone of any symbol the layouts hold


def symbol_clearing(layout: Layout) -> Box:
    """Return the QR symbol with its quiet zone and a hair more."""
    symbol = layout.symbol
    return Box(
        left=symbol.left_mm,
        bottom=symbol.bottom_mm,
        right=symbol.left_mm + symbol.side_mm,
        top=symbol.bottom_mm + symbol.side_mm,
    ).grown(_SYMBOL_MARGIN_MM)


def photo_box(layout: Layout) -> Box:
    """Return the frame of the photo."""
    left, bottom, width, height = layout.photo_mm
    return Box(left=left, bottom=bottom, right=left + width, top=bottom + height)
