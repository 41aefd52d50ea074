"""The tables of what lies between a batch's photos and its certificates, and after them.

A batch begun before these tables were there has no course and goes on without one. What is said of
candidates is sealed under the key of the batch, as its rows are; once the certificates are issued
it is kept under each award's own key of the register, so that an erasure reaches it there.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.desk_database import DeskBase
from registry.models import UtcDateTime


class BodySetting(DeskBase):
    """A setting of a body, with its ground; the latest of a name holds, earlier ones stay."""

    __tablename__ = "body_settings"
    __table_args__ = (Index("body_settings_name", "prefix", "name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(String(13))
    name: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(20))
    ground: Mapped[str] = mapped_column(String(300))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int]
    setter: Mapped[str] = mapped_column(String(60))


class BodySettingConfirmed(DeskBase):
    """That another person confirmed a setting which asks for less; before, it does not hold."""

    __tablename__ = "body_settings_confirmed"

    setting_id: Mapped[int] = mapped_column(ForeignKey("body_settings.id"), primary_key=True)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int]
    confirmer: Mapped[str] = mapped_column(String(60))


class BodySettingDropped(DeskBase):
    """That a setting which waited for another person was declined, or taken back by who made it."""

    __tablename__ = "body_settings_dropped"

    setting_id: Mapped[int] = mapped_column(ForeignKey("body_settings.id"), primary_key=True)
    dropped_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dropped_by: Mapped[int]
    dropper: Mapped[str] = mapped_column(String(60))


class BatchCourse(DeskBase):
    """The examination of a batch.

    Args:
        plan_sealed: the examination plan, under the key of the batch; it names staff.
        scores_closed_at: when the scores were closed; None while they are entered.
        notice_first, notice_last: whole days in Asia/Shanghai, both included.
        notice_sealed: whose names were put up, under the key of the batch.
    """

    __tablename__ = "batch_courses"

    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"), primary_key=True)
    plan_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    scores_closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    scores_closer: Mapped[str | None] = mapped_column(String(60))
    notice_first: Mapped[date | None]
    notice_last: Mapped[date | None]
    notice_starter: Mapped[str | None] = mapped_column(String(60))
    notice_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class BatchCandidate(DeskBase):
    """What is known of one person of a batch beside the row.

    Args:
        person: the document number under the batch's key, so that a row's change of person is seen.
        left_out: a value of `issuer.batch_scores.Standing`: not going on; None for who does.
        row, cells_sealed: the row of somebody who was left out, to be brought back.
        eligibility_sealed, scores_sealed: what was entered, and what it came to.
    """

    __tablename__ = "batch_candidates"

    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"), primary_key=True)
    person: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    left_out: Mapped[str | None] = mapped_column(String(16))
    row: Mapped[int | None]
    cells_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    eligibility_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    scores_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class BatchObjection(DeskBase):
    """An objection to a batch during its notice; its words under the batch's key."""

    __tablename__ = "batch_objections"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"), index=True)
    received_on: Mapped[date]
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[str] = mapped_column(String(60))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    outcome: Mapped[str | None] = mapped_column(String(16))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settler: Mapped[str | None] = mapped_column(String(60))


class BatchResit(DeskBase):
    """That a batch is the resit of people of another.

    Args:
        draft_id: of the resit.
        source_id: the batch they are from.
        people: who they are there (`BatchCandidate.person`), one after another, 16 bytes each; None
            once that batch is issued.
    """

    __tablename__ = "batch_resits"

    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"), index=True)
    people: Mapped[bytes | None] = mapped_column(LargeBinary)


class BatchExamKept(DeskBase):
    """What stays of a batch's examination once it is issued: its plan, and how many came to what.

    Args:
        sealed: under the vault; its hash stands in the record of each award.
    """

    __tablename__ = "batch_exams_kept"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class ExamRecord(DeskBase):
    """How an award came about: eligibility, scores, bank; sealed under the award's own key."""

    __tablename__ = "exam_records"

    number: Mapped[str] = mapped_column(String(22), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ExamRecordProof(DeskBase):
    """That a record is under the root its batch has on the audit trail (`issuer.exam_binding`).

    Args:
        place: among the records of the batch, from 0.
        path: the hashes beside its way to the root, 32 bytes each.
    """

    __tablename__ = "exam_record_proofs"

    number: Mapped[str] = mapped_column(String(22), primary_key=True)
    place: Mapped[int]
    path: Mapped[bytes] = mapped_column(LargeBinary)


class UploadPackage(DeskBase):
    """An export for the national upload; `manifest` is JSON with the hash of each file."""

    __tablename__ = "upload_packages"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    maker: Mapped[str] = mapped_column(String(60))
    lines: Mapped[int]
    manifest: Mapped[str] = mapped_column(Text)


class UploadReceipt(DeskBase):
    """What the national site answered about one certificate of a batch; the latest line holds."""

    __tablename__ = "upload_receipts"
    __table_args__ = (Index("upload_receipts_number", "draft_id", "number", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"))
    number: Mapped[str] = mapped_column(String(22))
    accepted: Mapped[bool]
    uploaded_on: Mapped[date | None]
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[str] = mapped_column(String(60))
