"""Which approved acts made a copy that nobody has downloaded yet, so that it is printed next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from issuer.certificate_files import HANDED_OUT
from registry.life_models import ActState, LifeAct
from registry.models import Award, AwardStatus, Copy, Site
from registry.trail import TrailFilter, find_entries

DOWNLOADED: Final = "certificates.file"
"""The act on the trail that a page was downloaded at the desks."""
_AGAIN: Final = timedelta(minutes=1)


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


def ground_of_printing(
    session: Session, award: Award, copy: Copy, *, person: str, now: datetime
) -> str | None:
    """Return why a person may download the page of a copy that an act made; None if for no act.

    Whoever downloaded it for its act may do so again for a minute: of a double click a browser
    keeps only what the second was answered.

    Args:
        person: as the trail names them.
        now: aware UTC.
    """
    query = select(LifeAct.id).where(
        LifeAct.award_id == award.id,
        LifeAct.copy_id == copy.id,
        LifeAct.state == ActState.APPROVED,
    )
    act_id = session.scalar(query)
    if act_id is None:
        return None
    ground = f"印制审批事项 {act_id} 批准的证书"
    if copy.id in acts_to_print(session, award.id):
        return ground
    since = now - _AGAIN
    if copy.delivered_at is None or copy.delivered_at < since:
        return None
    wanted = TrailFilter(actor=person, act=DOWNLOADED, subject=award.number, since=since)
    return (
        ground if ground in {one.ground for one in find_entries(session, wanted, limit=9)} else None
    )
