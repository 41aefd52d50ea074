"""Steps 3 to 6 of issuing: prepare, sign, verify, record — for every reserved award of a batch.

Works from the rows alone, so the first run and a run after a crash do the same thing: whatever is
reserved gets its record. Several runs may work on one batch at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from codes.documents import DocumentType
from codes.number import CertificateNumber, parse_number
from codes.record import Record, commit, encode_record
from codes.wording import Text
from issuer.desk import Desk
from issuer.errors import IssuerError
from keys.document import KeyDocument
from keys.envelope import Envelope, encode_envelope
from keys.ring import SignatureState, verify_envelope
from keys.signing import prepare, sign
from registry.access import grant_access, seal_envelope, seal_public
from registry.models import Award, Copy
from registry.session import reading, transaction

CHUNK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFields:
    """What the vault keeps of an award; never leaves the issuer's process."""

    name: str = field(repr=False)
    document_type: DocumentType
    document_number: str = field(repr=False)
    specialty: str | None
    salt: bytes = field(repr=False)
    photo_stored: str
    photo_sha256: bytes


def read_private(desk: Desk, award: Award) -> PrivateFields:
    """Open what the vault keeps of an award.

    Raises:
        VaultError: the row was altered.
    """
    data = json.loads(desk.vault.unseal(f"award/{award.number}", award.private_sealed))
    return PrivateFields(
        name=data["name"],
        document_type=DocumentType(data["document_type"]),
        document_number=data["document_number"],
        specialty=data["specialty"],
        salt=bytes.fromhex(data["salt"]),
        photo_stored=data["photo_stored"],
        photo_sha256=bytes.fromhex(data["photo_sha256"]),
    )


def read_data_key(desk: Desk, award: Award) -> bytes:
    """Open the key of an award's own data; raises VaultError when the row was altered."""
    return desk.vault.unseal(f"data-key/{award.number}", award.data_key_sealed)


def record_reserved(desk: Desk, batch_id: int, progress: Callable[[int], None]) -> int:
    """Give every reserved award of a batch its signed record; return how many were done.

    Args:
        desk: the body's place of work.
        batch_id: the batch to finish.
        progress: told after each commit how many awards it finished.

    Raises:
        IssuerError: a signature did not verify (`signature_not_verified`), or no key serves.
        RegistryUnavailable: the database went away; a later run goes on from the rows.
    """
    done, last = 0, 0
    while awards := _load(desk, _unrecorded(batch_id, after=last)):
        last = awards[-1].id
        finished = [_sign(desk, award) for award in awards]
        done += _record(desk, finished)
        progress(len(awards))
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    award_id: int
    number: CertificateNumber
    private: PrivateFields
    data_key: bytes
    envelope: Envelope


def _unrecorded(batch_id: int, *, after: int) -> Select[Award]:
    return (
        select(Award)
        .where(Award.batch_id == batch_id, Award.recorded_at.is_(None), Award.id > after)
        .order_by(Award.id)
        .limit(CHUNK)
    )


def _load(desk: Desk, query: Select[Award]) -> Sequence[Award]:
    with reading(desk.engine) as session:
        return session.scalars(query).all()


def _sign(desk: Desk, award: Award) -> _Signed:
    private = read_private(desk, award)
    (copy,) = award.copies
    key = desk.cabinet.key_for(award.issued_on)
    # 3. Prepare the record's exact bytes.
    record = _record_of(award, copy, private, key.key_id)
    prepared = prepare(encode_record(record))
    # 4. Sign.
    envelope = sign(key.private, prepared)
    # 5. Verify with the public ring and compare bytes.
    _check_signed(desk.document, envelope, prepared.payload)
    return _Signed(
        award_id=award.id,
        number=record.number,
        private=private,
        data_key=read_data_key(desk, award),
        envelope=envelope,
    )


def _record_of(award: Award, copy: Copy, private: PrivateFields, key_id: int) -> Record:
    return Record(
        number=parse_number(award.number),
        record_version=copy.record_version,
        holder_name=private.name,
        document_type=private.document_type,
        commitment=commit(private.salt, private.document_number, private.photo_sha256),
        occupation=award.occupation,
        specialty=private.specialty,
        issued_on=award.issued_on,
        print_serial=copy.print_serial,
        status_index=copy.status_index,
        key_id=key_id,
    )


def _check_signed(document: KeyDocument, envelope: Envelope, payload: bytes) -> None:
    proof = verify_envelope(envelope, document.ring)
    genuine = proof.signature is SignatureState.GENUINE and proof.key_covered_day
    if not genuine or envelope.payload != payload:
        raise IssuerError(
            "signature_not_verified",
            Text(
                f"签名后核验未通过（{proof.signature}），已停止签发。"
                "请运行 yanzhen keys publish 后再试",
                f"a fresh signature did not verify ({proof.signature}); issuing stopped. "
                "Run yanzhen keys publish, then retry",
            ),
        )


def _record(desk: Desk, signed: Sequence[_Signed]) -> int:
    """6. Record: the signed record and the ways to find it, in one commit."""
    by_id = {item.award_id: item for item in signed}
    now = desk.clock()
    with transaction(desk.engine) as session:
        awards = session.scalars(
            select(Award)
            .where(Award.id.in_(by_id), Award.recorded_at.is_(None))
            .order_by(Award.id)
            .with_for_update()
        ).all()
        for award in awards:
            item = by_id[award.id]
            (copy,) = award.copies
            _put_on_record(session, desk, award, copy, item)
            award.recorded_at = now
        return len(awards)


def _put_on_record(session: Session, desk: Desk, award: Award, copy: Copy, item: _Signed) -> None:
    copy.envelope_sealed = seal_envelope(item.data_key, copy, encode_envelope(item.envelope))
    award.public_sealed = seal_public(
        item.data_key,
        award.number,
        body_name=desk.site.body.name,
        document_number=item.private.document_number,
    )
    grant_access(
        session,
        desk.pepper,
        award=award,
        copy=copy,
        data_key=item.data_key,
        number=item.number,
        name=item.private.name,
        document_number=item.private.document_number,
        payload=item.envelope.payload,
    )
