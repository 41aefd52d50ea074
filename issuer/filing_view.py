"""What is shown of applications and of a site's acts: facts for scripts, lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.spoken import spoken_day
from codes.levels import Level
from codes.occupations import Occupation, occupation_by_index
from codes.wording import Text
from issuer.application_form import ApplicationForm
from issuer.application_states import Stage, Step, what_is_next
from issuer.applications import form_of
from issuer.desk import shanghai_day
from issuer.filing_acts import STANDING_NAMES, SiteStanding
from issuer.filing_duties import Duty, duty_of, phase_of, stage_text
from issuer.filing_sums import step_of
from issuer.public_notice import ObjectionOutcome, count_unsettled
from keys.filing_windows import EVENT_NAMES, FilingEvent, Window
from registry.filing_models import (
    ApplicationDecision,
    FilingAct,
    FilingApplication,
    Objection,
)

STEP_NAMES = {
    Step.APPLY: Text("申报", "applied"),
    Step.SUPPLEMENT: Text("补正", "supplemented"),
    Step.ACCEPT: Text("通过", "accepted"),
    Step.RETURN: Text("退回补正", "returned"),
    Step.REFUSE: Text("不予备案", "refused"),
    Step.NOTICE: Text("公示", "put under notice"),
    Step.OBJECT: Text("收到异议", "objection received"),
    Step.DISMISS: Text("异议不成立", "objection dismissed"),
    Step.UPHOLD: Text("异议成立", "objection upheld"),
    Step.FILE: Text("备案", "filed"),
}
_IN_A_PHASE = frozenset({Step.ACCEPT, Step.RETURN, Step.REFUSE})
OUTCOME_NAMES = {
    None: Text("待处理", "open"),
    ObjectionOutcome.DISMISSED: Text("不成立", "dismissed"),
    ObjectionOutcome.UPHELD: Text("成立", "upheld"),
}


def application_as_dict(application: FilingApplication, today: date) -> dict[str, Any]:
    """Return an application with its stages; of objections only that, when and how settled."""
    form = application.forms[-1]
    notice = application.notices[-1] if application.notices else None
    stage = Stage(application.state)
    return {
        "application": application.id,
        "name": application.name,
        "credit_code": application.credit_code,
        "stage": stage.value,
        "next": next_of(application, today).zh,
        "next_en": next_of(application, today).en,
        "form": json.loads(form.form),
        "form_version": form.version,
        "materials": [
            {"title": one.title, "sha256": one.sha256, "bytes": one.size} for one in form.materials
        ],
        "steps": [
            {
                "step": one.step,
                "decided_on": one.decided_on.isoformat(),
                "decider": one.decider,
                "approver": one.approver,
                "reason": one.reason or None,
                "reference": one.reference,
            }
            for one in application.decisions
        ],
        "notice": None
        if notice is None
        else {
            "first_day": notice.first_day.isoformat(),
            "last_day": notice.last_day.isoformat(),
            "objections": [_objection_as_dict(one) for one in notice.objections],
        },
    }


def step_text(decision: ApplicationDecision) -> Text:
    """Return what was done to an application, and in which part of the procedure."""
    step = Step(decision.step)
    name = STEP_NAMES[step]
    if step not in _IN_A_PHASE:
        return name
    phase = phase_of(Stage(decision.state_before))
    return Text(f"{phase.zh}：{name.zh}", f"{phase.en}: {name.en}")


def grounds_text(reference: str | None, reason: str | None) -> Text:
    """Return what a decision rests on: its number and its reason, each under its name."""
    zh = [f"文号：{reference}"] if reference else []
    en = [f"Reference: {reference}"] if reference else []
    if reason:
        zh.append(f"理由：{reason}")
        en.append(f"Reason: {reason}")
    return Text("；".join(zh), "; ".join(en))


def both_text(decider: str | None, approver: str | None) -> Text:
    """Return who decided and who approved, as one list."""
    names = [one for one in (decider, approver) if one]
    return Text("、".join(names), ", ".join(names))


def persons_text(decision: ApplicationDecision) -> Text:
    """Return who did it and who approved it, each with their part."""
    step = Step(decision.step)
    directed = bool(decision.state_before) and (
        duty_of(Stage(decision.state_before), step) is Duty.DIRECTOR
    )
    part = Text("负责人", "director") if directed else Text("经办人", "clerk")
    decider = Text(f"{part.zh} {decision.decider}", f"{part.en} {decision.decider}")
    if decision.approver is None:
        return decider
    return Text(
        f"{decider.zh}，审批人 {decision.approver}", f"{decider.en}, approver {decision.approver}"
    )


def application_lines(application: FilingApplication, today: date) -> Iterator[Text]:
    """Yield an application for people to read: where it stands, what it names, what was done."""
    yield application_line(application, today)
    yield from _form_lines(form_of(application))
    for material in application.forms[-1].materials:
        line = f"  {material.title}  {material.size:,} B  SHA-256 {material.sha256}"
        yield Text(line, line)
    for one in application.decisions:
        step, persons = step_text(one), persons_text(one)
        said, day = grounds_text(one.reference, one.reason), spoken_day(one.decided_on)
        yield Text(
            f"  {day.zh}  {step.zh}（{persons.zh}）{said.zh}",
            f"  {day.en}  {step.en} ({persons.en}) {said.en}",
        )
    if application.notices:
        for number, objection in enumerate(application.notices[-1].objections, start=1):
            outcome = OUTCOME_NAMES[
                ObjectionOutcome(objection.outcome) if objection.outcome else None
            ]
            day = spoken_day(objection.received_on)
            yield Text(
                f"  异议 {number}：{day.zh}收到，{outcome.zh}",
                f"  objection {number}: received {day.en}, {outcome.en}",
            )


def application_line(application: FilingApplication, today: date) -> Text:
    """Return one line: number, unit, stage, what is next."""
    stage, following = stage_text(application, today), next_of(application, today)
    return Text(
        f"申请 {application.id}  {application.name}：{stage.zh}；下一步：{following.zh}",
        f"application {application.id}  {application.name}: {stage.en}; next: {following.en}",
    )


def next_of(application: FilingApplication, today: date) -> Text:
    """Return what is next for an application on a day."""
    stage = Stage(application.state)
    if stage is not Stage.ON_NOTICE:
        return what_is_next(stage)
    notice = application.notices[-1]
    waiting = count_unsettled(notice)
    if waiting:
        return Text(
            f"objection settle（{waiting} 件异议待处理）", f"objection settle ({waiting} open)"
        )
    if today <= notice.last_day:
        last = spoken_day(notice.last_day)
        return Text(
            f"公示至{last.zh}止，期满次日起 file",
            f"file, once the notice has run to {last.en}",
        )
    return Text("file、return 或 refuse", "file, return or refuse")


def act_as_dict(act: FilingAct) -> dict[str, Any]:
    """Return an act on a site."""
    detail: dict[str, Any] = json.loads(act.detail)
    return {
        "event": act.event,
        "decided_on": act.decided_on.isoformat(),
        "effective_on": act.effective_on.isoformat(),
        "recorded_at": act.recorded_at.isoformat(),
        "decider": act.decider,
        "approver": act.approver,
        "reason": act.reason,
        "reference": act.reference,
        "application": act.application_id,
        **{name: value for name, value in detail.items() if name != "windows"},
        "scopes": scopes_as_dicts(step_of(act).windows),
    }


def scopes_as_dicts(windows: Sequence[Window]) -> list[dict[str, Any]]:
    """Return windows as scopes: levels of one occupation and term together."""
    return [
        {
            "occupation": row.occupation.code,
            "levels": [int(level) for level in row.levels],
            "from": row.first.isoformat(),
            "to": row.last.isoformat() if row.last else None,
        }
        for row in scope_rows(windows)
    ]


def act_line(act: FilingAct) -> Text:
    """Return one line of a site's history."""
    event = EVENT_NAMES[FilingEvent(act.event)]
    said = grounds_text(act.reference, act.reason)
    persons = both_text(act.decider, act.approver)
    decided, days = spoken_day(act.decided_on), days_text(act)
    return Text(
        f"  {decided.zh}  {event.zh}，{days.zh}（{persons.zh or '—'}）{said.zh}",
        f"  {decided.en}  {event.en}, {days.en} ({persons.en or '—'}) {said.en}",
    )


