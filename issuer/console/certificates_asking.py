"""What every page of the certificate desk asks first: who may see what, and whether it is open."""

from __future__ import annotations

from typing import Final

from flask import abort
from sqlalchemy.orm import Session

from accounts.person import the_person
from accounts.roles import Role
from issuer.certificate_reading import Opened, ReadingDesk, find_opened
from issuer.certificate_view import find_award
from issuer.console.office import the_office
from issuer.errors import IssuerError
from keys.errors import KeysError
from log.errors import LogError
from registry.errors import RegistryError
from registry.models import Award, Site
from templates.errors import TemplatesError

BODY_READERS: Final = (Role.BODY_CLERK, Role.APPROVER)
READERS: Final = (
    *BODY_READERS,
    Role.AUTHORITY_CLERK,
    Role.AUTHORITY_DIRECTOR,
    Role.AUDITOR,
)
"""Who may look certificates up: a body's own people its own, the others every body's."""

REFUSALS = (IssuerError, KeysError, LogError, RegistryError, TemplatesError)
"""What the domain says no by; each has a sentence for the page."""


def the_award(session: Session, award_id: int) -> Award:
    """Return an award that the person of this request may see; anything else is not there (404)."""
    award = find_award(session, award_id, prefix=the_person().body)
    if award is None:
        abort(404)
    return award


def prefix_of(session: Session, award: Award) -> str:
    """Return the prefix of the body of an award."""
    return session.get_one(Site, award.site_id).prefix


def reading_desk() -> ReadingDesk:
    """Return what the reading of full data is noted in."""
    office = the_office()
    return ReadingDesk(register=office.engine, desks=office.desks, now=office.clock())


def opened_by_person(award_id: int) -> Opened | None:
    """Return why the person of this request may read the full data of a certificate now, or None.

    They said so within the last quarter of an hour.
    """
    return find_opened(reading_desk(), account_id=the_person().account_id, award_id=award_id)
