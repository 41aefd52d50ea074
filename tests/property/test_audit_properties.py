"""Whatever an insider does to leaves that were seen, the auditor who saw them notices."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.memory import Memory
from tests.audit.world import START, Logged, codes, issue, lawful, life, publish, run

SEEN = lawful()
MORE: list[Logged] = [(SEEN[-1][0], issue(serial)) for serial in range(4, 10)]


class Deed(StrEnum):
    """What an insider who holds the log's key can do to the leaves."""

    DROP = "drop"
    INSERT = "insert"
    REPLACE = "replace"
    BACK_DATE = "back_date"
    SWAP = "swap"
    CUT = "cut"


def done(leaves: list[Logged], deed: Deed, at: int) -> list[Logged]:
    """Return the leaves after a deed at a place."""
    changed = list(leaves)
    match deed:
        case Deed.DROP:
            del changed[at]
        case Deed.INSERT:
            changed.insert(at, (leaves[at][0], life(99)))
        case Deed.REPLACE:
            changed[at] = (leaves[at][0], life(99))
        case Deed.BACK_DATE:
            changed[at] = (leaves[at][0] - timedelta(days=2), leaves[at][1])
        case Deed.SWAP:
            changed[at - 1], changed[at] = changed[at], changed[at - 1]
        case Deed.CUT:
            changed = changed[:at]
    return changed


def memory_of(leaves: list[Logged]) -> Memory:
    """Return what the auditor remembers of a log that was honest until then."""
    with tempfile.TemporaryDirectory() as name:
        publish(Path(name), leaves)
        report, memory = run(Path(name))
    assert report.remembered
    return memory


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(Deed), st.integers(1, len(SEEN) - 1), st.booleans())
def test_no_deed_to_leaves_that_were_seen_goes_unnoticed(deed: Deed, at: int, grow: bool) -> None:
    memory = memory_of(SEEN)
    altered = done(SEEN, deed, at) + (MORE if grow else [])
    with tempfile.TemporaryDirectory() as name:
        publish(Path(name), altered)
        report, after = run(Path(name), memory)

    noticed = {code for code, index in codes(report) if index is None}
    assert noticed & {"audit_history_changed", "audit_rolled_back"}
    assert after is memory


@settings(deadline=None, max_examples=30)
@given(st.integers(0, len(MORE) - 2))
def test_an_award_left_out_of_new_leaves_is_missed_in_the_count(at: int) -> None:
    memory = memory_of(SEEN)
    with tempfile.TemporaryDirectory() as name:
        publish(Path(name), SEEN, done(MORE, Deed.DROP, at))
        report, _ = run(Path(name), memory)

    assert codes(report) == [("audit_serial_gap", len(SEEN) + at)]


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 400))
def test_an_award_that_is_dated_back_is_told_by_the_time_of_its_leaf(days: int) -> None:
    memory = memory_of(SEEN)
    at = START + timedelta(days=days, hours=2)
    with tempfile.TemporaryDirectory() as name:
        publish(Path(name), SEEN, [(at, issue(4))])
        report, _ = run(Path(name), memory, now=at)

    assert codes(report) == ([] if days == 1 else [("audit_logged_late", len(SEEN))])
