"""What stands on the page, for those who draw it by other means than ours.

The same texts, rules, photo and QR symbol at the same places as on our page. The background, its
pattern and the seal's drawing are left out, which is to the others' advantage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Final

from PIL import Image

from codes.qr_symbol import make_symbol
from templates import labels, layout
from templates.certificate import CertificateFace, printed_values
from templates.labels import LABELS, Field

POINTS_PER_MM: Final = 72 / 25.4
PAGE_MM: Final = (210.0, 297.0)
INK: Final = "#1A1A1A"
RED: Final = "#B01E23"
LINE: Final = "#B8A070"
_BODY_LINE: Final = 31  # characters that fill the measure

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of text: baseline at (x, y) in millimetres from the lower left corner of the sheet."""

    x: float
    y: float
    text: str
    size: float
    ink: str = INK
    centred: bool = False


PHOTO_BOX: Final[Box] = (
    layout.PHOTO_LEFT,
    layout.PHOTO_BOTTOM,
    layout.PHOTO_WIDTH,
    layout.PHOTO_HEIGHT,
)
QR_BOX: Final[Box] = (layout.QR_LEFT, layout.QR_BOTTOM, layout.QR_SIDE, layout.QR_SIDE)


def runs_of(face: CertificateFace) -> list[Run]:
    """Return every text of the page, in reading order."""
    return list(_runs(face))


@cache
def rules() -> tuple[tuple[float, float, float], ...]:
    """Return the straight rules of the page: left, right, height, in millimetres."""
    rows = range(len(layout.TABLE_FIELDS))
    under = [layout.ROW_TOP - layout.ROW_STEP * row - layout.UNDERLINE_DROP for row in rows]
    table = ((layout.VALUE_LEFT - 1.5, layout.VALUE_RIGHT, height) for height in under)
    return (*table, (layout.LEFT, layout.RIGHT, layout.FOOT_RULE))


def texts_of(face: CertificateFace) -> list[str]:
    """Return what must be found in the page's extracted text."""
    values = printed_values(face)
    words = [labels.TITLE, labels.BODY_TEXT, labels.QR_NOTE]
    return words + [LABELS[field].zh for field in values] + list(values.values())


def qr_png(text: str) -> bytes:
    """Return the QR symbol of our own page as a one-bit picture, one pixel a module."""
    symbol = make_symbol(text)
    stored = Image.frombytes("1", (8 * symbol.row_bytes, symbol.size), symbol.bitmap, "raw", "1;I")
    output = BytesIO()
    stored.crop((0, 0, symbol.size, symbol.size)).save(output, "PNG")
    return output.getvalue()


def _runs(face: CertificateFace) -> Iterator[Run]:
    title_size = layout.TITLE_STYLE.size
    yield Run(
        x=layout.MIDDLE,
        y=layout.TITLE_BASELINE,
        text=labels.TITLE,
        size=title_size,
        ink=RED,
        centred=True,
    )
    body = "　　" + labels.BODY_TEXT
    for row, start in enumerate(range(0, len(body), _BODY_LINE)):
        line = body[start : start + _BODY_LINE]
        y = layout.BODY_TOP - layout.BODY_LEADING * row
        yield Run(x=layout.LEFT, y=y, text=line, size=layout.BODY_STYLE.size)
    values = printed_values(face)
    for row, field in enumerate(layout.TABLE_FIELDS):
        y = layout.ROW_TOP - layout.ROW_STEP * row
        yield Run(x=layout.LEFT, y=y, text=LABELS[field].zh, size=layout.FIELD_SIZE)
        yield Run(x=layout.VALUE_LEFT, y=y, text=values[field], size=layout.FIELD_SIZE)
    for field, y in (
        (Field.BODY_NAME, layout.BODY_NAME_BASELINE),
        (Field.ISSUED_ON, layout.DATE_BASELINE),
    ):
        text = f"{LABELS[field].zh}：{values[field]}"
        yield Run(x=layout.BODY_NAME_LEFT, y=y, text=text, size=layout.FIELD_SIZE)
    note_size = layout.NOTE_STYLE.size
    middle = layout.QR_LEFT + layout.QR_SIDE / 2
    yield Run(x=middle, y=layout.QR_BOTTOM - 6, text=labels.QR_NOTE, size=note_size, centred=True)
    for row, field in enumerate(layout.FOOT_FIELDS):
        text = f"{LABELS[field].zh}：{values[field]}"
        y = layout.FOOT_TOP - layout.FOOT_LEADING * row
        yield Run(x=layout.LEFT, y=y, text=text, size=layout.SMALL_STYLE.size)
