"""How pages of the desks write days, moments and numbers, in both languages."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from codes.wording import Text
from templates.labels import format_date, format_date_en

_BEIJING = ZoneInfo("Asia/Shanghai")


def spoken_day(when: date) -> Text:
    """Return a day as 2026年11月22日; an aware moment with its time in Beijing after it.

    Raises:
        ValueError: a moment without time zone, of which nobody knows which day it was.
    """
    if not isinstance(when, datetime):
        return Text(format_date(when), format_date_en(when))
    return _in_beijing(when, "%H:%M")


def spoken_moment(when: datetime) -> Text:
    """Return a moment to the second and said to be of Beijing, as evidence wants it.

    Raises:
        ValueError: as `spoken_day`.
    """
    local = _in_beijing(when, "%H:%M:%S")
    return Text(f"北京时间 {local.zh}", f"{local.en} Beijing time")


def _in_beijing(when: datetime, clock: str) -> Text:
    if when.tzinfo is None:
        raise ValueError("a moment without time zone")
    local = when.astimezone(_BEIJING)
    return Text(
        f"{format_date(local.date())} {local:{clock}}",
        f"{format_date_en(local.date())}, {local:{clock}}",
    )


def spoken_count(count: int) -> str:
    """Return a number with its thousands apart: 12,345."""
    return f"{count:,}"


def spoken_things(count: int, one: str, more: str) -> str:
    """Return how many of something, for an English sentence: 1 person, 1,200 people."""
    return f"{spoken_count(count)} {one if count == 1 else more}"
