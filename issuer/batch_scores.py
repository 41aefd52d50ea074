"""Scores of a batch: entered by sheet or form, judged by the pass rules, what is odd shown.

Every entry is kept with who made it and when: a mark that was changed is seen by whoever approves.
Only those who passed everything stay in the batch once the scores are closed; the others are left
out of it, with their rows, and can be brought back until it is submitted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from statistics import median
from typing import Any

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
_MARK = re.compile(r"100(?:\.0)?|[0-9]{1,2}(?:\.[0-9])?")
ABSENT, WITHDRAWN, RESIT = "缺考", "退考", "待补考"
WORDS = (ABSENT, WITHDRAWN, RESIT)
_FEW = 500
_FEWEST_ALIKE = 3
_FAR_POINTS = 20.0
_FAR_DEVIATIONS = 3.0 * 1.4826  # of the median deviation, as three standard deviations
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
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One mark as it was entered; `attempt` is 2 for a resit."""

    part: Part
    attempt: int
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Every entry about somebody, the oldest first."""

    entries: tuple[Entry, ...] = ()

    def text(self, part: Part, attempt: int) -> str:
        """Return what was entered last; empty where nothing was."""
        found = [e.text for e in self.entries if (e.part, e.attempt) == (part, attempt)]
        return found[-1] if found else ""

    def valid(self, part: Part) -> str:
        """Return what counts of a part: a resit before the first attempt."""
        return self.text(part, 2) or self.text(part, 1)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Something about scores that a person should look at; `row` is None where it is about all."""

    row: int | None
    text: Text


def find_odd(people: Sequence[Scored]) -> list[Odd]:
    """Return what is odd about scores: changed after entry, far from the others, all equal.

    Equal marks are looked for among all, and among those who passed: they alone go on.
    """
    found: list[Odd] = []
    for one in people:
        found += _changes(one)
    ordered = sorted(people, key=lambda one: one.candidate.level_zh)
    for level, group in groupby(ordered, key=lambda one: one.candidate.level_zh):
        members = list(group)
        for part in Part:
            marks = [
                (one, float(text))
                for one in members
                if _MARK.fullmatch(text := one.scores.valid(part))
            ]
            passed = [(one, mark) for one, mark in marks if one.standing is Standing.PASSED]
            found += _alike(level, part, marks) or [
                *_alike(level, part, passed, "合格的 ", " of those who passed"),
                *_far(part, marks),
            ]
    return found


def _changes(one: Scored) -> Iterable[Odd]:
    for part, attempt in PLACES.values():
        entries = one.scores.changed(part, attempt)
        if entries:
            path = " → ".join(entry.text or "（空）" for entry in entries)
            what = f"{part.text.zh}{'补考' if attempt == 2 else ''}"
            zh = f"{what}成绩录入后改动：{path}（{entries[-1].by}）"
            en = f"{part.text.en}{' (resit)' if attempt == 2 else ''} changed after entry: {path}"
            yield Odd(row=one.candidate.row, text=Text(zh, en))


def _alike(
    level: str, part: Part, marks: Sequence[tuple[Scored, float]], zh: str = "", en: str = ""
) -> list[Odd]:
    if len(marks) < _FEWEST_ALIKE or len({mark for _, mark in marks}) > 1:
        return []
    text = Text(
        f"{level}{part.text.zh} {zh}{len(marks)} 人成绩全部为 {marks[0][1]:g} 分，请核对原始评分表",
        f"{part.text.en}: all {len(marks)} marks{en} are {marks[0][1]:g}; look at the score sheets",
    )
    return [Odd(row=None, text=text)]


def _far(part: Part, marks: Sequence[tuple[Scored, float]]) -> list[Odd]:
    if len(marks) < _FEWEST_ALIKE + 1:
        return []
    middle = median(mark for _, mark in marks)
    spread = median(abs(mark - middle) for _, mark in marks)
    limit = max(_FAR_POINTS, _FAR_DEVIATIONS * spread)
    return [
        Odd(
            row=one.candidate.row,
            text=Text(
                f"{part.text.zh} {mark:g} 分，与多数人（中位数 {middle:g}）相差较大",
                f"{part.text.en} {mark:g}: far from the others (median {middle:g})",
            ),
        )
        for one, mark in marks
        if abs(mark - middle) > limit
    ]


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
            Entry(part=Part(part), attempt=attempt, text=text, by=by, at=datetime.fromisoformat(at))
            for part, attempt, text, by, at in data
        )
    )


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
                data = [_packed(entry) for entry in (*known.scores.entries, *entries)]
                stored.scores_sealed = seal_json(room.cipher(draft), _WHAT, one.person, data)
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
    if text and text not in WORDS and not _MARK.fullmatch(text):
        return Text(
            f"应为 0–100（至多一位小数），或 {'、'.join(WORDS)}",
            f"0–100 with at most one decimal, or one of {', '.join(WORDS)}",
        )
    if text and attempt == 2 and not (first or known.scores.text(part, 1)):
        return Text("先录入首次成绩，再录补考", "enter the first attempt before a resit")
    return None


def _packed(entry: Entry) -> list[Any]:
    return [entry.part.value, entry.attempt, entry.text, entry.by, entry.at.isoformat()]


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
        lines = [
            [
                str(one.candidate.row),
                one.candidate.name,
                one.candidate.masked,
                one.candidate.level_zh,
                *(one.scores.text(*place) for place in PLACES.values()),
            ]
            for one in read_scored(room, session, draft)
        ]
    return write_exam_sheet(f"{draft.name}-成绩", (*head, *PLACES), lines)


def scores_closed() -> IssuerError:
    """Return the refusal to change scores that are closed."""
    return IssuerError(
        "scores_closed",
        Text(
            "成绩已确认，不能改动；确需改动的，先重新打开成绩（将留痕）",
            "the scores are closed; open them again first, which is noted",
        ),
    )
