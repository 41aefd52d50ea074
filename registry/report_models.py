"""The table of verification reports (查验报告): what was reported stands in it sealed.

Without the look-up code, which is printed on the report and kept nowhere, a row says no more than
when the report was asked for and the hashes of its files.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models import UtcDateTime
from registry.public_database import PublicBase


class Report(PublicBase):
    """One report, from the asking to the end of its term.

    `draft` is what waits for the sealer, sealed under a key of the public side; it goes when the
    report is sealed. The files are sealed under the look-up code.
    """

    __tablename__ = "reports"

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    keep_until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    failures: Mapped[int] = mapped_column(default=0)
    draft: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pdf_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    json_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    json_sha256: Mapped[str | None] = mapped_column(String(64))
