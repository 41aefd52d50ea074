"""From the acts of a filing to its windows: what a site may award, on which days.

The authority's acts are the truth, in the order they were put on record; the windows that are
published are their sum. A suspension (暂停) is a gap between two windows, so whoever reads the
published windows needs to know of no suspensions. The same acts stand in the public log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from codes.levels import Level
from codes.wording import Text


class FilingEvent(StrEnum):
    """The kinds of act on the filing of a site."""

    RECORDED = "recorded"
    FILED = "filed"
    EXTENDED = "extended"
    REFILED = "refiled"
    RENEWED = "renewed"
    NARROWED = "narrowed"
    RENAMED = "renamed"
    MOVED = "moved"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"


EVENT_NAMES: Mapping[FilingEvent, Text] = MappingProxyType(
    {
        FilingEvent.RECORDED: Text("录入已有备案", "recorded"),
        FilingEvent.FILED: Text("备案", "filed"),
        FilingEvent.EXTENDED: Text("扩大备案范围", "extended"),
        FilingEvent.REFILED: Text("重新备案", "filed again"),
        FilingEvent.RENEWED: Text("续期", "renewed"),
        FilingEvent.NARROWED: Text("缩小备案范围", "narrowed"),
        FilingEvent.RENAMED: Text("变更名称", "renamed"),
        FilingEvent.MOVED: Text("变更地址", "moved"),
        FilingEvent.SUSPENDED: Text("暂停备案", "suspended"),
        FilingEvent.RESUMED: Text("恢复备案", "resumed"),
        FilingEvent.WITHDRAWN: Text("撤销备案", "withdrawn"),
        FilingEvent.ANNULLED: Text("自始撤销备案", "annulled from the beginning"),
    }
)

GRANTS = frozenset(
    {
        FilingEvent.RECORDED,
        FilingEvent.FILED,
        FilingEvent.EXTENDED,
        FilingEvent.REFILED,
        FilingEvent.RENEWED,
    }
)
"""Acts that give windows."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Window:
    """The right to award one level of one occupation, both days included.

    Args:
        occupation: its index.
        level: the level.
        first: first day.
        last: last day, None while open.
    """

    occupation: int
    level: Level
    first: date
    last: date | None

    def covers(self, day: date) -> bool:
        """Return whether a day lies in the window."""
        return self.first <= day and (self.last is None or day <= self.last)

    def before(self, day: date) -> Window | None:
        """Return what of the window lies before a day, or None."""
        if self.first >= day:
            return None
        eve = day - timedelta(days=1)
        last = eve if self.last is None else min(self.last, eve)
        return Window(occupation=self.occupation, level=self.level, first=self.first, last=last)

    def since(self, day: date) -> Window | None:
        """Return what of the window lies on a day and after it, or None."""
        if self.last is not None and self.last < day:
            return None
        first = max(self.first, day)
        return Window(occupation=self.occupation, level=self.level, first=first, last=self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingStep:
    """One act, as far as it bears on the windows.

    Args:
        event: its kind.
        effective_on: first day it has effect.
        windows: what a granting act gives; for `narrowed`, one window for each occupation × level
            that is taken out (its days do not matter); else empty.
    """

    event: FilingEvent
    effective_on: date
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingSum:
    """What all acts on a site come to.

    Args:
        windows: what it may award, in the order it was given.
        suspended_from: first day of the suspension that no act has lifted, else None.
        ended_from: first day without rights, where a withdrawal or an annulment was the last act
            on them, else None.
    """

    windows: tuple[Window, ...]
    suspended_from: date | None
    ended_from: date | None

    def covers(self, day: date) -> bool:
        """Return whether the site may award anything on a day."""
        return any(window.covers(day) for window in self.windows)


def sum_filing(steps: Iterable[FilingStep]) -> FilingSum:
    """Return what acts come to, taken in the order they were put on record.

    Acts that only take rights away come to the same windows in any order among themselves.
    """
    given: list[Window] = []
    suspended: date | None = None
    ended: date | None = None
    for step in steps:
        day = step.effective_on
        if step.event in GRANTS:
            given += [window for window in step.windows if window not in given]
            ended = None
        elif step.event is FilingEvent.NARROWED:
            dropped = {(one.occupation, one.level) for one in step.windows}
            given = _cut(given, day, dropped)
        elif step.event is FilingEvent.SUSPENDED:
            suspended = day if suspended is None else min(suspended, day)
        elif step.event is FilingEvent.RESUMED and suspended is not None:
            given = _without_gap(given, suspended, day)
            suspended = None
        elif step.event is FilingEvent.WITHDRAWN:
            given = _cut(given, day if suspended is None else min(suspended, day))
            suspended, ended = None, day
        elif step.event is FilingEvent.ANNULLED:
            given, suspended, ended = [], None, day
    shown = given if suspended is None else _cut(given, suspended)
    return FilingSum(windows=tuple(shown), suspended_from=suspended, ended_from=ended)


def rights_before(windows: Iterable[Window], day: date) -> frozenset[tuple[int, Level, date]]:
    """Return the rights on every day before `day`: (occupation, level, day)."""
    rights: set[tuple[int, Level, date]] = set()
    for window in windows:
        past = window.before(day)
        if past is not None and past.last is not None:
            days = (past.last - past.first).days + 1
            rights |= {
                (past.occupation, past.level, past.first + timedelta(days=n)) for n in range(days)
            }
    return frozenset(rights)


def _cut(
    windows: Iterable[Window], day: date, only: set[tuple[int, Level]] | None = None
) -> list[Window]:
    """Return windows without their days from `day` on; where `only` is given, of those alone."""
    kept: list[Window] = []
    for window in windows:
        if only is not None and (window.occupation, window.level) not in only:
            kept.append(window)
        elif (past := window.before(day)) is not None:
            kept.append(past)
    return kept


def _without_gap(windows: Iterable[Window], first: date, resumed: date) -> list[Window]:
    """Return windows without the days from `first` to the eve of `resumed`."""
    kept: list[Window] = []
    for window in windows:
        if resumed <= first:
            kept.append(window)
        else:
            parts = (window.before(first), window.since(resumed))
            kept += [part for part in parts if part is not None]
    return kept
