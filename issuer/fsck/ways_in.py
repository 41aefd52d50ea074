"""The ways in of an award, recomputed: none may be missing, none more, each must open it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.errors import CodesError
from codes.number import parse_number
from issuer.fsck.copies import KeptAward
from issuer.fsck.faults import Fault
from registry.access import ways_in
from registry.models import Access


def compare_ways_in(
    session: Session, pepper: bytes, kept: KeptAward, payloads: Mapping[int, bytes]
) -> Iterator[Fault]:
    """Yield what of an award's ways in is not as it was granted.

    Args:
        session: on the database.
        pepper: the public side's look-up secret.
        kept: the award, open.
        payloads: the records of its copies, by copy.
    """
    award, private = kept.award, kept.private
    rows = {
        row.locator: row
        for row in session.scalars(select(Access).where(Access.award_id == award.id))
    }
    try:
        number = parse_number(award.number)
    except CodesError:
        return
    expected = ways_in(
        pepper,
        award=award,
        number=number,
        name=private["name"],
        document_number=private["document_number"],
        payloads=payloads,
        data_key=kept.data_key,
    )
    for way in expected:
        row = rows.pop(way.locator, None)
        if row is None:
            yield Fault(table="access", row=award.number, field="locator", code="missing")
        elif row.wrapped_key != way.wrapped_key:
            yield Fault(table="access", row=award.number, field="wrapped_key", code="differs")
        elif row.copy_id != way.copy_id:
            yield Fault(table="access", row=award.number, field="copy_id", code="differs")
    for _ in rows:
        yield Fault(table="access", row=award.number, field="locator", code="unexpected")
