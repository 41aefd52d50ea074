"""How a certificate came about, as its page tells it to who has opened it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from accounts.spoken import spoken_day
from codes.assessment_rules import Part
from codes.wording import Text
from issuer.console.office import Office
from issuer.exam_records import read_exam_record
from registry.models import Award
from registry.session import reading
from registry.vault import Vault


def exam_facts(office: Office, vault: Vault, award: Award) -> tuple[tuple[Text, Any], ...]:
    """Return label and value of what is kept of an award's examination; none where nothing is.

    Raises:
        VaultError: as `read_exam_record`.
    """
    with reading(office.desks) as session:
        record = read_exam_record(session, vault, award)
    return tuple(_facts(record)) if record else ()


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
