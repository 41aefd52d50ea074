"""Reading somebody's full data: asked for with a ground, noted first, remembered for a while.

Lists and pages show masks. Whoever needs more says why; that is in the audit trail before anything
is shown, and holds for that one certificate and a quarter of an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, delete, select

from codes.grounds import LEAST_GROUND, says_why
from codes.wording import Text
from issuer.errors import IssuerError
from issuer.operator import LONGEST_GROUND, Operator, note_act_now
from registry.certificate_models import CertificateOpening
from registry.session import reading, transaction

OPEN_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Somebody may read the full data of a certificate now.

    Args:
        ground: why, as they said.
        reference: the paper it rests on, or empty.
        until: aware UTC; from then on it is asked anew.
    """

    ground: str
    reference: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDesk:
    """What reading full data is noted in.

    Args:
        register: the register's database, with its audit trail.
        desks: the desks' own database.
        now: aware UTC.
    """

    register: Engine
    desks: Engine
    now: datetime


def open_certificate(
    desk: ReadingDesk, operator: Operator, *, account_id: int, award_id: int, number: str
) -> Opened:
    """Note that somebody reads the full data of a certificate, and let them for a while.

    Raises:
        IssuerError: the ground does not say why (`reading_ground`).
        RegistryUnavailable: nothing could be noted, so nothing is opened.
    """
    check_ground(operator.ground)
    note_act_now(desk.register, operator, "certificates.read", number, at=desk.now)
    with transaction(desk.desks) as session:
        over = CertificateOpening.opened_at <= desk.now - OPEN_FOR
        mine = (CertificateOpening.account_id == account_id) & (
            CertificateOpening.award_id == award_id
        )
        session.execute(delete(CertificateOpening).where(over | mine))
        session.add(
            CertificateOpening(
                account_id=account_id,
                award_id=award_id,
                ground=operator.ground,
                reference=operator.reference,
                opened_at=desk.now,
            )
        )
    return Opened(ground=operator.ground, reference=operator.reference, until=desk.now + OPEN_FOR)


def check_ground(ground: str) -> None:
    """Go on only with a ground that says why, at no great length; raises `reading_ground`."""
    if len(ground) > LONGEST_GROUND:
        raise IssuerError(
            "reading_ground",
            Text(
                f"{len(ground)} 字，最多 {LONGEST_GROUND} 字",
                f"{len(ground)} characters; at most {LONGEST_GROUND}",
            ),
        )
    if not says_why(ground):
        raise IssuerError(
            "reading_ground",
            Text(
                f"请写明查看的具体事由（{LEAST_GROUND.zh}）",
                f"say why it is to be read: {LEAST_GROUND.en}",
            ),
        )


def find_opened(desk: ReadingDesk, *, account_id: int, award_id: int) -> Opened | None:
    """Return why and how long somebody may read the full data of a certificate; None if not."""
    query = select(CertificateOpening).where(
        CertificateOpening.account_id == account_id,
        CertificateOpening.award_id == award_id,
        CertificateOpening.opened_at > desk.now - OPEN_FOR,
    )
    with reading(desk.desks) as session:
        found = session.scalar(query)
    if found is None or found.opened_at > desk.now:  # or the clock was set back
        return None
    return Opened(ground=found.ground, reference=found.reference, until=found.opened_at + OPEN_FOR)
