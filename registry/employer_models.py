"""The tables of the employers' desk: lists checked, certificates that changed, webhooks.

What a list came to names people; it lies sealed by the vault for a stated time. An alert holds the
number of a certificate and what became of it, nothing of its holder.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.desk_database import DeskBase
from registry.desk_sealed import SealedColumn
from registry.models import UtcDateTime


class EmployerCheck(DeskBase):
    """One list that an employer had checked on the desk.

    Args:
        state: running, done, refused or lost.
        token_sealed: where the check runs, under the desks' secret; None once it is over.
        rows, off: how many rows, and how many of them are not in force.
        answer_sealed, zh_sealed, en_sealed: what the page shows, and the workbooks.
    """

    __tablename__ = "employer_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(10))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    keep_until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    watch: Mapped[bool] = mapped_column(default=False)
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    rows: Mapped[int] = mapped_column(default=0)
    off: Mapped[int] = mapped_column(default=0)
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    zh_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    en_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class EmployerAlert(DeskBase):
    """Something that happened to a certificate an employer watches; `event` is of the register."""

    __tablename__ = "employer_alerts"
    __table_args__ = (UniqueConstraint("account_id", "event"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(index=True)
    event: Mapped[int]
    number: Mapped[str] = mapped_column(String(22))
    kind: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    effective_on: Mapped[date]
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ChangesTold(DeskBase):
    """How far the register's events were looked through for watched certificates; one row."""

    __tablename__ = "employer_changes_told"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event: Mapped[int]


class Webhook(DeskBase):
    """An https address of an employer that is told of alerts; its secret signs what is sent."""

    __tablename__ = "employer_webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(index=True)
    url: Mapped[str] = mapped_column(String(500))
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookMessage(DeskBase):
    """What is sent to an address.

    Args:
        key: the same at every attempt, so that a receiver drops what came twice.
        trouble: why the last attempt failed: an HTTP status, or a word of ours.
    """

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("employer_webhooks.id"))
    key: Mapped[str] = mapped_column(String(36), unique=True)
    body: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str | None] = mapped_column(String(40))


class WebhookDelivery(WebhookMessage):
    """One alert on its way to one address, until it is acknowledged."""

    __tablename__ = "employer_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "alert_id"),
        Index("employer_deliveries_due", "delivered_at", "next_at"),
    )

    alert_id: Mapped[int] = mapped_column(ForeignKey("employer_alerts.id"))


class WebhookTest(WebhookMessage):
    """A message that an employer asked for to see that an address works; sent once, or not."""

    __tablename__ = "employer_webhook_tests"

    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


CHECK_ANSWER: Final = SealedColumn(
    EmployerCheck, "answer_sealed", lambda row: f"employer check {row.id}"
)
CHECK_ZH: Final = SealedColumn(
    EmployerCheck, "zh_sealed", lambda row: f"employer check zh {row.id}"
)
CHECK_EN: Final = SealedColumn(
    EmployerCheck, "en_sealed", lambda row: f"employer check en {row.id}"
)
WEBHOOK_SECRET: Final = SealedColumn(
    Webhook, "secret_sealed", lambda row: f"webhook of {row.account_id} {row.url}"
)
EMPLOYER_SEALED: Final = (CHECK_ANSWER, CHECK_ZH, CHECK_EN, WEBHOOK_SECRET)
