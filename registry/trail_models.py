"""The table of the audit trail (审计记录): rows are added, and the database refuses all else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models import Base, UtcDateTime


class TrailEntry(Base):
    """One privileged act or reading of full personal data: who, what, about whom, why.

    Nothing in it identifies a holder: `subject` is a number, a batch or a row, never a name.
    `hash` covers all fields and the hash before it.
    """

    __tablename__ = "trail"
    __table_args__ = (Index("ix_trail_of_subject", "subject", "act"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(100))
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    ground: Mapped[str] = mapped_column(String(300))
    reference: Mapped[str] = mapped_column(String(200))
    former: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
