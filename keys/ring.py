"""The key ring: which public keys a body's records may be signed with, and from when to when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from codes.errors import CodesError
from codes.levels import Level
from codes.number import parse_prefix
from codes.record import Record, decode_record
from codes.wording import Text
from keys.algorithms import Algorithm, Family, PublicJwk, family_of, verify_signature
from keys.envelope import Envelope, to_be_signed
from keys.errors import KeysError


class Standing(StrEnum):
    """Whether a key still signs, and whether what it signed is believed.

    A retired key goes on verifying what it signed in its days. A compromised one verifies only what
    is shown to have been logged before the instant from which it may have been in other hands.
    """

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


def is_in_window(day: date, valid_from: date, valid_to: date | None) -> bool:
    """Say whether `day` lies in a window; both its first and its last day belong to it."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key of one body prefix.

    Args:
        key_id: what the key's thumbprint says, 0 to 65535.
        algorithm: the key's own.
        jwk: the key, importable by WebCrypto.
        prefix: the 13 characters certificate numbers of this body begin with.
        valid_from: first day of issue it may sign.
        valid_to: last day of issue it may sign, None while open.
        standing: whether it still signs.
        compromised_since: for a compromised key the instant from which it may have been in other
            hands, aware, UTC, whole seconds; else None.

    Raises:
        KeysError: `key_entry_invalid`, the evidence naming the field.
    """

    key_id: int
    algorithm: Algorithm
    jwk: PublicJwk
    prefix: str
    valid_from: date
    valid_to: date | None
    standing: Standing
    compromised_since: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse an entry that contradicts itself."""
        if self.key_id != self.jwk.key_id:
            raise _entry_error("key_id")
        if self.algorithm is not self.jwk.algorithm:
            raise _entry_error("algorithm")
        check_prefix(self.prefix)
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise _entry_error("valid_to")
        since = self.compromised_since
        if (since is not None) is not (self.standing is Standing.COMPROMISED):
            raise _entry_error("compromised_since")
        if since and (since.utcoffset() != UTC.utcoffset(None) or since.microsecond):
            raise _entry_error("compromised_since")

    def covers(self, day: date) -> bool:
        """Say whether the key may sign records issued on `day`."""
        return is_in_window(day, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a body is filed for: one occupation at some levels, from one day to another.

    Raises:
        KeysError: `key_entry_invalid`, the evidence naming the field.
    """

    occupation: int
    levels: tuple[Level, ...]
    valid_from: date
    valid_to: date | None

    def __post_init__(self) -> None:
        """Refuse an entry that contradicts itself."""
        if not self.levels or len(set(self.levels)) != len(self.levels):
            raise _entry_error("levels")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise _entry_error("valid_to")

    def covers(self, occupation: int, level: Level, day: date) -> bool:
        """Say whether an award of `occupation` × `level` on `day` lies within this scope."""
        return (
            occupation == self.occupation
            and level in self.levels
            and is_in_window(day, self.valid_from, self.valid_to)
        )


class SignatureState(StrEnum):
    """What checking a signature came to; `UNCHECKED` where this machine lacks its algorithm."""

    GENUINE = "genuine"
    WRONG = "wrong"
    UNCHECKED = "unchecked"
    KEY_UNKNOWN = "key_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeProof:
    """The facts about one envelope; none of them alone makes a certificate valid.

    Args:
        record: what the payload says; to be believed only when `signature` is genuine.
        signature: what checking it with the named key came to.
        key: the key named by the record, None when the ring does not hold it.
        key_covered_day: whether the key's window holds the day of issue.
    """

    record: Record
    signature: SignatureState
    key: PublicKey | None
    key_covered_day: bool


class Ring:
    """Public keys by body prefix and key id.

    Args:
        keys: any number of keys; ids are unique within a prefix.

    Raises:
        KeysError: `key_id_repeated`.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[PublicKey]) -> None:
        self._keys: dict[tuple[str, int], PublicKey] = {}
        for key in keys:
            if self._keys.setdefault((key.prefix, key.key_id), key) is not key:
                raise KeysError(
                    "key_id_repeated",
                    Text(
                        "同一机构前缀下的密钥编号重复",
                        "A key id occurs twice under one body prefix",
                    ),
                    evidence={"prefix": key.prefix, "key_id": str(key.key_id)},
                )

    def find(self, prefix: str, key_id: int) -> PublicKey | None:
        """Return the key of that id under `prefix`, whatever its standing."""
        return self._keys.get((prefix, key_id))

    def keys_of(self, prefix: str) -> tuple[PublicKey, ...]:
        """Return all keys of `prefix`, oldest window first."""
        found = [key for key in self._keys.values() if key.prefix == prefix]
        return tuple(sorted(found, key=lambda key: (key.valid_from, key.key_id)))

    def signing_keys(
        self, prefix: str, on: date, preferred: Algorithm | None = None
    ) -> tuple[PublicKey, ...]:
        """Return what to sign with on a day of issue: at most one key of each family.

        The first signs what the QR code carries, the second beside it. Of several active keys that
        cover the day the newest signs.

        Args:
            prefix: of the body.
            on: the day of issue.
            preferred: the algorithm the body chose for its QR codes; without any key of it none
                signs. None takes an international one where there is one, for browsers check it.
        """
        usable = [
            key
            for key in reversed(self.keys_of(prefix))
            if key.standing is Standing.ACTIVE and key.covers(on)
        ]
        if preferred is not None:
            wanted = [key for key in usable if key.algorithm is preferred]
        else:
            wanted = sorted(usable, key=lambda key: family_of(key.algorithm) is Family.NATIONAL)
        if not wanted:
            return ()
        family = family_of(wanted[0].algorithm)
        others = [key for key in usable if family_of(key.algorithm) is not family]
        return (wanted[0], *others[:1])


