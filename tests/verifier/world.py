"""A small world to verify in: one filed body with real keys, a real register, some awards."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from codes.documents import DocumentType
from codes.levels import Level
from codes.number import CertificateNumber, parse_number
from codes.qr_text import encode_qr_text
from codes.record import Record, commit, decode_record, encode_record
from issuer.leaves import Recorded, append_files, append_records
from issuer.log_files import LogFiles
from keys.algorithms import Algorithm
from keys.document import BodyEntry, Host, KeyDocument
from keys.envelope import Envelope, encode_envelope
from keys.ring import PublicKey, Scope, Standing
from keys.signing import PrivateKey, prepare, sign
from keys.trust_list import TrustList
from log.leaves import LifeKind
from registry.access import (
    grant_copy_access,
    grant_holder_access,
    seal_envelope,
    seal_pdf_hash,
    seal_public,
)
from registry.life_records import NewEvent, add_event
from registry.log_models import LogEntry
from registry.log_reader import LogReader
from registry.models import (
    Award,
    AwardStatus,
    Copy,
    CopyKind,
    CopyState,
)
from registry.national_upload import NOTHING_NOTED, NationalUpload
from registry.row_reader import RowReader, Rows
from registry.session import open_engine, transaction
from registry.vault import Vault
from tests.keys.trust_samples import trust_list
from tests.verifier.body_keys import body_key as body_key
from tests.verifier.body_keys import stranger_key as stranger_key
from tests.verifier.empty_register import BODY_NAME as BODY_NAME
from tests.verifier.empty_register import HOST as HOST
from tests.verifier.empty_register import NOW as NOW
from tests.verifier.empty_register import PREFIX as PREFIX
from tests.verifier.empty_register import log_key as log_key
from tests.verifier.empty_register import new_register, publish
from tests.verifier.plans import kinds_of, whole_life
from verifier.service import Verifier

TODAY = date(2026, 11, 23)
URL_PREFIX = f"https://{HOST}/q#"
PEPPER = b"p" * 32
VAULT = Vault(b"v" * 32)
NAME = "欧阳娜依"
DOCUMENT = "12010119900307663X"
OCCUPATION = 1

Look = Callable[[], AbstractContextManager[Rows]] | None


def public_entry(
    key: PrivateKey, *, valid_from: date = date(2020, 1, 1), valid_to: date | None = None
) -> PublicKey:
    """The published half of `key`."""
    return PublicKey(
        key_id=key.public.key_id,
        algorithm=key.algorithm,
        jwk=key.public,
        prefix=PREFIX,
        valid_from=valid_from,
        valid_to=valid_to,
        standing=Standing.ACTIVE,
    )


def key_document(*, demo: bool = False) -> KeyDocument:
    """The key document of this world: one body, filed for levels 3 and 2 since 2020."""
    body = BodyEntry(
        prefix=PREFIX,
        name=BODY_NAME,
        scopes=(
            Scope(
                occupation=OCCUPATION,
                levels=(Level.THREE, Level.TWO),
                valid_from=date(2020, 1, 1),
                valid_to=None,
            ),
        ),
        keys=tuple(public_entry(body_key(algorithm)) for algorithm in Algorithm),
    )
    return KeyDocument(
        version=1,
        demo=demo,
        published_at=datetime(2026, 11, 1, tzinfo=UTC),
        expires_at=datetime(2099, 5, 1, tzinfo=UTC),  # browsers and commands have a real clock
        hosts=(Host(host=HOST, valid_from=date(2020, 1, 1), valid_to=None),),
        bodies=(body,),
    )


def trusted() -> TrustList:
    """The trust list of this world."""
    return trust_list(key_document())


def with_body(document: KeyDocument, body: BodyEntry) -> KeyDocument:
    """The same document with another only body."""
    return replace(document, bodies=(body,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One signed record and what it is about."""

    record: Record
    envelope: Envelope
    document_number: str

    @property
    def number(self) -> CertificateNumber:
        """The certificate number."""
        return self.record.number

    def qr_text(self, url_prefix: str = URL_PREFIX) -> str:
        """The text of its QR code."""
        return encode_qr_text(
            url_prefix,
            algorithm=int(self.envelope.algorithm),
            payload=self.envelope.payload,
            signature=self.envelope.signature,
        )


