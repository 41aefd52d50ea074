"""What is done to certificate files: typing on them, redacting, stamping, turning, reprinting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from math import cos, radians, sin
from typing import Any

import pikepdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from templates.drawing import MM, Colour
from templates.glyphs import FACE_NAME
from templates.labels import Field
from templates.layout import TABLE_FIELDS
from templates.layout_files import DEFAULT_LAYOUT, load_layout
from templates.to_unicode import PageFont
from tests.pdf.page_samples import BARE

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (1, 1, 1)
GREY: Colour = (0.8, 0.8, 0.8)
LAYOUT = load_layout(DEFAULT_LAYOUT)
TABLE = LAYOUT.table


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Text drawn on top of a page, from a point in millimetres."""

    text: str
    x: float
    y: float
    size: float = LAYOUT.styles["value"].size
    ink: Colour = BLACK
    degrees: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A rectangle painted on top of a page: left, bottom, width, height in millimetres."""

    box: tuple[float, float, float, float]
    ink: Colour = WHITE


def row_of(field: Field) -> float:
    """The baseline of a field of the table."""
    return TABLE.top_mm - TABLE.step_mm * TABLE_FIELDS.index(field)


def value_patch(field: Field, width: float = 60) -> Patch:
    """What paints over the value of a field of the table."""
    return Patch(box=(TABLE.value_left_mm - 0.5, row_of(field) - 1.2, width, 5.6))


def value_mark(field: Field, text: str, *, right: float = 0, up: float = 0) -> Mark:
    """What prints a value in the place of a field of the table, or so many millimetres off."""
    return Mark(text=text, x=TABLE.value_left_mm + right, y=row_of(field) + up)


@cache
def _font(characters: frozenset[str]) -> PageFont:
    return PageFont(FACE_NAME, BytesIO(BARE.subset(characters)), asciiReadable=False)


def marked(pdf: bytes, *marks: Mark | Patch) -> bytes:
    """The file with marks drawn on top of its first page, in this order."""
    texts = "".join(mark.text for mark in marks if isinstance(mark, Mark))
    output = BytesIO()
    canvas: Any = Canvas(output, pagesize=A4, invariant=1)
    font = _font(frozenset(texts + " "))
    for mark in marks:
        if isinstance(mark, Patch):
            canvas.setFillColorRGB(*mark.ink)
            left, bottom, width, height = (length * MM for length in mark.box)
            canvas.rect(left, bottom, width, height, stroke=0, fill=1)
        else:
            canvas.addLiteral(_typed(canvas, font, mark))
    canvas.save()
    with pikepdf.open(BytesIO(pdf)) as target, pikepdf.open(output) as over:
        target.pages[0].add_overlay(over.pages[0], None)
        return _saved(target)


def _typed(canvas: Any, font: PageFont, mark: Mark) -> str:
    """The operators that type one mark."""
    turn = radians(mark.degrees)
    matrix = (cos(turn), sin(turn), -sin(turn), cos(turn), mark.x * MM, mark.y * MM)
    runs = [
        f"{font.getSubsetInternalName(subset, canvas._doc)} {mark.size} Tf <{codes.hex()}> Tj"
        for subset, codes in font.splitString(mark.text, canvas._doc)
    ]
    ink, frame = (" ".join(f"{part:.4f}" for part in parts) for parts in (mark.ink, matrix))
    return f"BT {ink} rg {frame} Tm {' '.join(runs)} ET"


def redacted(pdf: bytes, field: Field) -> bytes:
    """The file without the text objects of a value of the table."""
    with pikepdf.open(BytesIO(pdf)) as target:
        page = target.pages[0]
        kept = list(_without(pikepdf.parse_content_stream(page), field))
        page.Contents = target.make_stream(pikepdf.unparse_content_stream(kept))
        return _saved(target)


def _without(instructions: Iterable[Any], field: Field) -> Iterable[Any]:
    """Leave out each text object that begins at the value's place."""
    block: list[Any] = []
    for instruction in instructions:
        operator = str(instruction.operator)
        if not block and operator != "BT":
            yield instruction
            continue
        block.append(instruction)
        if operator == "ET":
            if not _begins_at(block, TABLE.value_left_mm * MM, row_of(field) * MM):
                yield from block
            block = []


def _begins_at(block: Iterable[Any], x: float, y: float) -> bool:
    frames = [one.operands for one in block if str(one.operator) == "Tm"]
    return any(abs(float(f[4]) - x) < 1 and abs(float(f[5]) - y) < 1 for f in frames)


def turned(pdf: bytes, degrees: int) -> bytes:
    """The file as a viewer saves it after turning the page."""
    with pikepdf.open(BytesIO(pdf)) as target:
        target.pages[0].rotate(degrees, relative=True)
        return _saved(target)


def printed_again(pdf: bytes, *, scale: float = 0.96, degrees: float = 0) -> bytes:
    """The page as a program prints it into a new file: smaller, moved, turned on the sheet."""
    with pikepdf.new() as target, pikepdf.open(BytesIO(pdf)) as source:
        sheet = target.add_blank_page(page_size=(842, 842))
        form = target.copy_foreign(source.pages[0].as_form_xobject())
        turn = radians(degrees)
        c, s = scale * cos(turn), scale * sin(turn)
        # About the middle of the old page, which comes to stand on the middle of the sheet.
        x, y = 421 - (c * 297.5 - s * 421), 421 - (s * 297.5 + c * 421)
        frame = f"{c:.5f} {s:.5f} {-s:.5f} {c:.5f} {x:.3f} {y:.3f}"
        sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=form))
        sheet.Contents = target.make_stream(f"q {frame} cm /P Do Q".encode())
        return _saved(target)


def with_text_mode(pdf: bytes, mode: int) -> bytes:
    """The file with all its text in another rendering mode; 3 is invisible."""
    with pikepdf.open(BytesIO(pdf)) as target:
        page = target.pages[0]
        instructions: list[Any] = []
        for instruction in pikepdf.parse_content_stream(page):
            if str(instruction.operator) == "Tr":
                continue
            instructions.append(instruction)
            if str(instruction.operator) == "BT":
                operator = pikepdf.Operator("Tr")
                instructions.append(pikepdf.ContentStreamInstruction([mode], operator))
        page.Contents = target.make_stream(pikepdf.unparse_content_stream(instructions))
        return _saved(target)


def cropped(pdf: bytes, box_mm: tuple[float, float, float, float]) -> bytes:
    """The file with only a part of its page shown: left, bottom, right, top."""
    with pikepdf.open(BytesIO(pdf)) as target:
        target.pages[0].cropbox = pikepdf.Array([length * MM for length in box_mm])
        return _saved(target)


def _saved(target: pikepdf.Pdf) -> bytes:
    output = BytesIO()
    target.save(output, deterministic_id=True)
    return output.getvalue()
