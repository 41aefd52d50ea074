"""Scores of a batch: entered by sheet or form, judged by the pass rules.

Every entry is kept with who made it and when: a mark that was changed is seen by whoever approves.
Only those who passed everything stay in the batch once the scores are closed; the others are left
out of it, with their rows, and can be brought back until it is submitted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from accounts.person import Person
from codes.assessment_rules import Part, PartRule, parts
from codes.typed import ordinary
from codes.wording import Text
from issuer.batch_candidates import (
    Candidate,
    examining,
    keep_of,
    kept_of,
    match_lines,
    open_json,
    read_candidates,
    seal_json,
    shared_names,
)
from issuer.batch_room import BatchRoom, find_draft
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.exam_columns import ExamColumn
from issuer.exam_sheets import LineFault, SheetLine, refuse_lines, write_exam_sheet
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCandidate
from registry.session import reading

_WHAT = "scores"
MARK = re.compile(r"100(?:\.0)?|[0-9]{1,2}(?:\.[0-9])?")
ABSENT, WITHDRAWN, RESIT = "缺考", "退考", "待补考"
WORDS = (ABSENT, WITHDRAWN, RESIT)
_FEW = 500
FIRST: Mapping[Part, ExamColumn] = {
    Part.THEORY: ExamColumn.THEORY,
    Part.SKILLS: ExamColumn.SKILLS,
    Part.REVIEW: ExamColumn.REVIEW,
}
SECOND: Mapping[Part, ExamColumn] = {
    Part.THEORY: ExamColumn.THEORY_RESIT,
    Part.SKILLS: ExamColumn.SKILLS_RESIT,
    Part.REVIEW: ExamColumn.REVIEW_RESIT,
}
PLACES: Mapping[ExamColumn, tuple[Part, int]] = {
    **{column: (part, 1) for part, column in FIRST.items()},
    **{column: (part, 2) for part, column in SECOND.items()},
}


class Standing(StrEnum):
    """What somebody's scores came to."""

    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"
    RESIT = "resit"
    OBJECTION = "objection"
    GAVE_UP = "gave_up"
    UNFIT = "unfit"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _STANDINGS[self]


_STANDINGS = {
    Standing.PENDING: Text("未录完", "not all entered"),
    Standing.PASSED: Text("合格", "passed"),
    Standing.FAILED: Text("不合格", "failed"),
    Standing.ABSENT: Text("缺考", "absent"),
    Standing.WITHDRAWN: Text("退考", "withdrawn"),
    Standing.RESIT: Text("待补考", "to resit"),
    Standing.OBJECTION: Text("异议成立", "objection upheld"),
    Standing.GAVE_UP: Text("本人放弃，已移出", "gave up, taken out"),
    Standing.UNFIT: Text("资格不符，已移出", "not eligible, taken out"),
}

