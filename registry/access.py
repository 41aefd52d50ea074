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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from codes.documents import mask_document
from codes.names import fold_name
from codes.number import CertificateNumber
from codes.wording import Text
from registry.errors import VaultError
from registry.life import Event
from registry.life_records import open_events
from registry.logbook import LeafPlace, LogSecrets, leaf_places
from registry.models import Access, Award, AwardStatus, Copy, CopyKind, CopyState
from registry.stored_page import StoredPage
from registry.vault import seal, unseal
from registry.vault_models import ErasedRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCopy:
    """One printed copy as the public side sees it.

    `envelope` is unverified COSE_Sign1 bytes, `second` the same record under the body's second key,
    where it had two; `matched` says whether the asker's own claim (the
    signed record of a QR) is this very copy; `pdf_sha256` is the hex hash of the file delivered.
    `leaf` is where the register says that the public log holds its record, and `file_leaf` its
    file. `page` is where the file itself is kept, None where it is not drawn yet or erased.
    """

    envelope: bytes
    second: bytes | None
    print_serial: int
    status_index: int
    kind: CopyKind
    state: CopyState
    pdf_sha256: str | None
    matched: bool
    leaf: LeafPlace
    file_leaf: LeafPlace
    page: StoredPage | None = None

    def __post_init__(self) -> None:
        """Refuse what SQLite lets stand in the column of a number (TypeError)."""
        if type(self.print_serial) is not int or type(self.status_index) is not int:
            raise TypeError("no number")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAward:
    """One award as the public side sees it, opened by a claim the asker held.

    `award_status` and each copy's state are the register's cache; `events` is what they must
    follow from. `log_secrets` opens what the public log says of it.
    """

    number: str
    award_status: AwardStatus
    body_name: str
    document_masked: str
    copies: tuple[OpenedCopy, ...]
    events: tuple[Event, ...]
    log_secrets: LogSecrets = field(repr=False)

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


def open_by_holder(
    session: Session,
    pepper: bytes,
    number: CertificateNumber,
    *,
    name: str | None,
    document_number: str | None,
) -> OpenedAward | None:
    """Open the award of `number` if every given fact about its holder is right.

    Each given fact is looked up whether or not another failed, and nothing is opened before all
    are found: an unknown number and a wrong fact cost the same.
    """
    claims = []
    if name is not None:
        claims.append(_name_claim(number, name))
    if document_number is not None:
        claims.append(_document_claim(number, document_number))
    return _open(session, pepper, *claims)


def first_on_record(
    session: Session,
    pepper: bytes,
    numbers: Sequence[CertificateNumber],
    *,
    name: str,
    document_number: str,
) -> CertificateNumber | None:
    """Return the first of `numbers` whose holder has both this name and this document number.

    One question asks for all of them, and what it takes does not depend on what is on record.
    """
    locators = [_locator(pepper, _document_claim(one, document_number)) for one in numbers]
    present = _present(session, locators)
    for number, locator in zip(numbers, locators, strict=True):
        by_name = _locator(pepper, _name_claim(number, name))
        if locator in present and _present(session, [by_name]):
            return number
    return None


def _present(session: Session, locators: Sequence[bytes]) -> set[bytes]:
    """Return those locators that lead to an award, without opening any."""
    query = select(Access.locator).where(Access.locator.in_(locators))
    return set(session.scalars(query))


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
    claim = _name_claim(number, name)
    if session.get(Access, _locator(pepper, claim)) is None:
        _grant(session, pepper, claim, award_id=award.id, copy_id=None, data_key=data_key)


def grant_copy_access(
    session: Session, pepper: bytes, *, copy: Copy, data_key: bytes, payload: bytes
) -> None:
    """Add the way in for one copy's signed record, which is in its QR."""
    claim = _payload_claim(payload)
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


def is_erased(session: Session, pepper: bytes, payload: bytes) -> bool:
    """Return whether exactly this record was on record once and was erased under the law."""
    locator = _locator(pepper, _payload_claim(payload))
    return session.get(ErasedRecord, locator) is not None


def seal_public(data_key: bytes, number: str, *, body_name: str, document_number: str) -> bytes:
    """Seal what a claim holder may see of an award beside its signed records."""
    public = {"body_name": body_name, "document_masked": mask_document(document_number)}
    return seal(AESGCM(data_key), f"award/{number}", json.dumps(public).encode())


def seal_envelope(data_key: bytes, copy: Copy, envelope: bytes) -> bytes:
    """Seal one copy's signed record under the award's data key, after any second signature.

    The seal also binds whether there is one, so that nobody takes it away unseen.
    """
    return seal(AESGCM(data_key), _envelope_context(copy), envelope)


