"""Searches numbers near a mistyped one, for who holds a name and the full document number."""

from __future__ import annotations

from collections.abc import Sequence

from codes.number import CertificateNumber
from registry.claims import holder_locators
from registry.opened import present
from registry.row_reader import Rows


def first_on_record(
    rows: Rows,
    pepper: bytes,
    numbers: Sequence[CertificateNumber],
    *,
    name: str,
    document_number: str,
) -> CertificateNumber | None:
    """Return the first of `numbers` whose holder has both this name and this document number.

    One question asks for all of them, and what it takes does not depend on what is on record.

    Args:
        document_number: normalised.
    """
    locators = [
        holder_locators(pepper, one, name=name, document_number=document_number) for one in numbers
    ]
    found = present(rows, [by_document for _, by_document in locators])
    for number, (by_name, by_document) in zip(numbers, locators, strict=True):
        if by_document in found and present(rows, [by_name]):
            return number
    return None
