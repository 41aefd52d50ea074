"""What a batch has from another one: for how long a passed part stands, and what is told of it."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.assessment_rules import Figure, Part
from codes.wording import Text
from issuer.batch_candidates import kept_of
from issuer.batch_eligibility import read_kept
from issuer.batch_room import BatchRoom
from issuer.batch_rows import sheet_notices
from issuer.batch_scores import MARK, Entry, Scored, read_scored
from issuer.body_settings import figure_of, settings_of
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft
from registry.session import reading

ROSTER_CARRIED = "roster_carried"
_ROWS_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """For how long a passed part stands.

    Args:
        months: from the day its mark was entered.
        today: in Asia/Shanghai.
    """

    months: int
    today: date

    def last_day(self, entry: Entry) -> date:
        """Return the last day on which a mark stands."""
        entered = shanghai_day(entry.at)
        years, month = divmod(entered.month - 1 + self.months, 12)
        year = entered.year + years
        return date(year, month + 1, min(entered.day, monthrange(year, month + 1)[1]))

    def holds(self, entry: Entry) -> bool:
        """Return whether a mark stands today."""
        return self.months > 0 and self.today <= self.last_day(entry)


def term_of(session: Session, prefix: str, now: datetime) -> Term:
    """Return for how long a passed part stands at a body."""
    today = shanghai_day(now)
    months = figure_of(settings_of(session, prefix), Figure.PASSED_PART_MONTHS, today)
    return Term(months=months, today=today)


def passed_entries(one: Scored, term: Term) -> tuple[Entry, ...]:
    """Return the marks of the parts that somebody passed, as far as they stand."""
    found = ((rule, one.scores.counting(rule.part)) for rule in one.rules)
    return tuple(
        entry
        for rule, entry in found
        if entry is not None
        and MARK.fullmatch(entry.text)
        and float(entry.text) >= rule.pass_mark
        and term.holds(entry)
    )


def check_standing(people: Sequence[Scored], term: Term) -> None:
    """See that every mark that was carried over still stands.

    Raises:
        IssuerError: some do not (`scores_lapsed`).
    """
    lapsed = [
        one.candidate.row
        for one in people
        if any(not term.holds(entry) for entry in carried_entries(one))
    ]
    if lapsed:
        shown = "、".join(map(str, lapsed[:_ROWS_SHOWN]))
        raise IssuerError(
            "scores_lapsed",
            Text(
                f"第 {shown} 行等 {len(lapsed)} 人沿用的单项成绩已过保留期限"
                f"（{term.months} 个月），须重新考核并录入；未作改动",
                f"marks carried over stand no more after {term.months} months, for {len(lapsed)} "
                f"people (rows {shown}): examine these parts again; nothing was changed",
            ),
        )


def carried_entries(one: Scored) -> tuple[Entry, ...]:
    """Return the marks of somebody that were carried over and count."""
    found = (one.scores.carried(rule.part) for rule in one.rules)
    return tuple(entry for entry in found if entry is not None)


def entry_text(entry: Entry, term: Term) -> Text:
    """Return where a mark that was carried over comes from, and until when it stands."""
    entered, last = spoken_day(shanghai_day(entry.at)), spoken_day(term.last_day(entry))
    return Text(
        f"沿用批次“{entry.source}”的合格成绩（{entry.by}，{entered.zh}录入），保留至{last.zh}",
        f"carried over from batch “{entry.source}” ({entry.by}, entered on {entered.en}), stands "
        f"until {last.en}",
    )


def carried_texts(room: BatchRoom, draft: BatchDraft) -> list[Text]:
    """Return all that a batch has from another one, for who closes its scores and who approves."""
    with reading(room.desks) as session:
        people = read_scored(room, session, draft)
        kept = kept_of(session, draft)
        term = term_of(session, draft.prefix, room.clock())
    known = (read_kept(room, draft, kept.get(one.candidate.person)) for one in people)
    evidence = Counter(one.source for one in known if one is not None and one.source)
    marks: dict[tuple[Part, str], list[Entry]] = {}
    for one in people:
        for entry in carried_entries(one):
            marks.setdefault((entry.part, entry.source), []).append(entry)
    rosters = (
        (one.text for one in sheet_notices(room.cipher(draft), draft) if one.code == ROSTER_CARRIED)
        if draft.sheet_sealed is not None
        else ()
    )
    return [*rosters, *_of_evidence(evidence), *_of_marks(marks, term)]


def _of_evidence(counts: Mapping[str, int]) -> list[Text]:
    return [
        Text(
            f"申报条件：{many} 人沿用批次“{source}”的材料，已重新判定",
            f"eligibility: {many} people, from batch “{source}”, judged anew",
        )
        for source, many in counts.items()
    ]


def _of_marks(marks: Mapping[tuple[Part, str], Sequence[Entry]], term: Term) -> list[Text]:
    found = []
    for (part, source), entries in marks.items():
        last = spoken_day(min(map(term.last_day, entries)))
        found.append(
            Text(
                f"{part.text.zh}：{len(entries)} 人沿用批次“{source}”的合格成绩，最早保留至"
                f"{last.zh}",
                f"{part.text.en}: passed marks of {len(entries)} people, from batch “{source}”; "
                f"the first stands until {last.en}",
            )
        )
    return found
