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
from templates import labels
from templates.certificate import CertificateFace, printed_values
from templates.labels import LABELS, Field
from templates.layout import FOOT_FIELDS, TABLE_FIELDS, Layout
from templates.layout_files import DEFAULT_LAYOUT, load_layout

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


def photo_box() -> Box:
    """Return where the photo stands: left, bottom, width, height in millimetres."""
    return _layout().photo_mm


def qr_box() -> Box:
    """Return where the QR symbol stands, without its quiet zone."""
    place = _layout().symbol
    return (place.left_mm, place.bottom_mm, place.side_mm, place.side_mm)


def runs_of(face: CertificateFace) -> list[Run]:
    """Return every text of the page, in reading order."""
    return list(_runs(face))


@cache
def rules() -> tuple[tuple[float, float, float], ...]:
    """Return the straight rules of the page: left, right, height, in millimetres."""
    table, foot = _layout().table, _layout().foot
    rows = range(len(TABLE_FIELDS))
    under = [table.top_mm - table.step_mm * row - table.rule_drop_mm for row in rows]
    ruled = ((table.value_left_mm - 1.5, table.value_right_mm, height) for height in under)
    return (*ruled, (foot.left_mm, foot.right_mm, foot.rule_mm))


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


def _layout() -> Layout:
    return load_layout(DEFAULT_LAYOUT)


def _runs(face: CertificateFace) -> Iterator[Run]:
    layout, values = _layout(), printed_values(face)
    table, foot, size = layout.table, layout.foot, layout.styles["value"].size
    x, y = layout.title.at_mm
    title = layout.styles["title"].size
    yield Run(x=x, y=y, text=labels.TITLE, size=title, ink=RED, centred=True)
    body = "　　" + labels.BODY_TEXT
    for row, start in enumerate(range(0, len(body), _BODY_LINE)):
        line, y = (
            body[start : start + _BODY_LINE],
            layout.body.top_mm - layout.body.leading_mm * row,
        )
        yield Run(x=layout.body.left_mm, y=y, text=line, size=layout.styles["body"].size)
    for row, field in enumerate(TABLE_FIELDS):
        y = table.top_mm - table.step_mm * row
        yield Run(x=table.left_mm, y=y, text=LABELS[field].zh, size=size)
        yield Run(x=table.value_left_mm, y=y, text=values[field], size=size)
    for field, entry in (
        (Field.BODY_NAME, layout.body_name),
        (Field.ISSUED_ON, layout.issued_on),
    ):
        x, y = entry.at_mm
        yield Run(x=x, y=y, text=f"{LABELS[field].zh}：{values[field]}", size=size)
    left, bottom, side, _ = qr_box()
    note, y = layout.styles["note"].size, bottom - layout.symbol.note_drop_mm
    yield Run(x=left + side / 2, y=y, text=labels.QR_NOTE, size=note, centred=True)
    for row, field in enumerate(one for one in FOOT_FIELDS if one in values):
        y = foot.top_mm - foot.leading_mm * row
        text = f"{LABELS[field].zh}：{values[field]}"
        yield Run(x=foot.left_mm, y=y, text=text, size=layout.styles["small"].size)
