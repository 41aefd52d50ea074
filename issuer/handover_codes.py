"""The codes of a batch's hand-over list: when they were made, by whom, how many are not used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from codes.wording import Text
from issuer.batch_approval import subject_of
from issuer.batch_room import BatchRoom
from issuer.errors import IssuerError
from issuer.holder_counter import HolderCounter
from registry.batch_models import BatchDraft
from registry.holder_access import CodePurpose, count_codes
from registry.session import reading
from registry.trail_models import TrailEntry

CODES_MADE: Final = "batch.holder_codes"
"""What the audit trail calls it; the codes were made at the very time of the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesMade:
    """The latest codes of a batch; `unused` of them still let somebody in."""

    at: datetime
    by: str
    unused: int

    @property
    def mark(self) -> str:
        """What a form carries that was filled in with these before the eyes."""
        return self.at.isoformat()


def codes_made(room: BatchRoom, counter: HolderCounter, draft: BatchDraft) -> CodesMade | None:
    """Return the latest codes of a batch's list; None where there never were any."""
    query = select(TrailEntry.at, TrailEntry.actor).where(
        TrailEntry.act == CODES_MADE, TrailEntry.subject == subject_of(draft)
    )
    with reading(room.register) as session:
        found = session.execute(query.order_by(TrailEntry.id.desc()).limit(1)).one_or_none()
    if found is None:
        return None
    with reading(counter.public) as session:
        unused = count_codes(session, CodePurpose.HANDOVER, made_at=found.at, now=counter.clock())
    return CodesMade(at=found.at, by=found.actor, unused=unused)


def check_codes_seen(made: CodesMade | None, seen: str) -> None:
    """See that whoever makes new codes knows of the latest ones, which become void.

    Args:
        seen: what their form carried; not trusted.

    Raises:
        IssuerError: others were made since (`codes_made_meanwhile`).
    """
    if made is None or made.mark == seen:
        return
    raise IssuerError(
        "codes_made_meanwhile",
        Text(
            "在您打开本页之后已生成过查看码（见下），没有再次生成；确需全部作废重发的，请重新勾选",
            "codes were made after this page was opened, see below, and none were made again; "
            "tick it anew if all of them are to be void",
        ),
    )
