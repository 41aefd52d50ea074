"""What was changed in a batch since it was returned, as far as the audit trail tells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text, counted
from issuer.batch_approval import subject_of
from issuer.batch_room import BatchRoom
from issuer.console.trail_acts import ACTS
from registry.batch_models import BatchDraft, BatchRow
from registry.session import reading
from registry.trail import entries_about
from registry.trail_models import TrailEntry

_RETURN: Final = "batch.return"
_DROPPED: Final = "batch.row_drop"
_ROWS: Final = Text("{} 行", "{} {row|rows}")
_CHANGES: Final[Mapping[str, Text | None]] = {
    "batch.eligibility_entered": _ROWS,
    "batch.photos_dropped": None,
    "batch.photos_taken_in": Text("{} 张", "{} {photo|photos}"),
    "batch.plan": None,
    "batch.roster": _ROWS,
    _DROPPED: None,
    "batch.rows_corrected": _ROWS,
    "batch.scores_entered": Text("{} 项", "{} {mark|marks}"),
}
"""Acts that change what is approved, and what their number counts."""

_FEW: Final = 10


@dataclass(slots=True, kw_only=True)
class Change:
    """What one person changed in one way.

    Args:
        at: when last, aware UTC.
        rows: that were changed one by one.
        many: how many things were changed at once, in all.
    """

    act: str
    by: str
    at: datetime
    rows: set[int] = field(default_factory=set)
    many: int = 0

    @property
    def text(self) -> Text:
        """What was done, and to what."""
        told, rows = ACTS[self.act], sorted(self.rows)
        zh, en = [], []
        if rows:
            few, more = [str(one) for one in rows[:_FEW]], len(rows) > _FEW
            zh.append(f"第 {'、'.join(few)}{' 等' if more else ''} 行")
            word = "row" if len(rows) == 1 else "rows"
            en.append(f"{word} {', '.join(few)}{' and others' if more else ''}")
        unit = _CHANGES[self.act]
        if self.many and unit is not None:
            zh.append(unit.zh.format(self.many))
            said = unit.en.replace("{}", str(self.many))
            en.append(counted(Text("", said), self.many).en)
        if not zh:
            return told
        return Text(f"{told.zh}：{'；'.join(zh)}", f"{told.en}: {'; '.join(en)}")


def changes_since_return(room: BatchRoom, draft: BatchDraft) -> list[Change]:
    """Return what was changed since a batch was last returned, by act and person, the oldest first.

    That a row was removed is noted beforehand, so it is told only of a row that is gone.
    """
    with reading(room.desks) as session:
        rows = set(session.scalars(select(BatchRow.row).where(BatchRow.draft_id == draft.id)))
    with reading(room.register) as session:
        entries = _entries(session, draft)
    found: dict[tuple[str, str], Change] = {}
    for entry in entries:
        about = entry.subject.removeprefix(subject_of(draft))
        read = re.fullmatch(r" row (\d+)| (\d+)|", about)
        if read is None or (read[2] is not None) != _has_count(entry.act, about):
            continue  # of another batch, whose name begins with this one's
        if entry.act == _DROPPED and read[1] is not None and int(read[1]) in rows:
            continue
        key = (entry.act, entry.actor)
        one = found.setdefault(key, Change(act=entry.act, by=entry.actor, at=entry.at))
        one.at = entry.at
        if read[1] is not None:
            one.rows.add(int(read[1]))
        one.many += int(read[2] or 0)
    return sorted(found.values(), key=lambda one: one.at)


def _has_count(act: str, about: str) -> bool:
    """Return whether an entry on a batch of just this name would end with a number of things."""
    return _CHANGES[act] is not None and not about.startswith(" row ")


def _entries(session: Session, draft: BatchDraft) -> Sequence[TrailEntry]:
    """Return what was noted of a batch since its last return; nothing where it never was."""
    subject, decided = subject_of(draft), draft.decided_at
    returns = entries_about(session, (subject,), (_RETURN,))
    since = [one.id for one in returns if decided is not None and one.at <= decided]
    if not since:
        return ()
    query = select(TrailEntry).where(
        TrailEntry.id > since[-1],
        TrailEntry.act.in_(_CHANGES),
        TrailEntry.subject.startswith(subject, autoescape=True),
    )
    return session.scalars(query.order_by(TrailEntry.id)).all()
