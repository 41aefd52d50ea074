"""The desks' table of who has opened whose full data, why, and since when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.desk_database import DeskBase
from registry.models import UtcDateTime


class CertificateOpening(DeskBase):
    """One account may read the full data of one award for a while; the trail keeps it for ever.

    `ground` and `reference` are as noted in the trail, so that what is read meanwhile is noted with
    them too.
    """

    __tablename__ = "certificate_openings"
    __table_args__ = (UniqueConstraint("account_id", "award_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    award_id: Mapped[int]
    ground: Mapped[str] = mapped_column(String(300))
    reference: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
