"""Eligibility (申报条件): which condition of the level each candidate meets, on what evidence.

The conditions are dated data (`codes/data/assessment_rules.json`). A prior certificate is checked
by its number: one of ours in the register; any other, 16 digits included, for its form alone, and
that is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from accounts.person import Person
from accounts.spoken import spoken_day
from codes.assessment_rules import Condition, conditions
from codes.levels import Level
from codes.number import NumberKind, inspect_number
from codes.typed import FULL_WIDTH_NOTICE
from codes.wording import Text
from issuer.batch_candidates import (
    Candidate,
    examining,
    keep_of,
    kept_of,
    match_lines,
    open_json,
    read_candidates,
    seal_json,
    shared_names,
)
from issuer.batch_room import BatchRoom, find_draft
from issuer.desk import shanghai_day
from issuer.eligibility_words import (
    NO_DAY,
    NOT_CHECKED,
    OTHER_KIND,
    checked,
    no_certificate,
    no_day,
)
from issuer.exam_columns import ExamColumn
from issuer.exam_facts import Facts, facts_of, is_full_width, ordinary_facts
from issuer.exam_sheets import SheetLine, refuse_lines, write_exam_sheet
from issuer.prior_awards import PriorAward, find_prior
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCandidate
from registry.session import reading

_WHAT = "eligibility"
_FEW = 500
_YEARS = re.compile(r"[0-9]{1,2}(?:\.[0-9])?")
_DAYS_A_YEAR = 365.25
COLUMNS = (
    ExamColumn.ROW,
    ExamColumn.NAME,
    ExamColumn.DOCUMENT,
    ExamColumn.LEVEL,
    ExamColumn.CONDITION,
    ExamColumn.YEARS,
    ExamColumn.QUALIFICATION,
    ExamColumn.CERTIFICATE,
    ExamColumn.CERTIFIED_ON,
    ExamColumn.EVIDENCE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the rules say of somebody's facts.

    Args:
        met: the condition relied on is met.
        condition: which one; None where none of that name is in force for the level.
        faults: (field of `Facts`, why it is not met).
        remarks: what is worth knowing: what was checked, and what was not.
    """

    met: bool
    condition: Condition | None
    faults: tuple[tuple[str, Text], ...]
    remarks: tuple[Text, ...]


Lookup = Callable[[str], PriorAward | None]


def judge(
    facts: Facts, occupation: str | None, level: Level | None, *, today: date, lookup: Lookup
) -> Judgement:
    """Return whether a condition of a level is met.

    Args:
        lookup: finds a certificate of ours by its number.
    """
    known = () if occupation is None or level is None else conditions(occupation, level, today)
    condition = next((one for one in known if one.name == facts.condition.strip()), None)
    if condition is None:
        names = [one.name for one in known]
        zh = (
            f"请填写本级别的申报条件编号：{'、'.join(names)}"
            if names
            else "名册中的职业或级别没有对应的申报条件"
        )
        en = "No conditions are on record for this occupation or level"
        if names:
            en = f"Give the number of one of the level's conditions: {', '.join(names)}"
        unread = [("condition", Text(zh, en)), *_unread_day(facts)]
        return Judgement(met=False, condition=None, faults=tuple(unread), remarks=())
    faults: list[tuple[str, Text]] = []
    remarks: list[Text] = []
    since = _judge_certificate(facts, condition, today, lookup, faults, remarks)
    _judge_years(facts, condition, since, today, faults)
    if condition.qualification and facts.qualification.strip() not in condition.qualification:
        zh, en = "、".join(condition.qualification), ", ".join(condition.qualification)
        faults.append(("qualification", Text(f"应填其中之一：{zh}", f"Should be one of: {en}")))
    if not facts.evidence.strip():
        faults.append(
            (
                "evidence",
                Text(
                    f"请写明依据材料，如{condition.evidence.zh}",
                    f"name the evidence, such as: {condition.evidence.en}",
                ),
            )
        )
    if faults and not any(name == "dated" for name, _ in faults):
        faults += _unread_day(facts)
    return Judgement(
        met=not faults, condition=condition, faults=tuple(faults), remarks=tuple(remarks)
    )


