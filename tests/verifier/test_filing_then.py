"""Why a body was not filed on a day, as the acts in the public log have it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.verifier.test_verify_number import (
    issue,
    with_lapsed_scope,
    with_level_two_only,
)
from tests.verifier.world import World, with_body
from verifier.filed_acts import FiledAct
from verifier.filing_then import filing_then
from verifier.verdict import Outcome

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


def test_a_body_filed_before_and_after_is_not_spoken_of_as_one_that_never_was(
    world: World,
) -> None:
    document, issued = with_lapsed_scope(), issue(world)
    (scope,) = document.bodies[0].scopes
    later = replace(scope, valid_from=date(2026, 12, 5), valid_to=None)
    gap = with_body(document, replace(document.bodies[0], scopes=(scope, later)))
    verdict = world.verifier(gap).verify_qr(issued.qr_text())
    assert verdict.summary.zh == "发证日期不在机构备案期内"
    (said,) = [one for one in verdict.findings if one.code == "filing_lapsed"]
    assert "备案到2026年3月8日为止，2026年12月5日起恢复" in said.text.zh
    assert "until 8 March 2026 and again from 5 December 2026" in said.text.en
    assert said.evidence["filed_until"] == "2026-03-08"
    assert said.evidence["filed_again_from"] == "2026-12-05"
    never = world.verifier(with_level_two_only()).verify_qr(issued.qr_text())
    assert never.summary == Outcome.UNKNOWN_ISSUER.text
