"""Steps 3 to 6 of issuing: prepare, sign, verify, record — for every reserved copy of a scope.

Works from the rows alone, so the first run and a run after a crash do the same thing: whatever is
reserved gets its record. Several runs may work on one batch at once. The commit that puts a reissue
or a correction on record is the one that makes the copy before it void and notes the event: the
award is never without a current copy. Leaves of the public log are appended in the same commit;
they get their index later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.documents import DocumentType
from codes.number import parse_number
from codes.record import Record, commit, encode_record
from codes.wording import Text
from issuer.copy_rows import BatchCopies, CopyScope, chunks_of, unrecorded
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.filing_changes import name_on
from issuer.leaves import Recorded, append_records
from keys.document import KeyDocument
from keys.envelope import Envelope, encode_envelope
from keys.ring import SignatureState, Standing, verify_envelope, verify_second
from keys.signing import prepare, sign, sign_beside
from registry.access import (
    grant_copy_access,
    grant_holder_access,
    grant_name_access,
    seal_envelope,
    seal_public,
    seal_second,
)
from registry.holder_keys import (
    HolderKey,
    check_vault_in_force,
    data_key_context,
    open_data_key,
    open_holder,
    private_context,
)
from registry.life_models import LifeAct
from registry.life_records import mark_changed
from registry.models import Award, Copy, CopyKind, CopyState, SigningKey
from registry.row_marks import check_recording, mark_of_copy, mark_of_recording
from registry.session import transaction
from registry.vault import Vault

_STATE_ON_RECORD = {
    CopyKind.ORIGINAL: CopyState.CURRENT,
    CopyKind.REISSUE: CopyState.CURRENT,
    CopyKind.ARCHIVE: CopyState.ARCHIVE,
    CopyKind.CORRECTION: CopyState.CURRENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFields:
    """What is kept of an award under its holder's key; never leaves the issuer's process."""

    name: str = field(repr=False)
    document_type: DocumentType
    document_number: str = field(repr=False)
    specialty: str | None
    salt: bytes = field(repr=False)
    photo_stored: str
    photo_sha256: bytes
    latin_name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSecrets:
    """What only its holder's key opens of an award.

    Args:
        private: what is kept of it.
        data_key: the key of the award's own data.
    """

    private: PrivateFields = field(repr=False)
    data_key: bytes = field(repr=False)


def read_secrets(desk: Desk, award: Award) -> KeptSecrets:
    """Open what is kept of an award and the key of its own data, by its holder's key.

    Raises:
        VaultError: the row was altered, or the holder's data were erased (`holder_erased`).
    """
    key = open_holder(desk.vault, award.holder)
    data_key = key.unseal(data_key_context(award.number), award.data_key_sealed)
    return KeptSecrets(private=_read_private(key, award), data_key=data_key)


def read_private(desk: Desk, award: Award) -> PrivateFields:
    """Open what is kept of an award, by its holder's key; raises as `read_secrets`."""
    return open_private(desk.vault, award)


def open_private(vault: Vault, award: Award) -> PrivateFields:
    """Open what is kept of an award, by its holder's key; raises as `read_secrets`."""
    return _read_private(open_holder(vault, award.holder), award)


def _read_private(key: HolderKey, award: Award) -> PrivateFields:
    data = json.loads(key.unseal(private_context(award.number), award.private_sealed))
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
    """Open the key of an award's own data, by its holder's key; raises as `read_secrets`."""
    return open_data_key(desk.vault, award)


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
        done += _finish(desk, copies)
        progress(len(copies))
    return done


def _finish(desk: Desk, copies: Sequence[Copy]) -> int:
    """Sign and record a chunk; sign again what was signed by a key compromised meanwhile."""
    done, waiting, lost = 0, list(copies), set[int]()
    while waiting:
        signed = [_sign(desk, copy) for copy in waiting]
        if lost & {item.record.key_id for item in signed}:
            raise IssuerError(
                "compromise_waiting",
                Text(
                    "所用密钥已声明失密，但写明此事的信任列表尚未签齐发布；发布之前不再签发",
                    "the key is declared compromised, but the trust list that says so is not "
                    "published yet; nothing more is signed before it is",
                ),
            )
        recorded, refused = _record(desk, signed)
        done += recorded
        lost |= {item.record.key_id for item in signed if item.copy_id in refused}
        waiting = [copy for copy in waiting if copy.id in refused]
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    copy_id: int
    award_id: int
    issued_on: date
    private: PrivateFields
    data_key: bytes
    record: Record
    envelope: Envelope
    second: Envelope | None


def _sign(desk: Desk, copy: Copy) -> _Signed:
    award = copy.award
    _check_row(desk, copy)
    secrets = read_secrets(desk, award)
    private = secrets.private
    key, *others = desk.cabinet.keys_for(award.issued_on)
    # 3. Prepare the record's exact bytes.
    record = _record_of(award, copy, private, key.key_id)
    prepared = prepare(encode_record(record))
    # 4. Sign, and beside it with the body's second key where it has one.
    envelope = sign(key.private, prepared)
    second = sign_beside(others[0].private, prepared) if others else None
    # 5. Verify with the public ring and compare bytes.
    _check_signed(desk.document, envelope, second, prepared.payload)
    return _Signed(
        copy_id=copy.id,
        award_id=award.id,
        issued_on=award.issued_on,
        private=private,
        data_key=secrets.data_key,
        record=record,
        envelope=envelope,
        second=second,
    )


