"""What an approver sees of a batch before deciding: counts, and which notices there are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

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

_FILE: Final = re.compile(r"^(照片文件“[^”]*”：|File “[^”]*”: )")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A batch at a glance.

    Args:
        groups: (occupation, level, how many), the lower levels of each first.
        notices: (rows, what is worth a look), what is of the most rows first.
    """

    groups: tuple[tuple[Text, Text, int], ...]
    notices: tuple[tuple[Sequence[int], Text], ...]


def review(room: BatchRoom, draft: BatchDraft) -> Review:
    """Return a batch at a glance, each reason for a notice with its rows."""
    cipher = room.cipher(draft)
    groups: Counter[tuple[Text, Text]] = Counter()
    told: dict[tuple[str, Text], set[int]] = {}
    with reading(room.desks) as session:
        query = select(BatchRow).where(BatchRow.draft_id == draft.id).order_by(BatchRow.row)
        for stored in session.scalars(query):
            row = open_row(cipher, stored)
            level = level_text(row.text(Column.LEVEL))
            groups[_occupation(row.text(Column.OCCUPATION)), level] += 1
            if stored.findings_sealed is None:
                continue
            remarks = open_findings(cipher, stored.row, stored.findings_sealed)
            for remark in remarks:
                if not remark.stops:
                    reason = _without_file(remark.text)
                    told.setdefault((remark.code, reason), set()).add(row.row)
    return Review(
        groups=tuple(
            (occupation, level, n)
            for (occupation, level), n in sorted(groups.items(), key=lambda one: _order(*one[0]))
        ),
        notices=tuple(
            sorted(
                ((sorted(rows), text) for (_, text), rows in told.items()),
                key=lambda one: (-len(one[0]), one[0]),
            )
        ),
    )


def _without_file(text: Text) -> Text:
    """Return a remark without the name of the photo's file, which differs from row to row."""
    return Text(_FILE.sub("", text.zh), _FILE.sub("", text.en))


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
