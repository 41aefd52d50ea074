"""The leaves of our own log: what is public of every act, as exactly one sequence of bytes.

A leaf is an array in core deterministic CBOR: format, kind, the second it was logged, then the
fields of its kind. `decode_leaf` accepts only what `encode_leaf` makes. No leaf names a person:
records and awards stand in it as salted hashes.

Source: docs/decisions/0013-public-log.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, assert_never

import cbor2

from codes.errors import CodesError
from codes.number import pack_number, unpack_number
from codes.plain_cbor import load_plain_cbor
from codes.wording import Text
from log.errors import LogError
from log.leaf_types import (
    MAX_DETAIL_DEPTH,
    CopyLeaf,
    FilingLeaf,
    FilingValue,
    IssueLeaf,
    Leaf,
    LeafKind,
    LifeKind,
    LifeLeaf,
    TrustLeaf,
    check_range,
    field_error,
)
from log.tiles import MAX_ENTRY_BYTES

__all__ = [
    "CopyLeaf",
    "FilingLeaf",
    "FilingValue",
    "IssueLeaf",
    "Leaf",
    "LeafKind",
    "LifeKind",
    "LifeLeaf",
    "TrustLeaf",
    "decode_body",
    "decode_leaf",
    "encode_body",
    "encode_leaf",
    "hash_record",
]

FORMAT_VERSION = 1
SALT_BYTES = 16

_RECORD_DOMAIN = b"yanzhen/leaf/record\0"
_EPOCH = date(1970, 1, 1)
_LAST_DAY = (date(9999, 12, 31) - _EPOCH).days
_LAST_SECOND = 253_402_300_799
_HEAD_ITEMS = 3


def hash_record(salt: bytes, payload: bytes) -> bytes:
    """Return the salted hash of a record, as issue and life leaves hold it.

    Args:
        salt: 16 bytes that go with the certificate, never into the log.
        payload: the record's exact bytes.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError("the salt of a leaf is 16 bytes long")
    return hashlib.sha256(_RECORD_DOMAIN + salt + payload).digest()


def encode_leaf(leaf: Leaf, logged_at: datetime) -> bytes:
    """Return the one byte sequence that stands for a leaf logged at a time.

    Args:
        leaf: what happened.
        logged_at: aware, whole seconds.

    Raises:
        LogError: `leaf_too_long`; `leaf_field_invalid` for a time that is not in whole seconds.
    """
    kind, fields = _fields_of(leaf)
    return _dump([FORMAT_VERSION, int(kind), _seconds(logged_at), *fields])


def encode_logged(body: bytes, logged_at: datetime) -> bytes:
    """Return what `encode_leaf` makes of the leaf that a body says; raises as it does.

    Args:
        body: made by `encode_body`, and known to be: what its fields say is not looked at.
        logged_at: aware, whole seconds.
    """
    version, kind, *fields = _load(body)
    return _dump([version, kind, _seconds(logged_at), *fields])


def decode_leaf(data: bytes) -> tuple[datetime, Leaf]:
    """Return the time and the leaf that encode to exactly `data`.

    Args:
        data: from anywhere, untrusted.

    Raises:
        LogError: `leaf_format_unknown` for a later format or kind, `leaf_field_invalid` (the
            evidence names the `field`), `leaf_damaged` for everything else.
    """
    items = _load(data)
    if len(items) < _HEAD_ITEMS:
        raise _damaged()
    check_range("logged_at", items[2], 0, _LAST_SECOND)
    logged_at = datetime.fromtimestamp(items[2], UTC)
    leaf = _read_leaf(items[1], items[_HEAD_ITEMS:])
    if encode_leaf(leaf, logged_at) != data:
        raise _damaged()
    return logged_at, leaf


def encode_body(leaf: Leaf) -> bytes:
    """Return the bytes of a leaf that has not been logged yet: the same without the time."""
    kind, fields = _fields_of(leaf)
    return _dump([FORMAT_VERSION, int(kind), *fields])


def decode_body(data: bytes) -> Leaf:
    """Return the leaf that `encode_body` makes exactly `data` of; raises as `decode_leaf`."""
    items = _load(data)
    leaf = _read_leaf(items[1], items[_HEAD_ITEMS - 1 :])
    if encode_body(leaf) != data:
        raise _damaged()
    return leaf


