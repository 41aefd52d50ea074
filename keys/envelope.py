"""The envelope: a record and its signature as COSE_Sign1 (RFC 9052), without tag.

    [h'a10126' or h'a10127' or h'a1013a00010000', {}, record, signature]

Only the algorithm is a header, and it is protected. Everything that could be written in a second
way is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import cbor2

from codes.plain_cbor import load_plain_cbor
from codes.record import MAX_RECORD_BYTES
from codes.wording import Text
from keys.algorithms import SIGNATURE_BYTES, Algorithm
from keys.errors import KeysError

MAX_ENVELOPE_BYTES = MAX_RECORD_BYTES + SIGNATURE_BYTES + 16

_PROTECTED = {
    Algorithm.ES256: bytes.fromhex("a10126"),
    Algorithm.EDDSA: bytes.fromhex("a10127"),
    Algorithm.SM2: bytes.fromhex("a1013a00010000"),
}
# Sig_structure up to the payload; what an empty one adds is its length, one byte.
_SIGNED_HEADS = {
    algorithm: cbor2.dumps(["Signature1", header, b"", b""], canonical=True)[:-1]
    for algorithm, header in _PROTECTED.items()
}
_ALGORITHMS = {header: algorithm for algorithm, header in _PROTECTED.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A signed record; holding one says nothing about whether the signature is right.

    Args:
        algorithm: what it was signed with.
        payload: the record's bytes, 1 to 400.
        signature: 64 bytes.

    Raises:
        KeysError: `envelope_damaged` when a length is wrong.
    """

    algorithm: Algorithm
    payload: bytes
    signature: bytes

    def __post_init__(self) -> None:
        """Refuse lengths no envelope has."""
        if len(self.signature) != SIGNATURE_BYTES or not 1 <= len(self.payload) <= MAX_RECORD_BYTES:
            raise _damaged()


def encode_envelope(envelope: Envelope) -> bytes:
    """Return the one byte sequence that stands for `envelope`."""
    return cbor2.dumps(
        [_PROTECTED[envelope.algorithm], {}, envelope.payload, envelope.signature], canonical=True
    )


def decode_envelope(data: bytes) -> Envelope:
    """Return the envelope that encodes to exactly `data`.

    Args:
        data: bytes from anywhere, untrusted.

    Raises:
        KeysError: `envelope_damaged`.
    """
    if len(data) > MAX_ENVELOPE_BYTES:
        raise _damaged()
    try:
        items = load_plain_cbor(data, max_depth=2)
    except cbor2.CBORDecodeError as error:
        raise _damaged() from error
    match items:
        case [bytes() as header, dict(), bytes() as payload, bytes() as signature] if (
            header in _ALGORITHMS
        ):
            envelope = Envelope(algorithm=_ALGORITHMS[header], payload=payload, signature=signature)
        case _:
            raise _damaged()
    if encode_envelope(envelope) != data:
        raise _damaged()
    return envelope


def to_be_signed(algorithm: Algorithm, payload: bytes) -> bytes:
    """Return the bytes a signature is made over.

    Source: RFC 9052 4.4, Sig_structure with empty external data.
    """
    return _SIGNED_HEADS[algorithm] + cbor2.dumps(payload)


def _damaged() -> KeysError:
    return KeysError(
        "envelope_damaged",
        Text("签名数据不完整或已损坏", "The signed data are incomplete or damaged"),
    )
