"""The ways in to an award, and what is sealed for who comes by one; the issuer makes both.

Each award's public fields are sealed under its own data key. The data key is wrapped once for each
claim an asker may hold (`registry.claims`). See docs/decisions/0003-what-the-public-side-opens.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from codes.documents import mask_document
from codes.number import CertificateNumber
from registry.claims import (
    Claim,
    document_claim,
    locator,
    name_claim,
    payload_claim,
    wrapping_key,
)
from registry.models import Access, Award, Copy
from registry.national_upload import NOTHING_NOTED, NationalUpload, write_upload
from registry.vault import seal, unseal
from registry.vault_models import ErasedRecord


class CopyRow(NamedTuple):
    """The columns of `copies` that a look-up reads, as they stand in the row."""

    id: int
    print_serial: int
    status_index: int
    kind: str
    state: str
    envelope_sealed: bytes | None
    second_sealed: bytes | None
    pdf_stored: str | None
    pdf_sha256_sealed: bytes | None
    leaf_index: int | None
    file_leaf_index: int | None


def grant_holder_access(
    session: Session,
    pepper: bytes,
    *,
    award: Award,
    data_key: bytes,
    number: CertificateNumber,
    name: str,
    document_number: str,
) -> None:
    """Add the ways in for the holder's name and document number; once for each award."""
    for claim in (name_claim(number, name), document_claim(number, document_number)):
        _grant(session, pepper, claim, award_id=award.id, copy_id=None, data_key=data_key)


def grant_name_access(
    session: Session,
    pepper: bytes,
    *,
    award: Award,
    data_key: bytes,
    number: CertificateNumber,
    name: str,
) -> None:
    """Add the way in for a corrected name, unless it is there; the former name keeps its own."""
    claim = name_claim(number, name)
    if session.get(Access, locator(pepper, claim)) is None:
        _grant(session, pepper, claim, award_id=award.id, copy_id=None, data_key=data_key)


def grant_copy_access(
    session: Session, pepper: bytes, *, copy: Copy, data_key: bytes, payload: bytes
) -> None:
    """Add the way in for one copy's signed record, which is in its QR."""
    claim = payload_claim(payload)
    _grant(session, pepper, claim, award_id=copy.award_id, copy_id=copy.id, data_key=data_key)


def take_ways_in(session: Session, award_ids: Sequence[int]) -> None:
    """Take every way in to these awards away; of each signed record only its locator is left.

    A locator is reached only by who holds the record itself: it carries a commitment under a salt
    that was destroyed with the rest, so nobody can make it up.
    """
    ways = session.scalars(select(Access).where(Access.award_id.in_(award_ids))).all()
    session.add_all(ErasedRecord(locator=way.locator) for way in ways if way.copy_id is not None)
    session.flush()
    session.execute(delete(Access).where(Access.award_id.in_(award_ids)))


def seal_public(
    data_key: bytes,
    number: str,
    *,
    body_name: str,
    document_number: str,
    upload: NationalUpload = NOTHING_NOTED,
) -> bytes:
    """Seal what a claim holder may see of an award beside its signed records."""
    public = {"body_name": body_name, "document_masked": mask_document(document_number)}
    return _seal_public(data_key, number, public | write_upload(upload))


def seal_upload(data_key: bytes, number: str, sealed: bytes, upload: NationalUpload) -> bytes:
    """Seal the same public fields anew with what is known of the national upload.

    Raises:
        VaultError: the row was altered.
    """
    public = unseal_public(data_key, number, sealed)
    return _seal_public(data_key, number, public | write_upload(upload))


def _seal_public(data_key: bytes, number: str, public: Mapping[str, str]) -> bytes:
    return seal(AESGCM(data_key), f"award/{number}", json.dumps(public).encode())


