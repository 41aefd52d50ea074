"""How a certificate came about, as its page tells it to who has opened it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.assessment_rules import Part
from codes.wording import Text
from issuer.batch_plan import Plan
from issuer.console.office import Office
from issuer.exam_binding import Bound, judge_record
from issuer.exam_records import EXAM, read_exam_record
from issuer.kept_exams import read_exam
from registry.batch_models import BatchDraft
from registry.models import Award, Batch, Site
from registry.session import reading
from registry.vault import Vault

_STANDING: Final = Text("记录核对", "Record held against the trail")
_BROKEN: Final = Text(
    "考核记录缺失，或与签发时审计记录中的摘要不符，不予显示。"
    "请系统管理员运行 yanzhen log fsck，并从备份恢复工作台数据库",
    "the record is missing, or is not the one whose hash was put on the audit trail at issue; it "
    "is not shown. Have the administrator run yanzhen log fsck and restore the desks' database",
)
_SITTINGS: Final = Text("本批次的考试安排", "Sittings of its batch")
_PLAN_BROKEN: Final = Text(
    "记录缺失，或与签发时留存的摘要不符，不予显示",
    "the record is missing or is not the one whose hash was kept at issue; it is not shown",
)
_UNBOUND: Final = Text(
    "签发时审计记录中没有留存摘要，无法核对是否被改动",
    "no hash was put on the audit trail at issue; whether it was altered cannot be told",
)
_NOT_KEPT: Final = Text(
    "签发时没有留存，请查阅机构的考试计划", "not kept at issue; look at the body's plan"
)
_EXAMINERS: Final = Text("考评员", "examiners")
_INVIGILATORS: Final = Text("监考员", "invigilators")


def exam_facts(
    register: Session, office: Office, vault: Vault, award: Award
) -> tuple[tuple[Text, Any], ...]:
    """Return label and value of what is kept of an award's examination; none where nothing is.

    What is broken is not shown but told.

    Raises:
        VaultError: as `read_exam_record`.
    """
    with reading(office.desks) as session:
        return _told(register, session, vault, award, _facts)


def sitting_facts(
    register: Session, desks: Session, vault: Vault, award: Award
) -> tuple[tuple[Text, Any], ...]:
    """Return of an award's examination when, where and by whom it was held, and the marks.

    Nothing of what makes the holder eligible, which is read on a stated ground; as `exam_facts`.
    """
    return _told(register, desks, vault, award, _marks)


def _told(
    register: Session,
    desks: Session,
    vault: Vault,
    award: Award,
    facts: Callable[[Mapping[str, Any]], Iterator[tuple[Text, Any]]],
) -> tuple[tuple[Text, Any], ...]:
    bound = judge_record(register, desks, award)
    if bound.is_broken:
        return ((_STANDING, _BROKEN),)
    record = read_exam_record(desks, vault, award)
    if not record:
        return ()
    return (
        *facts(record),
        *_sittings(record, _plan_of(register, desks, vault, award, record)),
        *(((_STANDING, _UNBOUND),) if bound is Bound.UNBOUND else ()),
    )


def _plan_of(
    register: Session, desks: Session, vault: Vault, award: Award, record: Mapping[str, Any]
) -> Plan | None:
    """Return the plan of an award's batch; None where it is not the one that its record names."""
    names = select(Site.prefix, Batch.name).join(Batch, Batch.site_id == Site.id)
    found = register.execute(names.where(Batch.id == award.batch_id)).one()
    drafts = select(BatchDraft).where(BatchDraft.prefix == found.prefix)
    draft = desks.scalar(drafts.where(BatchDraft.name == found.name))
    exam = None if draft is None else read_exam(desks, vault, draft)
    return exam.plan if exam is not None and exam.digest == record.get(EXAM) else None


def _sittings(record: Mapping[str, Any], plan: Plan | None) -> Iterator[tuple[Text, Any]]:
    """Yield the sittings of the batch: which of several somebody sat in is not on record."""
    if plan is None:
        yield _SITTINGS, _PLAN_BROKEN if EXAM in record else _NOT_KEPT
        return
    for one in plan.sittings:
        day = spoken_day(date.fromisoformat(one.day))
        zh = [f"{one.part.text.zh}，{day.zh} {one.begins}–{one.ends}", one.room]
        en = [f"{one.part.text.en}, {day.en}, {one.begins}–{one.ends}", one.room]
        for names, label in ((one.examiners, _EXAMINERS), (one.invigilators, _INVIGILATORS)):
            if names:
                zh.append(f"{label.zh}：{'、'.join(names)}")
                en.append(f"{label.en}: {', '.join(names)}")
        yield _SITTINGS, Text("；".join(zh), "; ".join(en))


def _marks(record: Mapping[str, Any]) -> Iterator[tuple[Text, Any]]:
    for part, mark in record["marks"].items():
        if mark:
            yield Part(part).text, _mark(record, part, mark)


def _facts(record: Mapping[str, Any]) -> Iterator[tuple[Text, Any]]:
    eligibility = record.get("eligibility")
    if eligibility is not None:
        facts = eligibility["facts"]
        yield Text("申报条件", "Condition met"), facts["condition"]
        if facts["years"]:
            yield Text("相关年限", "Years"), facts["years"]
        if facts["qualification"]:
            yield Text("学历或职级", "Degree or rank"), facts["qualification"]
        yield Text("依据材料", "Evidence"), facts["evidence"]
        yield Text("原证书编号", "Prior certificate"), facts["certificate"]
        yield Text("所据规则", "Rule"), eligibility["rule"]
    yield from _marks(record)
    if record["bank"]:
        yield (
            Text("题库和版本", "Question bank and version"),
            f"{record['bank']} {record['version']}",
        )
    first, last = record["notice"]
    if first and last:
        begun, over = (spoken_day(date.fromisoformat(day)) for day in (first, last))
        yield (
            Text("结果公示", "Public notice"),
            Text(f"{begun.zh}至{over.zh}", f"{begun.en} to {over.en}"),
        )


def _mark(record: Mapping[str, Any], part: str, mark: str) -> str | Text:
    """Return a mark, with the batch it was carried over from."""
    last = {one["attempt"]: one for one in record["entries"] if one["part"] == part and one["text"]}
    entry = last.get(2) or last.get(1) or {}
    if not entry.get("source"):
        return mark
    source, bank = entry["source"], entry["bank"]
    return Text(
        f"{mark}（沿用批次“{source}”的成绩，题库 {bank or '—'}）",
        f"{mark} (carried over from batch “{source}”, question bank {bank or '—'})",
    )
