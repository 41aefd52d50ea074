"""The one way an act changes what a site is filed for: checked, kept, summed, traced.

Every act is a row of `filing_acts`; the windows in `filings` are the sum of a site's acts
(`keys.filing_windows`) and are written anew after each. No act changes what the site might award on
a day before the decision, but two that say so themselves: the recording of a filing decided
elsewhere, and annulment from the beginning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.filing_rules import RuleName, filing_rule
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.filing_sums import sum_of, window_of
from issuer.filing_trace import trace_filing
from keys.filing_windows import (
    EVENT_NAMES,
    FilingEvent,
    FilingSum,
    Window,
    rights_before,
)
from registry.filing_models import FilingAct
from registry.models import Filing, Site

MAX_REASON = 500
MAX_REFERENCE = 100
_DATED_FREELY = frozenset({FilingEvent.RECORDED, FilingEvent.ANNULLED})
BY_ONE_PERSON = frozenset({FilingEvent.RECORDED, FilingEvent.RENAMED, FilingEvent.MOVED})
_IN_ORDER = frozenset(
    {FilingEvent.FILED, FilingEvent.EXTENDED, FilingEvent.REFILED, FilingEvent.RENEWED}
)
"""Acts that may not have effect before one on record: a grant would undo what is to come."""


class SiteStanding(StrEnum):
    """Where the filing of a site stands."""

    NEW = "new"
    FILED = "filed"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    ENDED = "ended"


_ALWAYS = frozenset({FilingEvent.RENAMED, FilingEvent.MOVED, FilingEvent.ANNULLED})
OPEN_ACTS: Mapping[SiteStanding, frozenset[FilingEvent]] = MappingProxyType(
    {
        SiteStanding.NEW: frozenset({FilingEvent.RECORDED, FilingEvent.FILED}),
        SiteStanding.FILED: _ALWAYS
        | {
            FilingEvent.RECORDED,
            FilingEvent.EXTENDED,
            FilingEvent.RENEWED,
            FilingEvent.NARROWED,
            FilingEvent.SUSPENDED,
            FilingEvent.WITHDRAWN,
        },
        SiteStanding.SUSPENDED: _ALWAYS
        | {FilingEvent.NARROWED, FilingEvent.RESUMED, FilingEvent.WITHDRAWN},
        SiteStanding.EXPIRED: _ALWAYS | {FilingEvent.RECORDED, FilingEvent.REFILED},
        SiteStanding.ENDED: _ALWAYS | {FilingEvent.REFILED},
    }
)

STANDING_NAMES: Mapping[SiteStanding, Text] = MappingProxyType(
    {
        SiteStanding.NEW: Text("尚未备案", "not filed yet"),
        SiteStanding.FILED: Text("备案有效", "filed"),
        SiteStanding.SUSPENDED: Text("备案暂停", "suspended"),
        SiteStanding.EXPIRED: Text("备案已到期", "expired"),
        SiteStanding.ENDED: Text("备案已撤销", "withdrawn"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who decided an act, who approved it, why, by which document, on which day.

    Args:
        decider: the official who decides; None where it was decided elsewhere.
        approver: another official; None for acts that need none.
        reason: why.
        reference: the document's number (文号).
        decided_on: the day of the decision, Asia/Shanghai.
    """

    decider: str | None
    approver: str | None = None
    reason: str | None = None
    reference: str | None = None
    decided_on: date


def parse_reason(typed: str | None) -> str | None:
    """Return the reason of a decision as it is kept, None without.

    Raises:
        IssuerError: it is too long or not printable (`decision_text`).
    """
    return _parse_text(typed, MAX_REASON)


def parse_reference(typed: str | None) -> str | None:
    """Return a document's number (文号) as it is kept; raises as `parse_reason`."""
    return _parse_text(typed, MAX_REFERENCE)


def _parse_text(typed: str | None, most: int) -> str | None:
    text = None if typed is None else typed.strip()
    if text is not None and (len(text) > most or not text.isprintable()):
        raise IssuerError(
            "decision_text",
            Text(
                f"理由、文号应为可见字符，且不超过 {most} 个",
                f"a reason or reference has at most {most} printable characters",
            ),
        )
    return text or None


def standing_of(total: FilingSum, today: date) -> SiteStanding:
    """Return where a filing stands on a day, by its acts."""
    if total.suspended_from is not None:
        return SiteStanding.SUSPENDED
    if total.ended_from is not None:
        return SiteStanding.ENDED
    if not total.windows:
        return SiteStanding.NEW
    live = any(window.last is None or window.last >= today for window in total.windows)
    return SiteStanding.FILED if live else SiteStanding.EXPIRED


