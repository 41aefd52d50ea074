"""The only holder of private keys, and what each kind of key will sign.

A body's key signs prepared records, a seal's key the attributes of a sealed document, the built-in
authority's key certificates of seals and lists of revoked ones: no kind signs what another does.
The public process never imports this module. A private key lives in memory as an engine's handle,
or inside a token; at rest as a PKCS #8 file encrypted with a passphrase.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

from codes.record import Record, decode_record, encode_record
from codes.wording import Text
from keys.algorithms import Algorithm, PublicJwk
from keys.envelope import Envelope, to_be_signed
from keys.errors import KeysError
from keys.passphrase import STRETCH_SALT_BYTES, own_salt, stretch
from keys.record_engines import RecordEngine, encrypt_handle, engine_of, generate_engine
from keys.seal import SealChain, SignedDigest, signed_attributes
from keys.seal_kinds import kind_of
from keys.sm2_private import open_sm2

if TYPE_CHECKING:
    from keys.authority_key import AuthorityKey
    from keys.log_key import LogKey
    from keys.witness_key import WitnessKey

_ENCRYPTED_MARK = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_STRETCH_HEADER = b"Yanzhen-Passphrase: scrypt n=32768 r=8 p=1 salt="
_ISSUED_BY_PREPARE = object()


class Kept:
    """What every private key is: not copied, not pickled."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not copied or pickled; seal it instead")


class PrivateKey(Kept):
    """A body's signing key; it cannot be printed, copied or pickled.

    Args:
        engine: what signs; the key itself may be in a token.
    """

    __slots__ = ("_engine", "public")

    public: PublicJwk

    def __init__(self, engine: RecordEngine) -> None:
        self._engine = engine
        self.public = engine.public

    @property
    def algorithm(self) -> Algorithm:
        """The one algorithm this key signs with."""
        return self.public.algorithm

    def __repr__(self) -> str:
        return f"<PrivateKey {self.algorithm.label} key_id={self.public.key_id}>"


class SealKey(Kept):
    """The key of a body's seal; it cannot be printed, copied or pickled.

    Args:
        sign: returns the signature over SHA-256 of a message, as CMS carries it.
        public_key: its public half, as a SubjectPublicKeyInfo.
        handle: the engine's key; None where the key stays in a token.
    """

    __slots__ = ("_handle", "_sign", "public_key")

    public_key: bytes

    def __init__(
        self,
        sign: Callable[[bytes], bytes],
        public_key: bytes,
        handle: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
    ) -> None:
        self._sign = sign
        self._handle = handle
        self.public_key = public_key

    def __repr__(self) -> str:
        return f"<SealKey {hashlib.sha256(self.public_key).hexdigest()[:16]}>"


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
    """Return a new key from the operating system's randomness.

    Raises:
        KeysError: `algorithm_unavailable` for SM2 on a machine without it.
    """
    return PrivateKey(generate_engine(algorithm))


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
    """Return the envelope of a prepared record; signing again gives another record by no byte.

    ES256 and EdDSA give the same signature every time (RFC 6979, RFC 8032), SM2 and tokens another.

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
    return _enclose(key, prepared)


def sign_beside(key: PrivateKey, prepared: Prepared) -> Envelope:
    """Return the envelope of a prepared record under a body's second key, which it does not name.

    Raises:
        KeysError: `key_id_mismatch` when the record names this very key.
        TypeError: `prepared` did not come from `prepare`.
    """
    if type(prepared) is not Prepared:
        raise TypeError("sign_beside() takes only what prepare() made")
    if prepared.record.key_id == key.public.key_id:
        raise KeysError(
            "key_id_mismatch",
            Text("第二签名须用另一个密钥", "A second signature is made with another key"),
        )
    return _enclose(key, prepared)


def _enclose(key: PrivateKey, prepared: Prepared) -> Envelope:
    message = to_be_signed(key.algorithm, prepared.payload)
    signature = raw_signature(key, message)
    return Envelope(algorithm=key.algorithm, payload=prepared.payload, signature=signature)


def raw_signature(key: PrivateKey, message: bytes) -> bytes:
    """Return 64 bytes over any message: for those who have proven what the message is."""
    return key._engine.sign(message)


def generate_seal_key() -> SealKey:
    """Return a new EC P-256 key for a seal from the operating system's randomness."""
    return _seal_key(ec.generate_private_key(ec.SECP256R1()))


def seal_digest(key: SealKey, chain: SealChain, digest: bytes) -> SignedDigest:
    """Return the signed attributes for a document, and the signature over them.

    The same inputs give the same bytes, except where a token signs.

    Args:
        key: the private half of the chain's leaf; `check_pair` tells.
        chain: named in the attributes.
        digest: SHA-256 of the bytes the seal covers.
    """
    attributes = signed_attributes(chain, digest)
    return SignedDigest(attributes, key._sign(attributes))


