"""The objections (异议) to a batch during its notice: noted, settled, set right."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.person import Person
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.batch_candidates import Candidate, lock_course
from issuer.batch_room import BatchRoom
from issuer.batch_states import EDITABLE, DraftState
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCourse, BatchObjection
from registry.session import reading, transaction
from registry.vault import seal, unseal

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
class Moved:
    """Whom an upheld objection left out of the batch.

    Args:
        row: of the roster then.
        person: as `Candidate.person`.
    """

    row: int
    name: str = field(repr=False)
    person: bytes = field(repr=False)

    @property
    def text(self) -> Text:
        """Row and name; personal data."""
        return row_text(self.row, self.name)


def row_text(row: int, name: str) -> Text:
    """Return how somebody of a roster is called here: by row and name; personal data."""
    return Text(f"第 {row} 行 {name}", f"row {row}, {name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How an objection was settled once, before that was taken back.

    Args:
        on: when it was settled.
    """

    outcome: Outcome
    settler: str
    on: datetime
    answer: str = field(repr=False)
    moved: Moved | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionWords:
    """What an objection says and what was found; all of it empty once the batch is issued.

    Args:
        moved: who was left out for it; None for nobody.
        earlier: outcomes that were taken back, the oldest first.
    """

    sender: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)
    moved: Moved | None = field(default=None, repr=False)
    earlier: tuple[Settled, ...] = field(default=(), repr=False)


def objections_of(session: Session, draft_id: int) -> Sequence[BatchObjection]:
    """Return the objections to a batch, in order."""
    query = select(BatchObjection).where(BatchObjection.draft_id == draft_id)
    return session.scalars(query.order_by(BatchObjection.id)).all()


def words_of_objection(
    room: BatchRoom, draft: BatchDraft, objection: BatchObjection
) -> ObjectionWords:
    """Return what an objection says and what was found."""
    if objection.words_sealed is None or draft.key_sealed is None:
        return ObjectionWords()
    context = f"batch-objection {objection.id}"
    data = json.loads(unseal(room.cipher(draft), context, objection.words_sealed))
    return ObjectionWords(
        sender=data["sender"],
        text=data["text"],
        answer=data.get("answer", ""),
        moved=_moved(data.get("moved")),
        earlier=tuple(
            Settled(
                outcome=Outcome(outcome),
                settler=settler,
                on=datetime.fromisoformat(on),
                answer=answer,
                moved=_moved(moved),
            )
            for outcome, settler, on, answer, moved in data.get("earlier", ())
        ),
    )


def told_objections(
    room: BatchRoom, draft: BatchDraft
) -> list[tuple[BatchObjection, ObjectionWords]]:
    """Return the objections to a batch, in order, each with its words."""
    with reading(room.desks) as session:
        found = objections_of(session, draft.id)
        return [(one, words_of_objection(room, draft, one)) for one in found]


def _moved(data: Any) -> Moved | None:
    if data is None:
        return None
    row, name, person = data
    return Moved(row=row, name=name, person=bytes.fromhex(person))


def _packed(moved: Moved | None) -> list[Any] | None:
    return None if moved is None else [moved.row, moved.name, moved.person.hex()]


def _seal_words(
    room: BatchRoom, draft: BatchDraft, objection: BatchObjection, words: ObjectionWords
) -> None:
    data = {
        "sender": words.sender,
        "text": words.text,
        "answer": words.answer,
        "moved": _packed(words.moved),
        "earlier": [
            [one.outcome.value, one.settler, one.on.isoformat(), one.answer, _packed(one.moved)]
            for one in words.earlier
        ],
    }
    context = f"batch-objection {objection.id}"
    text = json.dumps(data, ensure_ascii=False).encode()
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
        _seal_words(room, draft, objection, ObjectionWords(sender=sender, text=text))


def find_objectable(session: Session, prefix: str, draft_id: int) -> tuple[BatchDraft, BatchCourse]:
    """Return a batch, locked, whose objections may be noted and settled; raises IssuerError."""
    return lock_course(session, prefix, draft_id, OBJECTABLE)


def settle_objection(
    room: BatchRoom,
    session: Session,
    draft: BatchDraft,
    objection_id: int,
    person: Person,
    outcome: Outcome,
    answer: str,
    leaving: Candidate | None = None,
) -> None:
    """Settle an objection, with what was found; the caller leaves out who is `leaving`.

    Raises:
        IssuerError: there is none of this id, or it is settled (`objection_settled`).
    """
    found = session.get(BatchObjection, objection_id)
    if found is None or found.draft_id != draft.id or found.outcome is not None:
        raise IssuerError(
            "objection_settled",
            Text("没有这件异议，或已处理", "there is no such objection, or it is settled"),
        )
    moved = None
    if leaving is not None:
        moved = Moved(row=leaving.row, name=leaving.name, person=leaving.person)
    words = replace(words_of_objection(room, draft, found), answer=answer, moved=moved)
    _seal_words(room, draft, found, words)
    found.outcome, found.settled_at, found.settler = outcome.value, room.clock(), person.name


def reopen_objection(
    room: BatchRoom, session: Session, draft: BatchDraft, objection_id: int, person: Person
) -> Moved | None:
    """Take the outcome of an objection back, which stays readable beside it.

    Returns:
        Who was left out for it, to be brought back by the caller.

    Raises:
        IssuerError: there is none of this id that is settled (`objection_open`); another person
            settled it (`objection_other`).
    """
    found = session.get(BatchObjection, objection_id)
    if found is None or found.draft_id != draft.id or found.outcome is None:
        raise IssuerError(
            "objection_open",
            Text(
                "没有这件异议，或尚未处理",
                "there is no such objection, or it is not settled",
            ),
        )
    if not may_reopen(person, found):
        raise IssuerError(
            "objection_other",
            Text(
                f"处理结果由 {found.settler} 记录，须由本人撤回；未作改动",
                f"{found.settler} recorded this outcome and alone can take it back; nothing was "
                "changed",
            ),
        )
    words = words_of_objection(room, draft, found)
    once = Settled(
        outcome=Outcome(found.outcome),
        settler=found.settler or "",
        on=found.settled_at or room.clock(),
        answer=words.answer,
        moved=words.moved,
    )
    again = replace(words, answer="", moved=None, earlier=(*words.earlier, once))
    _seal_words(room, draft, found, again)
    found.outcome = found.settled_at = found.settler = None
    return words.moved


def may_reopen(person: Person, objection: BatchObjection) -> bool:
    """Return whether the outcome of an objection was recorded by this person."""
    return objection.settler is not None and is_same_person(objection.settler, person.name)
