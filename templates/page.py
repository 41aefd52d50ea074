"""Drawing one certificate, field by field, in the order it is read.

The order of drawing is the order of the text layer: title, body text, the table of fields, body
and date, then the foot. Marks that lie under the text come first.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from codes.qr_symbol import make_symbol
from templates import labels, layout
from templates.artwork import RULE
from templates.labels import LABELS, Field
from templates.page_canvas import MM, Artwork, PageCanvas, TextStyle
from templates.page_text import Fitted, flow
from templates.pictures import photo_picture, symbol_picture


def draw_page(
    canvas: PageCanvas,
    *,
    artwork: Mapping[str, Artwork],
    values: Mapping[Field, Fitted],
    photo_jpeg: bytes,
    qr_text: str,
    sample: bool,
) -> None:
    """Draw the whole page.

    Args:
        canvas: an empty page.
        artwork: what lies under everything, by name, the lowest first.
        values: every field's fitted value.
        photo_jpeg: the holder's photo.
        qr_text: what the QR symbol says.
        sample: whether the page is marked as a sample.
    """
    for name, drawing in artwork.items():
        canvas.artwork(name, drawing)
    _draw_photo(canvas, photo_jpeg)
    _draw_symbol(canvas, qr_text)
    if sample:
        canvas.centred_text(
            layout.MIDDLE,
            layout.SAMPLE_NOTE_BASELINE,
            labels.SAMPLE_NOTE,
            layout.SAMPLE_NOTE_STYLE,
        )
    _draw_heading(canvas)
    _draw_table(canvas, values)
    _draw_signature_block(canvas, values, sample=sample)
    _draw_foot(canvas, values)


def _draw_heading(canvas: PageCanvas) -> None:
    canvas.centred_text(layout.MIDDLE, layout.TITLE_BASELINE, labels.TITLE, layout.TITLE_STYLE)
    width = partial(canvas.width_mm, style=layout.BODY_STYLE)
    indent = "　　"
    baseline = layout.BODY_TOP
    lines = flow(labels.BODY_TEXT, layout.RIGHT - layout.LEFT, width, indent)
    for place, line in enumerate(lines):
        left = layout.LEFT + (width(indent) if place == 0 else 0)
        canvas.text(left, baseline, line, layout.BODY_STYLE)
        baseline -= layout.BODY_LEADING


def _draw_table(canvas: PageCanvas, values: Mapping[Field, Fitted]) -> None:
    canvas.setLineWidth(0.5)
    canvas.setStrokeColorRGB(*RULE)
    for place, field in enumerate(layout.TABLE_FIELDS):
        baseline = layout.ROW_TOP - layout.ROW_STEP * place
        _draw_field(canvas, LABELS[field].zh, layout.VALUE_LEFT, baseline, values[field])
        y = baseline - layout.UNDERLINE_DROP
        canvas.line_mm(layout.VALUE_LEFT - 1.5, y, layout.VALUE_RIGHT, y)


def _draw_signature_block(
    canvas: PageCanvas, values: Mapping[Field, Fitted], *, sample: bool
) -> None:
    for field, baseline in (
        (Field.BODY_NAME, layout.BODY_NAME_BASELINE),
        (Field.ISSUED_ON, layout.DATE_BASELINE),
    ):
        label = f"{LABELS[field].zh}："
        left = layout.BODY_NAME_LEFT + canvas.width_mm(label, layout.LABEL_STYLE)
        _draw_field(canvas, label, left, baseline, values[field], layout.BODY_NAME_LEFT)
    if not sample:
        x, y = layout.SEAL_MIDDLE
        canvas.centred_text(x, y + 2, labels.SEAL_NOTE, layout.NOTE_STYLE)


def _draw_field(
    canvas: PageCanvas,
    label: str,
    value_left: float,
    baseline: float,
    value: Fitted,
    label_left: float = layout.LEFT,
) -> None:
    """Draw a label and its value, the label on the height of the value's first line.

    One height for both is what lets every extractor give the value right after its label.
    """
    style = TextStyle(size=value.size, ink=layout.VALUE_STYLE.ink)
    leading = value.size * layout.LINE_LEADING / MM
    top = baseline + leading * (len(value.lines) - 1) * layout.RISE_OF_TWO_LINES
    canvas.text(label_left, top, label, layout.LABEL_STYLE)
    for place, line in enumerate(value.lines):
        canvas.text(value_left, top - leading * place, line, style)


def _draw_foot(canvas: PageCanvas, values: Mapping[Field, Fitted]) -> None:
    middle = layout.QR_LEFT + layout.QR_SIDE / 2
    canvas.centred_text(middle, layout.QR_BOTTOM - 6, labels.QR_NOTE, layout.NOTE_STYLE)
    canvas.line_mm(layout.LEFT, layout.FOOT_RULE, layout.RIGHT, layout.FOOT_RULE)
    for place, field in enumerate(field for field in layout.FOOT_FIELDS if field in values):
        baseline = layout.FOOT_TOP - layout.FOOT_LEADING * place
        label = f"{LABELS[field].zh}："
        canvas.text(layout.LEFT, baseline, label, layout.SMALL_LABEL_STYLE)
        left = layout.LEFT + canvas.width_mm(label, layout.SMALL_LABEL_STYLE) + 0.6
        canvas.text(left, baseline, values[field].lines[0], layout.SMALL_STYLE)


def _draw_photo(canvas: PageCanvas, photo_jpeg: bytes) -> None:
    """Fill the frame with the photo, cutting evenly what its proportions leave over."""
    picture = photo_picture(photo_jpeg)
    left, bottom = layout.PHOTO_LEFT, layout.PHOTO_BOTTOM
    width, height = layout.PHOTO_WIDTH, layout.PHOTO_HEIGHT
    scale = max(width / picture.width, height / picture.height)
    wide, high = picture.width * scale, picture.height * scale
    canvas.saveState()
    frame = canvas.beginPath()
    frame.rect(left * MM, bottom * MM, width * MM, height * MM)
    canvas.clipPath(frame, stroke=0, fill=0)
    box = (left - (wide - width) / 2, bottom - (high - height) / 2, wide, high)
    canvas.picture("photo", picture.entries, picture.content, box)
    canvas.restoreState()
    canvas.setLineWidth(0.6)
    canvas.setStrokeColorRGB(*RULE)
    canvas.rect(left * MM, bottom * MM, width * MM, height * MM)


def _draw_symbol(canvas: PageCanvas, qr_text: str) -> None:
    picture = symbol_picture(make_symbol(qr_text))
    side = layout.QR_SIDE
    quiet = side / picture.width * layout.QR_QUIET_MODULES
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(
        (layout.QR_LEFT - quiet) * MM,
        (layout.QR_BOTTOM - quiet) * MM,
        (side + 2 * quiet) * MM,
        (side + 2 * quiet) * MM,
        stroke=0,
        fill=1,
    )
    canvas.setFillColorRGB(0, 0, 0)
    box = (layout.QR_LEFT, layout.QR_BOTTOM, side, side)
    canvas.picture("symbol", picture.entries, picture.content, box)
