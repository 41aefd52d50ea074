"""What an act on a filing changed, told from the acts on record once it was carried out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.filing_standing import SiteView, view_of
from issuer.site_acts import SiteAct
from registry.filing_models import FilingAct
from registry.models import Site


def views_around(
    session: Session, act: SiteAct, *, basis: int, day: date
) -> tuple[SiteView, SiteView] | None:
    """Return a site before and after an act that was carried out; None where it is not on record.

    Args:
        session: of the register, that reads.
        act: what was proposed.
        basis: the last act on the site before it.
        day: on which it was approved.
    """
    site = session.scalar(select(Site).where(Site.prefix == act.prefix))
    if site is None:
        return None
    done = session.scalar(
        select(FilingAct)
        .where(FilingAct.site_id == site.id, FilingAct.id > basis, FilingAct.event == act.event)
        .order_by(FilingAct.id)
    )
    if done is None:
        return None
    before, after = (view_of(session, site, day, until=last) for last in (basis, done.id))
    detail: dict[str, Any] = json.loads(done.detail)
    if "name" in detail:
        before = replace(before, name=detail["former_name"])
        after = replace(after, name=detail["name"])
    if "address" in detail:
        before = replace(before, address=detail.get("former_address"))
        after = replace(after, address=detail["address"])
    return before, after
