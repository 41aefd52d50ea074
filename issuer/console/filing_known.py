"""What an applying unit is filed for already, told before its application is taken in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from flask import request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.troubles import Trouble
from codes.wording import Text
from issuer.application_states import Stage
from issuer.filing_standing import SiteView, view_of
from registry.filing_models import FilingApplication
from registry.models import Body, Site

KNOWN: Final = "known"
_UNTICKED: Final = Text(
    "该单位已经备案。请核对已备案的内容，勾选确认后再受理；没有受理",
    "this unit is filed already: look at what it is filed for and tick that; it was not taken in",
)


def filed_sites(register: Session, name: str, credit_code: str, day: date) -> list[SiteView]:
    """Return the filed sites of a unit as they stand on a day, told by its code or its very name.

    Args:
        name: as typed.
        credit_code: as typed; empty for one that is not known yet.
    """
    same = or_(Body.name == name, Body.credit_code == credit_code.upper())
    query = select(Site).join(Body, Site.body_id == Body.id).where(same)
    return [view_of(register, one, day) for one in register.scalars(query.order_by(Site.prefix))]


def known_of(register: Session, found: FilingApplication, day: date) -> list[SiteView]:
    """Return the filed sites of the unit of an application; none once it is closed."""
    if Stage(found.state) in (Stage.REFUSED, Stage.FILED):
        return []
    return filed_sites(register, found.name, found.credit_code, day)


def inspect_known(sites: Sequence[SiteView]) -> tuple[Trouble, ...]:
    """Return what is wrong where a unit is filed and whoever takes it in did not tick that."""
    if not sites or request.form.get(KNOWN) == "yes":
        return ()
    return (Trouble(field=KNOWN, text=_UNTICKED),)
