"""What the public side may open: only the award whose holder data the asker brought.

Each award's public fields are sealed under its own data key. The data key is wrapped once for each
claim an asker may hold (number + name, number + document number, the signed record of the QR); the
wrapping key and the row's locator are derived from the claim, so a wrong name and an unknown number
are one and the same thing: no such row. See docs/decisions/0003-what-the-public-side-opens.md.

Nothing returned here is proved: the caller verifies each envelope before answering from it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from codes.documents import mask_document
from codes.names import fold_name
from codes.number import CertificateNumber
from codes.wording import Text
from registry.errors import VaultError
from registry.models import Access, Award, AwardStatus, Copy, CopyState
from registry.vault import seal, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCopy:
    """One printed copy as the public side sees it.

    `envelope` is unverified COSE_Sign1 bytes, `second` the same record under the body's second key,
    where it had two; `matched` says whether the asker's own claim (the
    signed record of a QR) is this very copy; `pdf_sha256` is the hex hash of the file delivered.
    """

    envelope: bytes
    second: bytes | None
    print_serial: int
    state: CopyState
    pdf_sha256: str | None
    matched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAward:
    """One award as the public side sees it, opened by a claim the asker held."""

    number: str
    award_status: AwardStatus
    body_name: str
    document_masked: str
    copies: tuple[OpenedCopy, ...]

    @property
    def current(self) -> OpenedCopy | None:
        """The one copy that is current, if any is."""
        return next((copy for copy in self.copies if copy.state is CopyState.CURRENT), None)

    @property
    def shown(self) -> OpenedCopy | None:
        """The copy that stands for the award: the current one, else the last the holder had."""
        held = [copy for copy in self.copies if copy.state is not CopyState.ARCHIVE]
        return self.current or next(reversed(held or self.copies), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    kind: str
    number: str
    value: bytes


def _name_claim(number: CertificateNumber, name: str) -> _Claim:
    return _Claim(kind="name", number=str(number), value=fold_name(name).encode())


def _document_claim(number: CertificateNumber, document_number: str) -> _Claim:
    return _Claim(kind="document", number=str(number), value=document_number.encode())


def _payload_claim(payload: bytes) -> _Claim:
    # The record carries a 16-byte commitment under a salt only the vault holds: it cannot be
    # guessed. Signature bytes are not used, because ECDSA accepts a twin signature.
    return _Claim(kind="record", number="", value=hashlib.sha256(payload).digest())


def open_by_name(
    session: Session, pepper: bytes, number: CertificateNumber, name: str
) -> OpenedAward | None:
    """Open the award of `number` if it was awarded to `name`; None says nothing about which."""
    return _open(session, pepper, _name_claim(number, name))


def open_by_document(
    session: Session, pepper: bytes, number: CertificateNumber, document_number: str
) -> OpenedAward | None:
    """Open the award of `number` if its holder has this (normalised) document number."""
    return _open(session, pepper, _document_claim(number, document_number))


def open_by_payload(session: Session, pepper: bytes, payload: bytes) -> OpenedAward | None:
    """Open the award whose copy carries exactly this record; None means it is not on record."""
    return _open(session, pepper, _payload_claim(payload))


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
    for claim in (_name_claim(number, name), _document_claim(number, document_number)):
        _grant(session, pepper, claim, award_id=award.id, copy_id=None, data_key=data_key)


def grant_copy_access(
    session: Session, pepper: bytes, *, copy: Copy, data_key: bytes, payload: bytes
) -> None:
    """Add the way in for one copy's signed record, which is in its QR."""
    claim = _payload_claim(payload)
    _grant(session, pepper, claim, award_id=copy.award_id, copy_id=copy.id, data_key=data_key)


def seal_public(data_key: bytes, number: str, *, body_name: str, document_number: str) -> bytes:
    """Seal what a claim holder may see of an award beside its signed records."""
    public = {"body_name": body_name, "document_masked": mask_document(document_number)}
    return seal(AESGCM(data_key), f"award/{number}", json.dumps(public).encode())


def seal_envelope(data_key: bytes, copy: Copy, envelope: bytes) -> bytes:
    """Seal one copy's signed record under the award's data key."""
    return seal(AESGCM(data_key), f"copy/{copy.status_index}", envelope)


def unseal_envelope(data_key: bytes, copy: Copy, sealed: bytes) -> bytes:
    """Undo `seal_envelope`; raises VaultError when the row was altered."""
    return unseal(AESGCM(data_key), f"copy/{copy.status_index}", sealed)


def seal_second(data_key: bytes, copy: Copy, envelope: bytes) -> bytes:
    """Seal one copy's record under the body's second key."""
    return seal(AESGCM(data_key), f"second/{copy.status_index}", envelope)


def unseal_second(data_key: bytes, copy: Copy) -> bytes | None:
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


def unseal_pdf_hash(data_key: bytes, copy: Copy) -> str | None:
    """Undo `seal_pdf_hash`; None where no file was delivered yet.

    Raises:
        VaultError: the row was altered.
    """
    sealed = copy.pdf_sha256_sealed
    if sealed is None:
        return None
    return unseal(AESGCM(data_key), f"pdf/{copy.status_index}", sealed).decode()


def _grant(
    session: Session,
    pepper: bytes,
    claim: _Claim,
    *,
    award_id: int,
    copy_id: int | None,
    data_key: bytes,
) -> None:
    session.add(
        Access(
            locator=_locator(pepper, claim),
            award_id=award_id,
            copy_id=copy_id,
            wrapped_key=keywrap.aes_key_wrap(_wrapping_key(pepper, claim), data_key),
        )
    )


def _open(session: Session, pepper: bytes, claim: _Claim) -> OpenedAward | None:
    wrapping_key = _wrapping_key(pepper, claim)
    row = session.get(Access, _locator(pepper, claim))
    if row is None:
        return None
    try:
        award = session.get_one(Award, row.award_id)
        data_key = keywrap.aes_key_unwrap(wrapping_key, row.wrapped_key)
    except (NoResultFound, keywrap.InvalidUnwrap) as error:
        raise VaultError(
            "access_row_altered",
            Text("登记数据内部不一致", "a row of the registry contradicts another"),
        ) from error
    sealed = award.public_sealed or b""
    public = json.loads(unseal(AESGCM(data_key), f"award/{award.number}", sealed))
    return OpenedAward(
        number=award.number,
        award_status=AwardStatus(award.status),
        body_name=public["body_name"],
        document_masked=public["document_masked"],
        copies=tuple(
            OpenedCopy(
                envelope=unseal_envelope(data_key, copy, copy.envelope_sealed),
                second=unseal_second(data_key, copy),
                print_serial=copy.print_serial,
                state=CopyState(copy.state),
                pdf_sha256=unseal_pdf_hash(data_key, copy),
                matched=copy.id == row.copy_id,
            )
            for copy in award.copies
            if copy.envelope_sealed is not None
        ),
    )


def _locator(pepper: bytes, claim: _Claim) -> bytes:
    return hmac.digest(pepper, b"yanzhen/access/locator" + _message(claim), hashlib.sha256)[:16]


def _wrapping_key(pepper: bytes, claim: _Claim) -> bytes:
    derivation = HKDF(
        algorithm=hashes.SHA256(),
        length=32,
        salt=pepper,
        info=b"yanzhen/access/wrap",
    )
    return derivation.derive(_message(claim))


def _message(claim: _Claim) -> bytes:
    parts = (claim.kind.encode(), claim.number.encode(), claim.value)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
