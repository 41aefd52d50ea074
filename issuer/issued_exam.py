"""The examination of an issued batch, as an inspection asks for it: to look at, and as a workbook.

What is read here was kept when the batch was issued: the plan with the batch (`issuer.kept_exams`),
all that is about people under each award's own key (`issuer.exam_records`).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload

from codes.levels import Level
from issuer.awarding import open_private
from issuer.batch_candidates import find_course
from issuer.batch_objections import Outcome, objections_of
from issuer.batch_plan import Plan
from issuer.batch_room import BatchRoom
from issuer.batch_scores import PLACES
from issuer.body_settings import BEFORE_APPROVAL, skipped_then
from issuer.certificate_list import ERASED
from issuer.desk import shanghai_day
from issuer.exam_binding import Bound, judge_records, read_batch_root
from issuer.exam_records import EXAM, read_exam_record
from issuer.issued_rows import IssuedPerson, read_issued
from issuer.kept_exams import KeptExam, read_exam
from registry.batch_models import BatchDraft, BatchRow
from registry.errors import VaultError
from registry.models import Award
from registry.session import reading
from registry.sheet_writing import open_workbook

_AT_ONCE: Final = 200
_FEW: Final = 20  # records, one of which still opens
_WIDTH: Final = 20
_AWARDS: Final = select(Award).options(
    joinedload(Award.holder, innerjoin=True), lazyload(Award.copies)
)
_PLAN_HEADINGS: Final = (
    *("科目", "日期", "开始", "结束", "考场", "座位数", "安排人数"),
    *("考评员", "监考人员"),
)
_ELIGIBILITY_HEADINGS: Final = (
    *("名册行号", "姓名", "级别", "证书编号", "申报条件", "相关年限", "学历或职级"),
    *("原证书编号", "原证书发证日期", "依据材料", "所据规则", "判定日期", "判定人"),
)
_FACTS: Final = ("condition", "years", "qualification", "certificate", "dated", "evidence")
_SCORE_HEADINGS: Final = (
    *("名册行号", "姓名", "级别", "证书编号"),
    *(one.value for one in PLACES),
    "成绩录入",
)
_OBJECTION_HEADINGS: Final = ("收到日期", "登记人", "处理结果", "处理日期", "处理人")


def find_exam(room: BatchRoom, draft: BatchDraft) -> tuple[KeptExam | None, Bound]:
    """Return what is kept of an issued batch's examination, and how it stands to the trail."""
    numbers = select(BatchRow.award).where(BatchRow.draft_id == draft.id)
    with reading(room.register) as register, reading(room.desks) as desks:
        some = desks.scalars(numbers.where(BatchRow.award.is_not(None)).limit(_FEW)).all()
        expected = _expected(room, register, desks, draft, [one or "" for one in some])
        try:
            found = read_exam(desks, room.vault, draft)
        except VaultError:
            return None, Bound.ALTERED
    if found is None:
        return None, Bound.UNBOUND if expected is None else Bound.MISSING
    if expected is None:
        return found, Bound.UNBOUND
    return found, Bound.SOUND if found.digest == expected else Bound.ALTERED


def _expected(
    room: BatchRoom, register: Session, desks: Session, draft: BatchDraft, numbers: Sequence[str]
) -> str | None:
    """Return the hash that a sound record of the batch has; None where none says one."""
    root = read_batch_root(register, draft.prefix, draft.name)
    judged = judge_records(desks, numbers, root)
    sound = [one for one, bound in judged.items() if bound is Bound.SOUND]
    for award in register.scalars(_AWARDS.where(Award.number.in_(sound))):
        try:
            record = read_exam_record(desks, room.vault, award)
        except VaultError:  # erased
            continue
        if EXAM in record:
            return str(record[EXAM])
    return None


def write_exam_file(room: BatchRoom, draft: BatchDraft) -> bytes:
    """Return the examination of an issued batch as a workbook: plan, eligibility, scores, notice.

    Names are in full; of an erased holder nothing is told.
    """
    exam, bound = find_exam(room, draft)
    plan = None if exam is None or bound is Bound.ALTERED else exam.plan
    people = list(_people(room, draft))
    file = io.BytesIO()
    with open_workbook(file) as workbook:
        _write(workbook, "考试安排", _PLAN_HEADINGS, _plan_lines(plan))
        _write(workbook, "申报条件", _ELIGIBILITY_HEADINGS, _eligibility_lines(people))
        _write(workbook, "成绩", _SCORE_HEADINGS, _score_lines(people))
        _write(workbook, "人数和公示", ("项目", "内容"), _sums(room, draft, exam))
        _write(workbook, "异议", _OBJECTION_HEADINGS, _objections(room, draft))
    return file.getvalue()


