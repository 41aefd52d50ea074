"""Every walk through the stages, of any length: none reaches a filing but by all of them.

The table is small, so the walks are not sampled: each state of application and notice that any
sequence of steps can bring about is visited, and the guard of the filing is tried in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from issuer.application_states import TRANSITIONS, Stage, Step, next_stage, what_is_next
from issuer.errors import IssuerError


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """Where an application stands, and what happened since its form was last changed."""

    stage: Stage
    passed: tuple[Step, ...]


START = Walked(stage=Stage.RECEIVED, passed=())
_REMEMBERED = {Step.ACCEPT, Step.NOTICE, Step.UPHOLD}


def follow(walked: Walked, step: Step) -> Walked | None:
    """Return where a step leads, or None where the table does not have it."""
    try:
        reached = next_stage(walked.stage, step)
    except IssuerError:
        return None
    if step is Step.SUPPLEMENT:
        return Walked(stage=reached, passed=())
    passed = walked.passed
    if (step in _REMEMBERED and passed[-1:] != (step,)) or step is Step.ACCEPT:
        passed = (*passed, step)
    return replace(walked, stage=reached, passed=passed)


def every_state() -> set[Walked]:
    """Return every state that some walk reaches."""
    seen, waiting = {START}, [START]
    while waiting:
        here = waiting.pop()
        for step in Step:
            there = follow(here, step)
            if there is not None and there not in seen:
                seen.add(there)
                waiting.append(there)
    return seen


def test_a_filing_has_passed_review_selection_and_notice_since_its_last_form() -> None:
    filed = {one for one in every_state() if one.stage is Stage.FILED}
    assert {one.passed for one in filed} == {(Step.ACCEPT, Step.ACCEPT, Step.NOTICE)}


def test_every_stage_can_be_reached_and_every_row_of_the_table_is_walked() -> None:
    states = every_state()
    assert {one.stage for one in states} == set(Stage)
    walked = {(one.stage, step) for one in states for step in Step if follow(one, step)}
    assert walked == set(TRANSITIONS)


@pytest.mark.parametrize("stage", [Stage.FILED, Stage.REFUSED])
def test_what_is_closed_stays_closed(stage: Stage) -> None:
    for step in Step:
        with pytest.raises(IssuerError, match="application_step"):
            next_stage(stage, step)


def test_every_open_stage_says_what_is_next() -> None:
    for stage in set(Stage) - {Stage.FILED, Stage.REFUSED}:
        with pytest.raises(IssuerError, match="application_step"):
            next_stage(stage, Step.APPLY)
        assert what_is_next(stage).zh
