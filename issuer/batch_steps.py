"""Which steps of a batch's examination are done, open or skipped, and what keeps it from approval.

A batch that was begun before examinations were kept here has no steps, and goes on as it did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from codes.wording import Text, counted
from issuer.batch_candidates import Candidate, find_course, kept_of, read_candidates
from issuer.batch_eligibility import unmet
from issuer.batch_notice import open_notice_point
from issuer.batch_plan import open_plan_point
from issuer.batch_room import BatchRoom
from issuer.batch_scores import Scored, Standing, scored
from issuer.body_settings import BEFORE_APPROVAL, Step, settings_of, skipping, who_settled
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCandidate, BatchCourse, BodySetting


class StepStanding(StrEnum):
    """How a step stands."""

    DONE = "done"
    OPEN = "open"
    SKIPPED = "skipped"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _CALLED[self]


_CALLED = {
    StepStanding.DONE: Text("已完成", "done"),
    StepStanding.OPEN: Text("待办", "to do"),
    StepStanding.SKIPPED: Text("按机构设置不在此办理", "skipped by the body's setting"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """How a step of a batch stands.

    Args:
        point: what is still open, or the ground on which it is skipped.
    """

    step: Step
    standing: StepStanding
    point: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A batch's examination, read once for all its steps."""

    room: BatchRoom
    session: Session
    draft: BatchDraft
    kept: BatchCourse
    people: Sequence[Candidate]
    candidates: Mapping[bytes, BatchCandidate]
    settings: Mapping[str, BodySetting]

    def scored(self) -> list[Scored]:
        """Return everybody with their scores."""
        return [
            scored(self.room, self.draft, one, self.candidates.get(one.person))
            for one in self.people
        ]


def open_course(room: BatchRoom, session: Session, draft: BatchDraft) -> Course | None:
    """Return a batch's examination; None for an older batch, and for one whose rows are gone."""
    kept = find_course(session, draft)
    if kept is None or draft.key_sealed is None:
        return None
    return Course(
        room=room,
        session=session,
        draft=draft,
        kept=kept,
        people=read_candidates(room, session, draft),
        candidates=kept_of(session, draft),
        settings=settings_of(session, draft.prefix),
    )


def steps_of(room: BatchRoom, session: Session, draft: BatchDraft) -> tuple[StepState, ...]:
    """Return the steps before approval, in order; none for an older batch."""
    course = open_course(room, session, draft)
    return () if course is None else tuple(_state(course, step) for step in BEFORE_APPROVAL)


def check_steps(room: BatchRoom, session: Session, draft: BatchDraft) -> tuple[Step, ...]:
    """See that every step before approval is done, or skipped by the body; return those skipped.

    Raises:
        IssuerError: a step is open (`step_open`).
    """
    return _check(room, session, draft, BEFORE_APPROVAL)


def check_before(room: BatchRoom, session: Session, draft: BatchDraft, step: Step) -> None:
    """See that every step before one is done or skipped; raises as `check_steps`."""
    _check(room, session, draft, BEFORE_APPROVAL[: BEFORE_APPROVAL.index(step)])


def _check(
    room: BatchRoom, session: Session, draft: BatchDraft, steps: Sequence[Step]
) -> tuple[Step, ...]:
    course = open_course(room, session, draft)
    if course is None:
        return ()
    states = [_state(course, step) for step in steps]
    for state in states:
        if state.standing is StepStanding.OPEN:
            raise _open(state)
    return tuple(one.step for one in states if one.standing is StepStanding.SKIPPED)


def _state(course: Course, step: Step) -> StepState:
    setting = skipping(course.settings, step)
    if setting is not None:
        who = who_settled(course.session, setting)
        ground = Text(f"依据：{setting.ground}（{who.zh}）", f"{setting.ground} ({who.en})")
        return StepState(step=step, standing=StepStanding.SKIPPED, point=ground)
    point = _POINTS[step](course)
    standing = StepStanding.DONE if point is None else StepStanding.OPEN
    return StepState(step=step, standing=standing, point=point)


def _eligibility(course: Course) -> Text | None:
    rows = unmet(course.room, course.draft, course.people, course.candidates)
    if not course.people:
        return Text("名册还没有人员", "the roster has nobody yet")
    if not rows:
        return None
    return Text(
        f"{len(rows)} 人尚未符合或尚未填写申报条件", f"no condition met or entered: {len(rows)}"
    )


def _scores(course: Course) -> Text | None:
    if course.kept.scores_closed_at is None:
        if course.people and all(one.standing is not Standing.PENDING for one in course.scored()):
            return SCORES_ENTERED
        return Text("成绩尚未确认", "the scores are not closed")
    rows = [one.candidate.row for one in course.scored() if one.standing is not Standing.PASSED]
    if not rows:
        return None
    zh, en = "、".join(map(str, rows[:5])), ", ".join(map(str, rows[:5]))
    text = Text(
        f"第 {zh} 行在成绩确认后换了人或级别，没有合格成绩；请重新打开成绩补录",
        f"{{row|rows}} {en} changed person or level after the scores were closed and "
        f"{{has|have}} no passing score; open the scores again",
    )
    return counted(text, len(rows))


def _plan(course: Course) -> Text | None:
    people = course.scored()
    return open_plan_point(course.room, course.draft, course.kept, people, course.settings)


def _notice(course: Course) -> Text | None:
    return open_notice_point(course.room, course.session, course.draft, course.kept, course.people)


SCORES_ENTERED: Final = Text(
    "成绩已录完，待没有录入过成绩的经办人核对、确认",
    "all entered; to be compared and closed by a clerk who entered none of them",
)

_POINTS: Mapping[Step, Callable[[Course], Text | None]] = {
    Step.ELIGIBILITY: _eligibility,
    Step.PLAN: _plan,
    Step.SCORES: _scores,
    Step.NOTICE: _notice,
}


def _open(state: StepState) -> IssuerError:
    point = state.point or state.standing.text
    return IssuerError(
        "step_open",
        Text(
            f"“{state.step.text.zh}”还没有完成：{point.zh}；未作改动",
            f"“{state.step.text.en}” is still open: {point.en}; nothing was changed",
        ),
    )
