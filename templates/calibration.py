"""The calibration page of print-on-stock: rulers, crosses, and where each field would stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from templates.drawing import INK, MM, RED, Point, number, numbers, stroke
from templates.embedded_font import EmbeddedFont
from templates.face_fit import FaceFitter
from templates.fonts import FontChain
from templates.labels import LABELS
from templates.layout import FOOT_FIELDS, SIGNATURE_FIELDS, Layout, TextStyle
from templates.page_plan import Slot, run_of
from templates.page_text import flow
from templates.print_file import PrintFile
from templates.stock_page import StockOffset, plan_of_stock, slots_of

CROSS_MM: Final = 20.0
"""Where the crosses stand, from both edges of the sheet."""
_RULER_MM: Final = 12.0
_FONT: Final = "F"
_SMALL: Final = 6.5
_WORDS: Final = TextStyle(face="text", size=8.5, ink=INK)
_NAMES: Final = TextStyle(face="text", size=_SMALL, ink=RED)
_LEADING_MM: Final = 4.2

_INSTRUCTIONS: Final = (
    "套打校准页 · Calibration page for print-on-stock",
    "1. 打印时选“实际大小”（100%），不要“适合页面”。用尺核对：刻度 0 至 100 应为 100 毫米，"
    "四个十字各距纸边 20 毫米。",
    "2. 将本页打印在一张预印纸上，看红框是否落在预印的各栏内。量出应向右（X）、"
    "向上（Y）移动的毫米数；向左、向下为负数。",
    "3. 保存：yanzhen stock offsets --body 机构编号前缀 --layout {layout} --offset-x X "
    "--offset-y Y，再用同样的 --offset-x、--offset-y 打印本页核对。",
    "1. Print at actual size (100 %), never fitted to the page. Check with a ruler: 0 to 100 on "
    "the scale is 100 mm, and each cross stands 20 mm from both edges.",
    "2. Print this page on a sheet of the stock. Measure how far the red boxes must move to the "
    "right (X) and up (Y), in millimetres; to the left and down is negative.",
    "3. Keep it: yanzhen stock offsets --body PREFIX --layout {layout} --offset-x X "
    "--offset-y Y; then print this page once more with the same offsets.",
)


def add_calibration_page(
    file: PrintFile, layout: Layout, fonts: FontChain, offset: StockOffset
) -> None:
    """Add the calibration page of a layout.

    Args:
        file: gets the page.
        layout: the layout the stock was printed by.
        fonts: where glyphs come from.
        offset: by which the fields are moved; rulers and crosses stay with the sheet.
    """
    page = _Page(layout, fonts)
    content = "\n".join([*page.scales(), "q", offset.operators(), *page.fields(), "Q"])
    content += "\n" + "\n".join(page.instructions())
    file.add_page(layout.page_mm, content, fonts={_FONT: page.font}, drawn={})


class _Page:
    def __init__(self, layout: Layout, fonts: FontChain) -> None:
        fitter = FaceFitter(fonts)
        self._layout = layout
        self._typefaces = fitter.typefaces(layout)
        self._slots = tuple(slots_of(plan_of_stock(layout, fitter)))
        self.font = EmbeddedFont(self._typefaces.outline)

    def scales(self) -> Iterator[str]:
        """Yield crosses and rulers."""
        width, height = self._layout.page_mm
        yield stroke(INK, 0.4)
        for x in (CROSS_MM, width - CROSS_MM):
            for y in (CROSS_MM, height - CROSS_MM):
                yield _line((x - 5, y), (x + 5, y)) + _line((x, y - 5), (x, y + 5))
        yield stroke(INK, 0.25)
        for mark in range(int(width - 2 * CROSS_MM) + 1):
            x = CROSS_MM + mark
            yield _line((x, _RULER_MM), (x, _RULER_MM + _tick(mark)))
            if mark % 10 == 0:
                yield self._text(str(mark), (x - 1, _RULER_MM - 3), _NAMES)
        for mark in range(int(height - 2 * CROSS_MM) + 1):
            y = CROSS_MM + mark
            yield _line((_RULER_MM, y), (_RULER_MM + _tick(mark), y))
            if mark % 10 == 0:
                yield self._text(str(mark), (_RULER_MM - 6, y - 0.8), _NAMES)

    def fields(self) -> Iterator[str]:
        """Yield the outline of every field with its name."""
        yield stroke(RED, 0.4)
        left, bottom, wide, high = self._layout.photo_mm
        symbol = self._layout.symbol
        for box, name in (
            ((left, bottom, wide, high), "照片 Photo"),
            ((symbol.left_mm, symbol.bottom_mm, symbol.side_mm, symbol.side_mm), "二维码 QR"),
        ):
            yield f"{numbers(*(length * MM for length in box))} re S"
            yield self._text(name, (box[0] + 1, box[1] + box[3] / 2), _NAMES)
        for slot in self._slots:
            yield from self._outlined(slot)

    def _outlined(self, slot: Slot) -> Iterator[str]:
        left = slot.left_mm
        size = slot.size / MM
        width = self._width(slot, left)
        box = (left, slot.baseline_mm - size * 0.2, width, size * 1.1)
        yield f"{numbers(*(length * MM for length in box))} re S"
        label = LABELS[slot.field]
        name = label.en if slot.english else f"{label.zh} {label.en}"
        yield self._text(name, (left + 1, slot.baseline_mm), _NAMES)

    def _width(self, slot: Slot, left: float) -> float:
        if slot.field in FOOT_FIELDS:
            return self._layout.foot.right_mm - left
        if slot.english and slot.field not in SIGNATURE_FIELDS:
            return self._layout.table.width_mm
        return self._layout.room(slot.field).width_mm

    def instructions(self) -> Iterator[str]:
        """Yield what to do, where a certificate has its title and body text."""
        body = self._layout.body
        top = self._layout.page_mm[1] - CROSS_MM - 8
        for text in _INSTRUCTIONS:
            text = text.format(layout=self._layout.id)
            for line in flow(text, body.right_mm - body.left_mm, self._measure, ""):
                yield self._text(line, (body.left_mm, top), _WORDS)
                top -= _LEADING_MM

    def _measure(self, text: str) -> float:
        return self._typefaces.width_mm(_WORDS, text)

    def _text(self, text: str, at_mm: Point, style: TextStyle) -> str:
        codes = self.font.encode(style.face, text)
        before, after = run_of(_FONT, style, at_mm[0]).around(number(style.size), codes)
        return f"{before}{number(at_mm[1] * MM)}{after}"


def _tick(mark: int) -> float:
    return 4.0 if mark % 10 == 0 else 2.6 if mark % 5 == 0 else 1.5


def _line(start: Point, end: Point) -> str:
    points = numbers(start[0] * MM, start[1] * MM), numbers(end[0] * MM, end[1] * MM)
    return f"{points[0]} m {points[1]} l S "