def open_pkcs12(data: bytes, password: bytes) -> tuple[SealKey, tuple[bytes, ...]]:
    """Return the key in a PKCS #12 file, and every certificate beside it (DER, in no order).

    Args:
        data: the file, untrusted.
        password: of the file; may be empty.

    Raises:
        KeysError: `pkcs12_unreadable` for a wrong password or a damaged file (the engine does
            not tell the two apart); `pkcs12_without_key`; `seal_key_kind`; `seal_key_small`.
    """
    try:
        bag = pkcs12.load_pkcs12(data, password or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeysError(
            "pkcs12_unreadable",
            Text(
                "PKCS#12 文件口令不正确，或文件已损坏",
                "The password of the PKCS #12 file is wrong, or the file is damaged",
            ),
        ) from error
    if bag.key is None:
        raise KeysError(
            "pkcs12_without_key",
            Text("PKCS#12 文件中没有私钥", "There is no private key in the PKCS #12 file"),
        )
    entries = [bag.cert, *bag.additional_certs] if bag.cert else bag.additional_certs
    certificates = tuple(one.certificate.public_bytes(Encoding.DER) for one in entries if one)
    return _seal_key(bag.key), certificates


def seal_private_key(
    key: PrivateKey | SealKey | AuthorityKey | LogKey | WitnessKey,
    passphrase: bytes,
    *,
    salt: bytes | None = None,
) -> bytes:
    """Return the key as an encrypted PEM file (PKCS #8 under the stretched passphrase).

    Args:
        key: the key to put to rest.
        passphrase: what `read_passphrase` returned.
        salt: 16 random bytes; None takes this process's own.

    Raises:
        KeysError: `passphrase_empty`.
        TypeError: the key stays in a token.
    """
    if not passphrase:
        raise KeysError(
            "passphrase_empty", Text("私钥口令不能为空", "The passphrase must not be empty")
        )
    salt = own_salt(passphrase) if salt is None else salt
    password = _pem_password(passphrase, salt)
    if isinstance(key, PrivateKey):
        pem = key._engine.encrypted_pem(password)
    elif key._handle is None:
        raise TypeError("a key in a token does not leave it")
    else:
        pem = encrypt_handle(key._handle, password)
    return _STRETCH_HEADER + salt.hex().encode("ascii") + b"\n" + pem


def open_private_key(pem: bytes, passphrase: bytes) -> PrivateKey:
    """Return the key in a sealed PEM file, ours or an encrypted PKCS #8 file of another tool.

    Raises:
        KeysError: `passphrase_wrong`; `private_key_unencrypted` for a file that lies open;
            `algorithm_unavailable` for an SM2 key on a machine without it;
            `private_key_damaged` for anything else.
    """
    engine = engine_of(open_handle(pem, passphrase))
    if engine is None:
        raise _damaged()
    return PrivateKey(engine)


def open_seal_key(pem: bytes, passphrase: bytes) -> SealKey:
    """Return the seal's key in a sealed PEM file; raises as `open_private_key` does."""
    return _seal_key(open_handle(pem, passphrase))


def open_handle(pem: bytes, passphrase: bytes) -> object:
    """Return the engine's key in a sealed PEM file; raises as `open_private_key` does."""
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
        return serialization.load_pem_private_key(pem, password)
    except UnsupportedAlgorithm:  # it was decrypted, and is of a kind this engine has not
        found = open_sm2(pem, password)
        if found is None:
            raise _damaged() from None
        return found
    except ValueError as error:
        # The engine does not tell the two apart: a wrong passphrase decrypts to garbage.
        if "password" in str(error) or "Invalid key" in str(error):
            raise _wrong_passphrase() from None
        raise _damaged() from None


def _seal_key(handle: object) -> SealKey:
    """Return a seal's key from an engine's; raises KeysError for a kind that a seal cannot have."""
    public = handle.public_key() if hasattr(handle, "public_key") else None
    kind_of(public)
    if isinstance(handle, ec.EllipticCurvePrivateKey):
        curve_key, algorithm = handle, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

        def sign_message(message: bytes) -> bytes:
            return curve_key.sign(message, algorithm)

    else:
        assert isinstance(handle, rsa.RSAPrivateKey)
        rsa_key, scheme, digest = handle, padding.PKCS1v15(), hashes.SHA256()

        def sign_message(message: bytes) -> bytes:
            return rsa_key.sign(message, scheme, digest)

    encoded = handle.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SealKey(sign_message, encoded, handle)


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
