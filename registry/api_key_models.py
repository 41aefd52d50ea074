"""The tables of employers' API keys: what they may, what was used, lists handed in, and watches.

No key stands here, only its hash. Neither does a certificate number: a watch is a keyed hash of one
(`registry.watches`), and where a list's result lies is sealed under the key that handed it in.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models import UtcDateTime
from registry.public_database import PublicBase

_KEY = "api_keys.id"
MARK_BYTES = 16


class ApiKeyRow(PublicBase):
    """One key of an employer.

    Args:
        employer: account of the desks that made it.
        digest: SHA-256 of the key.
        shown: its first characters, by which its owner tells it from others.
        scopes: names of what it may, joined by blanks.
        rows_a_day: how many rows of lists it may hand in a day.
    """

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    shown: Mapped[str] = mapped_column(String(12))
    scopes: Mapped[str] = mapped_column(String(120))
    rows_a_day: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiUsageRow(PublicBase):
    """What a key was used for on one day in Asia/Shanghai."""

    __tablename__ = "api_usage"

    key_id: Mapped[int] = mapped_column(ForeignKey(_KEY), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    requests: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)


class ApiBatchRow(PublicBase):
    """One list handed in with a key.

    Args:
        token_sealed: where its result lies, under the key; None while it is being begun.
        idempotency: digest of the word the asker gave with it, so that it is begun once.
        body_digest: of what was handed in.
    """

    __tablename__ = "api_batches"
    __table_args__ = (UniqueConstraint("key_id", "idempotency"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    key_id: Mapped[int] = mapped_column(ForeignKey(_KEY), index=True)
    rows: Mapped[int]
    watch: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    keep_until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    idempotency: Mapped[str | None] = mapped_column(String(64))
    body_digest: Mapped[str] = mapped_column(String(64))


class WatchRow(PublicBase):
    """An employer is to be told when a certificate changes.

    Args:
        mark: keyed hash of its number.
        since: when it was last checked; only what happens later is told.
    """

    __tablename__ = "watches"
    __table_args__ = (UniqueConstraint("employer", "mark"), Index("watches_mark", "mark"))

    id: Mapped[int] = mapped_column(primary_key=True)
    employer: Mapped[int]
    mark: Mapped[bytes] = mapped_column(LargeBinary(MARK_BYTES))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