def verify_envelope(envelope: Envelope, ring: Ring) -> EnvelopeProof:
    """Return the facts about an envelope: what it says, who signed it, and whether on time.

    Args:
        envelope: untrusted.
        ring: trusted.

    Raises:
        RecordError: the payload is not a record.
    """
    return verify_record(envelope, decode_record(envelope.payload), ring)


def verify_record(envelope: Envelope, record: Record, ring: Ring) -> EnvelopeProof:
    """Return what `verify_envelope` does, for who has decoded the record already.

    Args:
        envelope: untrusted.
        record: what its payload was decoded to.
        ring: trusted.
    """
    key = ring.find(record.number.prefix, record.key_id)
    if key is None:
        return EnvelopeProof(
            record=record, signature=SignatureState.KEY_UNKNOWN, key=None, key_covered_day=False
        )
    return EnvelopeProof(
        record=record,
        signature=_check(envelope, key),
        key=key,
        key_covered_day=key.covers(record.issued_on),
    )


def verify_second(second: Envelope, payload: bytes, ring: Ring) -> SignatureState:
    """Say what checking the signature beside a record's own came to.

    It is over the same record, by a key of the same body, of another family and good for the day.

    Args:
        second: untrusted.
        payload: the record's bytes, whose own signature is genuine.
        ring: trusted.

    Raises:
        RecordError: the payload is not a record.
    """
    if second.payload != payload:
        return SignatureState.WRONG
    record = decode_record(payload)
    first = ring.find(record.number.prefix, record.key_id)
    found = [
        _check(second, key)
        for key in ring.keys_of(record.number.prefix)
        if key.algorithm is second.algorithm
        and key.covers(record.issued_on)
        and (first is None or family_of(first.algorithm) is not family_of(key.algorithm))
    ]
    for state in (SignatureState.GENUINE, SignatureState.UNCHECKED, SignatureState.WRONG):
        if state in found:
            return state
    return SignatureState.KEY_UNKNOWN


def _check(envelope: Envelope, key: PublicKey) -> SignatureState:
    message = to_be_signed(envelope.algorithm, envelope.payload)
    try:
        genuine = verify_signature(envelope.algorithm, key.jwk, message, envelope.signature)
    except KeysError as error:
        if error.code != "algorithm_unavailable":
            raise
        return SignatureState.UNCHECKED
    return SignatureState.GENUINE if genuine else SignatureState.WRONG


def check_prefix(prefix: str) -> None:
    """Refuse a body prefix that no certificate number begins with.

    Raises:
        KeysError: `key_entry_invalid`.
    """
    try:
        parsed = str(parse_prefix(prefix))
    except CodesError as error:
        raise _entry_error("prefix") from error
    if parsed != prefix:
        raise _entry_error("prefix")


def _entry_error(field: str) -> KeysError:
    return KeysError(
        "key_entry_invalid",
        Text("公钥文件中的条目自相矛盾", "An entry of the key document contradicts itself"),
        evidence={"field": field},
    )
