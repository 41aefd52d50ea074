"""Signed files: any bytes with the signatures of several keys (RFC 7515, JSON serialization).

    {"payload": …, "signatures": [{"protected": …, "signature": …}, …]}

A protected header says the algorithm, the key and the kind of what is signed, and nothing else; it
is compared with the one header that key and kind make, so nothing can be written in a second way.
Signatures that do not verify, or are of a key nobody asked about, count for nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from codes.wording import Text
from keys.algorithms import PublicJwk, verify_signature
from keys.errors import KeysError
from keys.json_fields import Fields

MAX_SIGNATURES = 64

_SIGNATURE_FIELDS = frozenset({"protected", "signature"})


class Kind(StrEnum):
    """What root keys sign; a signature for one kind is none for another."""

    ROOT = "root"
    TRUST_LIST = "trust_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature as the file holds it; nothing is said of whether it is right.

    Args:
        protected: the header, base64url as it was signed.
        value: the signature's bytes.
    """

    protected: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """Bytes and the signatures that came with them; to be believed only after counting."""

    payload: bytes
    signatures: tuple[Signature, ...] = ()

    def signers(self, kind: Kind, keys: Iterable[PublicJwk]) -> tuple[PublicJwk, ...]:
        """Return those of these keys that signed the payload as this kind, each once.

        Of several signatures under one key only the first is verified: it signs once.
        """
        held: dict[str, Signature] = {}
        for signature in self.signatures:
            held.setdefault(signature.protected, signature)
        return tuple(
            key
            for key in dict.fromkeys(keys)
            if (one := held.get(_header(kind, key))) and self._is_right(kind, key, one)
        )

    def with_signature(self, kind: Kind, key: PublicJwk, value: bytes) -> SignedFile:
        """Return the file with one more signature, in place of an earlier one of the same key."""
        header = _header(kind, key)
        others = tuple(one for one in self.signatures if one.protected != header)
        return replace(self, signatures=(*others, Signature(protected=header, value=value)))

    def united(self, other: SignedFile) -> SignedFile:
        """Return the file with the signatures of another copy of it.

        Raises:
            KeysError: `signed_file_other`, the two do not hold the same bytes.
        """
        if other.payload != self.payload:
            raise KeysError(
                "signed_file_other",
                Text(
                    "几份文件的内容不同，签名不能合并",
                    "the files do not hold the same content; their signatures cannot be united",
                ),
            )
        together = dict.fromkeys((*self.signatures, *other.signatures))
        return replace(self, signatures=tuple(together))

    def _is_right(self, kind: Kind, key: PublicJwk, signature: Signature) -> bool:
        message = signing_input(kind, key, self.payload)
        return verify_signature(key.algorithm, key, message, signature.value)


def signing_input(kind: Kind, key: PublicJwk, payload: bytes) -> bytes:
    """Return the bytes a signature is made over (RFC 7515, 5.1)."""
    return f"{_header(kind, key)}.{encode_bytes(payload)}".encode("ascii")


def signed_file_json(signed: SignedFile) -> dict[str, object]:
    """Return a signed file as the members of a JSON object."""
    return {
        "payload": encode_bytes(signed.payload),
        "signatures": [
            {"protected": one.protected, "signature": encode_bytes(one.value)}
            for one in signed.signatures
        ],
    }


def read_signed_file(fields: Fields) -> SignedFile:
    """Return the signed file an object with `payload` and `signatures` holds.

    Raises:
        KeysError: `key_document_invalid`, the evidence saying where.
    """
    signatures = fields.items("signatures", _read_signature)
    if len(signatures) > MAX_SIGNATURES:
        raise fields.refuse("signatures", Text("签名过多", "holds too many signatures"))
    return SignedFile(
        payload=fields.read("payload", lambda: decode_bytes(fields.text("payload"))),
        signatures=signatures,
    )


def encode_bytes(value: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def decode_bytes(text: str) -> bytes:
    """Return the bytes that encode to exactly `text`; raises ValueError."""
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if encode_bytes(value) != text:
        raise ValueError("not the one way to write it")
    return value


def key_name(key: PublicJwk) -> str:
    """Return how a root key is named: the thumbprint of RFC 7638, in base64url."""
    return encode_bytes(key.thumbprint)


def _header(kind: Kind, key: PublicJwk) -> str:
    members = {
        "alg": key.algorithm.label,
        "kid": key_name(key),
        "typ": f"yanzhen-{kind.value.replace('_', '-')}+json",
    }
    return encode_bytes(json.dumps(members, separators=(",", ":")).encode("ascii"))


def _read_signature(value: object, where: str) -> Signature:
    fields = Fields(value, where, _SIGNATURE_FIELDS)
    return Signature(
        protected=fields.text("protected"),
        value=fields.read("signature", lambda: decode_bytes(fields.text("signature"))),
    )
