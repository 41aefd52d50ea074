"""The tables of the filing procedure: applications, their stages, and the authority's acts.

No person stands here in clear but the officials who decided: an applicant's staff are counts, its
materials are files sealed under a key of their own, and who objects to a filing, and in what words,
is sealed by the vault.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models import Base, UtcDateTime


class FilingApplication(Base):
    """A unit's application to be filed (自主申报), and the stage it has reached.

    The last of its forms holds; a supplement adds one and removes none.
    """

    __tablename__ = "filing_applications"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    credit_code: Mapped[str] = mapped_column(String(18), index=True)
    state: Mapped[str] = mapped_column(String(20))
    received_on: Mapped[date]
    forms: Mapped[list[ApplicationForm]] = relationship(order_by="ApplicationForm.version")
    decisions: Mapped[list[ApplicationDecision]] = relationship(order_by="ApplicationDecision.id")
    notices: Mapped[list[PublicNotice]] = relationship(order_by="PublicNotice.id")


class ApplicationForm(Base):
    """One version of what was applied for: the first, or a supplement (补正)."""

    __tablename__ = "application_forms"
    __table_args__ = (UniqueConstraint("application_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("filing_applications.id"))
    version: Mapped[int]
    form: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    materials: Mapped[list[ApplicationMaterial]] = relationship(order_by="ApplicationMaterial.id")


class ApplicationMaterial(Base):
    """A file handed in: its title and SHA-256; its bytes are a sealed file of the store."""

    __tablename__ = "application_materials"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("application_forms.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    stored: Mapped[str] = mapped_column(String(64))
    key_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ApplicationDecision(Base):
    """One dated step of an application: who took it, why, by which document (文号)."""

    __tablename__ = "application_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("filing_applications.id"), index=True)
    step: Mapped[str] = mapped_column(String(20))
    state_before: Mapped[str] = mapped_column(String(20))
    state_after: Mapped[str] = mapped_column(String(20))
    decider: Mapped[str] = mapped_column(String(60))
    approver: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(500))
    reference: Mapped[str | None] = mapped_column(String(100))
    decided_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PublicNotice(Base):
    """A public notice (公示): whole days in Asia/Shanghai, the first and the last included."""

    __tablename__ = "public_notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("filing_applications.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    days_off: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    objections: Mapped[list[Objection]] = relationship(order_by="Objection.id")


class Objection(Base):
    """An objection (异议) to a filing under notice; who raised it and what it says is sealed."""

    __tablename__ = "objections"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("public_notices.id"), index=True)
    received_on: Mapped[date]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settled_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FilingAct(Base):
    """One act of the authority on the filing of a site; never changed, never deleted.

    The windows in `filings` are the sum of these. `detail` is JSON: what was given or changed.
    `logged` says whether the act's leaf was handed to the public log.
    """

    __tablename__ = "filing_acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("filing_applications.id"))
    event: Mapped[str] = mapped_column(String(20))
    decided_on: Mapped[date]
    effective_on: Mapped[date]
    decider: Mapped[str | None] = mapped_column(String(60))
    approver: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str | None] = mapped_column(String(500))
    reference: Mapped[str | None] = mapped_column(String(100))
    detail: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    logged: Mapped[bool]


class BodyName(Base):
    """A name a body was filed under before it was renamed, to its last day, that day included."""

    __tablename__ = "body_names"

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("bodies.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    last_day: Mapped[date]
