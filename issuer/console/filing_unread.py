"""Which materials of an application somebody has not opened, as the audit trail has it."""

from __future__ import annotations

from issuer.console.authority import the_actor
from issuer.console.office import the_office
from registry.filing_models import ApplicationMaterial, FilingApplication
from registry.session import reading
from registry.trail import TrailFilter, find_entries

READ = "filing.read"
_MOST_READINGS = 10_000


def subject_of(application: FilingApplication, material: ApplicationMaterial) -> str:
    """Return how the trail calls a material that is read."""
    return f"{application.id} material {material.id}"


def unread_materials(application: FilingApplication) -> list[str]:
    """Return the titles of materials, of the latest form, that who asks has not opened yet."""
    wanted = TrailFilter(actor=the_actor().name, act=READ, subject=f"{application.id} material ")
    with reading(the_office().engine) as session:
        opened = {one.subject for one in find_entries(session, wanted, limit=_MOST_READINGS)}
    return [
        one.title
        for one in application.forms[-1].materials
        if subject_of(application, one) not in opened
    ]
