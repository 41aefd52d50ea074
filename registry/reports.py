"""Rows of verification reports: queued by the public side, sealed by the sealer, found again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, delete, func, select

from codes.wording import Text
from registry.errors import RegistryError, VaultError
from registry.report_drafts import ReportTicket, open_under, seal_under
from registry.report_models import Report
from registry.session import insert_if_absent, reading, transaction

MAX_WAITING: Final = 300
MAX_FAILURES: Final = 5


class ReportQueueFull(RegistryError):
    """Too many reports wait for the sealer; ask again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFiles:
    """The two files of a report."""

    pdf: bytes
    json: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReport:
    """What a row says to anybody who knows its number.

    Args:
        sealed_at: aware UTC; None while it waits.
        failed: it could not be sealed, and will not be tried again.
    """

    number: str
    asked_at: datetime
    sealed_at: datetime | None
    pdf_sha256: str | None
    json_sha256: str | None
    failed: bool


def queue_report(
    engine: Engine, ticket: ReportTicket, draft: bytes, *, now: datetime, keep_days: int
) -> None:
    """Put a draft in line for the sealer, unless it is there already.

    Raises:
        ReportQueueFull: as many wait as may (`report_queue_full`).
        RegistryUnavailable: the database cannot be reached.
    """
    with transaction(engine) as session:
        waiting = session.scalar(
            select(func.count())
            .select_from(Report)
            .where(Report.draft.is_not(None), Report.failures < MAX_FAILURES)
        )
        if (waiting or 0) >= MAX_WAITING and session.get(Report, ticket.number) is None:
            raise ReportQueueFull(
                "report_queue_full",
                Text(
                    "等候封签的查验报告过多，请稍后再试",
                    "too many reports are waiting to be sealed; try again later",
                ),
            )
        insert_if_absent(
            session,
            Report,
            number=ticket.number,
            asked_at=now,
            keep_until=now + timedelta(days=keep_days),
            failures=0,
            draft=draft,
        )


def waiting_drafts(engine: Engine) -> list[tuple[str, bytes]]:
    """Return numbers and drafts that wait, the longest waiting first."""
    wanted = (
        select(Report.number, Report.draft)
        .where(Report.draft.is_not(None), Report.failures < MAX_FAILURES)
        .order_by(Report.asked_at)
        .limit(50)
    )
    with reading(engine) as session:
        return [(number, draft) for number, draft in session.execute(wanted) if draft is not None]


def keep_sealed(engine: Engine, ticket: ReportTicket, files: ReportFiles, *, now: datetime) -> None:
    """Keep the files of a report under its code; its draft goes."""
    with transaction(engine) as session:
        row = session.get(Report, ticket.number)
        if row is None or row.draft is None:  # another sealer was faster: the first file counts
            return
        row.pdf_sealed = seal_under(ticket, "pdf", files.pdf)
        row.json_sealed = seal_under(ticket, "json", files.json)
        row.pdf_sha256 = hashlib.sha256(files.pdf).hexdigest()
        row.json_sha256 = hashlib.sha256(files.json).hexdigest()
        row.sealed_at = now
        row.draft = None


def note_failure(engine: Engine, number: str) -> None:
    """Count that a report could not be sealed; after some tries it is left, and its draft goes."""
    with transaction(engine) as session:
        row = session.get(Report, number)
        if row is not None:
            row.failures += 1
            if row.failures >= MAX_FAILURES:
                row.draft = None


def find_report(engine: Engine, number: str) -> KeptReport | None:
    """Return what is told of a report to anybody, or None where there is none."""
    with reading(engine) as session:
        row = session.get(Report, number)
        return None if row is None else _kept(row)


def open_report(engine: Engine, ticket: ReportTicket) -> ReportFiles | None:
    """Return the files of a sealed report; None for another code, or where there is none."""
    with reading(engine) as session:
        row = session.get(Report, ticket.number)
        if row is None or row.pdf_sealed is None or row.json_sealed is None:
            return None
        try:
            return ReportFiles(
                pdf=open_under(ticket, "pdf", row.pdf_sealed),
                json=open_under(ticket, "json", row.json_sealed),
            )
        except VaultError:
            return None


def drop_expired(engine: Engine, *, now: datetime) -> int:
    """Delete reports whose term is over; return how many."""
    with transaction(engine) as session:
        gone = session.scalars(
            delete(Report).where(Report.keep_until < now).returning(Report.number)
        ).all()
        return len(gone)


def _kept(row: Report) -> KeptReport:
    return KeptReport(
        number=row.number,
        asked_at=row.asked_at,
        sealed_at=row.sealed_at,
        pdf_sha256=row.pdf_sha256,
        json_sha256=row.json_sha256,
        failed=row.failures >= MAX_FAILURES,
    )
