"""What the public side may open: only the award whose holder data the asker brought.

Nothing returned here is proved: the caller verifies each envelope before answering from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import keywrap
from sqlalchemy import bindparam, select

from codes.errors import CodesError
from codes.number import CertificateNumber
from codes.record import Record, decode_record
from codes.wording import Text
from keys.envelope import Envelope, decode_envelope
from keys.errors import KeysError
from log.leaves import LeafKind
from registry.access import (
    CopyRow,
    unseal_envelope,
    unseal_pdf_hash,
    unseal_public,
    unseal_second,
)
from registry.claims import (
    Claim,
    document_claim,
    locator,
    name_claim,
    payload_claim,
    wrapping_key,
)
from registry.errors import VaultError
from registry.life import Event
from registry.life_records import open_events
from registry.logbook import LeafPlace, LogSecrets, waiting_leaves
from registry.models import Access, Award, AwardStatus, Copy, CopyKind, CopyState
from registry.national_upload import NOTHING_NOTED, NationalUpload, read_upload
from registry.row_reader import Query, Rows
from registry.stored_page import StoredPage
from registry.vault_models import ErasedRecord

_WAY = select(Access.award_id, Access.copy_id, Access.wrapped_key).where(
    Access.locator == bindparam("locator")
)
_AWARD = select(Award.number, Award.status, Award.public_sealed).where(
    Award.id == bindparam("award")
)
_COPIES = (
    select(*(getattr(Copy, column) for column in CopyRow._fields))
    .where(Copy.award_id == bindparam("award"))
    .order_by(Copy.id)
)
_ERASED = select(ErasedRecord.locator).where(ErasedRecord.locator == bindparam("locator"))


SignedRecord = tuple[Envelope, Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCopy:
    """One printed copy as the public side sees it.

    `signed` is its record, unverified; None where what stands there is none. `second` is COSE_Sign1
    bytes, the same record under the body's second key, where it had two; `matched` says whether the
    asker's own claim (the signed record of a QR) is this very copy; `pdf_sha256` is the hex hash of
    the file delivered. `leaf` is where the register says that the public log holds its record, and
    `file_leaf` its file. `page` is where the file itself is kept, None where it is not drawn yet or
    erased.
    """

    signed: SignedRecord | None
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
    follow from. `log_secrets` opens what the public log says of it. `upload` is the word of the
    body that issued it, which nothing but the seal proves.
    """

    number: str
    award_status: AwardStatus
    body_name: str
    document_masked: str
    copies: tuple[OpenedCopy, ...]
    events: tuple[Event, ...]
    log_secrets: LogSecrets = field(repr=False)
    upload: NationalUpload = NOTHING_NOTED

    @property
    def current(self) -> OpenedCopy | None:
        """The one copy that is current, if any is."""
        return next((copy for copy in self.copies if copy.state is CopyState.CURRENT), None)

    @property
    def shown(self) -> OpenedCopy | None:
        """The copy that stands for the award: the current one, else the last the holder had."""
        held = [copy for copy in self.copies if copy.state is not CopyState.ARCHIVE]
        return self.current or next(reversed(held or self.copies), None)


def open_by_holder(
    rows: Rows,
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
    claims = [] if name is None else [name_claim(number, name)]
    if document_number is not None:
        claims.append(document_claim(number, document_number))
    return _open(rows, pepper, *claims)


def open_by_payload(rows: Rows, pepper: bytes, payload: bytes) -> OpenedAward | None:
    """Open the award whose copy carries exactly this record; None means it is not on record."""
    return _open(rows, pepper, payload_claim(payload))


def present(rows: Rows, locators: Sequence[bytes]) -> set[bytes]:
    """Return those locators that lead to an award, without opening any."""
    values = {f"at{place}": one for place, one in enumerate(locators)}
    return {found for (found,) in rows.all(_any_of(len(locators)), **values)}


@cache
def _any_of(count: int) -> Query:
    places: list[Any] = [bindparam(f"at{place}") for place in range(count)]
    return select(Access.locator).where(Access.locator.in_(places))


def is_erased(rows: Rows, pepper: bytes, payload: bytes) -> bool:
    """Return whether exactly this record was on record once and was erased under the law."""
    return bool(rows.all(_ERASED, locator=locator(pepper, payload_claim(payload))))


def _open(rows: Rows, pepper: bytes, *claims: Claim) -> OpenedAward | None:
    keys = [wrapping_key(pepper, claim) for claim in claims]
    found = [rows.all(_WAY, locator=locator(pepper, claim)) for claim in claims]
    if not found or not all(found):
        return None
    ways = [(key, *way) for key, (way,) in zip(keys, found, strict=True)]
    _, award_id, copy_id, _ = ways[0]
    awards = rows.all(_AWARD, award=award_id)
    try:
        ((number, status, public_sealed),) = awards
        (data_key,) = {keywrap.aes_key_unwrap(key, wrapped) for key, _, _, wrapped in ways}
    except (keywrap.InvalidUnwrap, ValueError, TypeError) as error:
        raise VaultError(
            "access_row_altered",
            Text("登记数据内部不一致", "a row of the registry contradicts another"),
        ) from error
    public = unseal_public(data_key, number, public_sealed)
    copies = [CopyRow._make(row) for row in rows.all(_COPIES, award=award_id)]
    unlogged = any(None in (copy.leaf_index, copy.file_leaf_index) for copy in copies)
    waiting = waiting_leaves(rows, award_id) if unlogged else frozenset()
    return OpenedAward(
        log_secrets=LogSecrets(data_key),
        number=number,
        award_status=AwardStatus(status),
        body_name=public["body_name"],
        document_masked=public["document_masked"],
        copies=tuple(
            _open_copy(data_key, copy, waiting, matched=copy.id == copy_id)
            for copy in copies
            if copy.envelope_sealed is not None
        ),
        events=open_events(rows, award_id, number, data_key),
        upload=read_upload(public),
    )


def _open_copy(
    data_key: bytes, copy: CopyRow, waiting: frozenset[tuple[int, LeafKind]], *, matched: bool
) -> OpenedCopy:
    records, files = (LeafKind.ISSUE, LeafKind.LIFE), LeafKind.COPY
    stored = copy.pdf_stored
    return OpenedCopy(
        signed=_read_signed(unseal_envelope(data_key, copy, copy.envelope_sealed or b"")),
        second=unseal_second(data_key, copy),
        print_serial=copy.print_serial,
        status_index=copy.status_index,
        kind=CopyKind(copy.kind),
        state=CopyState(copy.state),
        pdf_sha256=unseal_pdf_hash(data_key, copy),
        matched=matched,
        leaf=LeafPlace(
            index=copy.leaf_index, waiting=any((copy.id, kind) in waiting for kind in records)
        ),
        file_leaf=LeafPlace(index=copy.file_leaf_index, waiting=(copy.id, files) in waiting),
        page=StoredPage(name=stored, data_key=data_key) if stored else None,
    )


def _read_signed(envelope: bytes) -> SignedRecord | None:
    try:
        read = decode_envelope(envelope)
        return read, decode_record(read.payload)
    except (KeysError, CodesError):
        return None