REMOVED = frozenset({Standing.GAVE_UP, Standing.UNFIT})
"""Taken out of the batch by a clerk, whatever the scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One mark as it was entered.

    Args:
        attempt: 2 for a resit.
        source: the batch it was carried over from; empty for one that was entered in this.
        bank: question bank and version of that batch; empty as `source`.
    """

    part: Part
    attempt: int
    text: str
    by: str
    at: datetime
    source: str = ""
    bank: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Every entry about somebody, the oldest first."""

    entries: tuple[Entry, ...] = ()

    def entry(self, part: Part, attempt: int) -> Entry | None:
        """Return what was entered last; None where nothing was."""
        found = [e for e in self.entries if (e.part, e.attempt) == (part, attempt)]
        return found[-1] if found else None

    def text(self, part: Part, attempt: int) -> str:
        """Return the mark that was entered last; empty where none was."""
        found = self.entry(part, attempt)
        return "" if found is None else found.text

    def counting(self, part: Part) -> Entry | None:
        """Return what counts of a part: a resit before the first attempt."""
        second = self.entry(part, 2)
        return second if second is not None and second.text else self.entry(part, 1)

    def valid(self, part: Part) -> str:
        """Return the mark that counts of a part; empty where there is none."""
        found = self.counting(part)
        return "" if found is None else found.text

    def carried(self, part: Part) -> Entry | None:
        """Return what counts of a part where it was carried over from another batch."""
        found = self.counting(part)
        return found if found is not None and found.source else None

    def last(self) -> tuple[Entry, ...]:
        """Return the entries that hold: the last one of each mark."""
        return tuple({(entry.part, entry.attempt): entry for entry in self.entries}.values())

    def changed(self, part: Part, attempt: int) -> tuple[Entry, ...]:
        """Return the entries of a mark that was entered more than once."""
        found = tuple(e for e in self.entries if (e.part, e.attempt) == (part, attempt))
        return found if len(found) > 1 else ()


def standing_of(scores: Scores, rules: Sequence[PartRule]) -> Standing:
    """Return what scores come to: passed only where every part is."""
    texts = {rule: scores.valid(rule.part) for rule in rules}
    words = set(texts.values())
    if WITHDRAWN in words:
        return Standing.WITHDRAWN
    if RESIT in words:
        return Standing.RESIT
    if ABSENT in words:
        return Standing.ABSENT
    if not rules or "" in words:
        return Standing.PENDING
    if all(float(text) >= rule.pass_mark for rule, text in texts.items()):
        return Standing.PASSED
    return Standing.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Somebody with their scores.

    Args:
        barred: an objection against them was upheld, whatever the scores.
    """

    candidate: Candidate
    scores: Scores = field(repr=False)
    rules: tuple[PartRule, ...]
    barred: bool = False

    @property
    def standing(self) -> Standing:
        """What it comes to."""
        return Standing.OBJECTION if self.barred else standing_of(self.scores, self.rules)

    @property
    def to_examine(self) -> tuple[Part, ...]:
        """The parts of the level, but those whose mark was carried over."""
        every = (rule.part for rule in self.rules)
        return tuple(part for part in every if self.scores.carried(part) is None)


def read_scored(
    room: BatchRoom, session: Session, draft: BatchDraft, *, offset: int = 0, limit: int = -1
) -> list[Scored]:
    """Return people of a batch with their scores, in the order of its rows."""
    people = read_candidates(room, session, draft, offset=offset, limit=limit)
    kept = kept_of(session, draft, people if limit >= 0 else None)
    return [scored(room, draft, one, kept.get(one.person)) for one in people]


def scored(
    room: BatchRoom, draft: BatchDraft, one: Candidate, kept: BatchCandidate | None
) -> Scored:
    """Return somebody with what is kept of their scores."""
    on = shanghai_day(draft.made_at)
    known = one.occupation is not None and one.level is not None
    rules = parts(one.occupation, one.level, on) if known else ()  # type: ignore[arg-type]  # both are
    barred = kept is not None and kept.left_out == Standing.OBJECTION
    return Scored(candidate=one, scores=open_scores(room, draft, kept), rules=rules, barred=barred)


def open_scores(room: BatchRoom, draft: BatchDraft, kept: BatchCandidate | None) -> Scores:
    """Return what is kept of somebody's scores."""
    if kept is None or kept.scores_sealed is None:
        return Scores()
    data = open_json(room.cipher(draft), _WHAT, kept.person, kept.scores_sealed)
    return Scores(
        entries=tuple(
            Entry(
                part=Part(part),
                attempt=attempt,
                text=text,
                by=by,
                at=datetime.fromisoformat(at),
                source=carried[0] if carried else "",
                bank=carried[1] if carried else "",
            )
            for part, attempt, text, by, at, *carried in data
        )
    )


def seal_scores(cipher: AESGCM, person: bytes, entries: Sequence[Entry]) -> bytes:
    """Return every entry about somebody, the oldest first, as it is kept."""
    return seal_json(cipher, _WHAT, person, [_packed(entry) for entry in entries])


Typed = Mapping[tuple[Part, int], str]