def seal_envelope(data_key: bytes, copy: Copy, envelope: bytes) -> bytes:
    """Seal one copy's signed record under the award's data key, after any second signature.

    The seal also binds whether there is one, so that nobody takes it away unseen.
    """
    return seal(AESGCM(data_key), _envelope_context(copy), envelope)


def unseal_envelope(data_key: bytes, copy: Copy | CopyRow, sealed: bytes) -> bytes:
    """Undo `seal_envelope`; raises VaultError when the row was altered."""
    return unseal(AESGCM(data_key), _envelope_context(copy), sealed)


def _envelope_context(copy: Copy | CopyRow) -> str:
    beside = "" if copy.second_sealed is None else "/second"
    return f"copy/{copy.status_index}{beside}"


def seal_second(data_key: bytes, copy: Copy, envelope: bytes) -> bytes:
    """Seal one copy's record under the body's second key."""
    return seal(AESGCM(data_key), f"second/{copy.status_index}", envelope)


def unseal_second(data_key: bytes, copy: Copy | CopyRow) -> bytes | None:
    """Undo `seal_second`; None where there is none.

    Raises:
        VaultError: the row was altered.
    """
    sealed = copy.second_sealed
    if sealed is None:
        return None
    return unseal(AESGCM(data_key), f"second/{copy.status_index}", sealed)


def seal_pdf_hash(data_key: bytes, copy: Copy, sha256: str) -> bytes:
    """Seal the hex hash of the file delivered, so that no one without the key can put another."""
    return seal(AESGCM(data_key), f"pdf/{copy.status_index}", sha256.encode())


def unseal_pdf_hash(data_key: bytes, copy: Copy | CopyRow) -> str | None:
    """Undo `seal_pdf_hash`; None where no file was delivered yet.

    Raises:
        VaultError: the row was altered.
    """
    sealed = copy.pdf_sha256_sealed
    if sealed is None:
        return None
    return unseal(AESGCM(data_key), f"pdf/{copy.status_index}", sealed).decode()


def ways_in(
    pepper: bytes,
    *,
    award: Award,
    number: CertificateNumber,
    name: str,
    document_number: str,
    payloads: Mapping[int, bytes],
    data_key: bytes,
) -> list[Access]:
    """Return every way in that an award has by now, as it was granted; nothing is stored.

    Args:
        payloads: the records of its copies, by copy.
    """
    claims: list[tuple[Claim, int | None]] = [
        (payload_claim(payload), copy_id) for copy_id, payload in payloads.items()
    ]
    if claims:
        claims += [
            (name_claim(number, name), None),
            (document_claim(number, document_number), None),
        ]
    return [
        _way_in(pepper, claim, award_id=award.id, copy_id=copy_id, data_key=data_key)
        for claim, copy_id in claims
    ]


def _grant(
    session: Session,
    pepper: bytes,
    claim: Claim,
    *,
    award_id: int,
    copy_id: int | None,
    data_key: bytes,
) -> None:
    session.add(_way_in(pepper, claim, award_id=award_id, copy_id=copy_id, data_key=data_key))


def _way_in(
    pepper: bytes, claim: Claim, *, award_id: int, copy_id: int | None, data_key: bytes
) -> Access:
    return Access(
        locator=locator(pepper, claim),
        award_id=award_id,
        copy_id=copy_id,
        wrapped_key=keywrap.aes_key_wrap(wrapping_key(pepper, claim), data_key),
    )


def unseal_body_name(data_key: bytes, award: Award) -> str:
    """Return the body's name as filed when the award was put on record; undoes `seal_public`.

    Raises:
        VaultError: the row was altered, or the key is another award's.
    """
    return unseal_public(data_key, award.number, award.public_sealed)["body_name"]


def unseal_public(data_key: bytes, number: str, sealed: bytes | None) -> dict[str, str]:
    """Undo `seal_public`; raises VaultError when the row was altered."""
    public: dict[str, str] = json.loads(unseal(AESGCM(data_key), f"award/{number}", sealed or b""))
    return public
