"""How a certificate came about, as its page tells it to who has opened it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.assessment_rules import Part
from codes.wording import Text
from issuer.console.office import Office
from issuer.exam_binding import Bound, judge_record
from issuer.exam_records import read_exam_record
from registry.models import Award
from registry.session import reading
from registry.vault import Vault

_STANDING: Final = Text("记录核对", "Record held against the trail")
_BROKEN: Final = Text(
    "考核记录缺失，或与签发时审计记录中的摘要不符，不予显示。"
    "请系统管理员运行 yanzhen log fsck，并从备份恢复工作台数据库",
    "the record is missing, or is not the one whose hash was put on the audit trail at issue; it "
    "is not shown. Have the administrator run yanzhen log fsck and restore the desks' database",
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
    return _told(register, desks, vault, award, _held)


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
    return (*facts(record), *(((_STANDING, _UNBOUND),) if bound is Bound.UNBOUND else ()))


def _held(record: Mapping[str, Any]) -> Iterator[tuple[Text, Any]]:
    sittings = record.get("sittings")
    if sittings is None:
        yield Text("考试安排", "Sittings"), _NOT_KEPT
    for one in sittings or ():
        day = spoken_day(date.fromisoformat(one["day"]))
        hours = f"{one['begins']}–{one['ends']}"
        examiners, invigilators = ("、".join(one[who]) for who in ("examiners", "invigilators"))
        part = Part(one["part"]).text
        zh = [f"{day.zh} {hours}", one["room"]]
        en = [f"{day.en}, {hours}", one["room"]]
        for names, label in ((examiners, _EXAMINERS), (invigilators, _INVIGILATORS)):
            if names:
                zh.append(f"{label.zh}：{names}")
                en.append(f"{label.en}: {names}")
        yield Text(f"{part.zh}安排", f"Sitting, {part.en}"), Text("；".join(zh), "; ".join(en))
    yield from _marks(record)


def _marks(record: Mapping[str, Any]) -> Iterator[tuple[Text, Any]]:
    for part, mark in record["marks"].items():
        if mark:
            yield Part(part).text, _mark(record, part, mark)


def _facts(record: Mapping[str, Any]) -> Iterator[tuple[Text, Any]]:
    eligibility = record.get("eligibility")
    if eligibility is not None:
        facts = eligibility["facts"]
        yield Text("申报条件", "Condition met"), facts["condition"]
        yield Text("依据材料", "Evidence"), facts["evidence"]
        yield Text("原证书编号", "Prior certificate"), facts["certificate"]
        yield Text("所据规则", "Rule"), eligibility["rule"]
    yield from _held(record)
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
