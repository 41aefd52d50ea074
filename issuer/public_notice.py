"""The public notice of an application (公示) and the objections (异议) received during it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.filing_rules import RuleName, filing_rule
from codes.wording import Text
from issuer.application_states import Step
from issuer.applications import take_step
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.filing_acts import Decision
from issuer.json_form import FormFields, read_json_form
from registry.errors import VaultError
from registry.filing_models import FilingApplication, Objection, PublicNotice
from registry.holder_keys import check_vault_in_force
from registry.objections import ObjectionBox, mark_taken, waiting_objections
from registry.vault import Vault

_SATURDAY = 5


class ObjectionOutcome(StrEnum):
    """How an objection was settled."""

    DISMISSED = "dismissed"
    UPHELD = "upheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionForm:
    """An objection as received: from whom, in what words, on which day. Personal data."""

    sender: str = field(repr=False)
    text: str = field(repr=False)
    received_on: date


def read_objection(path: Path) -> ObjectionForm:
    """Read an objection file: `{"from": "…", "text": "…", "received_on": "2026-01-31"}`.

    Raises:
        IssuerError: `filing_unreadable`, or `filing_field` naming the field and the fault.
    """
    fields = FormFields.of(read_json_form(path), {"from", "text", "received_on"})
    return ObjectionForm(
        sender=fields.text("from", 200),
        text=fields.text("text", 5000, lines=True),
        received_on=fields.day("received_on"),
    )


def working_days(first: date, last: date, days_off: Collection[date]) -> int:
    """Return how many days from `first` to `last` are neither weekend nor in `days_off`.

    Weekend days made working days by the holiday plan do not count: the notice only gets longer.
    """
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return sum(day.weekday() < _SATURDAY and day not in days_off for day in days)


def _day_reaching(wanted: int, first: date, days_off: Collection[date]) -> date:
    """Return the earliest last day of a notice that begins on `first` and has `wanted` days."""
    last = first
    while working_days(first, last, days_off) < wanted:
        last += timedelta(days=1)
    return last


def start_notice(
    session: Session,
    application: FilingApplication,
    decision: Decision,
    *,
    first_day: date,
    last_day: date,
    days_off: Collection[date] = (),
    now: datetime,
) -> PublicNotice:
    """Put a selected application under public notice, for whole days in Asia/Shanghai.

    Args:
        session: in a transaction.
        application: selected.
        decision: who ordered it.
        first_day: a day to come, because the day it is entered is no whole day any more.
        last_day: that day included.
        days_off: public holidays, which are no working days.
        now: aware.

    Raises:
        IssuerError: as `take_step`; `notice_not_to_come`, `notice_too_short`.
    """
    today = shanghai_day(now)
    if first_day <= today:
        least = spoken_day(today + timedelta(days=1))
        raise IssuerError(
            "notice_not_to_come",
            Text(
                f"公示须从录入次日（{least.zh}）或以后开始，按整日计算",
                f"a notice begins on {least.en} or later: its days are whole days",
            ),
        )
    rule = filing_rule(RuleName.NOTICE_WORKING_DAYS, today)
    counted = working_days(first_day, last_day, days_off)
    if counted < rule.value:
        least = spoken_day(_day_reaching(rule.value, first_day, days_off))
        raise IssuerError(
            "notice_too_short",
            Text(
                f"公示期仅含 {counted} 个工作日，不足 {rule.value} 个工作日；"
                f"结束日期最早为{least.zh}",
                f"the notice has {counted} working days, the rule asks for {rule.value}: "
                f"its last day is {least.en} or later",
            ),
        )
    take_step(session, application, Step.NOTICE, decision, now=now)
    notice = PublicNotice(
        application_id=application.id,
        first_day=first_day,
        last_day=last_day,
        days_off=json.dumps(sorted(day.isoformat() for day in days_off)),
        recorded_at=now,
    )
    session.add(notice)
    session.flush()
    session.expire(application, ["notices"])
    return notice


def add_objection(
    session: Session,
    vault: Vault,
    application: FilingApplication,
    form: ObjectionForm,
    decision: Decision,
    *,
    now: datetime,
) -> Objection:
    """Put on record an objection received during the notice; sender and words are sealed.

    Raises:
        IssuerError: as `take_step`; it was not received during the notice
            (`objection_out_of_time`).
    """
    take_step(session, application, Step.OBJECT, decision, now=now)
    notice = application.notices[-1]
    if not notice.first_day <= form.received_on <= min(notice.last_day, shanghai_day(now)):
        first, last = spoken_day(notice.first_day), spoken_day(notice.last_day)
        raise IssuerError(
            "objection_out_of_time",
            Text(
                f"收到日期不在公示期（{first.zh}至{last.zh}）内；公示期外的反映按投诉举报办理",
                f"it was not received during the notice ({first.en} to {last.en}); "
                "outside of it, it is a complaint",
            ),
        )
    check_vault_in_force(session, vault)
    words = json.dumps({"from": form.sender, "text": form.text}, ensure_ascii=False)
    objection = Objection(
        notice_id=notice.id,
        received_on=form.received_on,
        sealed=vault.seal(objection_context(notice.id), words.encode()),
        recorded_at=now,
    )
    session.add(objection)
    session.flush()
    session.expire(notice, ["objections"])
    return objection


def take_sent_objections(
    register: Session,
    public: Session,
    vault: Vault,
    box: ObjectionBox,
    application: FilingApplication,
    decision: Decision,
    *,
    now: datetime,
) -> int:
    """Put on record what was sent on the public site about the notice that runs; return how many.

    Call it in both transactions, the public one outside: a crash between the two commits leaves an
    objection to be taken in twice, and none is lost.

    Raises:
        IssuerError: as `add_objection`.
        VaultError: what was sent was altered (`sealed_value_altered`).
    """
    waiting = waiting_objections(public, application.notices[-1].id)
    for row in waiting:
        words = box.open(row)
        form = ObjectionForm(
            sender=words.sender, text=words.text, received_on=shanghai_day(row.sent_at)
        )
        objection = add_objection(register, vault, application, form, decision, now=now)
        mark_taken(row, objection.id, now=now)
    return len(waiting)


def check_none_sent(public: Session, application: FilingApplication) -> None:
    """Refuse a filing while objections sent on the public site are not on record.

    Raises:
        IssuerError: there are some (`objections_unread`).
    """
    waiting = len(waiting_objections(public, application.notices[-1].id))
    if waiting:
        raise IssuerError(
            "objections_unread",
            Text(
                f"公众网站收到的 {waiting} 件异议尚未登记，不能备案；请先在工作台的申请页面登记",
                f"objections sent on the public site and not on record: {waiting}; there can be no "
                "filing. Put them on record on the application's page at the desks first",
            ),
        )


def count_unsettled(notice: PublicNotice) -> int:
    """Return how many objections to a notice wait to be settled."""
    return sum(one.outcome is None for one in notice.objections)


def objections_now(application: FilingApplication) -> Sequence[Objection]:
    """Return the objections to the latest notice of an application; none without a notice."""
    return application.notices[-1].objections if application.notices else ()


def check_objection_as_shown(
    application: FilingApplication, number: int, shown: int | None
) -> None:
    """Refuse what was said about an objection of a notice before the latest.

    Args:
        number: from 1.
        shown: id of the objection that the page showed under that number; None without a page.

    Raises:
        IssuerError: another stands there now, or none (`objection_moved`).
    """
    at_number = objections_now(application)[number - 1 : number] if number else ()
    if shown is not None and [one.id for one in at_number] != [shown]:
        raise IssuerError(
            "objection_moved",
            Text(
                f"打开本页之后该申请已重新公示，异议 {number} 已不是原来那件异议；"
                "未作任何处理，请从申请页面重新打开",
                f"the application came under a new notice since this page was opened, and "
                f"objection {number} is not the one it showed; nothing was done, open it again "
                "from the application's page",
            ),
        )


def settle_objection(
    session: Session,
    application: FilingApplication,
    number: int,
    outcome: ObjectionOutcome,
    decision: Decision,
    *,
    now: datetime,
    shown: int | None = None,
) -> Objection:
    """Settle the objection with this number (from 1) of the latest notice.

    Args:
        shown: as `check_objection_as_shown`.

    Raises:
        IssuerError: as `take_step`, `check_objection_as_shown`; there is none open with that
            number (`objection_unknown`).
    """
    check_objection_as_shown(application, number, shown)
    objections = objections_now(application)
    if not 1 <= number <= len(objections) or objections[number - 1].outcome is not None:
        raise IssuerError(
            "objection_unknown",
            Text(
                f"没有待处理的第 {number} 件异议",
                f"no objection {number} is open",
            ),
        )
    step = Step.UPHOLD if outcome is ObjectionOutcome.UPHELD else Step.DISMISS
    take_step(session, application, step, decision, now=now)
    objection = objections[number - 1]
    objection.outcome = outcome.value
    objection.reason = decision.reason
    objection.settled_by = decision.decider
    objection.settled_on = decision.decided_on
    session.flush()
    return objection


def open_objection(vault: Vault, objection: Objection) -> ObjectionForm:
    """Return an objection as received.

    Raises:
        VaultError: it was altered or belongs to another vault.
    """
    words = json.loads(vault.unseal(objection_context(objection.notice_id), objection.sealed))
    return ObjectionForm(
        sender=words["from"], text=words["text"], received_on=objection.received_on
    )


def open_objection_now(vault: Vault, application: FilingApplication, number: int) -> ObjectionForm:
    """Return the objection with this number (from 1) of the latest notice as received.

    Raises:
        IssuerError: its sealed words do not open (`objection_altered`).
    """
    try:
        return open_objection(vault, objections_now(application)[number - 1])
    except VaultError as error:
        raise IssuerError(
            "objection_altered",
            Text(
                f"异议 {number} 的原文打不开：加密内容在数据库中被改动，或密钥不符。"
                "这件异议不能处理，该申请也不能备案。请停止办理并查明原因，从改动前的备份恢复；确实找不回的，"
                "将申请退回补正、重新公示，并请提出人再次提出",
                f"the words of objection {number} do not open: they were altered in the database, "
                "or the key is not their own. It cannot be settled, and there can be no filing. "
                "Find out what happened and restore a backup from before; should there be none, "
                "return the application for a new notice and have the objection made again",
            ),
        ) from error


def objection_mark(form: ObjectionForm) -> str:
    """Return what only a page that shows an objection's words can bring back."""
    said = json.dumps([form.sender, form.text])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def check_notice(application: FilingApplication, decided_on: date) -> None:
    """Refuse a filing decided before the notice has elapsed, or while an objection is open.

    Raises:
        IssuerError: `notice_running`, `objections_open`, `objections_upheld`.
    """
    notice = application.notices[-1]
    if decided_on <= notice.last_day:
        last = spoken_day(notice.last_day)
        raise IssuerError(
            "notice_running",
            Text(
                f"公示至{last.zh}止，期满次日起方可备案",
                f"the notice runs to {last.en}; the filing may follow from the next day on",
            ),
        )
    still_open = count_unsettled(notice)
    if still_open:
        raise IssuerError(
            "objections_open",
            Text(
                f"尚有 {still_open} 件异议未处理，不能备案",
                f"objections not dealt with: {still_open}; there can be no filing",
            ),
        )
    if any(one.outcome == ObjectionOutcome.UPHELD for one in notice.objections):
        raise IssuerError(
            "objections_upheld",
            Text("有异议成立，不能备案", "an objection was upheld; there can be no filing"),
        )


def objection_context(notice_id: int) -> str:
    """Return what the objections received during a notice are sealed under."""
    return f"filing/objection/{notice_id}"
