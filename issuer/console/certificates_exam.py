"""How a certificate came about, as its page tells it to who has opened it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def exam_facts(
    register: Session, office: Office, vault: Vault, award: Award
) -> tuple[tuple[Text, Any], ...]:
    """Return label and value of what is kept of an award's examination; none where nothing is.

    What is broken is not shown but told.

    Raises:
        VaultError: as `read_exam_record`.
    """
    with reading(office.desks) as session:
        bound = judge_record(register, session, award)
        if bound.is_broken:
            return ((_STANDING, _BROKEN),)
        record = read_exam_record(session, vault, award)
    if not record:
        return ()
    return (*_facts(record), *(((_STANDING, _UNBOUND),) if bound is Bound.UNBOUND else ()))


def _facts(record: Mapping[str, Any]) -> Iterator[tuple[Text, Any]]:
    eligibility = record.get("eligibility")
    if eligibility is not None:
        facts = eligibility["facts"]
        yield Text("申报条件", "Condition met"), facts["condition"]
        yield Text("依据材料", "Evidence"), facts["evidence"]
        yield Text("原证书编号", "Prior certificate"), facts["certificate"]
        yield Text("所据规则", "Rule"), eligibility["rule"]
    for part, mark in record["marks"].items():
        if mark:
            yield Part(part).text, mark
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
