"""What a site is filed for and where that stands, as people compare it before and after an act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.wording import Text
from issuer.filing_acts import STANDING_NAMES, SiteStanding, open_events, standing_of
from issuer.filing_sums import sum_of
from issuer.filing_view import ScopeRow, scope_rows
from keys.filing_windows import FilingEvent
from registry.models import Site

_NOT_RENEWED = frozenset({FilingEvent.RENEWED})  # what has no end goes on by itself
SOON = timedelta(days=90)
"""How long before its end a filing is told to end soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """A filed site on a day.

    Args:
        body_id: of its body, whose sites share a name.
        standing: on that day.
        since: from when it is suspended or withdrawn, else None.
        to_come: that day is still to come, and what was filed stands until then.
        last_day: the last day of what is filed now or later; None where that is open or nothing is.
        scopes: what it is filed for, past windows too.
        open_events: what may be done to it.
    """

    prefix: str
    body_id: int
    name: str
    credit_code: str | None
    address: str | None
    standing: SiteStanding
    since: date | None
    to_come: bool
    last_day: date | None
    scopes: tuple[ScopeRow, ...]
    open_events: frozenset[FilingEvent]

    @property
    def standing_name(self) -> Text:
        """What its standing is called, to come or not."""
        return STANDING_NAMES[self.standing]

    @property
    def standing_text(self) -> Text:
        """Where it stands on that day, and what is to come."""
        if not self.to_come or self.since is None:
            return self.standing_name
        day, filed = spoken_day(self.since), STANDING_NAMES[SiteStanding.FILED]
        what = Text("暂停", "suspended")
        if self.standing is SiteStanding.ENDED:
            what = Text("撤销", "withdrawn")
        return Text(f"{filed.zh}（{day.zh}起{what.zh}）", f"{filed.en}; {what.en} from {day.en}")


def view_of(session: Session, site: Site, today: date, *, until: int | None = None) -> SiteView:
    """Return a site as it stands on a day, by all acts or those up to the one of the id `until`.

    Name and address are those of now.
    """
    total = sum_of(session, site, until=until)
    ends = [one.last for one in total.windows if one.last is None or one.last >= today]
    last = max((end for end in ends if end is not None), default=None)
    since = total.suspended_from or total.ended_from
    return SiteView(
        prefix=site.prefix,
        body_id=site.body_id,
        name=site.body.name,
        credit_code=site.body.credit_code,
        address=site.address,
        standing=standing_of(total, today),
        since=since,
        to_come=since is not None and since > today and bool(ends),
        last_day=None if None in ends else last,
        scopes=tuple(scope_rows(total.windows)),
        open_events=open_events(total, today) - (_NOT_RENEWED if set(ends) == {None} else set()),
    )


def views_of_sites(session: Session, today: date) -> Sequence[SiteView]:
    """Return every filed site: what ends first comes first, what is over comes last."""
    sites = session.scalars(select(Site).order_by(Site.prefix)).all()
    views = [view_of(session, site, today) for site in sites]
    running = (SiteStanding.FILED, SiteStanding.SUSPENDED)
    return sorted(
        views, key=lambda one: (one.standing not in running, one.last_day or date.max, one.prefix)
    )
