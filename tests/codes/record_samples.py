"""Records to test with."""

from __future__ import annotations

from datetime import date, timedelta

from codes.documents import DocumentType
from codes.number import parse_number
from codes.record import Record


def make_record(
    *,
    number: str = "S000012000123263000001",
    holder_name: str = "欧阳小明",
    record_version: int = 1,
    document_type: DocumentType = DocumentType.RESIDENT_ID,
    commitment: bytes = bytes(range(16)),
    occupation: int = 1,
    specialty: str | None = None,
    day: int = 327,
    print_serial: int = 65_535,
    status_index: int = 0xFEDCBA98,
    key_id: int = 0xBEEF,
) -> Record:
    """Return a record of the tightest usual size, with what the caller wants different."""
    parsed = parse_number(number)
    return Record(
        number=parsed,
        record_version=record_version,
        holder_name=holder_name,
        document_type=document_type,
        commitment=commitment,
        occupation=occupation,
        specialty=specialty,
        issued_on=date(parsed.year, 1, 1) + timedelta(days=day - 1),
        print_serial=print_serial,
        status_index=status_index,
        key_id=key_id,
    )