def _fields_of(leaf: Leaf) -> tuple[LeafKind, list[Any]]:
    """Return the kind and the fields of a leaf in their order."""
    match leaf:
        case IssueLeaf():
            return LeafKind.ISSUE, [
                pack_number(leaf.number),
                leaf.record_version,
                leaf.record_hash,
                leaf.key_id,
                _days(leaf.issued_on),
                leaf.occupation,
            ]
        case LifeLeaf():
            return LeafKind.LIFE, [
                leaf.prefix,
                int(leaf.event),
                leaf.mark,
                leaf.record_hash,
                leaf.key_id,
                _days(leaf.effective_on),
            ]
        case CopyLeaf():
            return LeafKind.COPY, [leaf.prefix, leaf.file_sha256]
        case FilingLeaf():
            detail = dict(leaf.detail)
            return LeafKind.FILING, [leaf.prefix, leaf.event, detail, _days(leaf.decided_on)]
        case TrustLeaf():
            return LeafKind.TRUST, [leaf.version, leaf.sha256]
        case _:
            assert_never(leaf)


def _read_leaf(kind: object, fields: list[Any]) -> Leaf:
    """Return the leaf that fields of a kind stand for; their types are checked on the way."""
    if type(kind) is not int or kind not in tuple(LeafKind):
        raise _unknown() if type(kind) is int else _damaged()
    count, build = _BUILDERS[LeafKind(kind)]
    if len(fields) != count:
        raise _damaged()
    return build(*fields)


def _issue(
    number: Any, version: Any, record_hash: Any, key_id: Any, issued_on: Any, occupation: Any
) -> IssueLeaf:
    if type(number) is not bytes:
        raise field_error("number")
    try:
        parsed = unpack_number(number)
    except CodesError as error:
        raise field_error("number") from error
    return IssueLeaf(
        number=parsed,
        record_version=version,
        record_hash=record_hash,
        key_id=key_id,
        issued_on=_day("issued_on", issued_on),
        occupation=occupation,
    )


def _life(
    prefix: Any, event: Any, mark: Any, record_hash: Any, key_id: Any, effective_on: Any
) -> LifeLeaf:
    if type(event) is not int or event not in tuple(LifeKind):
        raise field_error("event")
    return LifeLeaf(
        prefix=prefix,
        event=LifeKind(event),
        mark=mark,
        record_hash=record_hash,
        key_id=key_id,
        effective_on=_day("effective_on", effective_on),
    )


def _copy(prefix: Any, file_sha256: Any) -> CopyLeaf:
    return CopyLeaf(prefix=prefix, file_sha256=file_sha256)


def _filing(prefix: Any, event: Any, detail: Any, decided_on: Any) -> FilingLeaf:
    if type(detail) is not dict:
        raise field_error("detail")
    return FilingLeaf(
        prefix=prefix, event=event, detail=detail, decided_on=_day("decided_on", decided_on)
    )


def _trust(version: Any, sha256: Any) -> TrustLeaf:
    return TrustLeaf(version=version, sha256=sha256)


_BUILDERS: dict[LeafKind, tuple[int, Callable[..., Leaf]]] = {
    LeafKind.ISSUE: (6, _issue),
    LeafKind.LIFE: (6, _life),
    LeafKind.COPY: (2, _copy),
    LeafKind.FILING: (4, _filing),
    LeafKind.TRUST: (2, _trust),
}


def _dump(items: list[Any]) -> bytes:
    data = cbor2.dumps(items, canonical=True)
    if len(data) > MAX_ENTRY_BYTES:
        raise LogError(
            "leaf_too_long",
            Text("日志条目的内容过长", "The leaf holds more than the log takes"),
        )
    return data


def _load(data: bytes) -> list[Any]:
    """Return the items of a format 1 array, at least two."""
    if len(data) > MAX_ENTRY_BYTES:
        raise _damaged()
    try:
        items = load_plain_cbor(data, max_depth=MAX_DETAIL_DEPTH + 3)
    except (cbor2.CBORDecodeError, ValueError, TypeError) as error:
        raise _damaged() from error
    if type(items) is not list or len(items) < _HEAD_ITEMS - 1 or type(items[0]) is not int:
        raise _damaged()
    if items[0] != FORMAT_VERSION:
        raise _unknown()
    return items


def _seconds(logged_at: datetime) -> int:
    if logged_at.tzinfo is None or logged_at.microsecond:
        raise field_error("logged_at")
    seconds = int(logged_at.timestamp())
    check_range("logged_at", seconds, 0, _LAST_SECOND)
    return seconds


def _days(day: date) -> int:
    days = (day - _EPOCH).days
    check_range("day", days, 0, _LAST_DAY)
    return days


def _day(field: str, item: object) -> date:
    if type(item) is not int or not 0 <= item <= _LAST_DAY:
        raise field_error(field)
    return _EPOCH + timedelta(days=item)


def _unknown() -> LogError:
    return LogError(
        "leaf_format_unknown",
        Text(
            "日志条目采用了较新的格式，请更新程序后再试",
            "The leaf is in a newer format; update the program and try again",
        ),
    )


def _damaged() -> LogError:
    return LogError(
        "leaf_damaged",
        Text("日志条目不完整或已损坏", "The leaf is incomplete or damaged"),
    )
