"""What waits for the people of the authority, as their first page shows it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from sqlalchemy import select

from accounts.person import Person
from accounts.roles import Role
from accounts.waiting import LATELY, Waiting
from codes.wording import Text
from issuer.console.authority import OFFICIALS, today
from issuer.console.filing_sent import objections_sent, open_objections, sent_about
from issuer.console.office import the_office
from issuer.filing_acts import SiteStanding
from issuer.filing_duties import Duty, turn_of
from issuer.filing_proposals import declined_lately, waiting_proposals
from issuer.filing_standing import SOON, views_of_sites
from issuer.quality_checks import checks_of
from registry.filing_models import FilingApplication
from registry.session import reading


def waiting_for_officials(person: Person) -> Iterator[Waiting]:
    """Yield what waits for a clerk or a director of the authority."""
    if not person.is_one_of(*OFFICIALS):
        return
    office, day = the_office(), today()
    director = person.is_one_of(Role.AUTHORITY_DIRECTOR)
    with reading(office.desks) as desks:
        proposals = waiting_proposals(desks)
        checks = [one for one in checks_of(desks) if one.outcome is None]
        declined = declined_lately(desks, person.account_id, office.clock() - LATELY)
        looked_at = sum(all(item.finding for item in one.items) for one in checks)
    if director:
        others = [one for one in proposals if one.proposed_by_id != person.account_id]
        yield Waiting(
            text=Text("项备案事项待审批", "filing {act|acts} to approve"),
            count=len(others),
            link=url_for("filing_proposals.waiting"),
        )
    yield _declined(len(declined))
    subjects, sent = {one.subject for one in proposals}, objections_sent()
    with reading(office.engine) as session:
        found = session.scalars(select(FilingApplication)).all()
        turns = [
            turn_of(
                one,
                day,
                proposed=f"application {one.id}" in subjects,
                sent=sent_about(one, sent),
            )
            for one in found
        ]
        unread = sum(sent_about(one, sent) for one in found)
        unsettled = sum(open_objections(one) for one in found)
        views = views_of_sites(session, day)
    mine = Duty.DIRECTOR if director else Duty.CLERK
    yield Waiting(
        text=Text("件备案申请待办理", "{application|applications} to act on"),
        count=sum(turn.duty is mine and (turn.due is None or turn.due < day) for turn in turns),
        link=url_for("filing.applications"),
    )
    yield _objections(unsettled if director else unread, director=director)
    yield Waiting(
        text=Text("次质量检查待作出结论", "quality {check|checks} to conclude")
        if director
        else Text("次质量检查待登记结果", "quality {check|checks} with findings to note"),
        count=looked_at if director else len(checks) - looked_at,
        link=url_for("filing_quality.checks"),
    )
    ending = [
        view
        for view in views
        if view.standing is SiteStanding.FILED and view.last_day and view.last_day <= day + SOON
    ]
    yield Waiting(
        text=Text("家机构备案即将到期", "{filing that ends|filings that end} soon"),
        count=len(ending),
        link=url_for("filing_bodies.bodies"),
    )


def _declined(count: int) -> Waiting:
    return Waiting(
        text=Text(
            "项您提出的备案事项未获批准（近 7 天）",
            "of your filing acts declined in the last 7 days",
        ),
        count=count,
        link=url_for("filing_proposals.waiting", _anchor="declined"),
    )


def _objections(count: int, *, director: bool) -> Waiting:
    return Waiting(
        text=Text("件备案异议待处理", "{objection|objections} to filings to settle")
        if director
        else Text("件备案异议待登记", "{objection|objections} to filings to put on record"),
        count=count,
        link=url_for("filing.applications"),
    )
