"""What the authority does to a filing later: renew, narrow, rename, suspend, resume, withdraw.

To widen a scope, or to file again after a withdrawal or an expiry, takes an application of its own
(`issuer.filing_decision`): nothing is granted that was not under public notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.filing_rules import RuleName, filing_rule
from codes.levels import Level
from codes.notices import Problem
from codes.occupations import Occupation
from codes.wording import Text
from issuer.body_name import check_body_name
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.filing import MAX_ADDRESS, MAX_NAME
from issuer.filing_acts import Decision, SiteStanding, check_open, enact, standing_of
from issuer.filing_sums import sum_of
from keys.filing_windows import FilingEvent, FilingSum, Window
from registry.filing_models import BodyName, FilingAct
from registry.models import Award, Body, Site


def renew(
    session: Session, site: Site, decision: Decision, *, last: date, now: datetime
) -> FilingAct:
    """Prolong everything filed today to a new last day (续期); the old windows stay as they are.

    Raises:
        IssuerError: as `enact`; nothing ends before `last` (`nothing_to_renew`), or the term is
            longer than the rule allows (`term_too_long`).
    """
    total, today = sum_of(session, site), shanghai_day(now)
    check_open(total, FilingEvent.RENEWED, today)
    windows = [_following(end, last) for end in _ends(total, today) if end.last and end.last < last]
    if not windows:
        day = spoken_day(last)
        raise IssuerError(
            "nothing_to_renew",
            Text(
                f"没有在{day.zh}之前到期的有效备案范围，无需续期",
                f"nothing that is filed ends before {day.en}",
            ),
        )
    for window in windows:
        check_term(window.first, last, today)
    return enact(
        session,
        site,
        FilingEvent.RENEWED,
        decision,
        effective_on=decision.decided_on,
        windows=windows,
        now=now,
    )


def check_term(first: date, last: date, today: date) -> None:
    """Refuse a term that ends before it begins or is longer than the rule allows."""
    years = filing_rule(RuleName.LONGEST_TERM_YEARS, today).value
    most = (first.replace(day=1, year=first.year + years) + timedelta(days=31)).replace(day=1)
    begun, over = spoken_day(first), spoken_day(last)
    if last < first:
        raise IssuerError(
            "term_too_long",
            Text(
                f"截止日{over.zh}早于起始日{begun.zh}",
                f"the last day, {over.en}, is before the first, {begun.en}",
            ),
        )
    if last >= most:
        raise IssuerError(
            "term_too_long",
            Text(
                f"备案期限{begun.zh}至{over.zh}超过 {years} 年",
                f"a term from {begun.en} to {over.en} is longer than {years} years",
            ),
        )


def narrow(
    session: Session,
    site: Site,
    decision: Decision,
    *,
    dropped: Sequence[tuple[Occupation, Level]],
    effective_on: date,
    now: datetime,
) -> FilingAct:
    """Take levels out of a filing's scope from a day on (缩小备案范围).

    Raises:
        IssuerError: as `enact`, or a level is not filed anyway (`scope_not_filed`).
    """
    filed = {(one.occupation, one.level) for one in sum_of(session, site).windows}
    for occupation, level in dropped:
        if (occupation.index, level) not in filed:
            raise IssuerError(
                "scope_not_filed",
                Text(
                    f"{occupation.zh}{level.zh}本来就不在备案范围内",
                    f"{occupation.en}, {level.en}, is not filed anyway",
                ),
            )
    windows = [
        Window(occupation=occupation.index, level=level, first=effective_on, last=None)
        for occupation, level in dropped
    ]
    return enact(
        session,
        site,
        FilingEvent.NARROWED,
        decision,
        effective_on=effective_on,
        windows=windows,
        now=now,
    )


def rename(
    session: Session, site: Site, decision: Decision, *, name: str, now: datetime
) -> list[FilingAct]:
    """Give a body another name from today on (变更名称), at all of its sites.

    What was awarded keeps the name as filed on its date of issue.

    Raises:
        IssuerError: as `enact`, or the name is not one (`name_unfit`) or reserved
            (`body_name_reserved`).
    """
    today, former = shanghai_day(now), site.body.name
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or name == former:
        raise _unfit(MAX_NAME)
    check_body_name(name)
    session.add(BodyName(body_id=site.body_id, name=former, last_day=today - timedelta(days=1)))
    site.body.name = name
    sites = session.scalars(select(Site).where(Site.body_id == site.body_id).order_by(Site.id))
    return [
        enact(
            session,
            one,
            FilingEvent.RENAMED,
            decision,
            effective_on=today,
            detail={"name": name, "former_name": former},
            now=now,
        )
        for one in sites.all()
    ]


def move(
    session: Session, site: Site, decision: Decision, *, address: str, now: datetime
) -> FilingAct:
    """Give a site another address from today on (变更地址).

    Raises:
        IssuerError: as `enact`, or the address is not one (`name_unfit`).
    """
    if not 1 <= len(address) <= MAX_ADDRESS or not address.isprintable():
        raise _unfit(MAX_ADDRESS)
    detail = {"address": address, "former_address": site.address or ""}
    site.address = address
    return enact(
        session,
        site,
        FilingEvent.MOVED,
        decision,
        effective_on=shanghai_day(now),
        detail={name: value for name, value in detail.items() if value},
        now=now,
    )


def suspend(
    session: Session, site: Site, decision: Decision, *, effective_on: date, now: datetime
) -> FilingAct:
    """Suspend everything a site is filed for, from a day on (暂停备案)."""
    return enact(session, site, FilingEvent.SUSPENDED, decision, effective_on=effective_on, now=now)


def resume(
    session: Session, site: Site, decision: Decision, *, effective_on: date, now: datetime
) -> FilingAct:
    """Let a suspended filing go on from a day on (恢复备案); the gap stays without right."""
    return enact(session, site, FilingEvent.RESUMED, decision, effective_on=effective_on, now=now)


def withdraw(
    session: Session, site: Site, decision: Decision, *, effective_on: date, now: datetime
) -> FilingAct:
    """Withdraw a filing from a day on (撤销备案); what was awarded before stays good."""
    return enact(session, site, FilingEvent.WITHDRAWN, decision, effective_on=effective_on, now=now)


def annul(session: Session, site: Site, decision: Decision, *, now: datetime) -> FilingAct:
    """Annul a filing from its beginning (自始撤销): nothing it awarded was ever within a right."""
    windows = sum_of(session, site).windows
    first = min((window.first for window in windows), default=decision.decided_on)
    return enact(session, site, FilingEvent.ANNULLED, decision, effective_on=first, now=now)


def awards_since(
    session: Session,
    site: Site,
    day: date,
    only: Sequence[tuple[Occupation, Level]] = (),
) -> int:
    """Return how many awards of a site are dated on a day or after it; of `only` some, if given."""
    query = select(func.count()).select_from(Award)
    query = query.where(Award.site_id == site.id, Award.issued_on >= day)
    if only:
        pairs = [(occupation.index, int(level)) for occupation, level in only]
        query = query.where(tuple_(Award.occupation, Award.level).in_(pairs))
    return session.scalar(query) or 0


def name_on(session: Session, body: Body, day: date) -> str:
    """Return the name a body was filed under on a day."""
    former = session.scalar(
        select(BodyName.name)
        .where(BodyName.body_id == body.id, BodyName.last_day >= day)
        .order_by(BodyName.last_day, BodyName.id)
        .limit(1)
    )
    return former or body.name


def _since(day: date | None) -> Text:
    """Return “from a day on” as it stands inside a sentence; nothing where no day is on record."""
    if day is None:
        return Text("", "")
    spoken = spoken_day(day)
    return Text(f"自{spoken.zh}起", f" from {spoken.en}")


def why_not_filed(session: Session, site: Site, today: date) -> Problem | None:
    """Return why a site may award nothing today, as a roster's check says it; None if it may."""
    total = sum_of(session, site)
    if total.covers(today):
        return None
    match standing_of(total, today):
        case SiteStanding.SUSPENDED:
            since = _since(total.suspended_from)
            return Problem(
                code="filing_suspended",
                text=Text(
                    f"本机构备案{since.zh}暂停，暂停期间不得核发证书。",
                    f"The filing of this body is suspended{since.en}; it may award nothing until "
                    "it is resumed.",
                ),
            )
        case SiteStanding.ENDED:
            since = _since(total.ended_from)
            return Problem(
                code="filing_withdrawn",
                text=Text(
                    f"本机构备案{since.zh}已撤销，不得核发证书。",
                    f"The filing of this body was withdrawn{since.en}; it may award nothing.",
                ),
            )
        case SiteStanding.EXPIRED:
            return Problem(
                code="filing_expired",
                text=Text(
                    "本机构备案已到期，不得核发证书；请重新申报备案。",
                    "The filing of this body has expired; it may award nothing until it is filed "
                    "again.",
                ),
            )
        case SiteStanding.NEW | SiteStanding.FILED:
            return None


