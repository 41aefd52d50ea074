"""What is still shown of an issued batch: its plan, and of its people, masked, what was kept."""

from __future__ import annotations

from datetime import date

from accounts.spoken import spoken_day
from codes.wording import Text
from issuer.batch_candidates import find_course
from issuer.batch_objections import Outcome, objections_of
from issuer.batch_scores import PLACES
from issuer.console.batches_room import note_reading, page, the_room
from issuer.console.batches_sheets import PAGE_ROWS, SCORE_HEADINGS, page_number
from issuer.exam_binding import Bound
from issuer.issued_exam import find_exam
from issuer.issued_rows import IssuedPerson, count_issued, read_issued
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCourse
from registry.session import reading


def issued_scores(draft: BatchDraft) -> str:
    """Return the page of an issued batch's scores: nothing on it can be changed."""
    room = the_room()
    people, number, pages = _people(draft, "batch.scores")
    with reading(room.desks) as session:
        course = find_course(session, draft)
    kept = {place for one in people for place in one.marks}
    return page(
        room,
        draft,
        "batch_scores_issued.html",
        why=_why(draft, course),
        people=people,
        broken=[one.of.number for one in people if one.bound.is_broken],
        unbound=not people or any(one.bound is Bound.UNBOUND for one in people),
        entered=[
            (SCORE_HEADINGS[column], place) for column, place in PLACES.items() if place in kept
        ],
        number=number,
        pages=pages,
    )


def issued_plan(draft: BatchDraft) -> str:
    """Return the page of an issued batch's plan, as it was when the batch was issued."""
    room = the_room()
    exam, bound = find_exam(room, draft)
    return page(
        room,
        draft,
        "batch_plan_issued.html",
        plan=None if exam is None or bound.is_broken else exam.plan,
        bound=bound,
        date_of=date.fromisoformat,
    )


def issued_eligibility(draft: BatchDraft) -> str:
    """Return the page that says on which condition and evidence each certificate rests."""
    people, number, pages = _people(draft, "batch.eligibility")
    return page(
        the_room(),
        draft,
        "batch_eligibility_issued.html",
        people=people,
        known=any(one.eligibility for one in people),
        broken=[one.of.number for one in people if one.bound.is_broken],
        date_of=date.fromisoformat,
        number=number,
        pages=pages,
    )


def issued_notice(draft: BatchDraft) -> str:
    """Return the page of an issued batch's notice: its days, and what objections came to."""
    room = the_room()
    exam, bound = find_exam(room, draft)
    with reading(room.desks) as session:
        course = find_course(session, draft)
        objections = objections_of(session, draft.id)
    return page(
        room,
        draft,
        "batch_notice_issued.html",
        course=course,
        objections=objections,
        outcome_text={one.value: one.text for one in Outcome},
        sums=[] if exam is None or bound.is_broken else list(exam.sums.items()),
    )


def _people(draft: BatchDraft, act: str) -> tuple[list[IssuedPerson], int, int]:
    """Return a page of people, which one it is and of how many; that it is read is noted."""
    room = the_room()
    number, pages = page_number(count_issued(room, draft))
    note_reading(room, act, draft, str(number))
    people = read_issued(room, draft, offset=(number - 1) * PAGE_ROWS, limit=PAGE_ROWS)
    return people, number, pages


def _why(draft: BatchDraft, course: BatchCourse | None) -> Text:
    """Return why nothing can be entered any more, and what to do about a wrong mark."""
    day = spoken_day(draft.finished_at or draft.made_at)
    zh, en = (
        f"本批次证书已于{day.zh}签发",
        f"The certificates of this batch were issued on {day.en}",
    )
    if course is not None and course.scores_closed_at is not None:
        closed = spoken_day(course.scores_closed_at)
        zh = f"成绩已由 {course.scores_closer} 于{closed.zh}确认，{zh}"
        en = f"{course.scores_closer} closed the scores on {closed.en}. {en}"
    return Text(
        f"{zh}，成绩不能再录入或改动。成绩确有错误、影响发证的，请在该证书的页面提出撤销。",
        f"{en}, so no mark can be entered or changed. Where a mark is wrong and the award rests on "
        "it, propose to revoke that certificate on its own page.",
    )