def make_record(
    *,
    serial: int = 1,
    level: Level = Level.THREE,
    issued_on: date = date(2026, 3, 9),
    print_serial: int = 1,
    key: PrivateKey | None = None,
    **changes: object,
) -> Record:
    """A record of the filed body; `changes` are any other fields."""
    key = key or body_key()
    number = parse_number(f"{PREFIX}{issued_on.year % 100:02d}{level.value}{serial:06d}")
    record = Record(
        number=number,
        record_version=1,
        holder_name=NAME,
        document_type=DocumentType.RESIDENT_ID,
        commitment=commit(b"s" * 16, DOCUMENT, b"h" * 32),
        occupation=OCCUPATION,
        specialty=None,
        issued_on=issued_on,
        print_serial=print_serial,
        status_index=secrets.randbits(31),
        key_id=key.public.key_id,
    )
    return replace(record, **changes)  # type: ignore[arg-type]  # tests name real fields


def sign_record(
    record: Record, key: PrivateKey | None = None, document_number: str = DOCUMENT
) -> Issued:
    """The record, signed."""
    envelope = sign(key or body_key(), prepare(encode_record(record)))
    return Issued(record=record, envelope=envelope, document_number=document_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """One printed copy to put on record."""

    issued: Issued
    state: CopyState = CopyState.CURRENT
    pdf_sha256: str | None = None


def another_copy(plan: CopyPlan) -> CopyPlan:
    """A current copy of the same award."""
    record = plan.issued.record
    more = replace(
        record,
        print_serial=record.print_serial + 100_000,
        status_index=secrets.randbits(31),
        record_version=record.record_version + (plan.state is CopyState.CORRECTED),
    )
    return CopyPlan(issued=sign_record(more, document_number=plan.issued.document_number))


@dataclass(slots=True)
class World:
    """A register that awards can be put on, its public log, and verifiers on it."""

    engine: Engine
    log: LogFiles
    log_folder: Path
    _ids: dict[str, int]
    _data_keys: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path) -> World:
        """An empty register with the filed body."""
        made = new_register(folder)
        return cls(made.engine, made.log, made.log_folder, made.ids)

    def record(
        self,
        *copies: CopyPlan,
        status: AwardStatus = AwardStatus.CURRENT,
        name: str | None = None,
        logged: bool = True,
        upload: NationalUpload = NOTHING_NOTED,
    ) -> None:
        """Put one award with its copies on record, found by `name` instead of its own if given.

        Args:
            logged: it also goes into the public log.
        """
        copies = whole_life(copies, another_copy)
        first = next(plan.issued for plan in copies if plan.state is not CopyState.ARCHIVE)
        data_key = self._data_keys[str(first.number)] = secrets.token_bytes(32)
        with transaction(self.engine) as session:
            award = self._award(first, status, data_key, upload)
            session.add(award)
            session.flush()
            grant_holder_access(
                session,
                PEPPER,
                award=award,
                data_key=data_key,
                number=first.number,
                name=name or first.record.holder_name,
                document_number=first.document_number,
            )
            made = [
                self._add_copy(session, award, plan, kind, data_key)
                for plan, kind in zip(copies, kinds_of(copies), strict=True)
            ]
            if logged:
                append_records(session, VAULT, made)
                self._add_status(session, award, status, data_key)
                self._append_files(session, made, copies)
        if logged:
            self.publish()

    def _award(
        self, first: Issued, status: AwardStatus, data_key: bytes, upload: NationalUpload
    ) -> Award:
        number = first.number
        award = Award(
            number=str(number),
            site_id=self._ids["site"],
            batch_id=self._ids["batch"],
            holder_id=self._ids["holder"],
            occupation=OCCUPATION,
            level=number.level.value,
            year=number.year,
            serial=number.serial,
            issued_on=first.record.issued_on,
            status=status.value,
            live_key=None,
            data_key_sealed=b"",
            private_sealed=b"",
            reserved_at=NOW,
            recorded_at=NOW,
        )
        award.public_sealed = seal_public(
            data_key,
            str(number),
            body_name=BODY_NAME,
            document_number=first.document_number,
            upload=upload,
        )
        return award

    @staticmethod
    def _append_files(session: Session, made: list[Recorded], copies: tuple[CopyPlan, ...]) -> None:
        session.flush()  # the numbers of a test's records have gaps: no streams here
        session.execute(update(LogEntry).values(stream=None, stream_position=None))
        for one, plan in zip(made, copies, strict=True):
            if plan.pdf_sha256 is not None:
                append_files(session, VAULT, [(one.copy, bytes.fromhex(plan.pdf_sha256))], PREFIX)

    def change(self, number: str, status: AwardStatus) -> None:
        """Put on record what befalls an award that is on record."""
        with transaction(self.engine) as session:
            award = session.scalars(select(Award).where(Award.number == number)).one()
            award.status = status.value
            self._add_status(session, award, status, self._data_keys[number])
        self.publish()

    def publish(self) -> None:
        """Put what waits into the public log, as the product does."""
        publish(self.engine, self.log)

    @staticmethod
    def _add_status(session: Session, award: Award, status: AwardStatus, data_key: bytes) -> None:
        kinds = {
            AwardStatus.SUSPENDED: LifeKind.SUSPEND,
            AwardStatus.REVOKED: LifeKind.REVOKE,
            AwardStatus.CANCELLED: LifeKind.DIED,
        }
        if status in kinds:
            session.flush()
            new = NewEvent(kind=kinds[status], effective_on=TODAY, at=NOW)
            add_event(session, VAULT, award, data_key, new)

    def _add_copy(
        self, session: Session, award: Award, plan: CopyPlan, kind: CopyKind, data_key: bytes
    ) -> Recorded:
        record = plan.issued.record
        copy = Copy(
            award=award,
            site_id=self._ids["site"],
            year=record.number.year,
            print_serial=record.print_serial,
            status_index=record.status_index,
            record_version=record.record_version,
            state=plan.state.value,
            kind=kind,
            layout="national-1",
            made_at=NOW,
            qr_url_prefix=URL_PREFIX,
        )
        if plan.pdf_sha256 is not None:
            copy.pdf_sha256_sealed = seal_pdf_hash(data_key, copy, plan.pdf_sha256)
        copy.envelope_sealed = seal_envelope(data_key, copy, encode_envelope(plan.issued.envelope))
        session.add(copy)
        session.flush()
        grant_copy_access(
            session, PEPPER, copy=copy, data_key=data_key, payload=plan.issued.envelope.payload
        )
        payload = plan.issued.envelope.payload
        record = decode_record(payload)
        return Recorded(copy=copy, data_key=data_key, record=record, payload=payload, at=NOW)

    def look(self) -> AbstractContextManager[Rows]:
        """Open a short look at the register."""
        return RowReader(self.engine).reading()

    def verifier(
        self,
        document: KeyDocument | None = None,
        *,
        now: datetime = NOW,
        clock: Callable[[], datetime] | None = None,
        read_bytes: Callable[[bytes], bytes] | None = None,
    ) -> Verifier:
        """A verifier on this world."""
        trusted = trust_list(document or key_document())
        return Verifier(
            lambda: trusted,
            self.look,
            PEPPER,
            clock or (lambda: now),
            log=LogReader(self.log_folder),
            read_bytes=read_bytes,
        )


def unreachable() -> AbstractContextManager[Rows]:
    """A register whose database is away."""
    return RowReader(open_engine("sqlite:////nowhere/at/all.sqlite3", read_only=True)).reading()
