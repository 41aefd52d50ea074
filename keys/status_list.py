"""Status lists: two bits for each printed copy, signed, as a JWT and as a CWT.

    0 valid   1 invalid   2 suspended   3 superseded or corrected

A list says of each of its 131 072 positions where that copy stands; positions are drawn at random,
so a list tells nothing to whoever holds no copy. Every list carries when it was made, when it
expires and a version that only grows: an old one is recognised and never taken for the present.

Source: IETF Token Status List (draft-ietf-oauth-status-list); RFC 7515, RFC 9052.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum
from functools import lru_cache

import cbor2

from codes.plain_cbor import load_plain_cbor
from codes.wording import Text
from keys.algorithms import Algorithm, PublicJwk, verify_signature
from keys.errors import KeysError
from keys.services import StatusKey
from keys.strict_json import load_strict_json

POSITION_BITS = 17
LIST_SIZE = 1 << POSITION_BITS
MAX_TOKEN_BYTES = 128 << 10
JWT_TYPE = "statuslist+jwt"
CWT_TYPE = "application/statuslist+cwt"
_BITS = 2
_PACKED_BYTES = LIST_SIZE * _BITS // 8
_VERSION = "yanzhen_version"
_JWT_CLAIMS = frozenset({"sub", "iat", "exp", "ttl", "status_list", _VERSION})
# CWT claims: sub 2, exp 4, iat 6 (RFC 8392); status_list and ttl of the Token Status List.
_SUB, _EXP, _IAT, _LIST, _TTL = 2, 4, 6, 65533, 65534
_CWT_CLAIMS = frozenset({_SUB, _EXP, _IAT, _LIST, _TTL, _VERSION})
_ALG, _KID, _TYP = 1, 4, 16
_COSE_SIGN1 = 18
_COSE_SIGN1_BYTES = b"\xd2"  # the tag as it is written
# Whatever the decoders and the reading of unknown shapes may raise.
_UNREADABLE = (
    cbor2.CBORDecodeError,
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
_LATEST = 1 << 40  # seconds; no list is made after this


class StatusValue(IntEnum):
    """Where one printed copy stands."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2
    REPLACED = 3


class ListForm(StrEnum):
    """The two written forms of a list, by the ending of their files."""

    JWT = "jwt"
    CWT = "cwt"


class Freshness(StrEnum):
    """Whether a genuine list may be taken for the present."""

    FRESH = "fresh"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    OLDER = "older"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """One list.

    Args:
        uri: where it is published; ends in its number.
        version: at least 1; of two lists of one number the later has the greater.
        issued_at: aware UTC, whole seconds.
        expires_at: the same; from then on it says nothing.
        ttl_seconds: how long a reader may keep it before asking again.
        packed: 32 768 bytes, two bits a position, the lowest bits first.

    Raises:
        KeysError: `status_list_malformed`.
    """

    uri: str
    version: int
    issued_at: datetime
    expires_at: datetime
    ttl_seconds: int
    packed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what no list of ours is."""
        whole = self.version >= 1 and self.ttl_seconds >= 1 and self.issued_at < self.expires_at
        if not whole or len(self.packed) != _PACKED_BYTES or self.list_id is None:
            raise _malformed()

    @property
    def list_id(self) -> int | None:
        """The number its address ends in; None where that is no number."""
        last = self.uri.rpartition("/")[2]
        sound = last.isascii() and last.isdecimal() and str(int(last[:6])) == last
        return int(last) if sound else None

    def value_of(self, position: int) -> StatusValue:
        """Return what the list says of a position, 0 to 131 071."""
        if not 0 <= position < LIST_SIZE:
            raise ValueError("no such position")
        return StatusValue(self.packed[position >> 2] >> (2 * (position & 3)) & 3)


def split_index(status_index: int) -> tuple[int, int]:
    """Return (number of the list, position in it) of a printed copy's status index."""
    return status_index >> POSITION_BITS, status_index & (LIST_SIZE - 1)


def join_index(list_id: int, position: int) -> int:
    """Return the status index of a position of a list; undoes `split_index`."""
    return list_id << POSITION_BITS | position


