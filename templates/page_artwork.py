"""What lies under the text of a layout's pages: paper, pattern, border, rules, sample word."""

from __future__ import annotations

from collections.abc import Mapping
from math import radians
from types import MappingProxyType
from typing import Final

from templates.border import BORDER, page_drawings, paper_operators
from templates.drawing import Box, Drawing
from templates.fonts import FontChain
from templates.guilloche import PatternPlan, SecurityPattern, micro_text_of
from templates.layout import TABLE_FIELDS, Layout
from templates.layout_boxes import photo_box, symbol_clearing
from templates.micro_text import Rule
from templates.sample_marks import sample_word

FRAME_INSET_MM: Final = 19.5
"""Where the frame of micro-text runs, from the edge of the sheet."""
_PATTERN_INSET_MM: Final = 0.9
_SAMPLE_WORD: Final = "As"


class PageArtwork:
    """The drawings of one layout, made once, and the pattern of each certificate.

    Args:
        layout: the layout.
        fonts: where the outlines of the sample word come from.
        sample: whether the pages are samples.
    """

    def __init__(self, layout: Layout, fonts: FontChain, *, sample: bool) -> None:
        frame = layout.frame
        self._pattern = SecurityPattern(pattern_plan(layout))
        border = page_drawings(
            layout.page_mm, rule_mm=frame.rule_mm, rule_half_mm=frame.rule_half_mm
        )
        forms = {**border, **self._pattern.forms}
        self._under = paper_operators(layout.page_mm)
        if sample:
            forms[_SAMPLE_WORD] = sample_word_of(layout, fonts)
            self._under += f"/{_SAMPLE_WORD} Do\n".encode("ascii")
        self.forms: Mapping[str, Drawing] = MappingProxyType(forms)

    def operators(self, seed: bytes, number: str) -> str:
        """Return the operators of all that lies under the text of one certificate.

        Args:
            seed: as `pattern_seed` makes it of the certificate's QR text.
            number: the certificate number.
        """
        pattern = self._pattern.operators(seed, micro_text_of(number, seed))
        return (self._under + pattern).decode("ascii") + f"/{BORDER} Do"


def sample_word_of(layout: Layout, fonts: FontChain) -> Drawing:
    """Return 样本 SAMPLE across a layout's sheet."""
    frame = layout.frame
    return sample_word(
        fonts, layout.page_mm, middle_mm=frame.sample_mm, angle=radians(frame.sample_degrees)
    )


def pattern_plan(layout: Layout) -> PatternPlan:
    """Return where the pattern of a layout lies: within the frame, clear of symbol and photo."""
    width, height = layout.page_mm
    sheet = Box(left=0, bottom=0, right=width, top=height)
    frame = sheet.grown(-FRAME_INSET_MM)
    foot = layout.foot
    return PatternPlan(
        box=frame.grown(-_PATTERN_INSET_MM),
        clear=(symbol_clearing(layout), photo_box(layout)),
        rose_middle=layout.frame.rose_mm,
        rose_radius=layout.frame.rose_radius_mm,
        rules=(
            *_table_rules(layout),
            Rule(left=foot.left_mm, right=foot.right_mm, y=foot.rule_mm),
        ),
        frame=frame,
    )


def _table_rules(layout: Layout) -> list[Rule]:
    table = layout.table
    return [
        Rule(
            left=table.value_left_mm - 1.5,
            right=table.value_right_mm,
            y=table.top_mm - table.step_mm * place - table.rule_drop_mm,
        )
        for place in range(len(TABLE_FIELDS))
    ]