def open_events(total: FilingSum, today: date) -> frozenset[FilingEvent]:
    """Return the acts that are open on a day: those of the standing, and what may come sooner.

    A suspension or a withdrawal that is still to come may be brought forward, or another put
    before it.
    """
    found = OPEN_ACTS[standing_of(total, today)]
    if total.suspended_from is not None and total.suspended_from > today:
        found |= {FilingEvent.SUSPENDED}
    if total.ended_from is not None and total.ended_from > today:
        found |= {FilingEvent.SUSPENDED, FilingEvent.WITHDRAWN}
    return found


def enact(
    session: Session,
    site: Site,
    event: FilingEvent,
    decision: Decision,
    *,
    effective_on: date,
    windows: Sequence[Window] = (),
    detail: Mapping[str, str] | None = None,
    application_id: int | None = None,
    now: datetime,
) -> FilingAct:
    """Put an act on record, bring the site's windows up to it, and hand its leaf to the log.

    Args:
        session: in the transaction of the act.
        site: on record, with an id.
        event: what is done.
        decision: by whom, why, when.
        effective_on: first day it has effect.
        windows: as `FilingStep`.
        detail: further words for the act's row and leaf; no personal data.
        application_id: the application that led to it.
        now: aware.

    Raises:
        IssuerError: the act is not open (`filing_act_closed`), a person is missing or the same
            twice (`decider_missing`, `approver_missing`, `approver_same`), or a day is impossible
            (`decided_in_future`, `decided_long_ago`, `effective_before_decision`,
            `effective_before_last_act`, `effective_too_late`, `filing_backdated`).
    """
    session.execute(select(Site.id).where(Site.id == site.id).with_for_update())
    today = shanghai_day(now)
    before = sum_of(session, site)
    check_open(before, event, today)
    check_persons(event, decision)
    _check_days(event, decision, effective_on, today)
    _check_order(session, site, before, event, effective_on)
    act = FilingAct(
        site_id=site.id,
        application_id=application_id,
        event=event.value,
        decided_on=decision.decided_on,
        effective_on=effective_on,
        decider=decision.decider,
        approver=decision.approver,
        reason=decision.reason,
        reference=decision.reference,
        detail=_dump_detail(windows, detail or {}),
        recorded_at=now,
        logged=False,
    )
    session.add(act)
    session.flush()
    after = sum_of(session, site)
    if event not in _DATED_FREELY:
        _check_past(before, after, decision.decided_on)
    _write_windows(session, site, after.windows)
    trace_filing(session, act)
    return act


def check_open(total: FilingSum, event: FilingEvent, today: date) -> None:
    """Refuse an act that the standing of a filing does not allow (`filing_act_closed`)."""
    if event not in open_events(total, today):
        name, act = STANDING_NAMES[standing_of(total, today)], EVENT_NAMES[event]
        raise IssuerError(
            "filing_act_closed",
            Text(
                f"该机构目前为“{name.zh}”，不能办理“{act.zh}”",
                f"this filing is {name.en} at present; it cannot be {act.en}",
            ),
        )


def check_persons(event: FilingEvent, decision: Decision) -> None:
    """Refuse an act without the persons it needs; who grants or harms never acts alone."""
    if decision.decider is None and event is not FilingEvent.RECORDED:
        raise IssuerError("decider_missing", Text("须写明经办人", "name who decides"))
    if event in BY_ONE_PERSON:
        return
    if decision.approver is None:
        raise IssuerError(
            "approver_missing",
            Text(
                f"“{EVENT_NAMES[event].zh}”须由另一人审批",
                "this act needs another person's approval",
            ),
        )
    if is_same_person(decision.approver, decision.decider or ""):
        raise IssuerError(
            "approver_same",
            Text("审批人不得与经办人为同一人", "the approver must not be the one who decides"),
        )


def _check_days(event: FilingEvent, decision: Decision, effective_on: date, today: date) -> None:
    check_decided_on(decision.decided_on, today, freely=event is FilingEvent.RECORDED)
    if event in _DATED_FREELY:
        return
    if effective_on < decision.decided_on:
        day, decided = spoken_day(effective_on), spoken_day(decision.decided_on)
        raise IssuerError(
            "effective_before_decision",
            Text(
                f"生效日期{day.zh}早于决定日期{decided.zh}；决定不溯及既往",
                f"{day.en} is before the decision of {decided.en}; "
                "no decision takes effect before its day",
            ),
        )


