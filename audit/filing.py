"""What the log's acts on filings come to, held against the scopes of the signed trust list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from audit.trust import Trust
from codes.errors import CodesError
from codes.filing_rules import RuleName, filing_rule
from codes.levels import Level
from keys.filing_windows import FilingEvent, FilingStep, Window, sum_filing
from log.leaves import FilingLeaf, FilingValue

_DATED_FREELY = frozenset({FilingEvent.RECORDED, FilingEvent.ANNULLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedAct:
    """One act on a filing, from its leaf.

    Args:
        index: of the leaf.
        logged_at: when it was logged.
        step: as far as it bears on the windows.
    """

    index: int
    logged_at: datetime
    step: FilingStep


def read_step(leaf: FilingLeaf) -> FilingStep | None:
    """Return what an act does, or None where its leaf does not say so as ours do."""
    try:
        windows = leaf.detail["windows"]
        if not isinstance(windows, list):
            return None
        return FilingStep(
            event=FilingEvent(leaf.event),
            effective_on=_day(leaf.detail["effective_on"]),
            windows=tuple(_window(entry) for entry in windows),
        )
    except (KeyError, ValueError, TypeError, CodesError):
        return None


def broken_dates(leaf: FilingLeaf, step: FilingStep, logged_on: date) -> Iterator[str]:
    """Yield how the days of an act are wrong; an act has effect from its decision on.

    What was decided elsewhere, and an annulment from the beginning, reach back by their nature. A
    decision may be entered some days after it was taken, as many as the rule of that day allows.

    Args:
        leaf: the act.
        step: what `read_step` returned.
        logged_on: the day it was logged, Asia/Shanghai.
    """
    if leaf.decided_on > logged_on:
        yield "audit_filing_ahead"
    if step.event in _DATED_FREELY:
        return
    late = timedelta(days=filing_rule(RuleName.LATE_ENTRY_DAYS, logged_on).value + 1)
    if step.effective_on < leaf.decided_on or step.effective_on < logged_on - late:
        yield "audit_filing_backdated"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedOn:
    """What a body awarded of one occupation at one level on one day, while it was filed for it.

    Args:
        count: how many.
        first, last: indexes of the first and the last of their leaves.
    """

    count: int
    first: int
    last: int


Issues = dict[tuple[str, int, int, date], IssuedOn]
"""By prefix, occupation, level and date of issue."""


def gives(acts: Sequence[LoggedAct], occupation: int, level: Level, on: date) -> bool:
    """Say whether acts on a filing come to the right to award something on a day."""
    return any(
        (job, grade) == (occupation, level) and first <= on and (last is None or on <= last)
        for job, grade, first, last in _rights(acts)
    )


def taken_afterwards(
    acts: dict[str, list[LoggedAct]], issued: Issues
) -> Iterator[tuple[str, LoggedAct, IssuedOn]]:
    """Yield each act by which a body had no right to what it had awarded before the act was logged.

    Yields:
        The prefix, the act, and all that it took the right to.
    """
    for prefix, some in sorted(acts.items()):
        mine = [(key, days) for key, days in issued.items() if key[0] == prefix]
        for at, act in enumerate(some):
            struck = [
                days
                for (_, occupation, level, on), days in mine
                if days.first < act.index
                and gives(some[:at], occupation, Level(level), on)
                and not gives(some[: at + 1], occupation, Level(level), on)
            ]
            if struck:
                yield (
                    prefix,
                    act,
                    IssuedOn(
                        count=sum(days.count for days in struck),
                        first=min(days.first for days in struck),
                        last=max(days.last for days in struck),
                    ),
                )


def differing(
    acts: dict[str, list[LoggedAct]], trust: Trust, *, logged_as: int | None
) -> Iterator[str]:
    """Yield every prefix whose scopes in the list are not what its logged acts come to.

    A list takes in all acts logged before it was drawn up. Those logged from then on until the list
    itself was logged may be in it, in their order, or not yet.

    Args:
        acts: by prefix, in order.
        trust: the list.
        logged_as: index of the list's own leaf; None while it has none.
    """
    listed = {body.prefix for body in trust.document.bodies}
    for prefix in sorted(listed | set(acts)):
        body = trust.document.body(prefix)
        scopes = () if body is None else body.scopes
        shown = {
            (scope.occupation, level, scope.valid_from, scope.valid_to)
            for scope in scopes
            for level in scope.levels
        }
        until = [act for act in acts.get(prefix, []) if logged_as is None or act.index < logged_as]
        least = sum(act.logged_at < trust.document.published_at for act in until)
        if not any(_rights(until[:count]) == shown for count in range(least, len(until) + 1)):
            yield prefix


def _rights(acts: Sequence[LoggedAct]) -> set[tuple[int, Level, date, date | None]]:
    total = sum_filing(act.step for act in acts)
    return {(one.occupation, one.level, one.first, one.last) for one in total.windows}


def _day(value: FilingValue) -> date:
    if not isinstance(value, str):
        raise TypeError("not a day")
    return date.fromisoformat(value)


def _window(entry: FilingValue) -> Window:
    if not isinstance(entry, list) or len(entry) != 4:
        raise TypeError("not a window")
    occupation, level, first, last = entry
    if not isinstance(occupation, int) or not isinstance(level, int):
        raise TypeError("not an occupation at a level")
    return Window(
        occupation=occupation,
        level=Level(level),
        first=_day(first),
        last=None if last == "" else _day(last),
    )
