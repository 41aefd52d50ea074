"""What makes the signature under a record: an engine's key of one of the algorithms, or a token's.

Raw: any message is signed. Only `keys.signing`, which signs prepared records and nothing else, is
to use it.
"""

from __future__ import annotations

from typing import Protocol, assert_never

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from keys.algorithms import COORDINATE_BYTES, Algorithm, PublicJwk, encode_coordinate
from keys.sm2_private import Sm2PrivateKey, generate_sm2


class RecordEngine(Protocol):
    """A private key that signs whatever it is given."""

    @property
    def public(self) -> PublicJwk:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes that `verify_signature` accepts."""

    def encrypted_pem(self, password: bytes) -> bytes:
        """Return the key as encrypted PKCS #8; raises TypeError where it stays in a token."""


class HandleEngine:
    """A key that the `cryptography` package holds; the same message gives the same signature."""

    __slots__ = ("_handle", "public")

    public: PublicJwk

    def __init__(self, handle: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> None:
        self._handle = handle
        self.public = _public_half(handle)

    def sign(self, message: bytes) -> bytes:
        """Return the signature (RFC 6979, RFC 8032)."""
        if isinstance(self._handle, ed25519.Ed25519PrivateKey):
            return self._handle.sign(message)
        der = self._handle.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return r.to_bytes(COORDINATE_BYTES) + s.to_bytes(COORDINATE_BYTES)

    def encrypted_pem(self, password: bytes) -> bytes:
        """Return the key as encrypted PKCS #8."""
        return encrypt_handle(self._handle, password)


class Sm2Engine:
    """A key that the system's OpenSSL holds; every signature is another."""

    __slots__ = ("_key", "public")

    public: PublicJwk

    def __init__(self, key: Sm2PrivateKey) -> None:
        self._key = key
        self.public = curve_jwk("SM2", key.point)

    def sign(self, message: bytes) -> bytes:
        """Return the signature (GB/T 32918.2)."""
        return self._key.sign(message)

    def encrypted_pem(self, password: bytes) -> bytes:
        """Return the key as encrypted PKCS #8."""
        return self._key.encrypted_pem(password)


def generate_engine(algorithm: Algorithm) -> RecordEngine:
    """Return a new key from the randomness of its engine.

    Raises:
        KeysError: `algorithm_unavailable` for SM2 on a machine without it.
    """
    match algorithm:
        case Algorithm.ES256:
            return HandleEngine(ec.generate_private_key(ec.SECP256R1()))
        case Algorithm.EDDSA:
            return HandleEngine(ed25519.Ed25519PrivateKey.generate())
        case Algorithm.SM2:
            return Sm2Engine(generate_sm2())
        case _:
            assert_never(algorithm)


def engine_of(handle: object) -> RecordEngine | None:
    """Return what signs with a key that was read from a file; None for a kind that signs none."""
    if isinstance(handle, Sm2PrivateKey):
        return Sm2Engine(handle)
    if isinstance(handle, ec.EllipticCurvePrivateKey) and isinstance(handle.curve, ec.SECP256R1):
        return HandleEngine(handle)
    return HandleEngine(handle) if isinstance(handle, ed25519.Ed25519PrivateKey) else None


def encrypt_handle(
    handle: (
        ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | Sm2PrivateKey
    ),
    password: bytes,
) -> bytes:
    """Return an engine's key as encrypted PKCS #8."""
    if isinstance(handle, Sm2PrivateKey):
        return handle.encrypted_pem(password)
    return handle.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )


def curve_jwk(curve: str, point: bytes) -> PublicJwk:
    """Return the public key of a point, x ‖ y, on a curve named as in a JWK.

    Raises:
        KeysError: `jwk_invalid`.
    """
    x, y = point[:COORDINATE_BYTES], point[COORDINATE_BYTES:]
    return PublicJwk(kty="EC", crv=curve, x=encode_coordinate(x), y=encode_coordinate(y))


def edwards_jwk(point: bytes) -> PublicJwk:
    """Return the Ed25519 public key of 32 bytes.

    Raises:
        KeysError: `jwk_invalid`.
    """
    return PublicJwk(kty="OKP", crv="Ed25519", x=encode_coordinate(point), y=None)


def _public_half(handle: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> PublicJwk:
    if isinstance(handle, ed25519.Ed25519PrivateKey):
        return edwards_jwk(handle.public_key().public_bytes_raw())
    point = handle.public_key().public_numbers()
    return curve_jwk("P-256", point.x.to_bytes(COORDINATE_BYTES) + point.y.to_bytes(32))
