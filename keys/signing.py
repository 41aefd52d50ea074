"""The only holder of private keys, and what a private key will sign: a prepared record.

The public process never imports this module. A private key lives in memory as an engine's handle,
at rest as a PKCS #8 file encrypted with a passphrase.
"""

from __future__ import annotations

import secrets
from typing import NoReturn

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from codes.record import Record, decode_record, encode_record
from codes.wording import Text
from keys.algorithms import COORDINATE_BYTES, Algorithm, PublicJwk, encode_coordinate
from keys.envelope import Envelope, to_be_signed
from keys.errors import KeysError
from keys.passphrase import STRETCH_SALT_BYTES, stretch

_ENCRYPTED_MARK = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_STRETCH_HEADER = b"Yanzhen-Passphrase: scrypt n=32768 r=8 p=1 salt="
_ISSUED_BY_PREPARE = object()


class PrivateKey:
    """A body's signing key; it cannot be printed, copied or pickled."""

    __slots__ = ("_handle", "public")

    public: PublicJwk

    def __init__(self, handle: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> None:
        self._handle = handle
        self.public = _public_half(handle)

    @property
    def algorithm(self) -> Algorithm:
        """The one algorithm this key signs with."""
        return self.public.algorithm

    def __repr__(self) -> str:
        return f"<PrivateKey {self.algorithm.label} key_id={self.public.key_id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not copied or pickled; seal it instead")


class Prepared:
    """A record's exact bytes, proven to decode and to encode back; the only thing `sign` takes.

    Only `prepare` makes one.
    """

    __slots__ = ("payload", "record")

    payload: bytes
    record: Record

    def __init__(self, token: object, payload: bytes, record: Record) -> None:
        if token is not _ISSUED_BY_PREPARE:
            raise TypeError("only prepare() makes a Prepared")
        object.__setattr__(self, "payload", payload)
        object.__setattr__(self, "record", record)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Prepared does not change")


def generate(algorithm: Algorithm) -> PrivateKey:
    """Return a new key from the operating system's randomness."""
    match algorithm:
        case Algorithm.ES256:
            return PrivateKey(ec.generate_private_key(ec.SECP256R1()))
        case Algorithm.EDDSA:
            return PrivateKey(ed25519.Ed25519PrivateKey.generate())


def prepare(payload: bytes) -> Prepared:
    """Return the token that allows one record to be signed.

    Raises:
        RecordError: `payload` is not exactly what `encode_record` makes.
    """
    record = decode_record(payload)
    if encode_record(record) != payload:
        raise AssertionError("decode_record accepted bytes that encode_record does not make")
    return Prepared(_ISSUED_BY_PREPARE, payload, record)


def sign(key: PrivateKey, prepared: Prepared) -> Envelope:
    """Return the envelope of a prepared record, the same bytes every time (RFC 6979, RFC 8032).

    Raises:
        KeysError: `key_id_mismatch` when the record names another key than this one.
        TypeError: `prepared` did not come from `prepare`.
    """
    if type(prepared) is not Prepared:
        raise TypeError("sign() takes only what prepare() made")
    if prepared.record.key_id != key.public.key_id:
        raise KeysError(
            "key_id_mismatch",
            Text("记录写明的签名密钥与所用密钥不一致", "The record names another signing key"),
        )
    message = to_be_signed(key.algorithm, prepared.payload)
    handle = key._handle
    if isinstance(handle, ec.EllipticCurvePrivateKey):
        der = handle.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        signature = r.to_bytes(32) + s.to_bytes(32)
    else:
        signature = handle.sign(message)
    return Envelope(algorithm=key.algorithm, payload=prepared.payload, signature=signature)


def seal_private_key(key: PrivateKey, passphrase: bytes, *, salt: bytes | None = None) -> bytes:
    """Return the key as an encrypted PEM file (PKCS #8 under the stretched passphrase).

    Args:
        key: the key to put to rest.
        passphrase: what `read_passphrase` returned.
        salt: 16 random bytes; None takes them from the operating system.

    Raises:
        KeysError: `passphrase_empty`.
    """
    if not passphrase:
        raise KeysError(
            "passphrase_empty", Text("私钥口令不能为空", "The passphrase must not be empty")
        )
    salt = secrets.token_bytes(STRETCH_SALT_BYTES) if salt is None else salt
    pem = key._handle.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(_pem_password(passphrase, salt)),
    )
    return _STRETCH_HEADER + salt.hex().encode("ascii") + b"\n" + pem


def open_private_key(pem: bytes, passphrase: bytes) -> PrivateKey:
    """Return the key in a sealed PEM file, ours or an encrypted PKCS #8 file of another tool.

    Raises:
        KeysError: `passphrase_wrong`; `private_key_unencrypted` for a file that lies open;
            `private_key_damaged` for anything else.
    """
    if _ENCRYPTED_MARK not in pem:
        raise KeysError(
            "private_key_unencrypted",
            Text(
                "私钥文件未加密或不是受支持的格式，拒绝使用",
                "The private key file is not encrypted, or not of the supported kind",
            ),
        )
    if not passphrase:
        raise _wrong_passphrase()
    password = passphrase
    if pem.startswith(_STRETCH_HEADER):
        header, _, pem = pem.partition(b"\n")
        password = _pem_password(passphrase, _read_salt(header))
    try:
        handle = serialization.load_pem_private_key(pem, password)
    except (ValueError, UnsupportedAlgorithm) as error:
        # The engine does not tell the two apart: a wrong passphrase decrypts to garbage.
        if "password" in str(error) or "Invalid key" in str(error):
            raise _wrong_passphrase() from None
        raise _damaged() from None
    if isinstance(handle, ec.EllipticCurvePrivateKey) and isinstance(handle.curve, ec.SECP256R1):
        return PrivateKey(handle)
    if isinstance(handle, ed25519.Ed25519PrivateKey):
        return PrivateKey(handle)
    raise _damaged()


def _public_half(
    handle: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
) -> PublicJwk:
    """Return the public key that belongs to an engine's private key."""
    if isinstance(handle, ed25519.Ed25519PrivateKey):
        x = handle.public_key().public_bytes_raw()
        return PublicJwk(kty="OKP", crv="Ed25519", x=encode_coordinate(x), y=None)
    point = handle.public_key().public_numbers()
    return PublicJwk(
        kty="EC",
        crv="P-256",
        x=encode_coordinate(point.x.to_bytes(COORDINATE_BYTES)),
        y=encode_coordinate(point.y.to_bytes(COORDINATE_BYTES)),
    )


def _pem_password(passphrase: bytes, salt: bytes) -> bytes:
    """Return the password of the PEM file itself; in hex, so that openssl can be given it."""
    return stretch(passphrase, salt).hex().encode("ascii")


def _read_salt(header: bytes) -> bytes:
    """Return the salt that the first line of a sealed file names."""
    try:
        salt = bytes.fromhex(header.removeprefix(_STRETCH_HEADER).decode("ascii"))
    except ValueError as error:
        raise _damaged() from error
    if len(salt) != STRETCH_SALT_BYTES:
        raise _damaged()
    return salt


def _wrong_passphrase() -> KeysError:
    return KeysError(
        "passphrase_wrong", Text("私钥口令不正确", "The passphrase does not open this key")
    )


def _damaged() -> KeysError:
    return KeysError(
        "private_key_damaged",
        Text("私钥文件已损坏或类型不受支持", "The private key file is damaged or unsupported"),
    )
