"""Writing a line of custody: what was done in a case, bound to the line before it.

Officers write at the police desk, and a body's clerk by answering a question. Every line's hash is
noted on the audit trail, which lies in another database, before the transaction ends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.case_models import CaseEvent
from registry.case_sealed import EVENT_LINE
from registry.cases import new_key
from registry.session import once_undone
from registry.vault import Vault

FIRST: Final = "0" * 64
"""What stands for the hash before the first line."""
UNDONE: Final = "police.undone"
"""The act by which the trail says that a line was not kept."""
_NOT_KEPT: Final = "办理未成，保管记录中没有这一条"


class Note(Protocol):
    """Adds an act to the audit trail, in a transaction of its own."""

    def __call__(self, *, actor: str, act: str, subject: str, ground: str, reference: str) -> None:
        """Add it; raises CaseError where a text of it may not stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a line says.

    Args:
        at: when, aware.
        actor: who acted.
        act: what was done, a word such as `receive`.
        item: place of the paper it is about; None for the case as a whole.
        details: what else it says.
    """

    at: datetime
    actor: str
    act: str
    item: int | None = None
    details: Mapping[str, str] = field(default_factory=dict, repr=False)

    def line(self, place: int) -> str:
        """Return the text that is hashed, of the line at a place."""
        instant = self.at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
        told: dict[str, object] = {
            "place": place,
            "at": f"{instant.isoformat()}Z",
            "actor": self.actor,
            "act": self.act,
        }
        if self.item is not None:
            told["item"] = self.item
        return json.dumps(told | dict(self.details), ensure_ascii=False)


def add_custody_line(
    session: Session,
    vault: Vault,
    case_id: int,
    step: Step,
    note: Note,
    *,
    ground: str,
    reference: str,
) -> CaseEvent:
    """Add a line to a case that the transaction holds, its hash noted on the audit trail first.

    Raises:
        CaseError: ground or reference may not stand on the trail.
        VaultError: as `SealedColumn.put`.
        RegistryUnavailable: it could not be noted; then nothing is added.

    Where the transaction fails afterwards, the trail is told that the line was not kept.
    """
    last = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.place.desc())
        .limit(1)
        .with_for_update()
    ).first()
    place, former = (1, FIRST) if last is None else (last.place + 1, last.sha256)
    line = step.line(place)
    row = CaseEvent(key=new_key(), case_id=case_id, place=place, sha256=link(former, line))
    session.add(row)
    EVENT_LINE.put(row, vault, line.encode())
    session.flush()
    subject = f"case {case_id} {place} {row.sha256}"
    actor = step.actor
    note(actor=actor, act=f"police.{step.act}", subject=subject, ground=ground, reference=reference)

    def take_back() -> None:
        note(actor=actor, act=UNDONE, subject=subject, ground=_NOT_KEPT, reference=reference)

    once_undone(session, take_back)
    return row


def link(former: str, line: str) -> str:
    """Return the hash of a line after the hash before it, both in hex."""
    return hashlib.sha256(f"{former}\n{line}".encode()).hexdigest()
