"""Where everything stands on the national style's A4 page.

Upright A4: the notice on certificate style gives the sheet as 210 × 297 mm, width first, and an
upright page is what files, bids and archives take without turning. Lengths are in millimetres
from the lower left corner, sizes of type in points.

Source: 人社鉴发〔2021〕1号 and the 2022 notice on certificate style (fields, 小四, photo, sites).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from templates.artwork import FAINT_INK, INK, LABEL_INK, RED, SAMPLE_RED
from templates.labels import Field
from templates.page_canvas import TextStyle
from templates.page_text import Room

MIDDLE: Final = 105.0
LEFT: Final = 30.0
RIGHT: Final = 180.0

TITLE_BASELINE: Final = 243.0
TITLE_STYLE: Final = TextStyle(size=37, ink=RED, weight=0.95, tracking=5)
RULE_HEIGHT: Final = 233.5
RULE_HALF: Final = 46.0

BODY_TOP: Final = 219.0
BODY_LEADING: Final = 8.6
BODY_STYLE: Final = TextStyle(size=13.5, ink=INK)

FIELD_SIZE: Final = 12.0  # 小四
LABEL_STYLE: Final = TextStyle(size=FIELD_SIZE, ink=LABEL_INK)
VALUE_STYLE: Final = TextStyle(size=FIELD_SIZE, ink=INK)
SMALL_LABEL_STYLE: Final = TextStyle(size=9, ink=LABEL_INK)
SMALL_STYLE: Final = TextStyle(size=9, ink=INK)
NOTE_STYLE: Final = TextStyle(size=9, ink=FAINT_INK)
SAMPLE_NOTE_STYLE: Final = TextStyle(size=10.5, ink=SAMPLE_RED)

ROW_TOP: Final = 186.0
ROW_STEP: Final = 11.4
VALUE_LEFT: Final = 62.5
VALUE_RIGHT: Final = 147.0
UNDERLINE_DROP: Final = 2.3
LINE_LEADING: Final = 1.18  # of the size, for the second line of a value

PHOTO_WIDTH: Final = 25.0
PHOTO_HEIGHT: Final = 35.0
PHOTO_LEFT: Final = RIGHT - PHOTO_WIDTH
PHOTO_BOTTOM: Final = ROW_TOP + 4.6 - PHOTO_HEIGHT

QR_SIDE: Final = 30.0
QR_LEFT: Final = LEFT + 2
QR_BOTTOM: Final = 55.5
QR_QUIET_MODULES: Final = 4

SEAL_MIDDLE: Final = (142.0, 69.0)
SEAL_RADIUS: Final = 20.0
BODY_NAME_LEFT: Final = 90.0
BODY_NAME_BASELINE: Final = 83.0
DATE_BASELINE: Final = 56.0
FOOT_BASELINES: Final = (39.5, 34.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled row of the table of fields."""

    field: Field
    baseline: float


TABLE_FIELDS: Final = (
    Field.HOLDER_NAME,
    Field.DOCUMENT_TYPE,
    Field.DOCUMENT_NUMBER,
    Field.OCCUPATION,
    Field.SPECIALTY,
    Field.LEVEL,
    Field.NUMBER,
)
ROWS: Final = tuple(
    Row(field=field, baseline=ROW_TOP - ROW_STEP * place)
    for place, field in enumerate(TABLE_FIELDS)
)

_TABLE_ROOM: Final = Room(
    width_mm=VALUE_RIGHT - VALUE_LEFT - 1, size=FIELD_SIZE, least_one_line=10.5, least_two_lines=9
)
ROOMS: Final = MappingProxyType(
    dict.fromkeys(TABLE_FIELDS, _TABLE_ROOM)
    | {
        Field.BODY_NAME: Room(
            width_mm=RIGHT - BODY_NAME_LEFT - 24,
            size=FIELD_SIZE,
            least_one_line=10.5,
            least_two_lines=9,
        )
    }
)
