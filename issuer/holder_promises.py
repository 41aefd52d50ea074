"""The acts proposed for what holders ask: without one, what was taken up is still to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.life_words import KINDS_BY_CODE
from registry.holder_requests import AskedFor, RequestKind
from registry.life_models import ActState, LifeAct
from registry.models import Award, Site

_KINDS: Final = {int(KINDS_BY_CODE[kind.value]): kind for kind in RequestKind}
_STANDS: Final = (ActState.PROPOSED, ActState.APPROVED)


def acts_for(session: Session, prefix: str, requests: Sequence[AskedFor]) -> dict[int, int]:
    """Return by request the latest act for it.

    That is one of its kind on its certificate, proposed since it was sent and neither declined nor
    taken back.

    Args:
        prefix: of the body they were sent to.
    """
    if not requests:
        return {}
    query = (
        select(Award.number, LifeAct.kind, LifeAct.proposed_at, LifeAct.id)
        .join(Award, LifeAct.award_id == Award.id)
        .join(Site, LifeAct.site_id == Site.id)
        .where(Site.prefix == prefix, LifeAct.state.in_(_STANDS), LifeAct.kind.in_(_KINDS))
        .order_by(LifeAct.id)
    )
    latest = {
        (number, _KINDS[kind]): (at, act_id) for number, kind, at, act_id in session.execute(query)
    }
    found = [(one, latest.get((one.number, one.kind))) for one in requests]
    return {one.id: act[1] for one, act in found if act is not None and one.sent_at <= act[0]}


def reference_of(requests: Sequence[AskedFor]) -> str:
    """Return by what name an act refers to the requests it is for; empty where there is none."""
    return "、".join(f"持证人申请第 {one.id} 件" for one in requests)