def pack(values: Iterable[tuple[int, StatusValue]]) -> bytes:
    """Return two bits for each position of a list; positions that are not named are valid."""
    packed = bytearray(_PACKED_BYTES)
    for position, value in values:
        packed[position >> 2] |= value << (2 * (position & 3))
    return bytes(packed)


def jwt_message(status_list: StatusList, key_name: str) -> bytes:
    """Return the bytes a list's JWT is signed over; `join_jwt` adds the signature."""
    header = {"alg": Algorithm.ES256.label, "kid": key_name, "typ": JWT_TYPE}
    claims = {
        "sub": status_list.uri,
        "iat": _seconds(status_list.issued_at),
        "exp": _seconds(status_list.expires_at),
        "ttl": status_list.ttl_seconds,
        _VERSION: status_list.version,
        "status_list": {"bits": _BITS, "lst": _to_text(_deflate(status_list.packed))},
    }
    return b".".join(_to_text(_dump(part)).encode() for part in (header, claims))


def join_jwt(message: bytes, signature: bytes) -> bytes:
    """Return the JWT of a message and its signature."""
    return message + b"." + _to_text(signature).encode()


def cwt_message(status_list: StatusList, key_name: str) -> tuple[bytes, bytes, bytes]:
    """Return (protected header, payload, the bytes that are signed) of a list's CWT."""
    header = {_ALG: int(Algorithm.ES256), _KID: key_name.encode(), _TYP: CWT_TYPE}
    claims = {
        _SUB: status_list.uri,
        _EXP: _seconds(status_list.expires_at),
        _IAT: _seconds(status_list.issued_at),
        _TTL: status_list.ttl_seconds,
        _VERSION: status_list.version,
        _LIST: {"bits": _BITS, "lst": _deflate(status_list.packed)},
    }
    protected, payload = (cbor2.dumps(part, canonical=True) for part in (header, claims))
    return protected, payload, _to_be_signed(protected, payload)


