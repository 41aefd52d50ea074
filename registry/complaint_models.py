"""The tables of complaints (投诉举报): as sent on the public site, and on the desks that answer."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.desk_database import DeskBase
from registry.models import UtcDateTime
from registry.public_database import PublicBase


class SentComplaint(PublicBase):
    """One complaint as sent, and what its sender may read of it by the receipt code.

    `code_sha256` is of that code, which is shown once and kept nowhere. Words and file are sealed,
    and go once a desk has put them on record. `answer_sealed` is for the sender.
    """

    __tablename__ = "sent_complaints"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    file_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    file_kind: Mapped[str | None] = mapped_column(String(10))
    file_bytes: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    due_on: Mapped[date | None]
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Complaint(DeskBase):
    """One complaint on record; what it says, its file and the answer are sealed by the vault.

    `receipt_sha256` is the public side's. `office` is which desk it lies with. `assignee_id` is an
    account.
    """

    __tablename__ = "complaints"

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    office: Mapped[str] = mapped_column(String(20), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    file_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    file_kind: Mapped[str | None] = mapped_column(String(10))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date] = mapped_column(index=True)
    assignee_id: Mapped[int | None] = mapped_column(index=True)
    assignee: Mapped[str | None] = mapped_column(String(60))
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closed_by: Mapped[str | None] = mapped_column(String(60))
    handed_over: Mapped[list[ComplaintHandOver]] = relationship(order_by="ComplaintHandOver.id")


class ComplaintHandOver(DeskBase):
    """That a complaint was handed over to the office `office`, by whom and why."""

    __tablename__ = "complaint_hand_overs"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    office: Mapped[str] = mapped_column(String(20))
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    handed_by: Mapped[str] = mapped_column(String(60))
    handed_at: Mapped[datetime] = mapped_column(UtcDateTime)
