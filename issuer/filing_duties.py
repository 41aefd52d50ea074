"""Who of the authority takes which step of an application, and what comes next in plain words.

A clerk prepares; a director decides on selection, refusal and objections, and approves a filing. A
director may also do what is a clerk's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from codes.wording import Text, counted
from issuer.application_states import STAGE_NAMES, TRANSITIONS, Stage, Step
from issuer.public_notice import count_unsettled
from registry.filing_models import FilingApplication


class Duty(StrEnum):
    """Whose turn it is."""

    CLERK = "clerk"
    DIRECTOR = "director"
    UNIT = "unit"
    NOBODY = "nobody"


DUTY_NAMES: Mapping[Duty, Text] = MappingProxyType(
    {
        Duty.CLERK: Text("主管部门经办人", "a clerk of the authority"),
        Duty.DIRECTOR: Text("主管部门负责人", "a director of the authority"),
        Duty.UNIT: Text("申报单位", "the unit that applied"),
        Duty.NOBODY: Text("", ""),
    }
)
_DIRECTORS = frozenset(
    {
        (Stage.REVIEWED, Step.ACCEPT),
        (Stage.REVIEWED, Step.RETURN),
        (Stage.ON_NOTICE, Step.RETURN),
        (Stage.UPHELD, Step.RETURN),
    }
)
_ALWAYS_DIRECTORS = frozenset({Step.REFUSE, Step.DISMISS, Step.UPHOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is next for an application.

    Args:
        words: what is to be done.
        duty: whose turn it is.
        due: the day that matters, if there is one: the last of a notice.
    """

    words: Text
    duty: Duty
    due: date | None = None

    @property
    def who(self) -> Text:
        """Whose turn it is, in words."""
        return DUTY_NAMES[self.duty]


def duty_of(stage: Stage, step: Step) -> Duty:
    """Return who takes a step."""
    directs = step in _ALWAYS_DIRECTORS or (stage, step) in _DIRECTORS
    return Duty.DIRECTOR if directs else Duty.CLERK


def phase_of(stage: Stage) -> Text:
    """Return the part of the procedure that an open stage belongs to."""
    return PROCEDURE[_PLACES[stage]]


def open_steps(stage: Stage) -> tuple[Step, ...]:
    """Return the steps that a stage leaves open, in the order of the procedure."""
    return tuple(step for step in Step if (stage, step) in TRANSITIONS)


def turn_of(
    application: FilingApplication, today: date, *, proposed: bool = False, sent: int = 0
) -> Turn:
    """Return what is next for an application on a day.

    Args:
        proposed: its filing waits for approval.
        sent: how many objections the public site holds that are not on record yet.
    """
    stage = Stage(application.state)
    if stage is Stage.ON_NOTICE:
        return _turn_on_notice(application, today, proposed=proposed, sent=sent)
    words, duty = _TURNS[stage]
    return Turn(words=words, duty=duty)


def _turn_on_notice(
    application: FilingApplication, today: date, *, proposed: bool, sent: int
) -> Turn:
    notice = application.notices[-1]
    if sent:
        return Turn(
            words=Text(
                f"登记公众网站收到的 {sent} 件异议",
                f"put on record the objections sent on the public site: {sent}",
            ),
            duty=Duty.CLERK,
            due=notice.last_day,
        )
    waiting = count_unsettled(notice)
    if waiting:
        return Turn(
            words=counted(
                Text(f"处理 {waiting} 件异议", f"settle {waiting} {{objection|objections}}"),
                waiting,
            ),
            duty=Duty.DIRECTOR,
            due=notice.last_day,
        )
    if today <= notice.last_day:
        return Turn(
            words=Text("公示期满后提出备案", "propose the filing once the notice has elapsed"),
            duty=Duty.CLERK,
            due=notice.last_day,
        )
    if proposed:
        return Turn(words=Text("审批备案", "approve the filing"), duty=Duty.DIRECTOR)
    return Turn(words=Text("提出备案", "propose the filing"), duty=Duty.CLERK)


def stage_text(application: FilingApplication, today: date) -> Text:
    """Return where an application stands on a day; of a notice that ran to its end, just that."""
    stage = Stage(application.state)
    if stage is Stage.ON_NOTICE and today > application.notices[-1].last_day:
        return _ELAPSED
    return STAGE_NAMES[stage]


def stage_place(application: FilingApplication, today: date, *, sent: int = 0) -> int:
    """Return how many of the five stages of the procedure an application has behind it on a day.

    The public notice is behind it once it has elapsed and every objection is settled.

    Args:
        sent: as `turn_of`.
    """
    stage = Stage(application.state)
    if stage_text(application, today) is _ELAPSED:
        open_still = sent or count_unsettled(application.notices[-1])
        return _PLACES[stage] if open_still else _PLACES[stage] + 1
    if stage is Stage.REFUSED:
        return max(
            (_PLACES.get(Stage(one.state_before), 0) if one.state_before else 0)
            for one in application.decisions
        )
    return _PLACES[stage]


def stage_since(application: FilingApplication) -> date:
    """Return the day of the decision that brought an application to the stage where it stands."""
    return next(
        one.decided_on
        for one in reversed(application.decisions)
        if one.state_before != one.state_after
    )


_ELAPSED = Text("公示期满", "the public notice has elapsed")
PROCEDURE = (
    Text("自主申报", "Application"),
    Text("材料初审", "Preliminary review"),
    Text("评估遴选", "Evaluation and selection"),
    Text("公示", "Public notice"),
    Text("备案", "Filing"),
)
_PLACES = {
    Stage.RETURNED: 0,
    Stage.RECEIVED: 1,
    Stage.REVIEWED: 2,
    Stage.SELECTED: 3,
    Stage.ON_NOTICE: 3,
    Stage.UPHELD: 3,
    Stage.FILED: 5,
}
_TURNS = {
    Stage.RECEIVED: (Text("初审材料", "review the materials"), Duty.CLERK),
    Stage.REVIEWED: (Text("评估并决定是否入选", "evaluate and select"), Duty.DIRECTOR),
    Stage.SELECTED: (Text("确定公示期，开始公示", "fix the days of the public notice"), Duty.CLERK),
    Stage.UPHELD: (
        Text("异议成立：退回补正或不予备案", "an objection was upheld: return or refuse"),
        Duty.DIRECTOR,
    ),
    Stage.RETURNED: (
        Text("补正材料（交来后由经办人录入）", "send a supplement, which a clerk enters"),
        Duty.UNIT,
    ),
    Stage.REFUSED: (Text("已办结", "closed"), Duty.NOBODY),
    Stage.FILED: (Text("已办结", "closed"), Duty.NOBODY),
}
assert set(_TURNS) | {Stage.ON_NOTICE} == set(STAGE_NAMES)