def _judge_years(
    facts: Facts,
    condition: Condition,
    since: date | None,
    today: date,
    faults: list[tuple[str, Text]],
) -> None:
    if condition.years is None:
        return
    typed = facts.years.strip()
    if not _YEARS.fullmatch(typed):
        faults.append(
            ("years", Text("请填年数，如 5 或 5.5", "Give a number of years, such as 5 or 5.5"))
        )
        return
    if float(typed) < condition.years:
        faults.append(
            (
                "years",
                Text(
                    f"相关年限 {typed} 年，不满 {condition.years} 年",
                    f"{typed} given, where the condition asks for {condition.years} years",
                ),
            )
        )
    if since is not None and float(typed) > (today - since).days / _DAYS_A_YEAR + 0.1:
        day = spoken_day(since)
        faults.append(
            (
                "years",
                Text(
                    f"原证书于{day.zh}核发，至今不足 {typed} 年；年限应自取得证书起计",
                    f"Years count from the certificate, of {day.en}: fewer than {typed} so far",
                ),
            )
        )


def _judge_certificate(
    facts: Facts,
    condition: Condition,
    today: date,
    lookup: Lookup,
    faults: list[tuple[str, Text]],
    remarks: list[Text],
) -> date | None:
    """Judge the prior certificate a condition asks for; return the day it is from."""
    if condition.certificate_level is None:
        return None
    if not facts.certificate.strip():
        faults.append(("certificate", no_certificate(condition)))
        return None
    reading_ = inspect_number(facts.certificate, today=today)
    if reading_.problems:
        faults.append(("certificate", reading_.problems[0].text))
        return None
    number = reading_.normalised
    if reading_.kind not in (NumberKind.UNIFIED, NumberKind.LEGACY16):
        faults.append(("certificate", OTHER_KIND))
        return None
    level = int(number[10] if reading_.kind is NumberKind.LEGACY16 else number[15])
    if level != condition.certificate_level:
        faults.append(
            (
                "certificate",
                Text(
                    f"编号表示 {Level(level).zh}，本条件要求 {condition.certificate_level.zh}",
                    f"the number says {Level(level).en}, not {condition.certificate_level.en}",
                ),
            )
        )
    prior = lookup(number) if reading_.kind is NumberKind.UNIFIED else None
    if prior is not None:
        faults += [("certificate", text) for text in prior.faults(condition)]
        if prior.issued_on is not None:
            remarks.append(checked(prior.issued_on))
            return prior.issued_on
        return None
    remarks.append(NOT_CHECKED)
    return _typed_day(facts, today, faults)


def _unread_day(facts: Facts) -> list[tuple[str, Text]]:
    """Return the fault of a day of issue that is no day, where nothing else looked at it."""
    typed = facts.dated.strip()
    try:
        date.fromisoformat(typed or "2000-01-01")
    except ValueError:
        return [("dated", no_day(typed))]
    return []


def _typed_day(facts: Facts, today: date, faults: list[tuple[str, Text]]) -> date | None:
    try:
        found = date.fromisoformat(facts.dated.strip())
    except ValueError:
        found = date.max
    if found > today:
        typed = facts.dated.strip()
        faults.append(("dated", no_day(typed) if typed else NO_DAY))
        return None
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was entered about somebody, and what it came to then.

    Args:
        source: the batch it was carried over from; empty for what was entered in this.
    """

    facts: Facts
    met: bool
    judged_on: date
    by: str
    rule: str
    faults: tuple[tuple[str, Text], ...]
    remarks: tuple[Text, ...]
    source: str = ""


def read_kept(room: BatchRoom, draft: BatchDraft, kept: BatchCandidate | None) -> Kept | None:
    """Return what is kept of somebody's eligibility, or None."""
    if kept is None or kept.eligibility_sealed is None:
        return None
    data = open_json(room.cipher(draft), _WHAT, kept.person, kept.eligibility_sealed)
    return Kept(
        facts=ordinary_facts(Facts(**data["facts"])),
        met=data["met"],
        judged_on=date.fromisoformat(data["on"]),
        by=data["by"],
        rule=data["rule"],
        faults=tuple((name, Text(zh, en)) for name, zh, en in data["faults"]),
        remarks=tuple(Text(zh, en) for zh, en in data["remarks"]),
        source=data.get("source", ""),
    )


