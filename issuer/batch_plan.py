"""The examination plan of a batch: question bank, sittings, rooms, examiners, invigilators.

Figures (panel, ratios) are dated data that a body may set otherwise; each fault is explained.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.assessment_rules import Figure, Part
from codes.wording import Text
from issuer.batch_candidates import kept_of, read_left_out
from issuer.batch_room import BatchRoom, draft_changed
from issuer.batch_scores import Scored, scored
from issuer.body_settings import figure_of
from issuer.desk import shanghai_day
from issuer.odd_scores import Odd, find_odd
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCourse, BodySetting
from registry.vault import seal, unseal

_WHAT = "batch-plan"
MOST_SITTINGS = 60
_MARK_DIGITS = 24
_A_MARK = re.compile(r"[0-9]")  # not a word such as 待补考


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One part of the examination in one room.

    Args:
        day: such as 2026-12-05.
        begins, ends: such as 09:00.
        seats: of the room.
        candidates: how many are examined there.
        examiners, invigilators: by name.
    """

    part: Part
    day: str
    begins: str
    ends: str
    room: str
    seats: int
    candidates: int
    examiners: tuple[str, ...]
    invigilators: tuple[str, ...]

    @property
    def mark(self) -> str:
        """What tells this sitting from every other, so that a form acts on the one it showed."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:_MARK_DIGITS]

    def overlaps(self, other: Sitting) -> bool:
        """Return whether both are under way at some moment."""
        return self.day == other.day and self.begins < other.ends and other.begins < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The examination plan of a batch; bank and version are those named by the authorities."""

    bank: str = ""
    version: str = ""
    sittings: tuple[Sitting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFault:
    """What a plan lacks; `sitting` is its place from 0, None where it is about the whole."""

    sitting: int | None
    text: Text


def read_plan(room: BatchRoom, draft: BatchDraft, course: BatchCourse) -> Plan:
    """Return the plan of a batch, empty where there is none yet."""
    if course.plan_sealed is None:
        return Plan()
    return plan_of(json.loads(unseal(room.cipher(draft), _WHAT, course.plan_sealed)))


def plan_of(data: Mapping[str, Any]) -> Plan:
    """Return the plan that `data_of` wrote."""
    sittings = (
        Sitting(
            **{
                **one,
                "part": Part(one["part"]),
                "examiners": tuple(one["examiners"]),
                "invigilators": tuple(one["invigilators"]),
            }
        )
        for one in data["sittings"]
    )
    return Plan(bank=data["bank"], version=data["version"], sittings=tuple(sittings))


def data_of(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON takes it, its sittings in order of time."""
    ordered = sorted(plan.sittings, key=lambda one: (one.day, one.begins, one.room))
    return {**asdict(plan), "sittings": [asdict(one) for one in ordered]}


def put_plan(room: BatchRoom, draft: BatchDraft, course: BatchCourse, plan: Plan) -> None:
    """Keep a plan, faults and all; its sittings in order of time."""
    text = json.dumps(data_of(plan), ensure_ascii=False).encode()
    course.plan_sealed = seal(room.cipher(draft), _WHAT, text)


def change_sitting(plan: Plan, mark: str, other: Sitting | None) -> Plan:
    """Return a plan with one sitting changed, or cancelled where `other` is None.

    Raises:
        IssuerError: the plan has no sitting of this mark any more (`draft_changed`).
    """
    marks = [one.mark for one in plan.sittings]
    if mark not in marks:
        raise draft_changed()
    place = marks.index(mark)
    others = (*plan.sittings[:place], *plan.sittings[place + 1 :])
    return replace(plan, sittings=others if other is None else (*others, other))


def needed_parts(people: Sequence[Scored]) -> Counter[Part]:
    """Return how many people are examined in each part; who brings a mark of it along is not."""
    counts: Counter[Part] = Counter()
    for one in people:
        counts.update(one.to_examine)
    return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the rules of a body ask of a plan."""

    least_examiners: int
    least_invigilators: int
    candidates_each: int


def figures_of(settings: Mapping[str, BodySetting], on: date) -> Figures:
    """Return the figures that hold for a body on a day."""
    return Figures(
        least_examiners=figure_of(settings, Figure.LEAST_EXAMINERS, on),
        least_invigilators=figure_of(settings, Figure.LEAST_INVIGILATORS, on),
        candidates_each=figure_of(settings, Figure.CANDIDATES_PER_INVIGILATOR, on),
    )


def inspect_plan(plan: Plan, needed: Mapping[Part, int], figures: Figures) -> list[PlanFault]:
    """Return everything a plan lacks."""
    faults = [PlanFault(sitting=None, text=text) for text in _of_the_whole(plan, needed)]
    for place, one in enumerate(plan.sittings):
        faults += [
            PlanFault(sitting=place, text=text) for text in _of_a_sitting(one, needed, figures)
        ]
    for (_, one), (place, other) in combinations(enumerate(plan.sittings), 2):
        if one.overlaps(other):
            faults += [PlanFault(sitting=place, text=text) for text in _of_two(one, other)]
    return faults


def seated_parts(plan: Plan) -> Counter[Part]:
    """Return how many people the sittings of a plan have a place for, by part."""
    seated: Counter[Part] = Counter()
    for one in plan.sittings:
        seated[one.part] += one.candidates
    return seated


def _of_the_whole(plan: Plan, needed: Mapping[Part, int]) -> Iterator[Text]:
    if not plan.bank or not plan.version:
        yield Text("请填写题库名称和版本", "name the question bank and its version")
    seated = seated_parts(plan)
    for part, count in needed.items():
        if seated[part] < count:
            yield Text(
                f"{part.text.zh}：应考 {count} 人，已安排 {seated[part]} 人",
                f"{part.text.en}: {seated[part]} of {count} people are placed",
            )


def _of_a_sitting(one: Sitting, needed: Mapping[Part, int], figures: Figures) -> Iterator[Text]:
    if not needed.get(one.part):
        yield Text("本批次各级别都不需要这一项", "no level of this batch needs this part")
    if one.candidates > one.seats:
        yield Text(
            f"安排 {one.candidates} 人，考场只有 {one.seats} 个座位",
            f"{one.candidates} people for {one.seats} seats",
        )
    both = sorted(set(one.examiners) & set(one.invigilators))
    if both:
        zh, en = "、".join(both), ", ".join(both)
        yield Text(f"{zh} 不能同时考评和监考", f"examiner and invigilator at once: {en}")
    if one.part is Part.THEORY:
        yield from _invigilators(one, figures)
    else:
        yield from _examiners(one, figures)


def _invigilators(one: Sitting, figures: Figures) -> Iterator[Text]:
    least = max(figures.least_invigilators, -(-one.candidates // figures.candidates_each))
    if len(set(one.invigilators)) < least:
        yield Text(
            f"监考人员 {len(set(one.invigilators))} 名，{one.candidates} 人至少需要 {least} 名"
            f"（每名至多 {figures.candidates_each} 人，每场至少 {figures.least_invigilators} 名）",
            f"{len(set(one.invigilators))} invigilators; {one.candidates} people need {least} (at "
            f"most {figures.candidates_each} each, {figures.least_invigilators} a room at least)",
        )


def _examiners(one: Sitting, figures: Figures) -> Iterator[Text]:
    count = len(set(one.examiners))
    if count < figures.least_examiners or count % 2 == 0:
        yield Text(
            f"考评员 {count} 名，应为 {figures.least_examiners} 名以上单数",
            f"{count} examiners; an odd number of {figures.least_examiners} or more is needed",
        )


def _of_two(one: Sitting, other: Sitting) -> Iterator[Text]:
    if one.room == other.room:
        yield Text(
            f"与 {one.begins} 开始的{one.part.text.zh}同时占用 {one.room}",
            f"{one.room} is taken by the {one.part.text.en} from {one.begins}",
        )
    twice = sorted({*one.examiners, *one.invigilators} & {*other.examiners, *other.invigilators})
    if twice:
        yield Text(
            f"{'、'.join(twice)} 在同一时间另有安排（{one.room}）",
            f"also placed in {one.room} at that time: {', '.join(twice)}",
        )


def odd_scores(
    room: BatchRoom,
    session: Session,
    draft: BatchDraft,
    course: BatchCourse,
    people: Sequence[Scored],
) -> list[Odd]:
    """Return what is odd about the scores of a batch, by themselves and beside its plan.

    Who was left out is compared too, so that nothing appears or is gone once scores are closed.

    Args:
        people: those who stand in the batch; nothing is said of the rows of others.
    """
    left_out = read_left_out(room, session, draft)
    kept = kept_of(session, draft) if left_out else {}
    everybody = [*people, *(scored(room, draft, one, kept.get(one.person)) for one in left_out)]
    plan, today = read_plan(room, draft, course), shanghai_day(room.clock())
    found = marks_too_early(everybody, plan, today) + find_odd(everybody)
    found += unplanned_resits(everybody, plan)
    rows = {None, *(one.candidate.row for one in people)}
    return [one for one in found if one.row in rows]


def marks_too_early(people: Sequence[Scored], plan: Plan, today: date) -> list[Odd]:
    """Return the parts that have marks though every sitting for them is still to come."""
    found = []
    for part in Part:
        days = sorted(one.day for one in plan.sittings if one.part is part)
        entered = sum(
            bool(_A_MARK.match(one.scores.text(part, 1))) and one.scores.carried(part) is None
            for one in people
        )
        if entered and days and date.fromisoformat(days[0]) > today:
            day = spoken_day(date.fromisoformat(days[0]))
            text = Text(
                f"{part.text.zh}安排在{day.zh}，还没有考，已录入 {entered} 人的成绩",
                f"{part.text.en} is planned for {day.en}, still to come; marks entered: {entered}",
            )
            found.append(Odd(row=None, text=text))
    return found


def unplanned_resits(people: Sequence[Scored], plan: Plan) -> list[Odd]:
    """Return marks of resits for which a plan has no places beyond those of the first attempt.

    Of a plan without sittings nothing is known: the body examines elsewhere.
    """
    if not plan.sittings:
        return []
    spare: Counter[Part] = Counter()
    for sitting in plan.sittings:
        spare[sitting.part] += sitting.candidates
    for one in people:
        spare.subtract(one.to_examine)
    return [
        Odd(
            row=one.candidate.row,
            text=Text(
                f"{rule.part.text.zh}录入了补考成绩，考试安排中没有补考场次，请核对",
                f"{rule.part.text.en}: a resit is entered, and the plan has no sitting for one",
            ),
        )
        for one in people
        for rule in one.rules
        if _A_MARK.match(one.scores.text(rule.part, 2)) and spare[rule.part] <= 0
    ]


def open_plan_point(
    room: BatchRoom,
    draft: BatchDraft,
    course: BatchCourse,
    people: Sequence[Scored],
    settings: Mapping[str, BodySetting],
) -> Text | None:
    """Return what keeps the plan of a batch from being done, or None."""
    plan = read_plan(room, draft, course)
    if not plan.sittings:
        return Text("尚未安排考场", "no sitting yet")
    figures = figures_of(settings, shanghai_day(room.clock()))
    faults = inspect_plan(plan, needed_parts(people), figures)
    if not faults:
        return None
    return Text(f"考试安排有 {len(faults)} 处需要改正", f"to correct in the plan: {len(faults)}")
