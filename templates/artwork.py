"""The upright sheet's paper, border, heading rule and rose as one drawing of ReportLab's page."""

from __future__ import annotations

from typing import Final

from templates.border import page_drawing, paper_operators
from templates.drawing import (
    FAINT_INK,
    INK,
    LABEL_INK,
    RED,
    ROSE_RED,
    RULE,
    SAMPLE_RED,
    Point,
    scaled,
    stroke,
    turned,
)
from templates.line_families import rose
from templates.page_canvas import A4_MM, Artwork

__all__ = ["FAINT_INK", "INK", "LABEL_INK", "RED", "RULE", "SAMPLE_RED", "page_artwork"]

_ROSE_MIDDLE: Final[Point] = (105.0, 150.0)
_ROSE_RADIUS: Final = 62.0


def page_artwork(rule_mm: Point, rule_half_mm: float) -> Artwork:
    """Return paper, background rose, border and heading rule of the certificate.

    Args:
        rule_mm: the middle of the rule under the title.
        rule_half_mm: half its length.
    """
    sheet = page_drawing(A4_MM, rule_mm=rule_mm, rule_half_mm=rule_half_mm)
    petals = rose(8, 12, 0.68, _ROSE_RADIUS, places=2)
    behind = f"{stroke(ROSE_RED, 0.08)} {turned(0, *_ROSE_MIDDLE)} cm\n{petals}"
    paper = paper_operators(A4_MM).decode()
    return Artwork.of(f"{paper}{scaled(behind)}\n{sheet.operators()}", sheet.box)
