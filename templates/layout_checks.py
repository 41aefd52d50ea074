"""What must hold between the entries of a layout, beyond each being of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from templates.border import INNER_MM
from templates.drawing import Box
from templates.layout import Layout, Table
from templates.layout_boxes import photo_box, symbol_clearing

STYLES: Final = (
    "title",
    "body",
    "label",
    "value",
    "small_label",
    "small",
    "note",
    "sample_note",
)
ENGLISH_STYLES: Final = ("subtitle", "body_en", "label_en", "value_en", "note_en")
FACES: Final = ("text", "value", "title")
_LEAST_SIDE_MM: Final = 100.0
_LEAST_SIZE: Final = 4.0
_MOST_SIZE: Final = 72.0
_LEAST_SYMBOL_MM: Final = 26.0  # smaller is not read from the photo of a whole sheet
_MOST_SYMBOL_MM: Final = 40.0

Wrong = tuple[str, str]
"""A place in the file, and what is expected there."""


def inspect_layout(layout: Layout) -> Iterator[Wrong]:
    """Yield what is wrong with a layout, place by place."""
    yield from _inspect_names(layout)
    yield from _inspect_styles(layout)
    yield from _inspect_english(layout)
    yield from _inspect_places(layout)


def _inspect_names(layout: Layout) -> Iterator[Wrong]:
    styles = STYLES + (ENGLISH_STYLES if layout.bilingual else ())
    named: tuple[tuple[str, tuple[str, ...], Mapping[str, object]], ...] = (
        ("styles", styles, layout.styles),
        ("faces", FACES, layout.faces),
    )
    for name, wanted, found in named:
        if set(found) != set(wanted):
            yield name, ", ".join(wanted)


def _inspect_styles(layout: Layout) -> Iterator[Wrong]:
    for name, style in layout.styles.items():
        place = f"styles.{name}"
        if style.face not in layout.faces:
            yield f"{place}.face", ", ".join(FACES)
        if not _LEAST_SIZE <= style.size <= _MOST_SIZE:
            yield f"{place}.size", f"{_LEAST_SIZE:g}–{_MOST_SIZE:g}"
        for entry, length in (("weight", style.weight), ("tracking", style.tracking)):
            if not 0 <= length <= style.size:
                yield f"{place}.{entry}", f"0–{style.size:g}"


def _inspect_english(layout: Layout) -> Iterator[Wrong]:
    """English is there as a whole or not at all."""
    there = {
        "subtitle": layout.subtitle is not None,
        "body_en": layout.body_en is not None,
        "table.second_drop_mm": layout.table.second_drop_mm > 0,
    }
    for place, present in there.items():
        if present is not layout.bilingual:
            yield place, f"bilingual = {str(layout.bilingual).lower()}"


def _inspect_places(layout: Layout) -> Iterator[Wrong]:
    width, height = layout.page_mm
    if min(width, height) < _LEAST_SIDE_MM:
        yield "page_mm", f"≥ {_LEAST_SIDE_MM:g}"
        return
    within = Box(left=0, bottom=0, right=width, top=height).grown(-INNER_MM)
    boxes = _boxes(layout)
    for place, box in boxes.items():
        if not (box.width > 0 and box.height > 0 and _holds(within, box)):
            yield place, f"{INNER_MM:g} < x < {width - INNER_MM:g}, y < {height - INNER_MM:g}"
    if not _LEAST_SYMBOL_MM <= layout.symbol.side_mm <= _MOST_SYMBOL_MM:
        yield "symbol.side_mm", f"{_LEAST_SYMBOL_MM:g}–{_MOST_SYMBOL_MM:g}"
    if symbol_clearing(layout).overlaps(boxes["photo_mm"]):
        yield "symbol", "≠ photo_mm"
    yield from _inspect_sizes(layout)


def _inspect_sizes(layout: Layout) -> Iterator[Wrong]:
    for place, room in (
        ("table", layout.table),
        ("body_name", layout.body_name),
        ("issued_on", layout.issued_on),
    ):
        one, two = room.least_one_line, room.least_two_lines
        if not _LEAST_SIZE <= two <= one <= layout.styles["value"].size:
            yield f"{place}.least_two_lines", "≤ least_one_line ≤ styles.value.size"
    if layout.frame.rose_radius_mm <= 0:
        yield "frame.rose_radius_mm", "> 0"


def _boxes(layout: Layout) -> dict[str, Box]:
    """Return what each part of the page takes up."""
    foot = layout.foot
    boxes = {
        "photo_mm": photo_box(layout),
        "symbol": symbol_clearing(layout),
        "table": _table_box(layout.table),
        "foot": Box(
            left=foot.left_mm,
            bottom=foot.top_mm - 3 * foot.leading_mm,
            right=foot.right_mm,
            top=max(foot.rule_mm, foot.top_mm + 1),
        ),
        "seal": _around(layout.seal.middle_mm, layout.seal.diameter_mm / 2),
        "title": _around(layout.title.at_mm, 1),
        "sample_note": _around(layout.sample_note.at_mm, 1),
        "frame.rule_mm": _around(layout.frame.rule_mm, layout.frame.rule_half_mm, 1),
        "frame.rose_mm": _around(layout.frame.rose_mm, 1),
        "frame.sample_mm": _around(layout.frame.sample_mm, 1),
    }
    for name, column in (("body", layout.body), ("body_en", layout.body_en)):
        if column is not None:
            boxes[name] = Box(
                left=column.left_mm,
                right=column.right_mm,
                top=column.top_mm + 1,
                bottom=column.top_mm - column.leading_mm,
            )
    for name, entry in (("body_name", layout.body_name), ("issued_on", layout.issued_on)):
        x, y = entry.at_mm
        boxes[name] = Box(left=x, right=x + entry.value_width_mm, bottom=y - 1, top=y + 1)
    if layout.subtitle is not None:
        boxes["subtitle"] = _around(layout.subtitle.at_mm, 1)
    return boxes


def _table_box(table: Table) -> Box:
    return Box(
        left=min(table.left_mm, table.value_left_mm - 1.5),
        right=table.value_right_mm if table.width_mm > 0 else -1,
        top=table.top_mm,
        bottom=table.top_mm - 6 * table.step_mm - table.rule_drop_mm,
    )


def _around(middle: tuple[float, float], half_width: float, half_height: float = 0) -> Box:
    x, y = middle
    half = half_height or half_width
    return Box(left=x - half_width, right=x + half_width, bottom=y - half, top=y + half)


def _holds(outer: Box, inner: Box) -> bool:
    across = outer.left <= inner.left and inner.right <= outer.right
    return across and outer.bottom <= inner.bottom and inner.top <= outer.top
