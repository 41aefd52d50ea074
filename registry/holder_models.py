"""The tables behind the holder's own pages: codes, sessions, share links, requests.

None of them names anybody: a holder is a keyed mark of certificate number and document number, and
what must be found again lies sealed under a code or cookie that is kept nowhere.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models import UtcDateTime
from registry.public_database import PublicBase

MARK_BYTES = 16


class HolderCode(PublicBase):
    """A code that lets a holder in once; `code_mac` is keyed, for the code is short."""

    __tablename__ = "holder_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary(MARK_BYTES), index=True)
    purpose: Mapped[str] = mapped_column(String(10))
    code_mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class HolderTry(PublicBase):
    """One attempt, right or wrong, whether or not there is such a certificate."""

    __tablename__ = "holder_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary(MARK_BYTES), index=True)
    tried_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class HolderSession(PublicBase):
    """A browser that a holder came in by; number and document number lie under its cookie."""

    __tablename__ = "holder_sessions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class HolderShare(PublicBase):
    """A link that shows one certificate for a while; what leads to it lies under the link's code.

    `sealed` goes when it is withdrawn. `opened` counts how often it was opened, and nothing else
    of a visitor is kept.
    """

    __tablename__ = "holder_shares"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[bytes] = mapped_column(LargeBinary(MARK_BYTES), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    full_name: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened: Mapped[int] = mapped_column(default=0)


class HolderRequest(PublicBase):
    """What a holder asks the body for, and what is answered; both sealed.

    `body` is the number prefix of the assessment body whose desk answers.
    """

    __tablename__ = "holder_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[bytes] = mapped_column(LargeBinary(MARK_BYTES), index=True)
    body: Mapped[str] = mapped_column(String(13), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(10), index=True)
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HolderReceipt(PublicBase):
    """Under which receipt code a request is followed up; the code itself is kept nowhere."""

    __tablename__ = "holder_receipts"

    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_id: Mapped[int] = mapped_column(unique=True)
