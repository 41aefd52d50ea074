"""The record: the few facts a certificate states, as exactly one sequence of bytes.

A record is a positional CBOR array of twelve items in core deterministic encoding (RFC 8949 4.2).
There is one way to write a given record and `decode_record` accepts nothing else, so "the same
record" and "the same bytes" mean the same thing. The limits below belong to format 1 and never
change with the roster's rules: paper printed today must still be read when those rules are gone.

Source: docs/decisions/0001-record-and-qr-text.md.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import cbor2

from codes.documents import DocumentType
from codes.errors import CodesError
from codes.number import CertificateNumber, pack_number, unpack_number
from codes.occupations import occupation_by_index
from codes.plain_cbor import load_plain_cbor
from codes.wording import Text

FORMAT_VERSION = 1
COMMITMENT_BYTES = 16
SALT_BYTES = 16
PHOTO_HASH_BYTES = 32
MAX_TEXT_CHARACTERS = 40
MAX_RECORD_BYTES = 400
MAX_RECORD_VERSION = 65_535
MAX_PRINT_SERIAL = 99_999_999
MAX_STATUS_INDEX = 2**32 - 1
MAX_KEY_ID = 65_535

_ITEMS = 12
# Controls, line separators, zero-width and bidirectional marks, surrogates: nothing that prints
# as something else than it is. Written as ranges, so that the browser's reader can hold the same.
_UNPRINTABLE = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\uffff]"
)


class RecordError(CodesError):
    """The bytes, or the facts, are not a record."""


_DOCUMENT_TYPES = {int(one): one for one in DocumentType}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one printed copy of a certificate states, checked on construction.

    Args:
        number: the certificate number; body, province, year and level are read from it.
        record_version: 1 for the first record of an award, one more for each correction.
        holder_name: as printed, 1 to 40 characters.
        document_type: the kind of identity document; its number is only committed to.
        commitment: what `commit` returned, 16 bytes.
        occupation: index in the table of occupations.
        specialty: 工种/职业方向 as printed, or None.
        issued_on: date of issue in Asia/Shanghai; its year is the number's.
        print_serial: counted per body prefix and year, from 1.
        status_index: random, one per printed copy, unsigned 32 bits.
        key_id: names the signing key among the keys of the number's prefix.

    Raises:
        RecordError: a value is outside format 1.
    """

    number: CertificateNumber
    record_version: int
    holder_name: str
    document_type: DocumentType
    commitment: bytes
    occupation: int
    specialty: str | None
    issued_on: date
    print_serial: int
    status_index: int
    key_id: int

    def __post_init__(self) -> None:
        """Refuse a value that format 1 cannot carry."""
        _check_range("record_version", self.record_version, 1, MAX_RECORD_VERSION)
        _check_text("holder_name", self.holder_name)
        if type(self.commitment) is not bytes or len(self.commitment) != COMMITMENT_BYTES:
            raise _field_error("commitment")
        _check_occupation(self.occupation)
        if self.specialty is not None:
            _check_text("specialty", self.specialty)
        if self.issued_on.year != self.number.year:
            raise _field_error("issued_on")
        _check_range("print_serial", self.print_serial, 1, MAX_PRINT_SERIAL)
        _check_range("status_index", self.status_index, 0, MAX_STATUS_INDEX)
        _check_range("key_id", self.key_id, 0, MAX_KEY_ID)


def encode_record(record: Record) -> bytes:
    """Return the one byte sequence that stands for `record`."""
    return cbor2.dumps(
        [
            FORMAT_VERSION,
            pack_number(record.number),
            record.record_version,
            record.holder_name,
            int(record.document_type),
            record.commitment,
            record.occupation,
            record.specialty,
            record.issued_on.timetuple().tm_yday,
            record.print_serial,
            record.status_index,
            record.key_id,
        ],
        canonical=True,
    )


