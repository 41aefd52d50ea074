"""The ways in of an award, recomputed: none may be missing, none more, each must open it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from codes.errors import CodesError
from codes.number import parse_number
from codes.record import decode_record
from issuer.fsck.copies import KeptAward
from issuer.fsck.faults import Fault
from registry.access import ways_in
from registry.models import Access


def _names(kept: KeptAward, payloads: Mapping[int, bytes]) -> set[str]:
    """Return every name that a record of the award was signed with."""
    names = {decode_record(payload).holder_name for payload in payloads.values()}
    return names or {kept.private["name"]}


def compare_ways_in(
    on_record: Iterable[Access], pepper: bytes, kept: KeptAward, payloads: Mapping[int, bytes]
) -> Iterator[Fault]:
    """Yield what of an award's ways in is not as it was granted.

    Args:
        on_record: the award's ways in as they stand there.
        pepper: the public side's look-up secret.
        kept: the award, open.
        payloads: the records of its copies, by copy.
    """
    award, private = kept.award, kept.private
    rows = {row.locator: row for row in on_record}
    try:
        number = parse_number(award.number)
    except CodesError:
        return
    expected: dict[bytes, Access] = {}
    for name in _names(kept, payloads):  # a former name keeps its way in
        found = ways_in(
            pepper,
            award=award,
            number=number,
            name=name,
            document_number=private["document_number"],
            payloads=payloads,
            data_key=kept.data_key,
        )
        expected |= {way.locator: way for way in found}
    for way in expected.values():
        row = rows.pop(way.locator, None)
        if row is None:
            yield Fault(table="access", row=award.number, field="locator", code="missing")
        elif row.wrapped_key != way.wrapped_key:
            yield Fault(table="access", row=award.number, field="wrapped_key", code="differs")
        elif row.copy_id != way.copy_id:
            yield Fault(table="access", row=award.number, field="copy_id", code="differs")
    for _ in rows:
        yield Fault(table="access", row=award.number, field="locator", code="unexpected")
