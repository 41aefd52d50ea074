"""What the rows of a case say, held against its custody: papers, questions, readings, its state.

These rows can be changed by whoever has the database; custody and the audit trail cannot, or it is
seen. Lines written before custody held so much of a paper or a question bind what they have.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.person_skeleton import is_same_person
from codes.wording import Text
from registry.case_answers import Answer, told_of_answer, unpack_reply
from registry.case_claims import Shown, unpack_claims
from registry.case_models import CaseItem, CaseQuestion, CaseReading, PoliceCase
from registry.case_sealed import (
    ANSWER_WORDS,
    CASE_ABOUT,
    ITEM_ABOUT,
    MISTAKE_REASON,
    QUESTION,
    REPORT_JSON,
    REPORT_PDF,
    read_json,
    read_text,
)
from registry.cases import CaseState
from registry.desk_sealed import SealedColumn
from registry.errors import VaultError
from registry.session import reading
from registry.trail import TrailFilter, find_entries
from registry.vault import Vault
from verifier.cases.custody_lines import Act, CustodyLine
from verifier.cases.judging import verdict_file
from verifier.cases.room import PoliceRoom

Fault = tuple[int | None, Text]
"""The line where something is wrong, None for the case as a whole; and what."""

_LATE: Final = Text(
    "案件移交或办结之后不能再有这一事项", "may not be done once a case was handed over or closed"
)
_NO_PAPER: Final = Text(
    "所记接收的送检材料已不在案件中", "the paper that it says was received is no longer in the case"
)
_OTHER_PAPER: Final = Text(
    "案件中的送检材料与接收时所记的不一致", "the paper in the case is not the one that was received"
)
_VERDICT: Final = Text(
    "案件中的核验结论与所记的不一致", "the verdict in the case is not the one that was noted"
)
_OUTCOME: Final = Text(
    "案件的处理结果与所记的不一致", "the outcome of the case is not the one that was noted"
)
_REPORT: Final = Text(
    "案件中的查验报告与所记的不一致", "the report in the case is not the one that was noted"
)
_MISTAKE: Final = Text(
    "标为误交的材料与所记的不一致",
    "what is marked as handed in by mistake is not what was noted",
)
_HOLDER: Final = Text(
    "案件的承办人与所记的不一致", "who holds the case is not whom it was given to by this list"
)
_UNOPENED: Final = Text(
    "案件编号或登记人与登记时所记的不一致",
    "case number or who opened it is not as noted",
)
_QUESTION_GONE: Final = Text("所记的询问已不在案件中", "the question is no longer in the case")
_OTHER_QUESTION: Final = Text(
    "案件中的询问与发出时所记的不一致", "the question in the case is not the one that was asked"
)
_WITHDRAWN: Final = Text(
    "撤回的询问与所记的不一致", "the questions taken back are not those that were noted"
)
_ANSWER: Final = Text(
    "机构的答复与审计记录中的不一致", "the body's answer is not the one on the audit trail"
)
_OTHER_ANSWER: Final = Text(
    "案件中的机构答复与收到时所记的不一致", "the body's answer in the case is not the one that came"
)
_READING_GONE: Final = Text(
    "所记的查看已不在待复核的记录中", "the reading is no longer among those to be reviewed"
)
_OTHER_READING: Final = Text(
    "查看记录与所记的不一致", "the reading in the case is not the one that was noted"
)
_REVIEW: Final = Text(
    "复核结论与审计记录中的不一致", "the review is not the one on the audit trail"
)
_MOST_NOTED: Final = 200
_NEEDS_OPEN: Final = {Act.RECEIVE, Act.JUDGE, Act.REPORT, Act.MISTAKE, Act.ASK, Act.HAND_OVER}


def faults_of_rows(
    room: PoliceRoom, session: Session, vault: Vault, case_id: int, lines: Sequence[CustodyLine]
) -> Iterator[Fault]:
    """Yield what the rows of a case say otherwise than its custody and the audit trail."""
    yield from _faults_of_papers(session, vault, case_id, lines)
    yield from _faults_of_questions(room, session, vault, case_id, lines)
    yield from _faults_of_readings(room, session, case_id, lines)
    case = session.get_one(PoliceCase, case_id)
    yield from _faults_of_holder(case, lines)
    yield from _faults_of_state(case, vault, lines)


def _faults_of_papers(
    session: Session, vault: Vault, case_id: int, lines: Sequence[CustodyLine]
) -> Iterator[Fault]:
    """Hold what was received, and the verdicts, against the papers that there are."""
    kept = CaseItem.content_sealed.is_not(None)
    rows = session.execute(select(CaseItem, kept).where(CaseItem.case_id == case_id))
    papers = {item.place: (item, has_content) for item, has_content in rows}
    received = {one.item: one for one in lines if one.act is Act.RECEIVE}
    judged, reported = _latest_verdicts(lines)
    mistaken = {one.item: one for one in lines if one.act is Act.MISTAKE}
    for place, line in received.items():
        if place not in papers:
            yield line.place, _NO_PAPER
            continue
        item, has_content = papers[place]
        told = line.details.get("sha256")
        if item.sha256 != told or has_content is (told is None) or item.received_by != line.actor:
            yield line.place, _OTHER_PAPER
        verdict, report = judged.get(place), reported.get(place)
        if not _is_verdict(item, vault, verdict):
            yield (verdict or line).place, _VERDICT
        if not _is_report(item, vault, report):
            yield (report or verdict or line).place, _REPORT
        if not _is_mistake(item, vault, mistake := mistaken.get(place)):
            yield (mistake or line).place, _MISTAKE
    for place in sorted(papers.keys() - received.keys()):
        yield (
            None,
            Text(
                f"第 {place} 件送检材料没有接收的记录",
                f"no line says that paper {place} was received",
            ),
        )


_OfPapers = Mapping[int | None, CustodyLine]


def _latest_verdicts(lines: Sequence[CustodyLine]) -> tuple[_OfPapers, _OfPapers]:
    """Return the last verdict of each paper, and the report that was sealed on it."""
    judged: dict[int | None, CustodyLine] = {}
    reported: dict[int | None, CustodyLine] = {}
    for one in lines:
        if one.act is Act.JUDGE:
            judged[one.item] = one
            reported.pop(one.item, None)
        elif one.act is Act.REPORT:
            reported[one.item] = one
    return judged, reported


def _is_verdict(item: CaseItem, vault: Vault, line: CustodyLine | None) -> bool:
    if line is None or item.outcome != line.details["outcome"]:
        return line is None and not item.outcome
    if "verdict" not in line.details:
        return True
    try:
        verdict = read_json(ITEM_ABOUT, item, vault).get("verdict", {})
    except VaultError:
        return False
    same = hashlib.sha256(verdict_file(verdict)).hexdigest() == line.details["verdict"]
    return same and (item.number or "") == line.details.get("number", "")


def _is_mistake(item: CaseItem, vault: Vault, line: CustodyLine | None) -> bool:
    if line is None or item.mistake is None:
        return line is None and item.mistake is None
    try:
        reason = read_json(ITEM_ABOUT, item, vault).get(MISTAKE_REASON)
    except VaultError:
        return False
    return (reason, item.mistake.by) == (line.details["reason"], line.actor)


def _is_report(item: CaseItem, vault: Vault, line: CustodyLine | None) -> bool:
    if line is None:
        return item.report_number is None
    if item.report_number != line.details["report"]:
        return False
    files = {"sha256": REPORT_PDF, "json": REPORT_JSON}
    return all(
        _digest(column, item, vault) == line.details[name]
        for name, column in files.items()
        if name in line.details
    )


def _digest(column: SealedColumn[Any], item: CaseItem, vault: Vault) -> str | None:
    """Return the SHA-256 of what is sealed in a row; None where nothing is, or it does not open."""
    try:
        data = column.read(item, vault)
    except VaultError:
        return None
    return None if data is None else hashlib.sha256(data).hexdigest()


def _faults_of_questions(
    room: PoliceRoom, session: Session, vault: Vault, case_id: int, lines: Sequence[CustodyLine]
) -> Iterator[Fault]:
    """Hold the questions against what was asked, and their answers against the audit trail."""
    query = select(CaseQuestion).where(CaseQuestion.case_id == case_id).order_by(CaseQuestion.id)
    asked = [one for one in lines if one.act is Act.ASK]
    rows = session.scalars(query).all()
    told = {one.details["asked"]: one for one in lines if one.act is Act.WITHDRAW}
    ranked = {str(rank): row for rank, row in enumerate(rows, 1)}
    taken_back = {rank for rank, row in ranked.items() if row.withdrawal is not None}
    for rank in sorted(told.keys() ^ taken_back):
        yield told[rank].place if rank in told else None, _WITHDRAWN
    for line, row in zip_longest(asked, rows):
        if row is None:
            yield line.place, _QUESTION_GONE
            continue
        if line is None:
            yield None, Text("有一项询问没有发出的记录", "no line says that a question was asked")
        elif not _is_question(row, vault, line):
            yield line.place, _OTHER_QUESTION
        place = None if line is None else line.place
        said = "" if row.answer is None else row.answer
        noted = _latest_noted(room, "questions.answer", f"question {row.id} {row.number} ")
        if not _is_noted(noted, said, row.answered_by):
            yield place, _ANSWER
    for line in lines:
        if line.act is Act.ANSWER:
            answered = ranked.get(line.details["asked"])
            if answered is None or not _is_answer(answered, vault, line):
                yield line.place, _OTHER_ANSWER


def _is_answer(row: CaseQuestion, vault: Vault, line: CustodyLine) -> bool:
    if row.answer is None or row.answered_by != line.actor:
        return False
    try:
        claims = unpack_claims(read_text(QUESTION, row, vault))
        reply = unpack_reply(read_text(ANSWER_WORDS, row, vault), claims)
    except VaultError:
        return False
    told = told_of_answer(Answer(row.answer), reply) | {"number": row.number}
    return told == {key: value for key, value in line.details.items() if key != "asked"}


def _is_question(row: CaseQuestion, vault: Vault, line: CustodyLine) -> bool:
    told = line.details
    if (row.prefix, row.number, row.due_on.isoformat(), row.asked_by) != (
        told.get("body"),
        told.get("number"),
        told.get("due"),
        line.actor,
    ):
        return False
    try:
        claims = unpack_claims(read_text(QUESTION, row, vault))
    except VaultError:
        return False
    if "question" not in told:
        return True
    shown = {key: told[f"shown_{key}"] for key in Shown if f"shown_{key}" in told}
    return (told["question"], shown) == (claims.words, claims.shown)


def _faults_of_readings(
    room: PoliceRoom, session: Session, case_id: int, lines: Sequence[CustodyLine]
) -> Iterator[Fault]:
    """Hold the readings of full records against custody, and their reviews against the trail."""
    query = select(CaseReading).where(CaseReading.case_id == case_id).order_by(CaseReading.id)
    opened = [one for one in lines if one.act is Act.READ_RECORD]
    for line, row in _paired(opened, list(session.scalars(query))):
        if row is None:
            assert line is not None  # of a pair one is there
            yield line.place, _READING_GONE
            continue
        place = None if line is None else line.place
        if line is None or not _is_of(row, line):
            yield place, _OTHER_READING
        said = "" if row.mark is None else row.mark
        noted = _latest_noted(room, "police.review", f"reading {row.id} {row.number} ")
        if not _is_noted(noted, said, row.reviewed_by):
            yield place, _REVIEW


def _paired(
    lines: Sequence[CustodyLine], rows: list[CaseReading]
) -> Iterator[tuple[CustodyLine | None, CaseReading | None]]:
    """Pair each line with a reading that it tells of; what is left over in its order."""
    left: list[CustodyLine] = []
    for line in lines:
        row = next((row for row in rows if _is_of(row, line)), None)
        if row is None:
            left.append(line)
        else:
            rows.remove(row)
            yield line, row
    yield from zip_longest(left, rows)


def _is_of(row: CaseReading, line: CustodyLine) -> bool:
    told = (line.details["number"], line.details["ground"], line.actor)
    return (row.number, row.ground, row.reader) == told


def _latest_noted(room: PoliceRoom, act: str, subject: str) -> tuple[str, str] | None:
    """Return what the audit trail says last of a subject, and who said it.

    What it says was not kept, by the same act with `.undone`, counts for nothing.
    """
    undone: Counter[tuple[str, str]] = Counter()
    with reading(room.register) as session:
        for entry in find_entries(
            session, TrailFilter(act=act, subject=subject), limit=_MOST_NOTED
        ):
            said = entry.subject, entry.actor
            if not entry.subject.startswith(subject):
                continue
            if entry.act != act:
                undone[said] += 1
            elif undone[said]:
                undone[said] -= 1
            else:
                return entry.subject.removeprefix(subject), entry.actor
    return None


def _is_noted(noted: tuple[str, str] | None, said: str, by: str | None) -> bool:
    if noted is None:
        return not said
    return noted[0] == said and is_same_person(noted[1], by or "")


def _faults_of_holder(case: PoliceCase, lines: Sequence[CustodyLine]) -> Iterator[Fault]:
    """Hold who has a case against whom it was given to last."""
    given = [one for one in lines if one.act is Act.GIVE]
    held = None if case.holder is None else (case.holder.name, str(case.holder.account_id))
    told = (given[-1].details["holder"], given[-1].details["account"]) if given else None
    if held != told:
        yield given[-1].place if given else None, _HOLDER


def _faults_of_state(
    case: PoliceCase, vault: Vault, lines: Sequence[CustodyLine]
) -> Iterator[Fault]:
    """Hold what was handed over and closed against the state of the case."""
    state, outcome, ended = CaseState.OPEN, None, None
    told: dict[str, str] = {}
    for one in lines:
        is_late = one.act in (Act.CLOSE, Act.GIVE) and state is CaseState.CLOSED
        if is_late or (one.act in _NEEDS_OPEN and state is not CaseState.OPEN):
            yield one.place, _LATE
        if one.act is Act.CLOSE:
            state, outcome, ended = CaseState.CLOSED, one.details["outcome"], one.place
            told |= one.details
        elif one.act is Act.HAND_OVER and state is CaseState.OPEN:
            state, ended = CaseState.HANDED_OVER, one.place
            told |= one.details
    if case.state != state:
        known = case.state in set(CaseState)
        now = CaseState(case.state).text if known else Text(case.state, case.state)
        yield (
            ended,
            Text(
                f"案件状态为“{now.zh}”，按保管记录应为“{state.text.zh}”",
                f"the case is in the state “{now.en}”; by this list it is “{state.text.en}”",
            ),
        )
    try:
        about = read_json(CASE_ABOUT, case, vault)
    except VaultError:
        about = {}
    if case.outcome != outcome or any(about.get(key) != value for key, value in told.items()):
        yield ended, _OUTCOME
    opened = next((one for one in lines if one.act is Act.OPEN), None)
    if opened is not None and (case.reference, case.opened_by) != (
        opened.details["reference"],
        opened.actor,
    ):
        yield opened.place, _UNOPENED