def enter(
    room: BatchRoom, person: Person, prefix: str, draft_id: int, typed: Mapping[int, Typed]
) -> int:
    """Keep marks that were entered; return how many marks are new or changed.

    Args:
        typed: by row, then by part and attempt; what is not there stays as it is.

    Raises:
        IssuerError: as `examining`; the scores are closed (`scores_closed`); marks that are none,
            or of a part that the level does not have (`exam_lines`). Nothing was kept.
    """
    changed = 0
    with examining(room, prefix, draft_id) as (session, draft, course):
        if course.scores_closed_at is not None:
            raise scores_closed()
        people = read_candidates(room, session, draft, rows=typed.keys())
        kept = kept_of(session, draft, people if len(people) <= _FEW else None)
        faults: list[LineFault] = []
        for one in people:
            known = scored(room, draft, one, kept.get(one.person))
            entries = _new_entries(known, typed[one.row], person.name, room.clock(), faults)
            if entries and not faults:
                changed += len(entries)
                stored = keep_of(session, draft, kept, one)
                every = (*known.scores.entries, *entries)
                stored.scores_sealed = seal_scores(room.cipher(draft), one.person, every)
        if faults:
            raise refuse_lines(faults)
    return changed


def _new_entries(
    known: Scored, typed: Typed, by: str, at: datetime, faults: list[LineFault]
) -> list[Entry]:
    found: list[Entry] = []
    for (part, attempt), raw in typed.items():
        text = ordinary(raw)
        if text == known.scores.text(part, attempt):
            continue
        why = _fault(known, part, attempt, text, ordinary(typed.get((part, 1), "")))
        if why is not None:
            column = (FIRST if attempt == 1 else SECOND)[part]
            one = known.candidate
            faults.append(LineFault(row=one.row, column=column.value, text=why, name=one.name))
            continue
        found.append(Entry(part=part, attempt=attempt, text=text, by=by, at=at))
    return found


def _fault(known: Scored, part: Part, attempt: int, text: str, first: str) -> Text | None:
    """Return what is wrong with a mark; `first` is the first attempt that came with it."""
    if part not in {rule.part for rule in known.rules}:
        return Text("本级别没有这一项，请留空", "the level has no such part; leave it empty")
    if text and text not in WORDS and not MARK.fullmatch(text):
        return Text(
            f"应为 0–100（至多一位小数），或 {'、'.join(WORDS)}",
            f"0–100 with at most one decimal, or one of {', '.join(WORDS)}",
        )
    if text and attempt == 2 and not (first or known.scores.text(part, 1)):
        return Text("先录入首次成绩，再录补考", "enter the first attempt before a resit")
    return None


def _packed(entry: Entry) -> list[Any]:
    said = [entry.part.value, entry.attempt, entry.text, entry.by, entry.at.isoformat()]
    return [*said, entry.source, entry.bank] if entry.source else said


def enter_sheet(
    room: BatchRoom, person: Person, prefix: str, draft_id: int, lines: Sequence[SheetLine]
) -> int:
    """Keep a filled-in sheet; empty cells change nothing. Raises as `enter`; `exam_lines`."""
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        found, faults = match_lines(lines, read_candidates(room, session, draft))
    if faults:
        raise refuse_lines(faults)
    typed = {
        row: {place: line.text(column) for column, place in PLACES.items() if line.text(column)}
        for row, line in found.items()
    }
    return enter(room, person, prefix, draft_id, typed)


def write_sheet(room: BatchRoom, draft: BatchDraft) -> bytes:
    """Return the sheet to fill in, with everybody of the batch and what was entered so far."""
    head = (ExamColumn.ROW, ExamColumn.NAME, ExamColumn.DOCUMENT, ExamColumn.LEVEL)
    with reading(room.desks) as session:
        people = read_scored(room, session, draft)
    shared = shared_names([one.candidate for one in people])
    marks = mark_columns(people)
    lines = [
        [
            str(one.row),
            one.name,
            one.masked_to_end if one.name in shared else one.masked,
            one.level_zh,
            *(scored.scores.text(*PLACES[column]) for column in marks),
        ]
        for scored in people
        for one in (scored.candidate,)
    ]
    return write_exam_sheet(f"{draft.name}-成绩", (*head, *marks), lines)


def mark_columns(people: Sequence[Scored]) -> list[ExamColumn]:
    """Return the columns of marks that at least one of these people's levels has."""
    own = {rule.part for one in people for rule in one.rules}
    return [column for column, (part, _) in PLACES.items() if part in own]


def scores_closed() -> IssuerError:
    """Return the refusal to change scores that are closed."""
    return IssuerError(
        "scores_closed",
        Text(
            "成绩已确认，不能改动；确需改动的，先重新打开成绩（将留痕）",
            "the scores are closed; open them again first, which is noted",
        ),
    )
