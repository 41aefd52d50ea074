"""The acts on filings that one person proposes and another approves, as values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.filing import read_prefix
from issuer.filing_decision import FilingTerms
from issuer.site_acts import SiteAct, parse_site_act
from registry.filing_models import FilingApplication
from registry.models import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAct:
    """The filing at the end of an application's way (备案).

    Args:
        application_id: which application.
        terms: prefixes and term.
    """

    application_id: int
    terms: FilingTerms

    by_two = True

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Of its sites, in the order of the application."""
        return tuple(map(str, self.terms.prefixes))

    def as_dict(self) -> dict[str, Any]:
        """Return it as members of a JSON object; `parse_act` reads them back."""
        return {
            "kind": "file",
            "application": self.application_id,
            "prefixes": list(self.prefixes),
            "from": self.terms.first.isoformat(),
            "to": self.terms.last.isoformat(),
        }


ProposedAct = SiteAct | FileAct


def parse_act(text: str) -> ProposedAct:
    """Return the act that a proposal keeps."""
    members = json.loads(text)
    if members["kind"] != "file":
        return parse_site_act(members)
    return FileAct(
        application_id=members["application"],
        terms=FilingTerms(
            prefixes=tuple(map(read_prefix, members["prefixes"])),
            first=date.fromisoformat(members["from"]),
            last=date.fromisoformat(members["to"]),
        ),
    )


def subject_of(act: ProposedAct) -> str:
    """Return what an act is about: a prefix, or `application N`."""
    return act.prefix if isinstance(act, SiteAct) else f"application {act.application_id}"


def body_of(register: Session, act: ProposedAct) -> str:
    """Return the name of the body that an act is about; what it is about where none is there."""
    if isinstance(act, SiteAct):
        site = register.scalar(select(Site).where(Site.prefix == act.prefix))
        return act.prefix if site is None else site.body.name
    application = register.get(FilingApplication, act.application_id)
    return subject_of(act) if application is None else application.name