def enter(
    room: BatchRoom, person: Person, prefix: str, draft_id: int, typed: Mapping[int, Facts]
) -> int:
    """Keep what was entered about people, judged; return how many of them meet a condition.

    What is not met is kept too, with why. Facts that are empty take away what was kept.

    Args:
        typed: by row of the roster.

    Raises:
        IssuerError: as `examining`.
    """
    today = shanghai_day(room.clock())
    met = 0
    with (
        reading(room.register) as register,
        examining(room, prefix, draft_id) as (session, draft, _),
    ):
        people = read_candidates(room, session, draft, rows=typed.keys())
        kept = kept_of(session, draft, people if len(people) <= _FEW else None)
        cipher = room.cipher(draft)
        for one in people:
            stored = keep_of(session, draft, kept, one)
            facts = ordinary_facts(typed[one.row])
            if facts.is_empty:
                stored.eligibility_sealed = None
                continue
            found = _judged(room, register, one, facts, today)
            if is_full_width(typed[one.row]):
                found = replace(found, remarks=(*found.remarks, FULL_WIDTH_NOTICE.text))
            data = _packed(facts, found, today, person.name)
            stored.eligibility_sealed = seal_json(cipher, _WHAT, one.person, data)
            met += found.met
    return met


def carry_over(
    room: BatchRoom, register: Session, draft: BatchDraft, one: Candidate, known: Kept, source: str
) -> bytes:
    """Return what another batch kept of somebody, judged anew today and sealed for this one.

    Args:
        known: of the other batch.
        source: its name.
    """
    today = shanghai_day(room.clock())
    found = _judged(room, register, one, known.facts, today)
    day = spoken_day(known.judged_on)
    text = Text(
        f"沿用批次“{source}”的申报材料（{known.by}，{day.zh}），已按今天的规则重新判定",
        f"carried over from batch “{source}” ({known.by}, {day.en}) and judged anew today",
    )
    found = replace(found, remarks=(*found.remarks, text))
    data = {**_packed(known.facts, found, today, known.by), "source": source}
    return seal_json(room.cipher(draft), _WHAT, one.person, data)


def _judged(
    room: BatchRoom, register: Session, one: Candidate, facts: Facts, today: date
) -> Judgement:
    def lookup(number: str) -> PriorAward | None:
        return find_prior(register, room.vault, number, one.document_number)

    return judge(facts, one.occupation, one.level, today=today, lookup=lookup)


def _packed(facts: Facts, found: Judgement, today: date, by: str) -> dict[str, Any]:
    basis = None if found.condition is None else found.condition.basis
    since = "" if basis is None else spoken_day(basis.valid_from).zh
    return {
        "facts": asdict(facts),
        "met": found.met,
        "on": today.isoformat(),
        "by": by,
        "rule": "" if basis is None else f"{basis.source.zh}（{since}起）",
        "faults": [[name, text.zh, text.en] for name, text in found.faults],
        "remarks": [[text.zh, text.en] for text in found.remarks],
    }


def enter_sheet(
    room: BatchRoom, person: Person, prefix: str, draft_id: int, lines: Sequence[SheetLine]
) -> int:
    """Keep a filled-in sheet; return how many people meet a condition.

    Raises:
        IssuerError: as `enter`; lines that fit nobody (`exam_lines`). Nothing was kept.
    """
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        found, faults = match_lines(lines, read_candidates(room, session, draft))
    if faults:
        raise refuse_lines(faults)
    typed = {row: facts_of(line) for row, line in found.items()}
    return enter(room, person, prefix, draft_id, typed)


def write_sheet(room: BatchRoom, draft: BatchDraft) -> bytes:
    """Return the sheet to fill in, with everybody of the batch and what was entered so far."""
    lines: list[list[str]] = []
    with reading(room.desks) as session:
        kept = kept_of(session, draft)
        people = read_candidates(room, session, draft)
        shared = shared_names(people)
        for one in people:
            found = read_kept(room, draft, kept.get(one.person))
            facts = Facts() if found is None else found.facts
            document = one.masked_to_end if one.name in shared else one.masked
            known = [str(one.row), one.name, document, one.level_zh]
            lines.append(known + list(asdict(facts).values()))
    return write_exam_sheet(f"{draft.name}-申报条件", COLUMNS, lines)


def unmet(
    room: BatchRoom,
    draft: BatchDraft,
    people: Sequence[Candidate],
    kept: Mapping[bytes, BatchCandidate],
) -> list[int]:
    """Return the rows of people of whom no condition is known to be met."""
    found = ((one.row, read_kept(room, draft, kept.get(one.person))) for one in people)
    return [row for row, known in found if known is None or not known.met]
