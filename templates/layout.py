"""Where everything stands on the national style's A4 page.

Upright A4: the notice on certificate style gives the sheet as 210 × 297 mm, width first, and an
upright page is what files, bids and archives take without turning. Lengths are in millimetres
from the lower left corner, sizes of type in points.

Source: 人社鉴发〔2021〕1号 and the 2022 notice on certificate style (fields, 小四, photo, sites).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from templates.artwork import FAINT_INK, INK, LABEL_INK, RED, SAMPLE_RED
from templates.labels import Field
from templates.page_canvas import TextStyle
from templates.page_text import Room

MIDDLE: Final = 105.0
LEFT: Final = 30.0
RIGHT: Final = 180.0

TITLE_BASELINE: Final = 245.0
TITLE_STYLE: Final = TextStyle(size=37, ink=RED, weight=0.95, tracking=5)
RULE_HEIGHT: Final = 235.5
RULE_HALF: Final = 46.0

BODY_TOP: Final = 220.5
BODY_LEADING: Final = 8.6
BODY_STYLE: Final = TextStyle(size=13.7, ink=INK)  # 31 characters fill the measure

FIELD_SIZE: Final = 12.0  # 小四
LABEL_STYLE: Final = TextStyle(size=FIELD_SIZE, ink=LABEL_INK)
VALUE_STYLE: Final = TextStyle(size=FIELD_SIZE, ink=INK)
SMALL_LABEL_STYLE: Final = TextStyle(size=9, ink=LABEL_INK)
SMALL_STYLE: Final = TextStyle(size=9, ink=INK)
NOTE_STYLE: Final = TextStyle(size=9, ink=FAINT_INK)
SAMPLE_NOTE_STYLE: Final = TextStyle(size=10.5, ink=SAMPLE_RED)

ROW_TOP: Final = 188.0
ROW_STEP: Final = 12.2
VALUE_LEFT: Final = 62.5
VALUE_RIGHT: Final = 147.0
UNDERLINE_DROP: Final = 2.5
LINE_LEADING: Final = 1.16  # of the size, for the second line of a value
RISE_OF_TWO_LINES: Final = 0.72  # of the leading, so that two lines stand on the same rule

PHOTO_WIDTH: Final = 25.0
PHOTO_HEIGHT: Final = 35.0
PHOTO_LEFT: Final = RIGHT - PHOTO_WIDTH
PHOTO_BOTTOM: Final = ROW_TOP + 4.2 - PHOTO_HEIGHT

QR_SIDE: Final = 30.0
QR_LEFT: Final = LEFT
QR_BOTTOM: Final = 64.0
QR_QUIET_MODULES: Final = 4

SEAL_MIDDLE: Final = (145.0, 71.5)
SEAL_RADIUS: Final = 19.0
BODY_NAME_LEFT: Final = 80.0
BODY_NAME_BASELINE: Final = 91.5
DATE_BASELINE: Final = 65.0
FOOT_RULE: Final = 48.5
FOOT_TOP: Final = 41.0
FOOT_LEADING: Final = 5.2
SAMPLE_NOTE_BASELINE: Final = 268.0

TABLE_FIELDS: Final = (
    Field.HOLDER_NAME,
    Field.DOCUMENT_TYPE,
    Field.DOCUMENT_NUMBER,
    Field.OCCUPATION,
    Field.SPECIALTY,
    Field.LEVEL,
    Field.NUMBER,
)
FOOT_FIELDS: Final = (Field.CERTIFICATE_SITE, Field.BODY_SITE, Field.PRINT_SERIAL, Field.REMARK)

_TABLE_ROOM: Final = Room(
    width_mm=VALUE_RIGHT - VALUE_LEFT - 1, size=FIELD_SIZE, least_one_line=10.5, least_two_lines=9
)
ROOMS: Final = MappingProxyType(
    dict.fromkeys(TABLE_FIELDS, _TABLE_ROOM)
    | {
        Field.BODY_NAME: Room(
            width_mm=RIGHT - BODY_NAME_LEFT - 21.5,
            size=FIELD_SIZE,
            least_one_line=10.5,
            least_two_lines=9,
        )
    }
)