def _people(room: BatchRoom, draft: BatchDraft) -> Iterator[tuple[IssuedPerson, str, str]]:
    """Yield everybody of a batch with the whole name and the level."""
    offset = 0
    while people := read_issued(room, draft, offset=offset, limit=_AT_ONCE):
        names = _names(room, [one.of.award_id for one in people if one.of.award_id is not None])
        for one in people:
            yield one, *names.get(one.of.award_id or 0, (ERASED.zh, ""))
        offset += _AT_ONCE


def _names(room: BatchRoom, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    found = {}
    with reading(room.register) as session:
        for award in session.scalars(_AWARDS.where(Award.id.in_(ids))):
            try:
                found[award.id] = (open_private(room.vault, award).name, Level(award.level).zh)
            except VaultError:
                continue
    return found


def _plan_lines(plan: Plan | None) -> Iterator[Sequence[str]]:
    if plan is None:
        yield ("没有留存", *[""] * (len(_PLAN_HEADINGS) - 1))
        return
    for one in plan.sittings:
        yield (
            *(one.part.text.zh, one.day, one.begins, one.ends, one.room),
            *(str(one.seats), str(one.candidates)),
            *("、".join(one.examiners), "、".join(one.invigilators)),
        )
    yield ("题库和版本", f"{plan.bank} {plan.version}".strip() or "没有填写")


def _eligibility_lines(people: Iterable[tuple[IssuedPerson, str, str]]) -> Iterator[Sequence[str]]:
    for one, name, level in people:
        kept: Mapping[str, Any] = one.eligibility or {}
        facts = kept.get("facts", {})
        yield (
            *(str(one.of.row), name, level, one.of.number),
            *(str(facts.get(key, "")) for key in _FACTS),
            *(str(kept.get(key, "")) for key in ("rule", "judged_on", "by")),
        )


def _score_lines(people: Iterable[tuple[IssuedPerson, str, str]]) -> Iterator[Sequence[str]]:
    for one, name, level in people:
        marks = (one.marks.get(place, "") for place in PLACES.values())
        entered = "、".join(f"{by} {day}" for by, day in one.entered)
        yield (str(one.of.row), name, level, one.of.number, *marks, entered)


def _sums(room: BatchRoom, draft: BatchDraft, exam: KeptExam | None) -> Iterator[Sequence[str]]:
    yield "批次", draft.name
    for standing, many in {} if exam is None else exam.sums.items():
        yield standing.text.zh, str(many)
    with reading(room.desks) as session:
        course = find_course(session, draft)
    if course is not None and course.scores_closed_at is not None:
        yield "成绩确认", f"{course.scores_closer} {shanghai_day(course.scores_closed_at)}"
    if course is not None and course.notice_first is not None:
        yield "公示", f"{course.notice_first} 至 {course.notice_last}，{course.notice_starter}"
    yield from _skipped(room, draft)
    if draft.submitted_at is not None and draft.decided_at is not None:
        yield "提交审批", f"{draft.submitter} {shanghai_day(draft.submitted_at)}"
        yield "审批", f"{draft.decider} {shanghai_day(draft.decided_at)}"


def _skipped(room: BatchRoom, draft: BatchDraft) -> Iterator[Sequence[str]]:
    """Yield the steps that were done elsewhere as the batch was approved, each with its ground."""
    if draft.decided_at is None:
        return
    with reading(room.desks) as session:
        if find_course(session, draft) is None:
            return
        for step in BEFORE_APPROVAL:
            found = skipped_then(session, draft.prefix, step, draft.decided_at)
            if found is not None:
                setting, confirmed = found
                made, held = shanghai_day(setting.set_at), shanghai_day(confirmed.confirmed_at)
                yield (
                    step.text.zh,
                    f"不在此办理；依据：{setting.ground}；设置：{setting.setter} {made}；"
                    f"确认：{confirmed.confirmer} {held}",
                )


def _objections(room: BatchRoom, draft: BatchDraft) -> Iterator[Sequence[str]]:
    with reading(room.desks) as session:
        for one in objections_of(session, draft.id):
            settled = "" if one.settled_at is None else str(shanghai_day(one.settled_at))
            outcome = "" if one.outcome is None else Outcome(one.outcome).text.zh
            yield str(one.received_on), one.noted_by, outcome, settled, one.settler or ""


def _write(
    workbook: Any, name: str, headings: Sequence[str], lines: Iterable[Sequence[str]]
) -> None:
    sheet = workbook.add_worksheet(name)
    head = workbook.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings) - 1, _WIDTH)
    for number, line in enumerate((headings, *lines)):
        for place, text in enumerate(line):
            sheet.write_string(number, place, text, head if number == 0 else None)
