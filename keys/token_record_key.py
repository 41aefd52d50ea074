"""A body's record-signing key that is made in a PKCS #11 token, or found there, and stays in it."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from codes.wording import Text
from keys.algorithms import COORDINATE_BYTES, Algorithm, PublicJwk, verify_signature
from keys.errors import KeysError
from keys.record_engines import curve_jwk, edwards_jwk
from keys.signing import PrivateKey
from keys.tokens import (
    TokenAddress,
    find_private,
    guarded,
    load_pkcs11,
    naming_failures,
    open_session,
)

_P256 = bytes.fromhex("06082a8648ce3d030107")  # the curve's object identifier
_ED25519 = b"\x13\x0cedwards25519"  # its name, as PKCS #11 3.0 writes it
_ED25519_OID = bytes.fromhex("06032b6570")  # as some tokens do
_KEY_ID_BYTES = 8
_UNCOMPRESSED = b"\x04"
_TRIAL = b"yanzhen/token-trial\0"  # no record begins so


class _TokenEngine:
    """Signs in the token."""

    __slots__ = ("_sign", "public")

    public: PublicJwk

    def __init__(self, private: Any, public: PublicJwk) -> None:
        pkcs11 = load_pkcs11()
        self.public = public
        if public.algorithm is Algorithm.EDDSA:

            def sign(message: bytes) -> bytes:
                return bytes(private.sign(message, mechanism=pkcs11.Mechanism.EDDSA))

        else:

            def sign(message: bytes) -> bytes:
                digest = hashlib.sha256(message).digest()
                return bytes(private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))

        self._sign = guarded(sign)

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes."""
        return self._sign(message)

    def encrypted_pem(self, password: bytes) -> bytes:
        """Refuse: the key does not leave the token."""
        raise TypeError("a key in a token does not leave it")


def make_token_record_key(address: TokenAddress, algorithm: Algorithm) -> PublicJwk:
    """Make a key pair in a token under a label that is still free; return its public half.

    Raises:
        KeysError: as `open_session`; `token_algorithm` for what tokens do not make in one way;
            `token_key_exists`; `token_failed` where this token cannot.
    """
    pkcs11 = load_pkcs11()
    kind, curve = _parameters(pkcs11, algorithm)
    session = open_session(address, writing=True)
    with naming_failures(address):
        if list(session.get_objects({pkcs11.Attribute.LABEL: address.key})):
            raise KeysError(
                "token_key_exists",
                Text(
                    f"令牌中已有名为“{address.key}”的对象，未作改动；请换一个名称，"
                    "或用 yanzhen keys adopt 采用已有的密钥",
                    f"The token already holds something labelled “{address.key}”; nothing was "
                    "changed. Choose another label, or use the key there is: yanzhen keys adopt",
                ),
            )
        domain = session.create_domain_parameters(
            kind, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
        )
        domain.generate_keypair(
            store=True, label=address.key, id=secrets.token_bytes(_KEY_ID_BYTES)
        )
    return read_token_record_key(address)


def read_token_record_key(address: TokenAddress) -> PublicJwk:
    """Return the public half of a key pair in a token, once its halves are seen to be one pair.

    Raises:
        KeysError: as `open_session`; `token_key_missing`; `token_public_missing`;
            `token_key_kind` for anything but EC P-256 and Ed25519; `token_key_mismatch`.
    """
    pkcs11 = load_pkcs11()
    session = open_session(address)
    private = find_private(address, session)
    with naming_failures(address):
        found = list(
            session.get_objects(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY,
                    pkcs11.Attribute.LABEL: address.key,
                }
            )
        )
        if len(found) != 1:
            raise KeysError(
                "token_public_missing",
                Text(
                    f"令牌中没有与私钥“{address.key}”同名的公钥（应恰有一个）",
                    f"The token does not hold exactly one public key labelled “{address.key}”",
                ),
            )
        if found[0].key_type not in (pkcs11.KeyType.EC, pkcs11.KeyType.EC_EDWARDS):
            raise _other_kind()
        curve = bytes(found[0][pkcs11.Attribute.EC_PARAMS])
        public = _public(curve, bytes(found[0][pkcs11.Attribute.EC_POINT]))
    trial = _TRIAL + secrets.token_bytes(32)
    signature = _TokenEngine(private, public).sign(trial)
    if not verify_signature(public.algorithm, public, trial, signature):
        raise KeysError(
            "token_key_mismatch",
            Text(
                f"令牌中名为“{address.key}”的公钥与私钥不配对",
                f"The public and the private key labelled “{address.key}” are not of one pair",
            ),
        )
    return public


def open_token_record_key(address: TokenAddress, public: PublicJwk) -> PrivateKey:
    """Return the key whose public half is on record; it signs in a session of this process.

    That it is the key on record shows when its first signature is verified.

    Raises:
        KeysError: as `open_session`; `token_key_missing`.
    """
    return PrivateKey(_TokenEngine(find_private(address, open_session(address)), public))


def _parameters(pkcs11: Any, algorithm: Algorithm) -> tuple[Any, bytes]:
    match algorithm:
        case Algorithm.ES256:
            return pkcs11.KeyType.EC, _P256
        case Algorithm.EDDSA:
            return pkcs11.KeyType.EC_EDWARDS, _ED25519
        case Algorithm.SM2:
            raise KeysError(
                "token_algorithm",
                Text(
                    "PKCS#11 没有统一的 SM2 接口，令牌中的签名密钥请用 ES256 或 EdDSA",
                    "PKCS #11 knows no SM2 that all tokens share; choose ES256 or EdDSA for a key "
                    "in a token",
                ),
            )


def _public(curve: bytes, point: bytes) -> PublicJwk:
    """Return the public key that a token describes: a curve, and a point in an OCTET STRING."""
    inner = point[2:]  # tag and length: both points are short
    if curve == _P256 and len(inner) == 1 + 2 * COORDINATE_BYTES and inner[:1] == _UNCOMPRESSED:
        return curve_jwk("P-256", inner[1:])
    if curve in (_ED25519, _ED25519_OID) and len(inner) == COORDINATE_BYTES:
        return edwards_jwk(inner)
    raise _other_kind()


def _other_kind() -> KeysError:
    return KeysError(
        "token_key_kind",
        Text(
            "令牌中的密钥类型不受支持，签名密钥应为 EC P-256 或 Ed25519",
            "A signing key in a token must be EC P-256 or Ed25519; this one is of another kind",
        ),
    )
