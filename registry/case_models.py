"""The tables of the police desk: cases, suspect papers, custody, questions to bodies, readings.

Whatever names somebody is sealed by the vault (`registry.case_sealed`). Rows of custody are only
ever added; each hash covers the line and the hash before it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.desk_database import DeskBase
from registry.models import UtcDateTime


class PoliceCase(DeskBase):
    """One case.

    Args:
        key: random, what binds sealed values to their row.
        reference: the case number of the police.
        state: a value of `registry.cases.CaseState`.
        outcome: a value of `registry.cases.CaseOutcome`, once it is closed.
        about_sealed: JSON of what it is about, to whom it was handed over and what came of it.
    """

    __tablename__ = "police_cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    reference: Mapped[str] = mapped_column(String(60), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    outcome: Mapped[str | None] = mapped_column(String(16))
    opened_by_id: Mapped[int]
    opened_by: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    about_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    items: Mapped[list[CaseItem]] = relationship(order_by="CaseItem.place")
    holder: Mapped[CaseHolder | None] = relationship(lazy="joined")

    @property
    def held_by_id(self) -> int:
        """Account of the officer who works on it: who opened it, or was given it last."""
        return self.opened_by_id if self.holder is None else self.holder.account_id

    @property
    def held_by(self) -> str:
        """Name of the officer who works on it."""
        return self.opened_by if self.holder is None else self.holder.name


class CaseHolder(DeskBase):
    """The officer whom a case was given to last; none while who opened it works on it.

    Custody says who gave it and why.
    """

    __tablename__ = "police_case_holders"

    case_id: Mapped[int] = mapped_column(ForeignKey("police_cases.id"), primary_key=True)
    account_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))


class CaseTip(DeskBase):
    """The tip from the public, a complaint on record, on which a case was opened."""

    __tablename__ = "police_case_tips"

    case_id: Mapped[int] = mapped_column(ForeignKey("police_cases.id"), primary_key=True)
    complaint_id: Mapped[int] = mapped_column(index=True)


class CaseItem(DeskBase):
    """One suspect paper, file or number of a case, and what the verifier said of it.

    Args:
        place: its number within the case.
        kind: `file` or `number`.
        sha256, size: of the bytes received; None of a number.
        outcome: of the verdict.
        number: certificate number it claims; None where none was read.
        name_mark: keyed hash of the name it claims, to tell names apart without showing them.
        prefix: of the body that the number names.
        about_sealed: JSON of file name, who brought it, what was typed, and the verdict.
        content_sealed: the bytes received.
        boxed_sealed: the picture with red boxes, a JPEG.
        report_number: of the sealed report, once there is one.
        report_pdf_sealed, report_json_sealed: its files.
    """

    __tablename__ = "police_case_items"
    __table_args__ = (UniqueConstraint("case_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("police_cases.id"))
    place: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(20))
    number: Mapped[str | None] = mapped_column(String(22), index=True)
    name_mark: Mapped[str | None] = mapped_column(String(64))
    prefix: Mapped[str | None] = mapped_column(String(13))
    about_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    boxed_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    report_number: Mapped[str | None] = mapped_column(String(30))
    report_pdf_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    report_json_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    mistake: Mapped[CaseMistake | None] = relationship(lazy="joined")


class CaseMistake(DeskBase):
    """A paper was handed in by mistake: it stays in custody, and no lead or outcome rests on it.

    The paper keeps the reason sealed.
    """

    __tablename__ = "police_case_mistakes"

    item_id: Mapped[int] = mapped_column(ForeignKey("police_case_items.id"), primary_key=True)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseWaiting(DeskBase):
    """A paper waits to be judged, as the machine was busy; gone with its verdict."""

    __tablename__ = "police_case_waiting"

    item_id: Mapped[int] = mapped_column(ForeignKey("police_case_items.id"), primary_key=True)
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseTry(DeskBase):
    """How often and when last it was tried in vain to judge a paper; gone with its verdict."""

    __tablename__ = "police_case_vain_tries"

    item_id: Mapped[int] = mapped_column(ForeignKey("police_case_items.id"), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseMark(DeskBase):
    """Something of a suspect paper that another may share: a hash, a host, a program's name."""

    __tablename__ = "police_case_marks"
    __table_args__ = (Index("police_case_marks_value", "kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("police_case_items.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(300))


class CaseEvent(DeskBase):
    """One line of custody; only ever added."""

    __tablename__ = "police_case_events"
    __table_args__ = (UniqueConstraint("case_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("police_cases.id"))
    place: Mapped[int]
    line_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))


class CaseGapStated(DeskBase):
    """Gaps of a case's custody, stated by one officer, wait for another's confirmation."""

    __tablename__ = "police_case_gaps_stated"

    case_id: Mapped[int] = mapped_column(ForeignKey("police_cases.id"), primary_key=True)
    stated_by: Mapped[str] = mapped_column(String(60))


class CaseQuestion(DeskBase):
    """The police ask a body to confirm what a suspect paper says of it, within a term.

    Args:
        prefix: of the body asked; its clerks alone see the question.
        number: the certificate number in question.
        question_sealed: in words, as the body sees it.
        due_on: last day to answer, in Shanghai.
        answer: a value of `registry.case_questions.Answer`, once it is given.
    """

    __tablename__ = "police_case_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("police_cases.id"), index=True)
    prefix: Mapped[str] = mapped_column(String(13), index=True)
    number: Mapped[str] = mapped_column(String(22))
    question_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    due_on: Mapped[date]
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(String(16))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_by: Mapped[str | None] = mapped_column(String(60))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawal: Mapped[CaseWithdrawal | None] = relationship()


class CaseAsker(DeskBase):
    """Whose account asked a question, and when that officer opened the case after its answer."""

    __tablename__ = "police_case_askers"

    question_id: Mapped[int] = mapped_column(
        ForeignKey("police_case_questions.id"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(index=True)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseWithdrawal(DeskBase):
    """The police took a question back before it was answered; custody has the reason."""

    __tablename__ = "police_case_withdrawals"

    question_id: Mapped[int] = mapped_column(
        ForeignKey("police_case_questions.id"), primary_key=True
    )
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseReading(DeskBase):
    """An officer read the full record of a certificate for a case; a second one reviews that.

    `ground` is as noted on the audit trail. `mark` is a value of `registry.cases.ReviewMark`.
    """

    __tablename__ = "police_case_readings"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("police_cases.id"), index=True)
    number: Mapped[str] = mapped_column(String(22))
    account_id: Mapped[int]
    reader: Mapped[str] = mapped_column(String(60))
    ground: Mapped[str] = mapped_column(String(300))
    reference: Mapped[str] = mapped_column(String(200))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mark: Mapped[str | None] = mapped_column(String(16), index=True)
    remark_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reviewed_by: Mapped[str | None] = mapped_column(String(60))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
