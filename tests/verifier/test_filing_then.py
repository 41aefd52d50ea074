"""Why a body was not filed on a day, as the acts in the public log have it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from verifier.filed_acts import FiledAct
from verifier.filing_then import filing_then

_DAY = date(2026, 11, 28)


def acted(event: str, on: date) -> FiledAct:
    return FiledAct(
        event=event,
        reference=None,
        decided_on=on,
        effective_on=on,
        entered_at=datetime(2026, 11, 1, tzinfo=UTC),
        leaf=0,
    )


@pytest.mark.parametrize(
    ("acts", "said"),
    [
        ([("filed", -900)], None),
        ([("filed", -900), ("suspended", 0)], "备案自2026年11月28日起暂停，发证日期"),
        ([("filed", -900), ("suspended", 1)], None),
        (
            [("filed", -900), ("suspended", -3), ("resumed", 2)],
            "备案自2026年11月25日起暂停，2026年11月30日起恢复，发证日期",
        ),
        ([("filed", -900), ("suspended", -3), ("resumed", 0)], None),
        ([("filed", -900), ("suspended", 2), ("suspended", -1)], "备案自2026年11月27日起暂停"),
        ([("filed", -900), ("withdrawn", -2)], "备案自2026年11月26日起撤销"),
        ([("filed", -900), ("suspended", -5), ("withdrawn", -2)], "备案自2026年11月23日起暂停"),
        ([("filed", -900), ("narrowed", -2)], None),
    ],
)
def test_only_what_held_on_the_day_is_told(acts: list[tuple[str, int]], said: str | None) -> None:
    logged = [acted(event, _DAY + timedelta(days=after)) for event, after in acts]
    found = filing_then(logged, _DAY)
    assert (found is None) is (said is None)
    assert said is None or (found is not None and said in found.text.zh)
