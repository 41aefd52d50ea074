"""The picture in a verification report: half a page, and beside it each altered field enlarged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from codes.wording import Text
from templates import report_words as words
from templates.drawing import INK, LABEL_INK
from templates.pictures import Picture
from templates.report_sheet import BOTTOM, LEFT, RIGHT, Placed, Sheets
from templates.spoken_values import spoken_value

PICTURE: Final = "Examined"
_MOST_MM: Final = (92.0, 130.0)  # of the picture
_LEAST_HIGH_MM: Final = 110.0  # in a lower room other things stand, and the picture after them
_GAP_MM: Final = 6.0
_CROP_HIGH_MM: Final = 16.0
_ENLARGED: Final = 3.0  # times the picture at most
_AROUND: Final = 0.35  # of a box's height, seen around it
_BODY: Final = 10.5
_SMALL: Final = 8.5


def box_signs(verdict: Mapping[str, Any]) -> dict[str, str]:
    """Return, by field, the number beside its box in the picture, as lists write it."""
    boxes = verdict.get("boxes") or {"fields": []}
    return {one["field"]: f"[{one['number']}] " for one in boxes["fields"]}


def has_room(sheets: Sheets) -> bool:
    """Return whether a picture can stand on what is left of a sheet."""
    return sheets.y - BOTTOM >= _LEAST_HIGH_MM


def draw_picture(sheets: Sheets, picture: Picture, verdict: Mapping[str, Any]) -> None:
    """Draw what was examined, and at its right what is boxed in it beside what is on record.

    Args:
        verdict: as in the report; where its boxes are in the picture is read from it.
    """
    if not has_room(sheets):
        sheets.new_sheet()
    boxes = verdict.get("boxes")
    legend = [] if boxes is None else [line for one in _legend(boxes) for line in (one.zh, one.en)]
    below = sum(sheets.height(line, _SMALL, RIGHT - LEFT) for line in legend)
    most_high = min(_MOST_MM[1], sheets.y - BOTTOM - 6 - below)
    scale = min(_MOST_MM[0] / picture.width, most_high / picture.height)
    width, height = picture.width * scale, picture.height * scale
    top = sheets.y - 3
    sheets.place(Placed(name=PICTURE, sides=(LEFT, top - height, width, height)))
    sheets.y = top
    if boxes is not None:
        left = LEFT + width + _GAP_MM
        for box in boxes["fields"]:
            if sheets.y - _CROP_HIGH_MM - 22 < top - height:
                break  # the list of checks has them all
            _draw_field(sheets, boxes, box, (width, height), left)
            _draw_record(sheets, box, verdict, left)
    sheets.y = top - height - 2
    for line in legend:
        sheets.paragraph(line, _SMALL, ink=LABEL_INK)


def _legend(boxes: Mapping[str, Any]) -> tuple[Text, ...]:
    red, amber = boxes["fields"], boxes.get("doubtful")
    return (*((words.RED_BOXES,) if red else ()), *((words.AMBER_BOXES,) if amber else ()))


def _draw_field(
    sheets: Sheets,
    boxes: Mapping[str, Any],
    box: Mapping[str, Any],
    size: tuple[float, float],
    left: float,
) -> None:
    """Draw one box of the picture enlarged, its number before it."""
    across, up = size[0] / boxes["width"], size[1] / boxes["height"]
    xs, ys = zip(*box["corners"], strict=True)
    around = _AROUND * (max(ys) - min(ys)) * up
    x = max(0.0, min(xs) * across - around)
    y = max(0.0, min(ys) * up - around)
    wide = min(size[0], max(xs) * across + around) - x
    high = min(size[1], max(ys) * up + around) - y
    if wide <= 0 or high <= 0:
        return
    times = min(_ENLARGED, (RIGHT - left - 7) / wide, _CROP_HIGH_MM / high)
    window = (left + 7, sheets.y - high * times, wide * times, high * times)
    bottom = window[1] - (size[1] - y - high) * times
    sides = (window[0] - x * times, bottom, size[0] * times, size[1] * times)
    sheets.place(Placed(name=PICTURE, sides=sides, window=window))
    sheets.text(left, sheets.y - 4.4, f"[{box['number']}]", _BODY, INK)
    sheets.y = window[1] - 0.5


def _draw_record(
    sheets: Sheets, box: Mapping[str, Any], verdict: Mapping[str, Any], left: float
) -> None:
    """Draw below an enlarged field what is on record, where that may be shown."""
    told = next(
        (
            one["evidence"]["record"]
            for one in verdict["findings"]
            if one["evidence"].get("field") == box["field"] and "record" in one["evidence"]
        ),
        None,
    )
    if told is not None:
        label = words.RECORD_SHORT
        said = spoken_value(told)
        sheets.paragraph(f"{label.zh}：{said.zh}", _BODY, left=left + 7)
        sheets.paragraph(f"{label.en}: {said.en}", _SMALL, left=left + 7, ink=LABEL_INK)
    sheets.y -= 3
