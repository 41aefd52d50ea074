"""The stages of an application as one table: what may follow what (自主申报 … 备案).

    received ─accept→ reviewed ─accept→ selected ─notice→ on_notice ─file→ filed
        ▲ supplement
    returned ◀─return─ (any of the four before filed)        refused ◀─refuse─ (any that is open)

An upheld objection leaves only return and refuse. A supplement (补正) leads back to the preliminary
review (材料初审), whatever stage asked for it: nothing reaches a filing unreviewed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from codes.wording import Text
from issuer.errors import IssuerError


class Stage(StrEnum):
    """Where an application stands."""

    RECEIVED = "received"
    REVIEWED = "reviewed"
    SELECTED = "selected"
    ON_NOTICE = "on_notice"
    UPHELD = "upheld"
    RETURNED = "returned"
    REFUSED = "refused"
    FILED = "filed"


class Step(StrEnum):
    """What may be done to an application."""

    APPLY = "apply"
    SUPPLEMENT = "supplement"
    ACCEPT = "accept"
    RETURN = "return"
    REFUSE = "refuse"
    NOTICE = "notice"
    OBJECT = "object"
    DISMISS = "dismiss"
    UPHOLD = "uphold"
    FILE = "file"


TRANSITIONS: Mapping[tuple[Stage, Step], Stage] = MappingProxyType(
    {
        (Stage.RECEIVED, Step.ACCEPT): Stage.REVIEWED,
        (Stage.RECEIVED, Step.RETURN): Stage.RETURNED,
        (Stage.RECEIVED, Step.REFUSE): Stage.REFUSED,
        (Stage.REVIEWED, Step.ACCEPT): Stage.SELECTED,
        (Stage.REVIEWED, Step.RETURN): Stage.RETURNED,
        (Stage.REVIEWED, Step.REFUSE): Stage.REFUSED,
        (Stage.SELECTED, Step.NOTICE): Stage.ON_NOTICE,
        (Stage.SELECTED, Step.RETURN): Stage.RETURNED,
        (Stage.SELECTED, Step.REFUSE): Stage.REFUSED,
        (Stage.ON_NOTICE, Step.OBJECT): Stage.ON_NOTICE,
        (Stage.ON_NOTICE, Step.DISMISS): Stage.ON_NOTICE,
        (Stage.ON_NOTICE, Step.UPHOLD): Stage.UPHELD,
        (Stage.ON_NOTICE, Step.RETURN): Stage.RETURNED,
        (Stage.ON_NOTICE, Step.REFUSE): Stage.REFUSED,
        (Stage.ON_NOTICE, Step.FILE): Stage.FILED,
        (Stage.UPHELD, Step.OBJECT): Stage.UPHELD,
        (Stage.UPHELD, Step.DISMISS): Stage.UPHELD,
        (Stage.UPHELD, Step.UPHOLD): Stage.UPHELD,
        (Stage.UPHELD, Step.RETURN): Stage.RETURNED,
        (Stage.UPHELD, Step.REFUSE): Stage.REFUSED,
        (Stage.RETURNED, Step.SUPPLEMENT): Stage.RECEIVED,
        (Stage.RETURNED, Step.REFUSE): Stage.REFUSED,
    }
)

STAGE_NAMES: Mapping[Stage, Text] = MappingProxyType(
    {
        Stage.RECEIVED: Text("待材料初审", "waits for the preliminary review"),
        Stage.REVIEWED: Text("待评估遴选", "waits for evaluation and selection"),
        Stage.SELECTED: Text("待公示", "waits for the public notice"),
        Stage.ON_NOTICE: Text("公示中", "under public notice"),
        Stage.UPHELD: Text("异议成立", "an objection was upheld"),
        Stage.RETURNED: Text("退回补正", "returned for a supplement"),
        Stage.REFUSED: Text("不予备案", "refused"),
        Stage.FILED: Text("已备案", "filed"),
    }
)

_NEXT: Mapping[Stage, Text] = MappingProxyType(
    {
        Stage.RECEIVED: Text("accept、return 或 refuse", "accept, return or refuse"),
        Stage.REVIEWED: Text("accept、return 或 refuse", "accept, return or refuse"),
        Stage.SELECTED: Text("notice start、return 或 refuse", "notice start, return or refuse"),
        Stage.ON_NOTICE: Text(
            "公示期满且异议处理完毕后 file", "file, once the notice has elapsed without objection"
        ),
        Stage.UPHELD: Text("return 或 refuse", "return or refuse"),
        Stage.RETURNED: Text(
            "等待申报单位补正（apply --supplements）", "waits for apply --supplements"
        ),
        Stage.REFUSED: Text("已办结", "closed"),
        Stage.FILED: Text("已办结", "closed"),
    }
)


def next_stage(stage: Stage, step: Step) -> Stage:
    """Return the stage that a step leads to.

    Raises:
        IssuerError: the step is not open at this stage (`application_step`).
    """
    reached = TRANSITIONS.get((stage, step))
    if reached is None:
        name = STAGE_NAMES[stage]
        raise IssuerError(
            "application_step",
            Text(
                f"该申请目前为“{name.zh}”，不能办理这一步",
                f"the application {name.en}; this step is not open now",
            ),
        )
    return reached


def what_is_next(stage: Stage) -> Text:
    """Return what can be done at a stage, as the commands call it."""
    return _NEXT[stage]
