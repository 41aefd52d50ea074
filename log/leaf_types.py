"""What the leaves of our own log say: one frozen type for each kind of act.

A value that the format cannot carry makes no leaf. log/leaves.py writes and reads the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from codes.errors import CodesError
from codes.number import CertificateNumber, parse_prefix
from codes.wording import Text
from log.errors import LogError
from log.merkle import HASH_BYTES

MAX_RECORD_VERSION = 65_535
MAX_KEY_ID = 65_535
MAX_OCCUPATION = 65_535
MAX_EVENT_CHARACTERS = 40
MAX_TRUST_VERSION = 2**53 - 1
MAX_DETAIL_DEPTH = 3

_MAX_INTEGER = 2**53 - 1

FilingValue = str | int | list["FilingValue"]


class LeafKind(IntEnum):
    """The kinds of leaf, by the number in their second item."""

    ISSUE = 1
    LIFE = 2
    COPY = 3
    FILING = 4
    TRUST = 5


class LifeKind(IntEnum):
    """What can happen to an award after it was issued."""

    REISSUE = 1
    ARCHIVE_COPY = 2
    CORRECT = 3
    SUSPEND = 4
    LIFT = 5
    REVOKE = 6
    ANNUL = 7
    DIED = 8
    BODY_MERGED = 9
    ERASE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLeaf:
    """A certificate was issued.

    Args:
        number: in clear; numbers have no gaps, so that one exists is no secret.
        record_version: of the record that was signed; 1 when issued.
        record_hash: what `hash_record` returned.
        key_id: of the key that signed, 0 to 65535.
        issued_on: date of issue in Asia/Shanghai.
        occupation: index in the table of occupations.

    Raises:
        LogError: `leaf_field_invalid`.
    """

    number: CertificateNumber
    record_version: int
    record_hash: bytes
    key_id: int
    issued_on: date
    occupation: int

    def __post_init__(self) -> None:
        """Refuse a value that format 1 cannot carry."""
        check_range("record_version", self.record_version, 1, MAX_RECORD_VERSION)
        _check_hash("record_hash", self.record_hash)
        check_range("key_id", self.key_id, 0, MAX_KEY_ID)
        check_range("occupation", self.occupation, 0, MAX_OCCUPATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeLeaf:
    """Something happened to an award; only who holds the certificate can tell to which.

    Args:
        prefix: the 13 characters of the body.
        event: what happened.
        mark: salted commitment that names the award and counts its events, 32 bytes.
        record_hash: of the new record, where one was signed, else None.
        key_id: of the key that signed it, None exactly where there is no record.
        effective_on: the day from which it holds.

    Raises:
        LogError: `leaf_field_invalid`.
    """

    prefix: str
    event: LifeKind
    mark: bytes
    record_hash: bytes | None
    key_id: int | None
    effective_on: date

    def __post_init__(self) -> None:
        """Refuse a value that format 1 cannot carry."""
        _check_prefix(self.prefix)
        _check_hash("mark", self.mark)
        if (self.record_hash is None) != (self.key_id is None):
            raise field_error("key_id")
        if self.record_hash is not None:
            _check_hash("record_hash", self.record_hash)
            check_range("key_id", self.key_id, 0, MAX_KEY_ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLeaf:
    """A sealed file was made.

    Args:
        prefix: the 13 characters of the body.
        file_sha256: of the whole file.

    Raises:
        LogError: `leaf_field_invalid`.
    """

    prefix: str
    file_sha256: bytes

    def __post_init__(self) -> None:
        """Refuse a value that format 1 cannot carry."""
        _check_prefix(self.prefix)
        _check_hash("file_sha256", self.file_sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingLeaf:
    """The authority decided on a body's filing.

    Args:
        prefix: the 13 characters of the body.
        event: a short code of lower-case letters, digits and underscores.
        detail: in clear; texts, whole numbers and lists of these, by name.
        decided_on: the day of the decision.

    Raises:
        LogError: `leaf_field_invalid`.
    """

    prefix: str
    event: str
    detail: Mapping[str, FilingValue]
    decided_on: date

    def __post_init__(self) -> None:
        """Refuse a value that format 1 cannot carry."""
        _check_prefix(self.prefix)
        code = self.event.replace("_", "a") if type(self.event) is str else ""
        if not (code.isascii() and code.isalnum() and code.islower()):
            raise field_error("event")
        if len(self.event) > MAX_EVENT_CHARACTERS:
            raise field_error("event")
        for name, value in self.detail.items():
            if (
                type(name) is not str
                or not name.isprintable()
                or not _is_filing_value(value, MAX_DETAIL_DEPTH)
            ):
                raise field_error("detail")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustLeaf:
    """A trust list was published.

    Args:
        version: of the list, from 1.
        sha256: of the document that root keys signed, however many did.

    Raises:
        LogError: `leaf_field_invalid`.
    """

    version: int
    sha256: bytes

    def __post_init__(self) -> None:
        """Refuse a value that format 1 cannot carry."""
        check_range("version", self.version, 1, MAX_TRUST_VERSION)
        _check_hash("sha256", self.sha256)


Leaf = IssueLeaf | LifeLeaf | CopyLeaf | FilingLeaf | TrustLeaf


def _is_filing_value(value: object, depth: int) -> bool:
    if type(value) is list:
        return depth > 0 and all(_is_filing_value(one, depth - 1) for one in value)
    if type(value) is str:
        return value.replace("\n", "").isprintable()
    return type(value) is int and abs(value) <= _MAX_INTEGER


def check_range(field: str, value: object, low: int, high: int) -> None:
    """Raise for anything but an integer from `low` to `high`; True is not an integer here."""
    if type(value) is not int or not low <= value <= high:
        raise field_error(field)


def _check_hash(field: str, value: object) -> None:
    if type(value) is not bytes or len(value) != HASH_BYTES:
        raise field_error(field)


def _check_prefix(value: object) -> None:
    if type(value) is not str:
        raise field_error("prefix")
    try:
        parse_prefix(value)
    except CodesError as error:
        raise field_error("prefix") from error


def field_error(field: str) -> LogError:
    """Return the error for a value out of range."""
    return LogError(
        "leaf_field_invalid",
        Text("日志条目的内容超出规定的取值范围", "A value in the leaf is out of range"),
        evidence={"field": field},
    )
