"""The table of objections (异议) sent on the public site, until the authority takes them in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models import UtcDateTime
from registry.public_database import PublicBase


class SentObjection(PublicBase):
    """One objection as sent; sender and words are sealed, and go once it is on record.

    `code_sha256` is of its receipt code, which is shown once and kept nowhere. `objection_id` is
    the register's own, from the day the authority took it in.
    """

    __tablename__ = "sent_objections"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(index=True)
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    objection_id: Mapped[int | None]