def _check_order(
    session: Session, site: Site, before: FilingSum, event: FilingEvent, effective_on: date
) -> None:
    """Refuse a day at which an act would undo what is to come, or have no effect.

    What only takes rights away comes to the same in whatever order it was put on record, so it may
    have effect before an act that is still to come (decision 0037).
    """
    match event:
        case FilingEvent.SUSPENDED | FilingEvent.WITHDRAWN:
            ends = [before.ended_from]
            if event is FilingEvent.SUSPENDED:
                ends.append(before.suspended_from)
            first = min((day for day in ends if day is not None), default=None)
            if first is not None and effective_on >= first:
                raise _too_late(first)
        case FilingEvent.RESUMED:
            first = before.suspended_from
            if first is not None and effective_on < first:
                raise _not_yet(first)
        case _ if event in _IN_ORDER:
            query = select(func.max(FilingAct.effective_on)).where(FilingAct.site_id == site.id)
            last = session.scalar(query.where(FilingAct.event.not_in(_DATED_FREELY)))
            if last is not None and effective_on < last:
                raise _not_yet(last)
        case _:
            pass  # narrowing takes away; a name or an address moves no right


def _too_late(first: date) -> IssuerError:
    day = spoken_day(first)
    return IssuerError(
        "effective_too_late",
        Text(
            f"已决定该机构自{day.zh}起停止核发证书；本次生效日期应早于该日，否则不起作用",
            f"the body may award nothing from {day.en} as it is; to have an effect, this act must "
            "begin before that day",
        ),
    )


def _not_yet(last: date) -> IssuerError:
    day = spoken_day(last)
    return IssuerError(
        "effective_before_last_act",
        Text(
            f"该机构已有一项自{day.zh}起生效的决定，本次须自该日或以后生效；在此之前可以办理"
            "缩小范围、暂停、撤销，以及变更名称、地址",
            f"an act on this filing takes effect on {day.en}; this one cannot before that day. "
            "Until then its scope may be narrowed, it may be suspended or withdrawn, and its name "
            "or address changed",
        ),
    )


def check_decided_on(decided_on: date, today: date, *, freely: bool = False) -> None:
    """Refuse a decision dated in the future, or entered later than the rule allows.

    Args:
        decided_on: the day of the decision.
        today: the day it is entered, Asia/Shanghai.
        freely: it was decided elsewhere, whenever.
    """
    day = spoken_day(decided_on)
    if decided_on > today:
        raise IssuerError(
            "decided_in_future",
            Text(f"决定日期{day.zh}尚未到来", f"the decision is dated {day.en}, to come"),
        )
    most = filing_rule(RuleName.LATE_ENTRY_DAYS, today).value
    if not freely and decided_on < today - timedelta(days=most):
        raise IssuerError(
            "decided_long_ago",
            Text(
                f"决定日期{day.zh}距今已超过 {most} 日，不能补录；请以新的决定办理",
                f"the decision of {day.en} is more than {most} days old and cannot be entered "
                "any more; decide anew",
            ),
        )


def _check_past(before: FilingSum, after: FilingSum, day: date) -> None:
    if rights_before(before.windows, day) != rights_before(after.windows, day):
        since = spoken_day(day)
        raise IssuerError(
            "filing_backdated",
            Text(
                f"该决定会改变{since.zh}之前的备案范围，不予办理",
                f"this would change what was filed before {since.en}",
            ),
        )


def _write_windows(session: Session, site: Site, windows: Sequence[Window]) -> None:
    """Bring the rows of `filings` to `windows`; rows that stay are not touched."""
    wanted = dict.fromkeys(windows)
    for row in list(site.filings):
        window = window_of(row)
        if window in wanted:
            del wanted[window]
        else:
            session.delete(row)
    for window in wanted:
        session.add(
            Filing(
                site_id=site.id,
                occupation=window.occupation,
                level=int(window.level),
                valid_from=window.first,
                valid_to=window.last,
            )
        )
    session.flush()
    session.expire(site, ["filings"])


def _dump_detail(windows: Sequence[Window], detail: Mapping[str, str]) -> str:
    entries = [
        [one.occupation, int(one.level), one.first.isoformat(), one.last and one.last.isoformat()]
        for one in windows
    ]
    return json.dumps({**detail, "windows": entries}, ensure_ascii=False, sort_keys=True)
