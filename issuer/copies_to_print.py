"""Which approved acts made a copy that nobody has downloaded yet, so that it is printed next."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from issuer.certificate_files import HANDED_OUT
from registry.life_models import ActState, LifeAct
from registry.models import Award, AwardStatus, Copy, Site


def is_to_print() -> ColumnElement[bool]:
    """Return the condition of acts whose copy is made, not void, and was handed to nobody yet."""
    return LifeAct.copy_id.is_not(None) & exists().where(
        Copy.id == LifeAct.copy_id,
        Copy.state.in_(HANDED_OUT),
        Copy.pdf_stored.is_not(None),
        Copy.delivered_at.is_(None),
        Award.id == Copy.award_id,
        Award.status == AwardStatus.CURRENT,
    )


def awards_to_print(session: Session, prefix: str) -> list[int]:
    """Return the awards of a body's site that a copy is to be printed of, one for each act."""
    query = (
        select(LifeAct.award_id)
        .join(Site, LifeAct.site_id == Site.id)
        .where(Site.prefix == prefix, LifeAct.state == ActState.APPROVED, is_to_print())
        .order_by(LifeAct.id)
    )
    return [award_id for award_id in session.scalars(query) if award_id is not None]


def acts_to_print(session: Session, award_id: int) -> Mapping[int, int]:
    """Return the approved acts that made copies of an award which are to be printed, by copy."""
    query = select(LifeAct.copy_id, LifeAct.id).where(
        LifeAct.award_id == award_id, LifeAct.state == ActState.APPROVED, is_to_print()
    )
    return {copy_id: act_id for copy_id, act_id in session.execute(query) if copy_id is not None}
