"""Drawing one certificate, field by field, in the order it is read.

The order of drawing is the order of the text layer: title, body text, the table of fields, body
and date, then the foot. Marks that lie under the text come first.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import cos, pi, sin

from codes.qr_symbol import make_symbol
from templates import labels, layout
from templates.artwork import PAPER, RULE, SAMPLE_PALE, SAMPLE_RED
from templates.labels import LABELS, Field
from templates.page_canvas import MM, Artwork, PageCanvas, TextStyle
from templates.page_text import Fitted, flow
from templates.pictures import photo_picture, symbol_picture


def draw_page(
    canvas: PageCanvas,
    *,
    artwork: Artwork,
    values: Mapping[Field, Fitted],
    photo_jpeg: bytes,
    qr_text: str,
    sample: bool,
) -> None:
    """Draw the whole page.

    Args:
        canvas: an empty page.
        artwork: what lies under everything.
        values: every field's fitted value.
        photo_jpeg: the holder's photo.
        qr_text: what the QR symbol says.
        sample: whether the page is marked as a sample.
    """
    canvas.artwork("paper", artwork)
    if sample:
        _draw_sample_marks(canvas)
    _draw_photo(canvas, photo_jpeg)
    _draw_symbol(canvas, qr_text)
    _draw_heading(canvas)
    _draw_table(canvas, values)
    _draw_signature_block(canvas, values, sample=sample)
    _draw_foot(canvas, values)
    if sample:
        canvas.centred_text(layout.MIDDLE, 24.5, labels.SAMPLE_NOTE, layout.SAMPLE_NOTE_STYLE)


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
    for row in layout.ROWS:
        canvas.text(layout.LEFT, row.baseline, LABELS[row.field].zh, layout.LABEL_STYLE)
        _draw_value(canvas, layout.VALUE_LEFT, row.baseline, values[row.field])
        y = row.baseline - layout.UNDERLINE_DROP
        canvas.line_mm(layout.VALUE_LEFT - 1.5, y, layout.VALUE_RIGHT, y)


def _draw_value(canvas: PageCanvas, left: float, baseline: float, value: Fitted) -> None:
    style = TextStyle(size=value.size, ink=layout.VALUE_STYLE.ink)
    leading = value.size * layout.LINE_LEADING / MM
    top = baseline + leading * (len(value.lines) - 1)
    for place, line in enumerate(value.lines):
        canvas.text(left, top - leading * place, line, style)


def _draw_signature_block(
    canvas: PageCanvas, values: Mapping[Field, Fitted], *, sample: bool
) -> None:
    for field, baseline in (
        (Field.BODY_NAME, layout.BODY_NAME_BASELINE),
        (Field.ISSUED_ON, layout.DATE_BASELINE),
    ):
        label = f"{LABELS[field].zh}："
        canvas.text(layout.BODY_NAME_LEFT, baseline, label, layout.LABEL_STYLE)
        left = layout.BODY_NAME_LEFT + canvas.width_mm(label, layout.LABEL_STYLE)
        _draw_value(canvas, left, baseline, values[field])
    if not sample:
        x, y = layout.SEAL_MIDDLE
        canvas.centred_text(x, y - 1, labels.SEAL_NOTE, layout.NOTE_STYLE)


def _draw_foot(canvas: PageCanvas, values: Mapping[Field, Fitted]) -> None:
    middle = layout.QR_LEFT + layout.QR_SIDE / 2
    canvas.centred_text(middle, layout.QR_BOTTOM - 6, labels.QR_NOTE, layout.NOTE_STYLE)
    upper, lower = layout.FOOT_BASELINES
    for field, left, baseline in (
        (Field.CERTIFICATE_SITE, layout.LEFT, upper),
        (Field.BODY_SITE, layout.LEFT, lower),
        (Field.PRINT_SERIAL, 122.0, lower),
    ):
        label = f"{LABELS[field].zh}："
        canvas.text(left, baseline, label, layout.SMALL_LABEL_STYLE)
        left += canvas.width_mm(label, layout.SMALL_LABEL_STYLE)
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


def _draw_sample_marks(canvas: PageCanvas) -> None:
    """A pale word across the page and a red seal that nobody can take for a real one."""
    style = TextStyle(size=88, ink=SAMPLE_PALE, weight=2)
    angle = 52 * pi / 180
    half = canvas.width_mm(labels.SAMPLE_MARK, style) / 2
    c, s = cos(angle), sin(angle)
    x = layout.MIDDLE - half * c + 10 * s
    y = 148 - half * s - 10 * c
    canvas.text_in_frame((c, s, -s, c, x * MM, y * MM), labels.SAMPLE_MARK, style)
    x, y = layout.SEAL_MIDDLE
    canvas.setStrokeColorRGB(*SAMPLE_RED)
    canvas.setFillColorRGB(*PAPER)
    for radius, width in ((layout.SEAL_RADIUS, 2.6), (layout.SEAL_RADIUS - 2.2, 0.6)):
        canvas.setLineWidth(width)
        canvas.circle(x * MM, y * MM, radius * MM, stroke=1, fill=0)
    word, latin = labels.SAMPLE_MARK.split(" ")
    canvas.centred_text(x, y - 1, word, TextStyle(size=30, ink=SAMPLE_RED, weight=0.6))
    canvas.centred_text(x, y - 9, latin, TextStyle(size=14, ink=SAMPLE_RED, tracking=1))