def days_text(act: FilingAct) -> Text:
    """Return from when an act has effect and when it was entered, beside the day of its decision.

    An act that was entered late shows it: the day it was entered is later than the other two.
    """
    since, entered = spoken_day(act.effective_on), spoken_day(shanghai_day(act.recorded_at))
    return Text(
        f"自{since.zh}起生效，{entered.zh}录入", f"in effect from {since.en}, entered {entered.en}"
    )


def scope_lines(windows: Sequence[Window]) -> Iterator[Text]:
    """Yield a line for each occupation and term: levels of one window together."""
    for row in scope_rows(windows):
        occupation, levels, first = row.occupation, row.levels, spoken_day(row.first)
        until = Text("起，未定截止日期", "on, open")
        if row.last:
            last = spoken_day(row.last)
            until = Text(f"至{last.zh}", f"to {last.en}")
        yield Text(
            f"  {occupation.zh}（{occupation.code}）："
            f"{'、'.join(level.zh for level in levels)}，{first.zh}{until.zh}",
            f"  {occupation.en} ({occupation.code}): "
            f"{', '.join(level.en for level in levels)}; from {first.en} {until.en}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRow:
    """One occupation with the levels that are filed from one day to another."""

    occupation: Occupation
    levels: tuple[Level, ...]
    first: date
    last: date | None


def scope_rows(windows: Sequence[Window]) -> Iterator[ScopeRow]:
    """Yield windows as scopes: levels of one occupation and term together."""
    grouped: dict[tuple[int, date, date | None], list[Level]] = {}
    for one in windows:
        grouped.setdefault((one.occupation, one.first, one.last), []).append(one.level)
    for (index, first, last), levels in grouped.items():
        yield ScopeRow(
            occupation=occupation_by_index(index),
            levels=tuple(sorted(levels, reverse=True)),
            first=first,
            last=last,
        )


def standing_text(standing: SiteStanding) -> Text:
    """Return where a filing stands, as it is shown."""
    return STANDING_NAMES[standing]


def join_lines(lines: Sequence[Text]) -> Text:
    """Return lines as one text."""
    return Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))


def _form_lines(form: ApplicationForm) -> Iterator[Text]:
    yield Text(
        f"  统一社会信用代码 {form.credit_code}，类别 {form.category.value}，"
        f"考评员 {form.examiners} 人，督导员 {form.supervisors} 人",
        f"  credit code {form.credit_code}, category {form.category.value}, "
        f"{form.examiners} examiners, {form.supervisors} quality supervisors",
    )
    for occupation, levels in form.scopes:
        yield Text(
            f"  {occupation.zh}（{occupation.code}）：{'、'.join(one.zh for one in levels)}",
            f"  {occupation.en} ({occupation.code}): {', '.join(one.en for one in levels)}",
        )
    for number, site in enumerate(form.sites, start=1):
        asked = site.serial or "—"
        yield Text(
            f"  站点 {number}：{site.address}，申请的机构序列码 {asked}",
            f"  site {number}: {site.address}, asks for serial {asked}",
        )


def _objection_as_dict(objection: Objection) -> dict[str, Any]:
    return {
        "received_on": objection.received_on.isoformat(),
        "outcome": objection.outcome,
        "reason": objection.reason,
        "settled_on": objection.settled_on.isoformat() if objection.settled_on else None,
    }
