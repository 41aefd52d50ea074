"""What an approver sees of a batch before deciding: counts, and which notices there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select

from codes.errors import CodesError
from codes.levels import Level, level_text
from codes.occupations import parse_occupation
from codes.wording import Text
from issuer.batch_room import BatchRoom
from issuer.batch_rows import open_findings, open_row
from issuer.columns import Column
from registry.batch_models import BatchDraft, BatchRow
from registry.session import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A batch at a glance.

    Args:
        groups: (occupation, level, how many), the lower levels of each first.
        notices: (how many rows, what is worth a look), the most frequent first.
    """

    groups: tuple[tuple[Text, Text, int], ...]
    notices: tuple[tuple[int, Text], ...]


def review(room: BatchRoom, draft: BatchDraft) -> Review:
    """Return a batch at a glance; one sentence stands for all notices of its kind."""
    cipher = room.cipher(draft)
    groups: Counter[tuple[Text, Text]] = Counter()
    counts: Counter[str] = Counter()
    texts: dict[str, Text] = {}
    with reading(room.desks) as session:
        query = select(BatchRow).where(BatchRow.draft_id == draft.id).order_by(BatchRow.row)
        for stored in session.scalars(query):
            row = open_row(cipher, stored)
            level = level_text(row.text(Column.LEVEL))
            groups[_occupation(row.text(Column.OCCUPATION)), level] += 1
            if stored.findings_sealed is None:
                continue
            remarks = open_findings(cipher, stored.row, stored.findings_sealed)
            for code in {remark.code for remark in remarks if not remark.stops}:
                counts[code] += 1
            for remark in remarks:
                texts.setdefault(remark.code, remark.text)
    return Review(
        groups=tuple(
            (occupation, level, n)
            for (occupation, level), n in sorted(groups.items(), key=lambda one: _order(*one[0]))
        ),
        notices=tuple((n, texts[code]) for code, n in counts.most_common()),
    )


def _occupation(typed: str) -> Text:
    """Return what an occupation is called; where there is none such, what is typed."""
    try:
        found = parse_occupation(typed)
    except CodesError:
        return Text(typed, typed)
    return Text(found.zh, found.en)


def _order(occupation: Text, level: Text) -> tuple[str, int]:
    """Return where a group stands: by occupation, the lower levels first."""
    ranks = {one.text: -one for one in Level}
    return occupation.zh, ranks.get(level, 0)
