"""Acts sum up to windows: gaps for suspensions, ends for withdrawals, and no past day changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.levels import Level
from keys.filing_windows import (
    FilingEvent,
    FilingStep,
    Window,
    rights_before,
    sum_filing,
)

START = date(2026, 1, 1)


def window(first: date, last: date | None, level: Level = Level.THREE) -> Window:
    return Window(occupation=1, level=level, first=first, last=last)


def granted(*windows: Window) -> FilingStep:
    return FilingStep(event=FilingEvent.FILED, effective_on=START, windows=windows)


def step(event: FilingEvent, day: date, *windows: Window) -> FilingStep:
    return FilingStep(event=event, effective_on=day, windows=windows)


def test_a_suspension_is_a_gap_once_it_is_lifted() -> None:
    steps = [
        granted(window(START, None)),
        step(FilingEvent.SUSPENDED, date(2026, 3, 1)),
        step(FilingEvent.RESUMED, date(2026, 4, 1)),
    ]
    assert sum_filing(steps[:2]).windows == (window(START, date(2026, 2, 28)),)
    assert sum_filing(steps[:2]).suspended_from == date(2026, 3, 1)
    total = sum_filing(steps)
    assert total.windows == (
        window(START, date(2026, 2, 28)),
        window(date(2026, 4, 1), None),
    )
    assert total.suspended_from is None


def test_a_window_that_ended_or_begins_in_a_suspension_loses_only_its_days() -> None:
    steps = [
        granted(
            window(START, date(2026, 3, 10)),
            window(date(2026, 3, 11), date(2026, 12, 31), Level.TWO),
        ),
        step(FilingEvent.SUSPENDED, date(2026, 3, 1)),
        step(FilingEvent.RESUMED, date(2026, 4, 1)),
    ]
    assert sum_filing(steps).windows == (
        window(START, date(2026, 2, 28)),
        window(date(2026, 4, 1), date(2026, 12, 31), Level.TWO),
    )


def test_a_withdrawal_ends_all_and_keeps_the_gap_of_a_suspension() -> None:
    steps = [
        granted(window(START, None)),
        step(FilingEvent.SUSPENDED, date(2026, 3, 1)),
        step(FilingEvent.WITHDRAWN, date(2026, 5, 1)),
    ]
    total = sum_filing(steps)
    assert total.windows == (window(START, date(2026, 2, 28)),)
    assert (total.suspended_from, total.ended_from) == (None, date(2026, 5, 1))
    again = window(date(2026, 6, 1), None)
    refiled = sum_filing([*steps, step(FilingEvent.REFILED, date(2026, 6, 1), again)])
    assert refiled.windows == (*total.windows, again)
    assert refiled.ended_from is None


def test_an_annulment_leaves_no_day() -> None:
    total = sum_filing([granted(window(START, None)), step(FilingEvent.ANNULLED, START)])
    assert total.windows == ()
    assert total.ended_from == START


def test_narrowing_ends_only_what_it_names() -> None:
    day = date(2026, 3, 1)
    total = sum_filing(
        [
            granted(window(START, None), window(START, None, Level.TWO)),
            step(FilingEvent.NARROWED, day, window(day, None, Level.TWO)),
        ]
    )
    assert total.windows == (
        window(START, None),
        window(START, day - timedelta(days=1), Level.TWO),
    )


@pytest.mark.parametrize("event", [FilingEvent.RENAMED, FilingEvent.MOVED])
def test_a_name_or_an_address_moves_no_window(event: FilingEvent) -> None:
    steps = [granted(window(START, None)), step(event, date(2026, 3, 1))]
    assert sum_filing(steps) == sum_filing(steps[:1])


_EVENTS = st.sampled_from(
    [
        FilingEvent.RENEWED,
        FilingEvent.NARROWED,
        FilingEvent.SUSPENDED,
        FilingEvent.RESUMED,
        FilingEvent.WITHDRAWN,
        FilingEvent.RENAMED,
    ]
)


@given(
    st.lists(
        st.tuples(
            _EVENTS, st.integers(0, 40), st.integers(0, 200), st.sampled_from([Level.TWO, Level(3)])
        ),
        max_size=8,
    )
)
def test_no_act_changes_a_day_before_it_takes_effect(
    acts: list[tuple[FilingEvent, int, int, Level]],
) -> None:
    steps = [granted(window(START, date(2026, 6, 30)), window(START, None, Level.TWO))]
    day = START
    for event, wait, length, level in acts:
        day += timedelta(days=wait)
        windows: tuple[Window, ...] = ()
        if event in (FilingEvent.RENEWED, FilingEvent.NARROWED):
            windows = (window(day, day + timedelta(days=length), level),)
        before = sum_filing(steps).windows
        steps.append(step(event, day, *windows))
        after = sum_filing(steps).windows
        assert rights_before(before, day) == rights_before(after, day)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([FilingEvent.NARROWED, FilingEvent.SUSPENDED, FilingEvent.WITHDRAWN]),
            st.integers(0, 300),
        ),
        max_size=5,
    ).flatmap(lambda acts: st.tuples(st.just(acts), st.permutations(acts)))
)
def test_what_only_takes_away_comes_to_the_same_in_any_order(
    orders: tuple[list[tuple[FilingEvent, int]], list[tuple[FilingEvent, int]]],
) -> None:
    first = granted(window(START, date(2026, 6, 30)), window(START, None, Level.TWO))

    def windows_of(acts: list[tuple[FilingEvent, int]]) -> tuple[Window, ...]:
        days = [(event, START + timedelta(days=shift)) for event, shift in acts]
        return sum_filing(
            [first, *(step(event, day, window(day, None, Level.TWO)) for event, day in days)]
        ).windows

    assert windows_of(orders[0]) == windows_of(orders[1])


def test_a_suspension_brought_forward_is_one_gap() -> None:
    steps = [
        granted(window(START, None)),
        step(FilingEvent.SUSPENDED, date(2026, 7, 1)),
        step(FilingEvent.SUSPENDED, date(2026, 3, 1)),
    ]
    assert sum_filing(steps).suspended_from == date(2026, 3, 1)
    total = sum_filing([*steps, step(FilingEvent.RESUMED, date(2026, 4, 1))])
    assert total.windows == (window(START, date(2026, 2, 28)), window(date(2026, 4, 1), None))


def test_rights_are_counted_by_day() -> None:
    rights = rights_before([window(START, None)], START + timedelta(days=2))
    assert rights == {(1, Level.THREE, START), (1, Level.THREE, START + timedelta(days=1))}