def unseal_envelope(data_key: bytes, copy: Copy, sealed: bytes) -> bytes:
    """Undo `seal_envelope`; raises VaultError when the row was altered."""
    return unseal(AESGCM(data_key), _envelope_context(copy), sealed)


def _envelope_context(copy: Copy) -> str:
    beside = "" if copy.second_sealed is None else "/second"
    return f"copy/{copy.status_index}{beside}"


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
    claims: list[tuple[_Claim, int | None]] = [
        (_payload_claim(payload), copy_id) for copy_id, payload in payloads.items()
    ]
    if claims:
        claims += [
            (_name_claim(number, name), None),
            (_document_claim(number, document_number), None),
        ]
    return [
        _way_in(pepper, claim, award_id=award.id, copy_id=copy_id, data_key=data_key)
        for claim, copy_id in claims
    ]


def _grant(
    session: Session,
    pepper: bytes,
    claim: _Claim,
    *,
    award_id: int,
    copy_id: int | None,
    data_key: bytes,
) -> None:
    session.add(_way_in(pepper, claim, award_id=award_id, copy_id=copy_id, data_key=data_key))


def _way_in(
    pepper: bytes, claim: _Claim, *, award_id: int, copy_id: int | None, data_key: bytes
) -> Access:
    return Access(
        locator=_locator(pepper, claim),
        award_id=award_id,
        copy_id=copy_id,
        wrapped_key=keywrap.aes_key_wrap(_wrapping_key(pepper, claim), data_key),
    )


def _open(session: Session, pepper: bytes, *claims: _Claim) -> OpenedAward | None:
    wrapping_keys = [_wrapping_key(pepper, claim) for claim in claims]
    rows = [session.get(Access, _locator(pepper, claim)) for claim in claims]
    found = [row for row in rows if row is not None]
    if len(found) < len(rows) or not found:
        return None
    row = found[0]
    try:
        award = session.get_one(Award, row.award_id)
        (data_key,) = {
            keywrap.aes_key_unwrap(key, one.wrapped_key)
            for key, one in zip(wrapping_keys, found, strict=True)
        }
    except (NoResultFound, keywrap.InvalidUnwrap, ValueError) as error:
        raise VaultError(
            "access_row_altered",
            Text("登记数据内部不一致", "a row of the registry contradicts another"),
        ) from error
    public = _unseal_public(data_key, award)
    places = leaf_places(session, award)
    return OpenedAward(
        log_secrets=LogSecrets(data_key),
        number=award.number,
        award_status=AwardStatus(award.status),
        body_name=public["body_name"],
        document_masked=public["document_masked"],
        copies=tuple(
            OpenedCopy(
                envelope=unseal_envelope(data_key, copy, copy.envelope_sealed),
                second=unseal_second(data_key, copy),
                print_serial=copy.print_serial,
                status_index=copy.status_index,
                kind=CopyKind(copy.kind),
                state=CopyState(copy.state),
                pdf_sha256=unseal_pdf_hash(data_key, copy),
                matched=copy.id == row.copy_id,
                leaf=places.of_record(copy),
                file_leaf=places.of_file(copy),
                page=_stored_page(data_key, copy),
            )
            for copy in award.copies
            if copy.envelope_sealed is not None
        ),
        events=open_events(session, award, data_key),
    )


def unseal_body_name(data_key: bytes, award: Award) -> str:
    """Return the body's name as filed when the award was put on record; undoes `seal_public`.

    Raises:
        VaultError: the row was altered, or the key is another award's.
    """
    return str(_unseal_public(data_key, award)["body_name"])


def _stored_page(data_key: bytes, copy: Copy) -> StoredPage | None:
    return StoredPage(name=copy.pdf_stored, data_key=data_key) if copy.pdf_stored else None


def _unseal_public(data_key: bytes, award: Award) -> dict[str, str]:
    sealed = award.public_sealed or b""
    public: dict[str, str] = json.loads(unseal(AESGCM(data_key), f"award/{award.number}", sealed))
    return public


def _locator(pepper: bytes, claim: _Claim) -> bytes:
    return hmac.digest(pepper, b"yanzhen/access/locator" + _message(claim), hashlib.sha256)[:16]


def _wrapping_key(pepper: bytes, claim: _Claim) -> bytes:
    """Return HKDF-SHA-256 (RFC 5869) of the claim: one block, so two HMACs are all of it."""
    extracted = hmac.digest(pepper, _message(claim), hashlib.sha256)
    return hmac.digest(extracted, b"yanzhen/access/wrap\x01", hashlib.sha256)


def _message(claim: _Claim) -> bytes:
    parts = (claim.kind.encode(), claim.number.encode(), claim.value)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
