"""What copies are on record, for an operator's eyes: no name and no document number in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.errors import IssuerError
from registry.models import (
    Award,
    AwardStatus,
    Batch,
    Copy,
    CopyKind,
    CopyState,
    ReissueReason,
    Site,
)
from templates.labels import format_print_serial

KIND_WORDS = {
    CopyKind.ORIGINAL: Text("正本", "original"),
    CopyKind.REISSUE: Text("补发", "reissue"),
    CopyKind.ARCHIVE: Text("存档副本", "archive duplicate"),
    CopyKind.CORRECTION: Text("更正", "correction"),
}
AWARD_WORDS = {
    AwardStatus.CURRENT: Text("现行有效", "in force"),
    AwardStatus.SUSPENDED: Text("已暂停", "suspended"),
    AwardStatus.REVOKED: Text("已撤销", "revoked"),
    AwardStatus.CANCELLED: Text("已注销", "cancelled"),
    AwardStatus.ERASED: Text("登记已依法删除", "registration erased under the law"),
}
STATE_WORDS = {
    CopyState.RESERVED: Text("未完成", "not finished"),
    CopyState.CURRENT: Text("未作废", "current"),
    CopyState.SUPERSEDED: Text("已作废（已补发）", "void (reissued)"),
    CopyState.CORRECTED: Text("已作废（已更正）", "void (corrected)"),
    CopyState.ARCHIVE: Text("存档", "in the files"),
}
REASON_WORDS = {
    ReissueReason.LOST: Text("遗失", "lost"),
    ReissueReason.DAMAGED: Text("损毁", "damaged"),
    ReissueReason.OTHER: Text("其他", "other"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLine:
    """One copy as an operator sees it.

    Args:
        print_serial: as printed.
        replaces: print serial of the copy it replaces, as printed.
        reason: of a reissue.
        made_at: when it was reserved, aware UTC.
        drawn: whether its page is made.
        delivered_at: when its file was first written out for the operator, aware UTC.
    """

    print_serial: str
    kind: CopyKind
    state: CopyState
    layout: str
    replaces: str | None
    reason: ReissueReason | None
    made_at: datetime
    drawn: bool
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardCopies:
    """An award's standing and its copies, the oldest first."""

    number: str
    status: AwardStatus
    copies: tuple[CopyLine, ...]


def list_copies(session: Session, number: str) -> AwardCopies:
    """Return the copies of the award with this number.

    Raises:
        IssuerError: there is none (`award_unknown`).
    """
    award = session.scalar(select(Award).where(Award.number == number))
    if award is None:
        raise IssuerError(
            "award_unknown",
            Text(f"没有编号为 {number} 的证书", f"there is no certificate {number}"),
        )
    serials = {copy.id: format_print_serial(copy.year, copy.print_serial) for copy in award.copies}
    return AwardCopies(
        number=number,
        status=AwardStatus(award.status),
        copies=tuple(line_of(copy, serials) for copy in award.copies),
    )


def find_batch(session: Session, site: Site, name: str) -> int:
    """Return the id of a batch of this site.

    Raises:
        IssuerError: there is none of this name (`batch_unknown`).
    """
    found = session.scalar(select(Batch.id).where(Batch.site_id == site.id, Batch.name == name))
    if found is None:
        raise IssuerError(
            "batch_unknown",
            Text(f"本机构没有名为“{name}”的批次", f"this body has no batch named {name}"),
        )
    return found


def numbers_in_force(session: Session, batch_id: int) -> list[str]:
    """Return the numbers of a batch that are neither suspended nor revoked, in order of issue."""
    query = select(Award.number).where(
        Award.batch_id == batch_id, Award.status == AwardStatus.CURRENT
    )
    return list(session.scalars(query.order_by(Award.id)))


def line_of(copy: Copy, serials: Mapping[int, str]) -> CopyLine:
    """Return a copy as an operator sees it.

    Args:
        copy: on record.
        serials: print serials of the award's copies by their rows.
    """
    return CopyLine(
        print_serial=serials[copy.id],
        kind=CopyKind(copy.kind),
        state=CopyState(copy.state),
        layout=copy.layout,
        replaces=None if copy.replaces_id is None else serials[copy.replaces_id],
        reason=None if copy.reason is None else ReissueReason(copy.reason),
        made_at=copy.made_at,
        drawn=copy.pdf_stored is not None,
        delivered_at=copy.delivered_at,
    )
