"""The public notice (公示) of who passed, and the objections (异议) during it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.person import Person
from accounts.spoken import spoken_day
from codes.assessment_rules import Figure
from codes.wording import Text, counted
from issuer.batch_candidates import Candidate, find_course, no_course, read_candidates
from issuer.batch_room import BatchRoom, draft_closed, find_draft
from issuer.batch_states import EDITABLE, DraftState
from issuer.body_settings import figure_of, settings_of
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.public_notice import working_days
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCourse, BatchObjection
from registry.session import transaction
from registry.vault import seal, unseal

_WHAT = "batch-notice"
_TAG_BYTES = 12
LONGEST_DAYS = 120
OBJECTABLE = frozenset({*EDITABLE, DraftState.SUBMITTED})


class Outcome(StrEnum):
    """How an objection was settled."""

    DISMISSED = "dismissed"
    UPHELD = "upheld"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.DISMISSED: Text("不成立", "dismissed"),
    Outcome.UPHELD: Text("成立", "upheld"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One person as they are put up.

    Args:
        name: in full, so that who knows the person can object.
        document: the document number, its end hidden.
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
        tags: who stands on it, by person and name.
    """

    first: date
    last: date
    days_off: tuple[date, ...]
    starter: str
    lines: tuple[NoticeLine, ...]
    tags: frozenset[str] = field(repr=False)


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
    data = {
        "off": [one.isoformat() for one in days_off],
        "lines": [[one.name, one.masked, one.level_zh, one.occupation or ""] for one in people],
        "tags": [_tag(key, one) for one in people],
    }
    text = json.dumps(data, ensure_ascii=False).encode()
    course.notice_sealed = seal(room.cipher(draft), _WHAT, text)
    course.notice_first, course.notice_last = first, last
    course.notice_starter = person.name


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
        tags=frozenset(data["tags"]),
    )


def _line(name: str, document: str, level: str, occupation: str = "") -> NoticeLine:
    return NoticeLine(name=name, document=document, occupation=occupation, level=level)


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
    key = room.key(draft)
    rows = [one.row for one in people if _tag(key, one) not in notice.tags]
    if rows:
        zh, en = "、".join(map(str, rows[:5])), ", ".join(map(str, rows[:5]))
        text = Text(
            f"第 {zh} 行在公示后有变动，须重新公示",
            f"{{row|rows}} {en} changed after the notice; publish it again",
        )
        return counted(text, len(rows))
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


def objections_of(session: Session, draft_id: int) -> Sequence[BatchObjection]:
    """Return the objections to a batch, in order."""
    query = select(BatchObjection).where(BatchObjection.draft_id == draft_id)
    return session.scalars(query.order_by(BatchObjection.id)).all()


def words_of_objection(
    room: BatchRoom, draft: BatchDraft, objection: BatchObjection
) -> Mapping[str, str]:
    """Return `sender`, `text` and, once settled, `answer`; empty once the batch is issued."""
    if objection.words_sealed is None or draft.key_sealed is None:
        return {}
    context = f"batch-objection {objection.id}"
    words: dict[str, str] = json.loads(unseal(room.cipher(draft), context, objection.words_sealed))
    return words


def _seal_words(
    room: BatchRoom, draft: BatchDraft, objection: BatchObjection, words: Mapping[str, str]
) -> None:
    text = json.dumps(dict(words), ensure_ascii=False).encode()
    context = f"batch-objection {objection.id}"
    objection.words_sealed = seal(room.cipher(draft), context, text)


def note_objection(
    room: BatchRoom,
    person: Person,
    prefix: str,
    draft_id: int,
    *,
    received_on: date,
    sender: str,
    text: str,
) -> None:
    """Note an objection as it was received; until it is settled the batch is not approved.

    Raises:
        IssuerError: `draft_unknown`, `draft_closed`, `course_none`; no notice was put up
            (`objection_no_notice`).
    """
    with transaction(room.desks) as session:
        draft, course = find_objectable(session, prefix, draft_id)
        if course.notice_sealed is None:
            raise IssuerError(
                "objection_no_notice",
                Text("本批次尚未公示，不能登记异议", "no notice was published for this batch"),
            )
        objection = BatchObjection(
            draft_id=draft.id,
            received_on=received_on,
            noted_at=room.clock(),
            noted_by=person.name,
        )
        session.add(objection)
        session.flush()
        _seal_words(room, draft, objection, {"sender": sender, "text": text})


def find_objectable(session: Session, prefix: str, draft_id: int) -> tuple[BatchDraft, BatchCourse]:
    """Return a batch, locked, whose objections may be noted and settled; raises IssuerError."""
    draft = find_draft(session, prefix, draft_id, locked=True)
    if DraftState(draft.state) not in OBJECTABLE:
        raise draft_closed(draft)
    course = find_course(session, draft)
    if course is None:
        raise no_course()
    return draft, course


def settle_objection(
    room: BatchRoom,
    session: Session,
    draft: BatchDraft,
    objection_id: int,
    person: Person,
    outcome: Outcome,
    answer: str,
) -> None:
    """Settle an objection, with what was found.

    Raises:
        IssuerError: there is none of this id, or it is settled (`objection_settled`).
    """
    found = session.get(BatchObjection, objection_id)
    if found is None or found.draft_id != draft.id or found.outcome is not None:
        raise IssuerError(
            "objection_settled",
            Text("没有这件异议，或已处理", "there is no such objection, or it is settled"),
        )
    words = {**words_of_objection(room, draft, found), "answer": answer}
    _seal_words(room, draft, found, words)
    found.outcome, found.settled_at, found.settler = outcome.value, room.clock(), person.name
