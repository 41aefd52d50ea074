"""The filing at the end of the procedure (备案): scope, term and number prefixes of an application.

The same act files a new site, widens the scope of one that is filed, and files one again whose
filing was withdrawn or has expired; which of them it is follows from what is on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.filing_rules import RuleName, filing_rule
from codes.number import NumberPrefix
from codes.wording import Text
from issuer.application_form import ApplicationForm
from issuer.application_states import Step
from issuer.applications import form_of, take_step
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.filing_acts import Decision, SiteStanding, check_persons, enact, standing_of
from issuer.filing_changes import check_term
from issuer.filing_record import find_or_add_site, identity_of
from issuer.filing_sums import sum_of
from issuer.public_notice import check_notice
from keys.filing_windows import FilingEvent, FilingSum, Window
from registry.filing_models import FilingAct, FilingApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingTerms:
    """What the authority gives.

    Args:
        prefixes: assigned by the province, one for each site of the application, in its order.
        first: first day of the term.
        last: last day of the term.
    """

    prefixes: tuple[NumberPrefix, ...]
    first: date
    last: date


def longest_term(first: date) -> date:
    """Return the last day of the longest term that begins on a day."""
    year = first.year + filing_rule(RuleName.LONGEST_TERM_YEARS, first).value
    leap_day = (first.month, first.day) == (2, 29)
    return (date(year, 3, 1) if leap_day else first.replace(year=year)) - timedelta(days=1)


def file_application(
    session: Session,
    application: FilingApplication,
    terms: FilingTerms,
    decision: Decision,
    *,
    now: datetime,
) -> list[FilingAct]:
    """File a unit for what it applied for, at each of its sites.

    Raises:
        IssuerError: a stage is missing (`application_step`), the notice has not elapsed or an
            objection stands (`notice_running`, `objections_open`, `objections_upheld`), the
            prefixes do not fit (`prefix_count`, `prefix_repeated`, `prefix_category`,
            `prefix_taken`), the term or the scope does not (`term_too_long`,
            `term_before_decision`, `scope_filed_already`); persons and days as `enact`.
    """
    form = form_of(application)
    check_persons(FilingEvent.FILED, decision)
    take_step(session, application, Step.FILE, decision, now=now)
    check_notice(application, decision.decided_on)
    _check_prefixes(form, terms.prefixes)
    check_term(terms.first, terms.last, shanghai_day(now))
    if terms.first < decision.decided_on:
        day = spoken_day(decision.decided_on)
        raise IssuerError(
            "term_before_decision",
            Text(
                f"备案期限不得早于决定日期{day.zh}开始",
                f"the term cannot begin before the decision of {day.en}",
            ),
        )
    return [
        _file_site(session, application, form, prefix, requested.address, terms, decision, now)
        for prefix, requested in zip(terms.prefixes, form.sites, strict=True)
    ]


def _file_site(
    session: Session,
    application: FilingApplication,
    form: ApplicationForm,
    prefix: NumberPrefix,
    address: str,
    terms: FilingTerms,
    decision: Decision,
    now: datetime,
) -> FilingAct:
    site = find_or_add_site(
        session,
        prefix=str(prefix),
        name=form.name,
        credit_code=form.credit_code,
        address=address,
    )
    total = sum_of(session, site)
    windows = [
        Window(occupation=occupation.index, level=level, first=terms.first, last=terms.last)
        for occupation, levels in form.scopes
        for level in levels
    ]
    _check_overlap(total, windows)
    if total.ended_from is not None and terms.first < total.ended_from:
        raise _overlap()
    return enact(
        session,
        site,
        _event(total, shanghai_day(now)),
        decision,
        effective_on=decision.decided_on,
        windows=windows,
        detail=identity_of(site) | _procedure(application),
        application_id=application.id,
        now=now,
    )


def _procedure(application: FilingApplication) -> dict[str, str]:
    """Return the days of the procedure, which the act and its leaf say in clear."""
    notice = application.notices[-1]
    return {
        "applied_on": application.received_on.isoformat(),
        "notice_from": notice.first_day.isoformat(),
        "notice_to": notice.last_day.isoformat(),
        "objections_dismissed": str(len(notice.objections)),
    }


def _event(total: FilingSum, today: date) -> FilingEvent:
    match standing_of(total, today):
        case SiteStanding.NEW:
            return FilingEvent.FILED
        case SiteStanding.FILED | SiteStanding.SUSPENDED:
            return FilingEvent.EXTENDED
        case SiteStanding.EXPIRED | SiteStanding.ENDED:
            return FilingEvent.REFILED


def _check_overlap(total: FilingSum, windows: Sequence[Window]) -> None:
    """Refuse to give what is filed already: prolonging is a renewal, and a renewal says so."""
    for window in windows:
        for known in total.windows:
            same = (known.occupation, known.level) == (window.occupation, window.level)
            if same and (known.last is None or window.first <= known.last):
                raise _overlap()


def _overlap() -> IssuerError:
    return IssuerError(
        "scope_filed_already",
        Text(
            "所申报的范围在该期限内已经备案；延长期限的请办理续期",
            "this scope is filed already on some of these days; to prolong it, renew the filing",
        ),
    )


def _check_prefixes(form: ApplicationForm, prefixes: Sequence[NumberPrefix]) -> None:
    if len(prefixes) != len(form.sites):
        raise IssuerError(
            "prefix_count",
            Text(
                f"申请有 {len(form.sites)} 个站点，须逐一给出编号前缀，现给出 {len(prefixes)} 个",
                f"the application has {len(form.sites)} sites and needs a prefix for each; "
                f"{len(prefixes)} were given",
            ),
        )
    if len(set(map(str, prefixes))) != len(prefixes):
        raise IssuerError(
            "prefix_repeated",
            Text("两个站点不能用同一编号前缀", "two sites cannot have one prefix"),
        )
    if any(prefix.category is not form.category for prefix in prefixes):
        raise IssuerError(
            "prefix_category",
            Text(
                f"编号前缀首位应为申报的机构类别 {form.category.value}",
                f"a prefix must begin with the category applied for, {form.category.value}",
            ),
        )
