"""Drawing one certificate into the slots of its plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from codes.qr_symbol import Symbol
from templates.drawing import MM, RULE, number, numbers
from templates.embedded_font import EmbeddedFont
from templates.labels import Field
from templates.page_plan import PagePlan, Slot, open_run
from templates.page_text import Fitted
from templates.pictures import Picture

OWN_FONT: Final = "F1"
PHOTO: Final = "P"
SYMBOL: Final = "Q"
QUIET_MODULES: Final = 4
"""Clear modules around a QR symbol. Source: ISO/IEC 18004, 9.1."""
_FRAME_INK: Final = numbers(*RULE)
LINE_LEADING: Final = 1.16  # of the size, for the second line of a value
RISE_OF_TWO_LINES: Final = 0.72  # of the leading, so that two lines stand on the same rule


def page_content(
    plan: PagePlan,
    font: EmbeddedFont,
    *,
    values: Mapping[Field, Fitted],
    english: Mapping[Field, str],
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
        _draw_photo(plan, photo),
        _draw_symbol(plan, symbol),
    ]
    for piece in plan.pieces:
        if isinstance(piece, str):
            parts.append(piece)
        elif piece.english:
            parts.append(_draw_line(piece, font, english.get(piece.field, "")))
        else:
            parts.append(_draw_value(piece, font, values[piece.field]))
    return "\n".join(parts).encode("ascii")


def _draw_value(slot: Slot, font: EmbeddedFont, value: Fitted) -> str:
    """Draw a label and its value, the label on the height of the value's first line.

    One height for both is what lets every extractor give the value right after its label.
    """
    leading = value.size * LINE_LEADING / MM
    top = slot.baseline_mm + leading * (len(value.lines) - 1) * RISE_OF_TWO_LINES
    lines = [
        _run(slot, font, line, value.size, top - leading * place)
        for place, line in enumerate(value.lines)
    ]
    return _filled(slot, top, " ".join(lines))


def _draw_line(slot: Slot, font: EmbeddedFont, value: str) -> str:
    run = _run(slot, font, value, slot.style.size, slot.baseline_mm) if value else ""
    return _filled(slot, slot.baseline_mm, run)


def _filled(slot: Slot, label_mm: float, value: str) -> str:
    before, after = slot.label
    label = f"{before}{number(label_mm * MM)}{after}"
    return f"{slot.opening}{label} {slot.between}{value} {slot.closing}"


def _run(slot: Slot, font: EmbeddedFont, text: str, size: float, y_mm: float) -> str:
    codes = font.encode(slot.style.face, text)
    before, after = open_run(OWN_FONT, slot.style, size, codes, slot.value_x)
    return f"{before}{number(y_mm * MM)}{after}"


def _draw_photo(plan: PagePlan, photo: Picture) -> str:
    """Fill the frame with the photo, cutting evenly what its proportions leave over."""
    left, bottom, width, height = (length * MM for length in plan.layout.photo_mm)
    scale = max(width / photo.width, height / photo.height)
    wide, high = photo.width * scale, photo.height * scale
    frame = numbers(left, bottom, width, height)
    matrix = numbers(wide, 0, 0, high, left - (wide - width) / 2, bottom - (high - height) / 2)
    return (
        f"/Figure<</MCID {plan.photo_mark}>>BDC q {frame} re W n {matrix} cm /{PHOTO} Do Q EMC "
        f"/Artifact BMC 0.6 w {_FRAME_INK} RG {frame} re S EMC"
    )


def _draw_symbol(plan: PagePlan, symbol: Symbol) -> str:
    place = plan.layout.symbol
    left, bottom, side = place.left_mm * MM, place.bottom_mm * MM, place.side_mm * MM
    quiet = side / symbol.size * QUIET_MODULES
    clearing = numbers(left - quiet, bottom - quiet, side + 2 * quiet, side + 2 * quiet)
    matrix = numbers(side, 0, 0, side, left, bottom)
    return (
        f"/Artifact BMC 1 1 1 rg {clearing} re f EMC "
        f"/Figure<</MCID {plan.symbol_mark}>>BDC q 0 0 0 rg {matrix} cm /{SYMBOL} Do Q EMC"
    )
