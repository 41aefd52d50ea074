"""An act on what a site is filed for, as a value: given, kept, tried, carried out and published.

What the commands of `yanzhen filing` and the authority's desk do to a filing is this.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from codes.levels import Level
from codes.occupations import Occupation, occupation_by_code
from issuer import filing_changes
from issuer.filing import find_site
from issuer.filing_acts import BY_ONE_PERSON, Decision
from issuer.publishing import Publication, publish
from keys.filing_windows import FilingEvent
from keys.root_signing import RootKey
from registry.filing_models import FilingAct
from registry.home import Home
from registry.models import Site


class SiteActKind(StrEnum):
    """What may be done to a filing once it is there."""

    RENEW = "renew"
    RENAME = "rename"
    MOVE = "move"
    NARROW = "narrow"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    ANNUL = "annul"


EVENT_OF: Mapping[SiteActKind, FilingEvent] = MappingProxyType(
    {
        SiteActKind.RENEW: FilingEvent.RENEWED,
        SiteActKind.RENAME: FilingEvent.RENAMED,
        SiteActKind.MOVE: FilingEvent.MOVED,
        SiteActKind.NARROW: FilingEvent.NARROWED,
        SiteActKind.SUSPEND: FilingEvent.SUSPENDED,
        SiteActKind.RESUME: FilingEvent.RESUMED,
        SiteActKind.WITHDRAW: FilingEvent.WITHDRAWN,
        SiteActKind.ANNUL: FilingEvent.ANNULLED,
    }
)


_TAKES_RIGHTS = frozenset(
    {SiteActKind.NARROW, SiteActKind.SUSPEND, SiteActKind.WITHDRAW, SiteActKind.ANNUL}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAct:
    """One act on the filing of one site.

    Args:
        kind: what is done.
        prefix: of the site.
        day: the new last day of a renewal; of what takes rights away or gives them back, the first
            day it has effect; else None.
        text: the new name or address; else empty.
        dropped: what is taken out of the scope; else empty.
    """

    kind: SiteActKind
    prefix: str
    day: date | None = None
    text: str = ""
    dropped: tuple[tuple[Occupation, Level], ...] = ()

    @property
    def event(self) -> FilingEvent:
        """What its row and its leaf call it."""
        return EVENT_OF[self.kind]

    @property
    def by_two(self) -> bool:
        """Whether another person has to approve it."""
        return self.event not in BY_ONE_PERSON

    @property
    def takes_rights(self) -> bool:
        """Whether it takes away what a body may do: then its decision's number (文号) is named."""
        return self.kind in _TAKES_RIGHTS

    @property
    def strikes_from(self) -> date | None:
        """From which day on awards fall out of scope; None where none do."""
        if self.kind is SiteActKind.ANNUL:
            return date.min
        return self.day if self.takes_rights else None

    def as_dict(self) -> dict[str, Any]:
        """Return it as members of a JSON object; `parse_site_act` reads them back."""
        return {
            "kind": self.kind.value,
            "prefix": self.prefix,
            "day": self.day.isoformat() if self.day else None,
            "text": self.text,
            "dropped": [[occupation.code, int(level)] for occupation, level in self.dropped],
        }

    def enact(
        self, session: Session, site: Site, decision: Decision, *, now: datetime
    ) -> FilingAct:
        """Put it on record; raises as its function of `issuer.filing_changes`."""
        match self.kind:
            case SiteActKind.RENAME:
                acts = filing_changes.rename(session, site, decision, name=self.text, now=now)
                return next(one for one in acts if one.site_id == site.id)
            case SiteActKind.MOVE:
                return filing_changes.move(session, site, decision, address=self.text, now=now)
            case SiteActKind.ANNUL:
                return filing_changes.annul(session, site, decision, now=now)
            case _:
                return self._enact_from(session, site, decision, self.first_day, now)

    @property
    def first_day(self) -> date:
        """The day of an act that has one."""
        assert self.day is not None
        return self.day

    def _enact_from(
        self, session: Session, site: Site, decision: Decision, day: date, now: datetime
    ) -> FilingAct:
        match self.kind:
            case SiteActKind.RENEW:
                return filing_changes.renew(session, site, decision, last=day, now=now)
            case SiteActKind.NARROW:
                return filing_changes.narrow(
                    session, site, decision, dropped=self.dropped, effective_on=day, now=now
                )
            case SiteActKind.SUSPEND:
                return filing_changes.suspend(session, site, decision, effective_on=day, now=now)
            case SiteActKind.RESUME:
                return filing_changes.resume(session, site, decision, effective_on=day, now=now)
            case _:
                return filing_changes.withdraw(session, site, decision, effective_on=day, now=now)


def parse_site_act(members: Mapping[str, Any]) -> SiteAct:
    """Return the act that `SiteAct.as_dict` wrote."""
    day = members["day"]
    return SiteAct(
        kind=SiteActKind(members["kind"]),
        prefix=members["prefix"],
        day=date.fromisoformat(day) if day else None,
        text=members["text"],
        dropped=tuple((occupation_by_code(code), Level(n)) for code, n in members["dropped"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enacted:
    """What an act on a site came to.

    Args:
        act: its row.
        struck: how many awards fell out of scope.
        publication: of the trust list with it; None where it was only tried.
    """

    act: FilingAct
    struck: int
    publication: Publication | None

    @property
    def detail(self) -> dict[str, Any]:
        """What was given or changed."""
        found: dict[str, Any] = json.loads(self.act.detail)
        return found


def carry_out(
    session: Session,
    home: Home,
    act: SiteAct,
    decision: Decision,
    *,
    now: datetime,
    signers: Sequence[RootKey] | None,
) -> Enacted:
    """Do an act and publish the trust list with it; call it last in a transaction.

    Args:
        signers: the root keys in the home; None where it is only tried, and nothing is published.

    Raises:
        IssuerError: there is no such site (`body_not_filed`), or as the act.
        KeysError, HomeError: as `publish`.
    """
    site = find_site(session, act.prefix)
    done = act.enact(session, site, decision, now=now)
    since = act.strikes_from
    struck = 0 if since is None else filing_changes.awards_since(session, site, since, act.dropped)
    publication = None
    if signers is not None:
        publication = publish(session, home, now=now, signers=signers)
    return Enacted(act=done, struck=struck, publication=publication)
