"""The public notice (公示) of who passed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from accounts.person import Person
from accounts.spoken import spoken_day
from codes.assessment_rules import Figure
from codes.documents import mask_apart
from codes.wording import Text, counted
from issuer.batch_candidates import Candidate, find_course, read_candidates, read_left_out
from issuer.batch_objections import objections_of
from issuer.batch_room import BatchRoom
from issuer.body_settings import figure_of, settings_of
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.public_notice import working_days
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCourse
from registry.session import reading
from registry.vault import seal, unseal

_WHAT = "batch-notice"
_TAG_BYTES = 12
LONGEST_DAYS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One person as they are put up.

    Args:
        name: in full, so that who knows the person can object.
        document: the document number, masked; of namesakes with what tells one from another.
        occupation: its code; empty where none is told.
        level: as certificates print it.
    """

    name: str = field(repr=False)
    document: str
    occupation: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice as it was put up: whole days in Asia/Shanghai, both included.

    Args:
        tags: who stands on it, by person and name; as many as lines, in their order.
    """

    first: date
    last: date
    days_off: tuple[date, ...]
    starter: str
    lines: tuple[NoticeLine, ...]
    tags: tuple[str, ...] = field(repr=False)


def last_day(first: date, wanted: int, days_off: Collection[date] = ()) -> date:
    """Return the first day by which so many working days have gone by since `first`."""
    last = first
    while working_days(first, last, days_off) < wanted:
        last += timedelta(days=1)
    return last


def start_notice(
    room: BatchRoom,
    session: Session,
    draft: BatchDraft,
    course: BatchCourse,
    person: Person,
    *,
    first: date,
    last: date,
    days_off: Sequence[date],
) -> None:
    """Put up everybody of a batch; what stood before is replaced.

    Args:
        session: in which the batch is locked.
        first: tomorrow or later.
        days_off: public holidays in between.

    Raises:
        IssuerError: `result_notice_days`, `result_notice_short`.
    """
    today = shanghai_day(room.clock())
    if not today < first <= last or (last - today).days > LONGEST_DAYS:
        raise IssuerError(
            "result_notice_days",
            Text(
                f"公示按整日计：首日应为明天或以后，末日不早于首日，且在 {LONGEST_DAYS} 天以内",
                f"whole days: from tomorrow or later, to a day not before, within {LONGEST_DAYS} "
                "days",
            ),
        )
    wanted = figure_of(settings_of(session, draft.prefix), Figure.NOTICE_WORKING_DAYS, today)
    counted = working_days(first, last, days_off)
    if counted < wanted:
        least = spoken_day(last_day(first, wanted, days_off))
        raise IssuerError(
            "result_notice_short",
            Text(
                f"公示期仅含 {counted} 个工作日，不足 {wanted} 个；末日不得早于{least.zh}",
                f"the notice has {counted} working days of {wanted}; its last day is {least.en} "
                "or later",
            ),
        )
    people = read_candidates(room, session, draft)
    key = room.key(draft)
    shown = _documents(people)
    data = {
        "off": [one.isoformat() for one in days_off],
        "lines": [
            [one.name, shown[one.person], one.level_zh, one.occupation or ""] for one in people
        ],
        "tags": [_tag(key, one) for one in people],
    }
    text = json.dumps(data, ensure_ascii=False).encode()
    course.notice_sealed = seal(room.cipher(draft), _WHAT, text)
    course.notice_first, course.notice_last = first, last
    course.notice_starter = person.name


def _documents(people: Sequence[Candidate]) -> dict[bytes, str]:
    """Return what a notice shows of each person's document number."""
    named: dict[str, list[Candidate]] = {}
    for one in people:
        named.setdefault(one.name, []).append(one)
    shown: dict[bytes, str] = {}
    for same in named.values():
        numbers = [one.document_number for one in same]
        masked = mask_apart(numbers) if len(same) > 1 else [same[0].masked]
        shown |= zip((one.person for one in same), masked, strict=True)
    return shown


def _tag(key: bytes, one: Candidate) -> str:
    what = f"notice\n{one.person.hex()}\n{one.name}".encode()
    return hmac.digest(key, what, hashlib.sha256)[:_TAG_BYTES].hex()


def read_notice(room: BatchRoom, draft: BatchDraft, course: BatchCourse) -> Notice | None:
    """Return the notice of a batch, or None."""
    if course.notice_sealed is None or course.notice_first is None or course.notice_last is None:
        return None
    data = json.loads(unseal(room.cipher(draft), _WHAT, course.notice_sealed))
    return Notice(
        first=course.notice_first,
        last=course.notice_last,
        days_off=tuple(date.fromisoformat(one) for one in data["off"]),
        starter=course.notice_starter or "",
        lines=tuple(_line(*one) for one in data["lines"]),
        tags=tuple(data["tags"]),
    )


def standing_lines(
    room: BatchRoom, session: Session, draft: BatchDraft, notice: Notice
) -> tuple[NoticeLine, ...]:
    """Return who of a notice was not left out of the batch since: the list to print now."""
    key = room.key(draft)
    gone = {_tag(key, one) for one in read_left_out(room, session, draft)}
    return tuple(
        line for line, tag in zip(notice.lines, notice.tags, strict=True) if tag not in gone
    )


def _line(name: str, document: str, level: str, occupation: str = "") -> NoticeLine:
    return NoticeLine(name=name, document=document, occupation=occupation, level=level)


def changed_since(
    room: BatchRoom, draft: BatchDraft, notice: Notice, people: Sequence[Candidate]
) -> Text | None:
    """Return whose rows are no longer as they were put up, so that a notice is void; or None."""
    key = room.key(draft)
    rows = [one.row for one in people if _tag(key, one) not in notice.tags]
    if not rows:
        return None
    zh, en = "、".join(map(str, rows[:5])), ", ".join(map(str, rows[:5]))
    text = Text(
        f"第 {zh} 行在公示后有变动，须重新公示",
        f"{{row|rows}} {en} changed after the notice; publish it again",
    )
    return counted(text, len(rows))


def void_notice(room: BatchRoom, draft: BatchDraft) -> Text | None:
    """Return why the notice of a batch is void since its rows were changed; None where it is not.

    Args:
        draft: of a body's own, its rows as they are now.
    """
    with reading(room.desks) as session:
        course = find_course(session, draft)
        notice = None if course is None else read_notice(room, draft, course)
        if notice is None:
            return None
        return changed_since(room, draft, notice, read_candidates(room, session, draft))


def open_notice_point(
    room: BatchRoom,
    session: Session,
    draft: BatchDraft,
    course: BatchCourse,
    people: Sequence[Candidate],
) -> Text | None:
    """Return what keeps the notice of a batch from being done, or None."""
    notice = read_notice(room, draft, course)
    if notice is None:
        return Text("尚未公示", "not published yet")
    changed = changed_since(room, draft, notice, people)
    if changed is not None:
        return changed
    waiting = sum(one.outcome is None for one in objections_of(session, draft.id))
    if waiting:
        return Text(f"{waiting} 件异议尚未处理", f"objections not settled: {waiting}")
    today = shanghai_day(room.clock())
    first, last = spoken_day(notice.first), spoken_day(notice.last)
    if today < notice.first:
        return Text(
            f"公示尚未开始，自{first.zh}至{last.zh}", f"to be public from {first.en} to {last.en}"
        )
    if today <= notice.last:
        return Text(f"公示中，至{last.zh}止", f"public until {last.en}")
    return None
