"""Steps 3 to 6 of issuing: prepare, sign, verify, record — for every reserved copy of a scope.

Works from the rows alone, so the first run and a run after a crash do the same thing: whatever is
reserved gets its record. Several runs may work on one batch at once. The commit that puts a reissue
on record is the one that makes the copy before it void: the award is never without a current copy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.documents import DocumentType
from codes.number import parse_number
from codes.record import Record, commit, encode_record
from codes.wording import Text
from issuer.copy_rows import BatchCopies, CopyScope, chunks_of, unrecorded
from issuer.desk import Desk
from issuer.errors import IssuerError
from keys.document import KeyDocument
from keys.envelope import Envelope, encode_envelope
from keys.ring import SignatureState, verify_envelope, verify_second
from keys.signing import prepare, sign, sign_beside
from registry.access import (
    grant_copy_access,
    grant_holder_access,
    seal_envelope,
    seal_public,
    seal_second,
)
from registry.models import Award, Copy, CopyKind, CopyState
from registry.session import transaction

_STATE_ON_RECORD = {
    CopyKind.ORIGINAL: CopyState.CURRENT,
    CopyKind.REISSUE: CopyState.CURRENT,
    CopyKind.ARCHIVE: CopyState.ARCHIVE,
}


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
    latin_name: str | None = field(default=None, repr=False)


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
        latin_name=data.get("latin_name"),  # awards of earlier versions have none
    )


def read_data_key(desk: Desk, award: Award) -> bytes:
    """Open the key of an award's own data; raises VaultError when the row was altered."""
    return desk.vault.unseal(f"data-key/{award.number}", award.data_key_sealed)


def record_reserved(desk: Desk, batch_id: int, progress: Callable[[int], None]) -> int:
    """Give every reserved copy of a batch its signed record; as `record_copies`."""
    return record_copies(desk, BatchCopies(batch_id=batch_id), progress)


def record_copies(desk: Desk, scope: CopyScope, progress: Callable[[int], None]) -> int:
    """Give every reserved copy of a scope its signed record; return how many were done.

    Args:
        desk: the body's place of work.
        scope: the copies to finish.
        progress: told after each commit how many copies it finished.

    Raises:
        IssuerError: a signature did not verify (`signature_not_verified`), or no key serves.
        RegistryUnavailable: the database went away; a later run goes on from the rows.
    """
    done = 0
    for copies in chunks_of(desk, scope, unrecorded):
        finished = [_sign(desk, copy) for copy in copies]
        done += _record(desk, finished)
        progress(len(copies))
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    copy_id: int
    award_id: int
    private: PrivateFields
    data_key: bytes
    envelope: Envelope
    second: Envelope | None


def _sign(desk: Desk, copy: Copy) -> _Signed:
    award = copy.award
    private = read_private(desk, award)
    key, *others = desk.cabinet.keys_for(award.issued_on)
    # 3. Prepare the record's exact bytes.
    prepared = prepare(encode_record(_record_of(award, copy, private, key.key_id)))
    # 4. Sign, and beside it with the body's second key where it has one.
    envelope = sign(key.private, prepared)
    second = sign_beside(others[0].private, prepared) if others else None
    # 5. Verify with the public ring and compare bytes.
    _check_signed(desk.document, envelope, second, prepared.payload)
    return _Signed(
        copy_id=copy.id,
        award_id=award.id,
        private=private,
        data_key=read_data_key(desk, award),
        envelope=envelope,
        second=second,
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


def _check_signed(
    document: KeyDocument, envelope: Envelope, second: Envelope | None, payload: bytes
) -> None:
    proof = verify_envelope(envelope, document.ring)
    genuine = proof.signature is SignatureState.GENUINE and proof.key_covered_day
    if not genuine or envelope.payload != payload:
        raise _not_verified(proof.signature)
    if second is not None:
        state = verify_second(second, payload, document.ring)
        if state is not SignatureState.GENUINE:
            raise _not_verified(state)


def _not_verified(state: SignatureState) -> IssuerError:
    return IssuerError(
        "signature_not_verified",
        Text(
            f"签名后核验未通过（{state}），已停止签发。请运行 yanzhen keys publish 后再试",
            f"a fresh signature did not verify ({state}); issuing stopped. "
            "Run yanzhen keys publish, then retry",
        ),
    )


def _record(desk: Desk, signed: Sequence[_Signed]) -> int:
    """6. Record: the signed records and the ways to find them, in one commit."""
    by_id = {item.copy_id: item for item in signed}
    with transaction(desk.engine) as session:
        # Award before copy, as every act on copies does: whoever holds the award's row may
        # change its copies, and no two wait for one another.
        wanted = select(Award).where(Award.id.in_({item.award_id for item in signed}))
        locked = session.scalars(wanted.order_by(Award.id).with_for_update()).all()
        copies = session.scalars(
            select(Copy).where(Copy.id.in_(by_id), Copy.envelope_sealed.is_(None)).order_by(Copy.id)
        ).all()
        for copy in copies:
            _put_on_record(session, desk, copy, by_id[copy.id])
        del locked  # kept until here so that `copy.award` asks the database nothing
        return len(copies)


def _put_on_record(session: Session, desk: Desk, copy: Copy, item: _Signed) -> None:
    award = copy.award
    if award.recorded_at is None:
        _open_to_the_public(session, desk, award, item)
    if copy.replaces_id is not None:
        session.get_one(Copy, copy.replaces_id).state = CopyState.SUPERSEDED
        session.flush()  # the database itself allows one current copy of an award
    copy.envelope_sealed = seal_envelope(item.data_key, copy, encode_envelope(item.envelope))
    if item.second is not None:
        copy.second_sealed = seal_second(item.data_key, copy, encode_envelope(item.second))
    copy.state = _STATE_ON_RECORD[CopyKind(copy.kind)]
    grant_copy_access(
        session, desk.pepper, copy=copy, data_key=item.data_key, payload=item.envelope.payload
    )


def _open_to_the_public(session: Session, desk: Desk, award: Award, item: _Signed) -> None:
    """Seal what a claim holder may see, and give the holder's ways in: once for each award."""
    award.public_sealed = seal_public(
        item.data_key,
        award.number,
        body_name=desk.site.body.name,
        document_number=item.private.document_number,
    )
    grant_holder_access(
        session,
        desk.pepper,
        award=award,
        data_key=item.data_key,
        number=parse_number(award.number),
        name=item.private.name,
        document_number=item.private.document_number,
    )
    award.recorded_at = desk.clock()
