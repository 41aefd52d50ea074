"""The tables of the authority's desk: applications being typed, acts that wait for another person,
quality checks on a sample of a body's awards.

None of it changes what is filed: that is done by acts alone, in the register. Files of a draft and
what inspectors write about a certificate are sealed by the vault, because they may name people.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.desk_database import DeskBase
from registry.models import UtcDateTime


class FilingDraft(DeskBase):
    """An application as far as it has been typed; gone once it is taken in.

    `entry` is JSON of texts as typed. `supplements` is the application it is a supplement to.
    """

    __tablename__ = "filing_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_by: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    supplements: Mapped[int | None]
    entry: Mapped[str] = mapped_column(Text)
    files: Mapped[list[FilingDraftFile]] = relationship(
        order_by="FilingDraftFile.id", cascade="all, delete-orphan"
    )


class FilingDraftFile(DeskBase):
    """A material of a draft: its title and name, its bytes sealed."""

    __tablename__ = "filing_draft_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("filing_drafts.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    file: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class FilingProposal(DeskBase):
    """An act on a filing that one person proposed, and what became of it.

    `subject` is a number prefix, or `application N`. `basis` is the last act or step on it that the
    proposer saw: where another follows, the proposal is no longer about what it says.
    """

    __tablename__ = "filing_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(40), index=True)
    act: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(500))
    reference: Mapped[str | None] = mapped_column(String(100))
    decided_on: Mapped[date | None]
    basis: Mapped[int]
    proposed_by_id: Mapped[int]
    proposed_by: Mapped[str] = mapped_column(String(60))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20), index=True)
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark: Mapped[str | None] = mapped_column(String(500))


class QualityCheck(DeskBase):
    """A random sample of a site's awards, drawn so that anybody can draw it again.

    `population` counts the awards it was drawn from, `population_sha256` is of their numbers.
    """

    __tablename__ = "quality_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(String(13), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    level: Mapped[int | None]
    seed: Mapped[str] = mapped_column(String(64))
    population: Mapped[int]
    population_sha256: Mapped[str] = mapped_column(String(64))
    drawn_by: Mapped[str] = mapped_column(String(60))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(20))
    conclusion_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    closed_by: Mapped[str | None] = mapped_column(String(60))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    items: Mapped[list[QualityItem]] = relationship(order_by="QualityItem.place")


class QualityItem(DeskBase):
    """One certificate of a sample, and what was found; `place` is its place in the draw."""

    __tablename__ = "quality_items"
    __table_args__ = (UniqueConstraint("check_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("quality_checks.id"), index=True)
    place: Mapped[int]
    number: Mapped[str] = mapped_column(String(22))
    finding: Mapped[str | None] = mapped_column(String(20))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    found_by: Mapped[str | None] = mapped_column(String(60))
    found_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
