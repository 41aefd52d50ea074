"""Objections the public site holds that the authority has not put on record."""

from __future__ import annotations

from collections.abc import Mapping

from issuer.application_states import Stage
from issuer.console.office import the_office
from issuer.public_notice import count_unsettled
from registry.filing_models import FilingApplication
from registry.objections import count_waiting_objections
from registry.public_database import public_database, public_database_url
from registry.session import reading


def objections_sent() -> Mapping[int, int]:
    """Return how many wait, by the number of the notice they were sent about."""
    home = the_office().home
    with public_database(public_database_url(home)) as public, reading(public) as session:
        return count_waiting_objections(session)


def sent_about(application: FilingApplication, sent: Mapping[int, int]) -> int:
    """Return how many of those sent are about an application that still takes objections."""
    return sent.get(application.notices[-1].id, 0) if takes_objections(application) else 0


def open_objections(application: FilingApplication) -> int:
    """Return how many objections on record wait to be settled, where they still can be."""
    return count_unsettled(application.notices[-1]) if takes_objections(application) else 0


def takes_objections(application: FilingApplication) -> bool:
    """Say whether objections to an application are still entered and settled."""
    return bool(application.notices) and application.state in (Stage.ON_NOTICE, Stage.UPHELD)