def join_cwt(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    """Return the CWT of its parts."""
    value = cbor2.CBORTag(_COSE_SIGN1, [protected, {}, payload, signature])
    return cbor2.dumps(value, canonical=True)


def read_status_list(token: bytes, keys: Mapping[str, PublicJwk]) -> StatusList:
    """Return the list that a token carries, its signature verified; says nothing of its age.

    Args:
        token: a JWT or a CWT, untrusted.
        keys: the trusted status keys by name (`key_name`).

    Raises:
        KeysError: `status_list_malformed`, `status_key_unknown` or `status_list_signature`.
    """
    if len(token) > MAX_TOKEN_BYTES:
        raise _malformed()
    try:
        if token.startswith(_COSE_SIGN1_BYTES):
            return _read_cwt(token, keys)
        return _read_jwt(token.strip(), keys)  # a text file may end in a line feed
    except _UNREADABLE as error:
        if isinstance(error, KeysError) and error.code.startswith("status_"):
            raise
        raise _malformed() from error


def inspect_freshness(
    status_list: StatusList, *, now: datetime, highest_version: int, slack_seconds: int = 300
) -> Freshness:
    """Return whether a genuine list may be taken for the present.

    Args:
        status_list: with its signature verified.
        now: aware UTC.
        highest_version: the greatest version of this list ever seen, 0 where none was.
        slack_seconds: how far the two clocks may be apart for a list from the future.
    """
    if status_list.version < highest_version:
        return Freshness.OLDER
    if now >= status_list.expires_at:
        return Freshness.EXPIRED
    ahead = (status_list.issued_at - now).total_seconds()
    return Freshness.NOT_YET if ahead > slack_seconds else Freshness.FRESH


def key_name(key: PublicJwk) -> str:
    """Return the name that a list gives the key it is signed with (RFC 7638 thumbprint)."""
    return _to_text(key.thumbprint)


@lru_cache(maxsize=16)
def keys_by_name(keys: tuple[StatusKey, ...], day: date) -> Mapping[str, PublicJwk]:
    """Return by name the keys of a trust list whose lists count on a day."""
    return {key_name(key.jwk): key.jwk for key in keys if key.covers(day)}


def _read_jwt(token: bytes, keys: Mapping[str, PublicJwk]) -> StatusList:
    header_text, claims_text, signature_text = token.split(b".")
    header = _object(_from_text(header_text), frozenset({"alg", "kid", "typ"}))
    if header["alg"] != Algorithm.ES256.label or header["typ"] != JWT_TYPE:
        raise _malformed()
    message = header_text + b"." + claims_text
    _check_signature(header["kid"], message, _from_text(signature_text), keys)
    claims = _object(_from_text(claims_text), _JWT_CLAIMS)
    body = claims["status_list"]
    if not isinstance(body, dict) or set(body) != {"bits", "lst"} or body["bits"] != _BITS:
        raise _malformed()
    times = (claims["iat"], claims["exp"], claims["ttl"], claims[_VERSION])
    return _make(claims["sub"], times, _from_text(body["lst"].encode("ascii")))


def _read_cwt(token: bytes, keys: Mapping[str, PublicJwk]) -> StatusList:
    items = token.removeprefix(_COSE_SIGN1_BYTES)  # no other tag is read
    sign1 = load_plain_cbor(items, max_depth=3)
    protected, unprotected, payload, signature = sign1
    header = load_plain_cbor(protected, max_depth=2)
    claims = load_plain_cbor(payload, max_depth=3)
    parts = ((items, sign1), (protected, header), (payload, claims))
    if unprotected != {} or any(cbor2.dumps(part, canonical=True) != raw for raw, part in parts):
        raise _malformed()
    if set(header) != {_ALG, _KID, _TYP} or set(claims) != _CWT_CLAIMS:
        raise _malformed()
    if header[_ALG] != Algorithm.ES256 or header[_TYP] != CWT_TYPE:
        raise _malformed()
    name = header[_KID].decode("ascii")
    _check_signature(name, _to_be_signed(protected, payload), signature, keys)
    body = claims[_LIST]
    if not isinstance(body, dict) or set(body) != {"bits", "lst"} or body["bits"] != _BITS:
        raise _malformed()
    times = (claims[_IAT], claims[_EXP], claims[_TTL], claims[_VERSION])
    return _make(claims[_SUB], times, body["lst"])


def _make(uri: object, numbers: tuple[object, ...], deflated: object) -> StatusList:
    whole = [one for one in numbers if type(one) is int and 0 < one < _LATEST]
    if not isinstance(uri, str) or not isinstance(deflated, bytes) or len(whole) != len(numbers):
        raise _malformed()
    issued, expires, ttl, version = whole
    return StatusList(
        uri=uri,
        version=version,
        issued_at=datetime.fromtimestamp(issued, UTC),
        expires_at=datetime.fromtimestamp(expires, UTC),
        ttl_seconds=ttl,
        packed=_inflate(deflated),
    )


def _check_signature(
    name: object, message: bytes, signature: object, keys: Mapping[str, PublicJwk]
) -> None:
    if not isinstance(name, str) or not isinstance(signature, bytes):
        raise _malformed()
    key = keys.get(name)
    if key is None:
        raise KeysError(
            "status_key_unknown",
            Text("状态列表的签名密钥不在已知之列", "The status list names a key that is not known"),
        )
    if not verify_signature(Algorithm.ES256, key, message, signature):
        raise KeysError(
            "status_list_signature",
            Text("状态列表的签名无效", "The signature of the status list is not genuine"),
        )


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)


def _deflate(packed: bytes) -> bytes:
    return zlib.compress(packed, 9)


def _inflate(deflated: bytes) -> bytes:
    """Return exactly one list's bytes; never more memory than that, whatever was sent."""
    engine = zlib.decompressobj()
    try:
        packed = engine.decompress(deflated, _PACKED_BYTES + 1)
    except zlib.error as error:
        raise _malformed() from error
    if not engine.eof or engine.unused_data or len(packed) != _PACKED_BYTES:
        raise _malformed()
    return packed


def _object(data: bytes, names: frozenset[str]) -> dict[str, object]:
    value = load_strict_json(data, max_bytes=MAX_TOKEN_BYTES)
    if not isinstance(value, dict) or set(value) != names:
        raise _malformed()
    return value


def _dump(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _from_text(text: bytes) -> bytes:
    """Return the bytes that encode to exactly `text`."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise _malformed() from error
    if _to_text(data).encode() != text:
        raise _malformed()
    return data


def _malformed() -> KeysError:
    return KeysError(
        "status_list_malformed",
        Text("状态列表格式不正确或已损坏", "The status list is malformed or damaged"),
    )
