"""When files with a certificate were handed out at the desks or by a command, and to whom.

The audit trail knows: of one certificate by its number, of a batch by prefix and name. Files for
the printer are told as they are made; which part of them was fetched when stands on the trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from issuer.certificate_view import CertificateView
from issuer.copies_to_print import DOWNLOADED
from issuer.desk import shanghai_day
from registry.trail import entries_about

_OF_BATCH: Final = ("batch.handover", "batch.holder_codes", "copies.export", "copies.print")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """One handing out: the act as the trail calls it, when first on a day, and to whom."""

    act: str
    at: datetime
    by: str


def handed_out(session: Session, view: CertificateView) -> Iterator[HandedOut]:
    """Yield the days on which somebody was handed files with a certificate, the oldest first.

    Args:
        session: of the register.
        view: the certificate.
    """
    known, since = set(), view.recorded_at
    subjects = (view.number, f"{view.prefix} {view.batch}")
    for one in entries_about(session, subjects, (DOWNLOADED, *_OF_BATCH)):
        day = (one.act, one.actor, shanghai_day(one.at))
        if day in known or (since is not None and one.at < since):
            continue  # a batch of this name may have been there before
        known.add(day)
        yield HandedOut(act=one.act, at=one.at, by=one.actor)