def decode_record(data: bytes) -> Record:
    """Return the record that encodes to exactly `data`.

    Args:
        data: bytes from anywhere, untrusted.

    Raises:
        RecordError: `data` is not what `encode_record` makes of any record. The code is
            `record_format_unknown` for a later format, `record_occupation_unknown` for an
            occupation this table does not hold, `record_field_invalid` (the evidence names the
            field) for a value out of range, and `record_damaged` for everything else.
    """
    items = _load_items(data)
    if type(items[1]) is not bytes:
        raise _field_error("number")
    try:
        number = unpack_number(items[1])
    except CodesError as error:
        raise _field_error("number") from error
    record = Record(
        number=number,
        record_version=items[2],
        holder_name=items[3],
        document_type=_read_document_type(items[4]),
        commitment=items[5],
        occupation=items[6],
        specialty=items[7],
        issued_on=_read_day(number.year, items[8]),
        print_serial=items[9],
        status_index=items[10],
        key_id=items[11],
    )
    # Each value stands for itself alone, so what is left to ask is whether it was written so.
    if cbor2.dumps(items, canonical=True) != data:
        raise _damaged()
    return record


def commit(salt: bytes, document_number: str, photo_sha256: bytes) -> bytes:
    """Return the commitment to a document number and a photo under a secret salt.

    Args:
        salt: 16 random bytes that never leave the vault: a document number has too few
            candidates to be hidden by a hash alone.
        document_number: normalised, as the register holds it.
        photo_sha256: SHA-256 of the stored photo file, 32 bytes.

    Returns:
        The first 16 bytes of HMAC-SHA-256 over the CBOR array of the two.

    Raises:
        ValueError: the salt or the photo hash has the wrong length (a slip of the program).
    """
    if len(salt) != SALT_BYTES or len(photo_sha256) != PHOTO_HASH_BYTES:
        raise ValueError("a commitment needs a 16-byte salt and a 32-byte photo hash")
    message = cbor2.dumps([document_number, photo_sha256], canonical=True)
    return hmac.digest(salt, message, hashlib.sha256)[:COMMITMENT_BYTES]


def _load_items(data: bytes) -> list[Any]:
    """Return the twelve items of a format 1 array; `Record` checks their types."""
    if len(data) > MAX_RECORD_BYTES:
        raise _damaged()
    try:
        items = load_plain_cbor(data, max_depth=1)
    except cbor2.CBORDecodeError as error:
        raise _damaged() from error
    if type(items) is not list or not items:
        raise _damaged()
    if type(items[0]) is int and items[0] > FORMAT_VERSION:
        raise RecordError(
            "record_format_unknown",
            Text(
                "该二维码采用了较新的记录格式，请更新核验程序后再试",
                "The record is in a newer format; update the verifier and try again",
            ),
        )
    if type(items[0]) is not int or items[0] != FORMAT_VERSION or len(items) != _ITEMS:
        raise _damaged()
    return items


def _read_document_type(item: object) -> DocumentType:
    """Return the document type an item stands for."""
    found = _DOCUMENT_TYPES.get(item) if type(item) is int else None
    if found is None:
        raise _field_error("document_type")
    return found


def _read_day(year: int, item: object) -> date:
    """Return the day of `year` that a 1-based day number stands for."""
    if type(item) is not int or not 1 <= item <= 366:
        raise _field_error("issued_on")
    return date.fromordinal(date(year, 1, 1).toordinal() + item - 1)


def _check_range(field: str, value: object, low: int, high: int) -> None:
    """Refuse anything but an integer from `low` to `high`; True is not an integer here."""
    if type(value) is not int or not low <= value <= high:
        raise _field_error(field)


def _check_text(field: str, value: object) -> None:
    """Refuse text that is empty, too long, padded or not printable."""
    if (
        type(value) is not str
        or not 1 <= len(value) <= MAX_TEXT_CHARACTERS
        or value.strip(" \u3000") != value
        or _UNPRINTABLE.search(value) is not None
    ):
        raise _field_error(field)


def _check_occupation(index: int) -> None:
    """Refuse an index that the table of occupations does not hold."""
    _check_range("occupation", index, 0, MAX_KEY_ID)
    try:
        occupation_by_index(index)
    except CodesError as error:
        raise RecordError(
            "record_occupation_unknown",
            Text("记录中的职业不在职业目录内", "The record's occupation is not in the table"),
        ) from error


def _field_error(field: str) -> RecordError:
    return RecordError(
        "record_field_invalid",
        Text("记录内容超出规定的取值范围", "A value in the record is out of range"),
        evidence={"field": field},
    )


def _damaged() -> RecordError:
    return RecordError(
        "record_damaged",
        Text("记录数据不完整或已损坏", "The record is incomplete or damaged"),
    )
