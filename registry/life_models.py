"""The tables of an award's life: what was proposed and decided, what happened, and status lists.

An act (`life_acts`) is what one person proposes and another approves; it may hit many awards. An
event (`life_events`) is what happened to one award, sealed under the award's own data key, so that
whoever can open the award can read it and nobody without the key can write, change or move one.
See docs/decisions/0015-life-and-status-lists.md.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models import Base, UtcDateTime


class ActState(StrEnum):
    """How far an act has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Ground(StrEnum):
    """Why an award ends before its holder does (事由)."""

    FORGED_PAPERS = "forged_papers"
    CHEATING = "cheating"
    WRONG_AWARD = "wrong_award"
    BOUGHT = "bought"
    OTHER = "other"


class LifeAct(Base):
    """One act: what is to happen to an award, to a batch, or to every award of a site.

    `details_sealed` holds reason, reference and what is to be corrected, under the vault. `hits` is
    how many awards it changes: as counted when proposed, and as done once approved.
    """

    __tablename__ = "life_acts"
    __table_args__ = (
        CheckConstraint(
            "decided_by IS NULL OR state <> 'approved' OR decided_by <> proposer",
            name="two_persons",
        ),
        Index("ix_life_acts_of_site", "site_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    kind: Mapped[int]
    award_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True)
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("copies.id"), index=True)
    ground: Mapped[str | None] = mapped_column(String(20))
    details_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    hits: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    proposer: Mapped[str] = mapped_column(String(60))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class LifeEvent(Base):
    """The `n`-th thing that happened to an award since it was issued; never changed or deleted.

    Everything but the places of the row stands in `sealed`; the columns beside it only serve
    queries, and whoever opens the event goes by what was sealed.
    """

    __tablename__ = "life_events"
    __table_args__ = (UniqueConstraint("award_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"))
    n: Mapped[int]
    kind: Mapped[int]
    effective_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("copies.id"))
    act_id: Mapped[int | None] = mapped_column(ForeignKey("life_acts.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class StatusListRow(Base):
    """One status list: how many positions are taken, and how far it is published.

    `changes` counts what was done to its copies; the list is behind where `published_changes` is
    less. `version` only grows. `row_mark` binds all of them to their row (`registry.row_marks`).
    """

    __tablename__ = "status_lists"
    __table_args__ = (Index("ix_status_lists_expires_at", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken: Mapped[int]
    changes: Mapped[int]
    published_changes: Mapped[int]
    version: Mapped[int]
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    row_mark: Mapped[bytes | None] = mapped_column(LargeBinary(32))