def what_stops_later(session: Session, site: Site, today: date) -> Text | None:
    """Return which suspension or withdrawal is decided for a day to come; None where none is."""
    total = sum_of(session, site)
    if total.suspended_from is not None and total.suspended_from > today:
        since = spoken_day(total.suspended_from)
        return Text(
            f"主管部门已决定：本机构备案自{since.zh}起暂停。发证日期在此之前的批次不受影响；"
            "该日起不得核发证书，恢复后继续。",
            f"The authority has decided that the filing of this body is suspended from {since.en} "
            "on. Until then it may award; from that day on nothing, until it is resumed.",
        )
    if total.ended_from is not None and total.ended_from > today:
        since = spoken_day(total.ended_from)
        return Text(
            f"主管部门已决定：本机构备案自{since.zh}起撤销。发证日期在此之前的批次不受影响；"
            "该日起不得核发证书。",
            f"The authority has decided that the filing of this body is withdrawn from {since.en} "
            "on. Until then it may award; from that day on nothing.",
        )
    return None


def _ends(total: FilingSum, today: date) -> list[Window]:
    """Return, of each occupation × level that is filed now or later, the window that ends last."""
    ends: dict[tuple[int, Level], Window] = {}
    for window in total.windows:
        pair = (window.occupation, window.level)
        ends[pair] = max(ends.get(pair, window), window, key=lambda one: one.last or date.max)
    return [window for window in ends.values() if window.last is None or window.last >= today]


def _following(window: Window, last: date) -> Window:
    assert window.last is not None
    return Window(
        occupation=window.occupation,
        level=window.level,
        first=window.last + timedelta(days=1),
        last=last,
    )


def _unfit(most: int) -> IssuerError:
    return IssuerError(
        "name_unfit",
        Text(
            f"应为 1–{most} 个可见字符，且与原来的不同",
            f"it must have 1–{most} printable characters and differ from the former one",
        ),
    )
