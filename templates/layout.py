"""A layout of the certificate as data: where everything stands and how it is set.

The files in `layouts/` hold the numbers; a released file is never changed, because an award pins
its layout: an old certificate is drawn today as it was drawn then. Lengths are in millimetres from
the lower left corner of the sheet, sizes of type in points.

Source: 人社鉴发〔2021〕1号 and the 2022 notice on certificate style (fields, 小四, photo, sites).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from codes.wording import Text
from templates.drawing import Colour, Point
from templates.labels import Field
from templates.page_text import Room

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

SIGNATURE_FIELDS: Final = (Field.BODY_NAME, Field.ISSUED_ON)
ENGLISH_VALUES: Final = (
    Field.HOLDER_NAME,
    Field.DOCUMENT_TYPE,
    Field.OCCUPATION,
    Field.LEVEL,
    Field.ISSUED_ON,
)
"""What bilingual layouts print in English too; of the rest, the label alone."""
STANDING_FIELDS: Final = (Field.BODY_NAME, Field.CERTIFICATE_SITE, Field.BODY_SITE)
"""What is the same on all certificates of a body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyle:
    """How a run of text is drawn.

    Args:
        face: which of the layout's typefaces.
        size: in points.
        ink: fill colour.
        weight: width of an outline in the same colour, in points; makes the one weight the
            fonts come in bolder.
        tracking: extra space after each character, in points.
    """

    face: str
    size: float
    ink: Colour
    weight: float = 0.0
    tracking: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Background rose, the rule under the title, and a sample's word across the sheet.

    Args:
        rose_mm: middle of the rose.
        rose_radius_mm: its radius.
        rule_mm: middle of the rule under the title.
        rule_half_mm: half its length.
        sample_mm: middle of the sample's word.
        sample_degrees: by which that word rises.
    """

    rose_mm: Point
    rose_radius_mm: float
    rule_mm: Point
    rule_half_mm: float
    sample_mm: Point
    sample_degrees: float = 52.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The point a line of text is centred on."""

    at_mm: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """The column a paragraph flows in; `top_mm` is its first baseline."""

    left_mm: float
    right_mm: float
    top_mm: float
    leading_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of fields: labels at `left_mm`, values from `value_left_mm`, a rule under each.

    Args:
        top_mm: baseline of the first row.
        step_mm: from one baseline to the next.
        rule_drop_mm: from the baseline down to the rule.
        least_one_line: the smallest size, in points, a value on one line may shrink to.
        least_two_lines: the smallest size a value on two lines may shrink to.
        second_drop_mm: from the baseline down to the English line; 0 without one.
    """

    left_mm: float
    value_left_mm: float
    value_right_mm: float
    top_mm: float
    step_mm: float
    rule_drop_mm: float
    least_one_line: float
    least_two_lines: float
    second_drop_mm: float = 0.0

    @property
    def width_mm(self) -> float:
        """The room a value has on one line."""
        return self.value_right_mm - self.value_left_mm - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A label with its value behind it, outside the table."""

    at_mm: Point
    value_width_mm: float
    least_one_line: float
    least_two_lines: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolPlace:
    """Where the QR symbol stands, without its quiet zone."""

    left_mm: float
    bottom_mm: float
    side_mm: float
    note_drop_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPlace:
    """Where the body's seal stands.

    Args:
        middle_mm: its middle.
        diameter_mm: of its outer ring.
        visible: whether the electronic seal is seen; where it is not, its place is held free
            for the stamp in ink.
    """

    middle_mm: Point
    diameter_mm: float
    visible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """The small lines at the foot: query sites, print serial, remark."""

    left_mm: float
    right_mm: float
    rule_mm: float
    top_mm: float
    leading_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One version of one layout.

    Args:
        id: its name and version, such as `national-1`; never means anything else.
        name: how people call it.
        page_mm: width and height of the sheet.
        bilingual: whether English stands beside Chinese.
        faces: family names of operators' fonts to prefer, by typeface (`text`, `value`, `title`).
        styles: how each kind of text is set.
        photo_mm: left, bottom, width and height of the photo.
        subtitle: the English title; None where the layout is not bilingual.
        body_en: the English body text; None where the layout is not bilingual.
    """

    id: str
    name: Text
    page_mm: Point
    bilingual: bool
    faces: Mapping[str, tuple[str, ...]]
    styles: Mapping[str, TextStyle]
    frame: Frame
    title: Place
    body: Paragraph
    table: Table
    photo_mm: tuple[float, float, float, float]
    symbol: SymbolPlace
    body_name: Entry
    issued_on: Entry
    seal: SealPlace
    foot: Foot
    sample_note: Place
    subtitle: Place | None = None
    body_en: Paragraph | None = None

    def value_style(self, field: Field) -> TextStyle:
        """Return how a field's value is set."""
        return self.styles["small" if field in FOOT_FIELDS else "value"]

    def room(self, field: Field) -> Room:
        """Return what a field's value may take up."""
        match field:
            case Field.BODY_NAME | Field.ISSUED_ON:
                entry = self.body_name if field is Field.BODY_NAME else self.issued_on
                width, one, two = entry.value_width_mm, entry.least_one_line, entry.least_two_lines
            case _ if field in FOOT_FIELDS:
                width = self.foot.right_mm - self.foot.left_mm - 40
                one = two = self.value_style(field).size
            case _:
                table = self.table
                width, one, two = table.width_mm, table.least_one_line, table.least_two_lines
        size = self.value_style(field).size
        return Room(width_mm=width, size=size, least_one_line=one, least_two_lines=two)
