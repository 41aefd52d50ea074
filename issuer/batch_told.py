"""What whoever approves a batch is told of its examination: who did what, and what it came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Final

from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.assessment_rules import Part
from codes.wording import Text
from issuer.batch_candidates import find_course, kept_of, read_left_out
from issuer.batch_eligibility import read_kept
from issuer.batch_plan import read_plan
from issuer.batch_resit import RESITTING, people_of_resits
from issuer.batch_room import BatchRoom
from issuer.batch_scores import REMOVED, Scored, Standing, read_scored, scored
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCourse
from registry.session import reading

_FEW: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutLine:
    """Somebody who does not go on, with the marks that count."""

    row: int
    name: str = field(repr=False)
    standing: Standing
    marks: Text = field(repr=False)


def sums_of(room: BatchRoom, draft: BatchDraft) -> Text | None:
    """Return how many were examined and what it came to; None while the scores are open."""
    with reading(room.desks) as session:
        course = find_course(session, draft)
        if draft.key_sealed is None or course is None or course.scores_closed_at is None:
            return None
        return _sums(room, draft, session)


def _sums(room: BatchRoom, draft: BatchDraft, session: Session) -> Text:
    counts = Counter({Standing.PASSED: draft.rows})
    counts.update(one.standing for one in _left_out(room, session, draft))
    zh = "、".join(f"{one.text.zh} {counts[one]}" for one in Standing if counts[one])
    en = ", ".join(f"{one.text.en} {counts[one]}" for one in Standing if counts[one])
    many = counts.total()
    return Text(f"{many} 人：{zh}", f"{many} people: {en}")


def left_out_lines(room: BatchRoom, draft: BatchDraft) -> list[LeftOutLine]:
    """Return who does not go on with a batch, in the order of its rows."""
    if draft.key_sealed is None:
        return []
    with reading(room.desks) as session:
        return _left_out(room, session, draft)


def resit_warning(room: BatchRoom, draft: BatchDraft) -> Text | None:
    """Return what is lost to a resit once a batch is issued; None where nobody is left to resit."""
    if draft.key_sealed is None:
        return None
    with reading(room.desks) as session:
        begun = people_of_resits(session, draft)
        kept = kept_of(session, draft)
        many = sum(
            Standing(kept[one.person].left_out or "") in RESITTING and one.person not in begun
            for one in read_left_out(room, session, draft)
        )
    if not many:
        return None
    return Text(
        f"有 {many} 人未通过，可以补考。签发后他们的名册、照片和已合格的成绩随即删除，"
        "不能再建立补考批次；需要补考的，请经办人先在“成绩”页建立",
        f"{many} did not pass and may resit. Once the batch is issued, their rows, photos and "
        "passed marks are deleted and no batch for a resit can be made of them: a clerk makes it "
        "before, on the page Scores",
    )


def removed_text(room: BatchRoom, draft: BatchDraft) -> Text | None:
    """Return who was taken out of a batch by a clerk, and why; None for nobody."""
    gone = [one for one in left_out_lines(room, draft) if one.standing in REMOVED]
    if not gone:
        return None
    zh = "、".join(f"{one.name}（{one.standing.text.zh}）" for one in gone[:_FEW])
    en = ", ".join(f"{one.name} ({one.standing.text.en})" for one in gone[:_FEW])
    return Text(f"{len(gone)} 人：{zh}", f"{len(gone)} people: {en}")


def _left_out(room: BatchRoom, session: Session, draft: BatchDraft) -> list[LeftOutLine]:
    kept = kept_of(session, draft)
    return [
        LeftOutLine(
            row=one.row,
            name=one.name,
            standing=Standing(kept[one.person].left_out or ""),
            marks=_marks_of(scored(room, draft, one, kept[one.person])),
        )
        for one in read_left_out(room, session, draft)
    ]


def _marks_of(one: Scored) -> Text:
    found = [(rule.part.text, one.scores.valid(rule.part)) for rule in one.rules]
    return Text(
        "、".join(f"{part.zh} {mark}" for part, mark in found if mark),
        ", ".join(f"{part.en} {mark}" for part, mark in found if mark),
    )


def tell(room: BatchRoom, draft: BatchDraft) -> list[tuple[Text, Text]]:
    """Return what an approver answers for, each under its label; nothing of an older batch."""
    with reading(room.desks) as session:
        course = find_course(session, draft)
        if draft.key_sealed is None or course is None:
            return []
        return list(_told(room, session, draft, course))


def _told(
    room: BatchRoom, session: Session, draft: BatchDraft, course: BatchCourse
) -> Iterator[tuple[Text, Text]]:
    people = read_scored(room, session, draft)
    kept = kept_of(session, draft)
    judged = [read_kept(room, draft, kept.get(one.candidate.person)) for one in people]
    by = _names(one.by for one in judged if one is not None)
    if by:
        met = sum(one is not None and one.met for one in judged)
        yield (
            Text("申报条件", "Eligibility"),
            Text(f"{met} 人符合，录入：{by}", f"met: {met}; entered by {by}"),
        )
    plan = read_plan(room, draft, course)
    if plan.bank:
        bank = f"{plan.bank} {plan.version}"
        yield Text("题库和版本", "Question bank and version"), Text(bank, bank)
    for one in plan.sittings:
        day = spoken_day(date.fromisoformat(one.day))
        staff = _names((*one.examiners, *one.invigilators))
        where = f"{one.begins}–{one.ends} {one.room}"
        yield (
            one.part.text,
            Text(
                f"{day.zh} {where}，{one.candidates} 人；考评、监考人员：{staff}",
                f"{day.en} {where}, {one.candidates} people; examiners, invigilators: {staff}",
            ),
        )
    if course.scores_closed_at is not None:
        yield Text("考核结果", "Outcome"), _sums(room, draft, session)
        yield from _marks(people)
        entered = _names(entry.by for one in people for entry in one.scores.last())
        day = spoken_day(course.scores_closed_at)
        yield (
            Text("成绩录入和确认", "Scores entered and closed"),
            Text(
                f"录入：{entered}；确认：{course.scores_closer}，{day.zh}",
                f"entered by {entered}; closed by {course.scores_closer} on {day.en}",
            ),
        )


def _marks(people: Sequence[Scored]) -> Iterator[tuple[Text, Text]]:
    """Yield the range of the marks of those who go on, by part."""
    for part in Part:
        texts = (one.scores.valid(part) for one in people)
        marks = sorted(float(text) for text in texts if text and text[0].isdigit())
        if marks:
            low, middle, high = marks[0], median(marks), marks[-1]
            yield (
                Text(f"{part.text.zh}成绩", f"Marks, {part.text.en}"),
                Text(
                    f"合格人员 {low:g}–{high:g}，中位数 {middle:g}",
                    f"{low:g}–{high:g} of those who passed, median {middle:g}",
                ),
            )


def _names(names: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(one for one in names if one))
