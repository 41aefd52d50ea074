"""Whether the body of a certificate was filed for it, as the public check answers by the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.levels import Level
from codes.wording import Text
from issuer.errors import IssuerError
from issuer.filing_acts import SiteStanding
from issuer.filing_standing import view_of
from issuer.opening import trust_source
from keys.errors import KeysError
from registry.errors import RegistryError
from registry.home import Home
from registry.models import Award, Site

_QUIET = frozenset({SiteStanding.NEW, SiteStanding.FILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRight:
    """What stands beside the state of a certificate.

    Args:
        covered: whether the list in force has the body filed for it on its date of issue; None
            where there is no list to ask.
        told: what is said of it, None where the body is filed and nothing is to be said.
    """

    covered: bool | None
    told: Text | None


def right_of(session: Session, home: Home, award: Award, today: date) -> BodyRight:
    """Return what the public is told of the body's right to an award, and why."""
    site = session.get_one(Site, award.site_id)
    view, covered = view_of(session, site, today), is_covered(home, site.prefix, award)
    since = None if view.since is None or view.to_come else spoken_day(view.since)
    standing = view.standing_text
    body = Text(f"机构{standing.zh}", f"the body's filing: {standing.en}")
    if since is not None:
        body = Text(f"{body.zh}，自{since.zh}起", f"{body.en}, from {since.en}")
    if covered is False:
        return BodyRight(
            covered=covered,
            told=Text(
                f"公众核验不认可这张证书：发证日期不在该机构这一职业等级的备案期内。{body.zh}。",
                "The public check does not accept this certificate: on the date of issue the body "
                "was not filed for this occupation and "
                f"level. {body.en}.",
            ),
        )
    if view.standing in _QUIET:
        return BodyRight(covered=covered, told=None)
    return BodyRight(
        covered=covered,
        told=Text(
            f"{body.zh}；这张证书的发证日期在备案期内，公众核验不受影响。",
            f"{body.en}; this certificate is dated while it was filed, and verifies as before.",
        )
        if covered
        else Text(f"{body.zh}。", f"{body.en}."),
    )


def is_covered(home: Home, prefix: str, award: Award) -> bool | None:
    """Return whether the list in force has the body filed for an award; None without a list."""
    try:
        document = trust_source(home)().document
    except (IssuerError, KeysError, RegistryError):
        return None
    body = document.body(prefix)
    if body is None:
        return False
    return body.scope_for(award.occupation, Level(award.level), award.issued_on) is not None