def _check_row(desk: Desk, copy: Copy) -> None:
    """Refuse to sign and draw what is not as it was reserved."""
    replaced = next((one for one in copy.award.copies if one.id == copy.replaces_id), None)
    replaces = None if replaced is None else replaced.status_index
    if copy.row_mark != mark_of_copy(desk.vault, copy, copy.award.number, replaces):
        with transaction(desk.engine) as session:
            check_vault_in_force(session, desk.vault)  # after a rotation no mark is the same
        raise IssuerError(
            "row_altered",
            Text(
                f"证书 {copy.award.number} 待签发的这一份，登记数据已被改动，已停止签发。"
                "请运行 yanzhen log fsck 查明",
                f"the row of a copy of {copy.award.number} was changed since it was reserved; "
                "issuing stopped. Run yanzhen log fsck",
            ),
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


def _record(desk: Desk, signed: Sequence[_Signed]) -> tuple[int, set[int]]:
    """6. Record: the signed records, their leaves and the ways to find them, in one commit.

    Returns:
        How many were recorded, and the copies that were not because their key is compromised.
    """
    with transaction(desk.engine) as session:
        check_vault_in_force(session, desk.vault)
        refused = _compromised(session, desk, signed)
        by_id = {item.copy_id: item for item in signed if item.copy_id not in refused}
        # Asked before anything is changed: a question in between would write each row by itself.
        days = {item.issued_on for item in by_id.values()}
        names = {day: name_on(session, desk.site.body, day) for day in days}
        # Award before copy, as every act on copies does: whoever holds the award's row may
        # change its copies, and no two wait for one another.
        wanted = select(Award).where(Award.id.in_({item.award_id for item in by_id.values()}))
        locked = session.scalars(wanted.order_by(Award.id).with_for_update()).all()
        copies = session.scalars(
            select(Copy).where(Copy.id.in_(by_id), Copy.envelope_sealed.is_(None)).order_by(Copy.id)
        ).all()
        for copy in copies:
            _put_on_record(session, desk, copy, by_id[copy.id], names)
        session.flush()
        acts = _acts_of(session, copies)
        leaves = [_leaf_of(desk, copy, by_id[copy.id], acts.get(copy.id)) for copy in copies]
        append_records(session, desk.vault, leaves)
        del locked  # kept until here so that `copy.award` asks the database nothing
        return len(copies), refused


def _compromised(session: Session, desk: Desk, signed: Sequence[_Signed]) -> set[int]:
    """Return the copies whose signing key was declared compromised since they were signed."""
    keys = select(SigningKey.key_id).where(
        SigningKey.site_id == desk.site.id, SigningKey.standing == Standing.COMPROMISED
    )
    lost = set(session.scalars(keys))
    return {item.copy_id for item in signed if item.record.key_id in lost}


def _acts_of(session: Session, copies: Sequence[Copy]) -> Mapping[int, int]:
    """Return by copy the act that decided on it; of those that an act came with."""
    later = [copy.id for copy in copies if copy.kind != CopyKind.ORIGINAL]
    if not later:
        return {}
    query = select(LifeAct.copy_id, LifeAct.id).where(LifeAct.copy_id.in_(later))
    return {copy_id: act_id for copy_id, act_id in session.execute(query) if copy_id is not None}


def _leaf_of(desk: Desk, copy: Copy, item: _Signed, act_id: int | None) -> Recorded:
    return Recorded(
        copy=copy,
        data_key=item.data_key,
        record=item.record,
        payload=item.envelope.payload,
        at=desk.clock(),
        act_id=act_id,
    )


def _put_on_record(
    session: Session, desk: Desk, copy: Copy, item: _Signed, names: Mapping[date, str]
) -> None:
    award = copy.award
    check_recording(session, desk.vault, award)
    if award.recorded_at is None:
        _open_to_the_public(session, desk, award, item, names[item.issued_on])
    if copy.replaces_id is not None:
        mark_changed(session, desk.vault, _void(session, copy))
        session.flush()  # the database itself allows one current copy of an award
    if copy.kind == CopyKind.CORRECTION:
        grant_name_access(
            session,
            desk.pepper,
            award=award,
            data_key=item.data_key,
            number=parse_number(award.number),
            name=item.private.name,
        )
    if item.second is not None:
        copy.second_sealed = seal_second(item.data_key, copy, encode_envelope(item.second))
    copy.envelope_sealed = seal_envelope(item.data_key, copy, encode_envelope(item.envelope))
    copy.state = _STATE_ON_RECORD[CopyKind(copy.kind)]
    grant_copy_access(
        session, desk.pepper, copy=copy, data_key=item.data_key, payload=item.envelope.payload
    )


def _void(session: Session, copy: Copy) -> list[Copy]:
    """Make void what `copy` takes the place of; return those copies.

    A reissue replaces one copy. A correction all there are: whatever carries the record before says
    something that is not so.
    """
    if copy.kind != CopyKind.CORRECTION:
        replaced = session.get_one(Copy, copy.replaces_id)
        replaced.state = CopyState.SUPERSEDED
        return [replaced]
    former = [one for one in copy.award.copies if one.envelope_sealed is not None]
    for one in former:
        one.state = CopyState.CORRECTED
    return former


def _open_to_the_public(
    session: Session, desk: Desk, award: Award, item: _Signed, body_name: str
) -> None:
    """Seal what a claim holder may see, and give the holder's ways in: once for each award."""
    award.public_sealed = seal_public(
        item.data_key,
        award.number,
        body_name=body_name,
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
    award.recorded_at = max(desk.clock(), award.reserved_at)  # though the clock was set back
    award.recorded_mark = mark_of_recording(desk.vault, award.number, award.recorded_at)
