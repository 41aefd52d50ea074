"""What is still shown of an issued batch's people: the marks they were awarded on, masked."""

from __future__ import annotations

from accounts.spoken import spoken_day
from codes.wording import Text
from issuer.batch_candidates import find_course
from issuer.batch_scores import PLACES
from issuer.console.batches_room import note_reading, page, the_room
from issuer.console.batches_sheets import PAGE_ROWS, SCORE_HEADINGS, page_number
from issuer.exam_binding import Bound
from issuer.issued_rows import count_issued, read_issued_marks
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCourse
from registry.session import reading


def issued_scores(draft: BatchDraft) -> str:
    """Return the page of an issued batch's scores: nothing on it can be changed."""
    room = the_room()
    number, pages = page_number(count_issued(room, draft))
    note_reading(room, "batch.scores", draft, str(number))
    with reading(room.desks) as session:
        course = find_course(session, draft)
    people = read_issued_marks(room, draft, offset=(number - 1) * PAGE_ROWS, limit=PAGE_ROWS)
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
