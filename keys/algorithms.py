"""ES256, EdDSA and SM2 behind one function, for public keys only.

All use 64-byte signatures. The accepted set of the first two is the same on the server and in the
browser; a browser has no SM2 and leaves it to the server:

- ES256: r and s each 32 bytes and in 1 … n−1; the twin (r, n−s) of a signature is accepted too.
- EdDSA: Ed25519 by the cofactorless equation of RFC 8032 5.1.7 with S < L, where neither the key
  nor R may be of small order or written in a non-canonical way. Engines differ on exactly those
  points, so they are refused before an engine is asked.
- SM2: with SM3 and the usual identifier (GB/T 32918.2); r and s each 32 bytes and in 1 … n−1, and
  r + s not 0 modulo n. Needs the system's OpenSSL (`keys.libcrypto`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache, partial
from typing import assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from codes.wording import Text
from keys.errors import KeysError
from keys.sm2 import is_sm2_point, verify_sm2

SIGNATURE_BYTES = 64
COORDINATE_BYTES = 32

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED25519_PRIME = 2**255 - 19
# y coordinates of the eight points of small order; the sign bit is of no concern.
_ORDER_EIGHT_Y = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
ED25519_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        ED25519_PRIME - 1,
        _ORDER_EIGHT_Y,
        ED25519_PRIME - _ORDER_EIGHT_Y,
    }
)


class Algorithm(IntEnum):
    """The signature algorithms in use, by COSE algorithm id (RFC 9053).

    SM2 has no registered id; this one is from the range for private use, and ours alone.
    """

    ES256 = -7
    EDDSA = -8
    SM2 = -65537

    @property
    def label(self) -> str:
        """The name used in published documents."""
        match self:
            case Algorithm.ES256:
                return "ES256"
            case Algorithm.EDDSA:
                return "EdDSA"
            case Algorithm.SM2:
                return "SM2"
            case _:
                assert_never(self)


class Family(StrEnum):
    """Where an algorithm is at home; a body may sign with one key of each."""

    INTERNATIONAL = "international"
    NATIONAL = "national"


def family_of(algorithm: Algorithm) -> Family:
    """Return the family of an algorithm: SM2 is China's own."""
    return Family.NATIONAL if algorithm is Algorithm.SM2 else Family.INTERNATIONAL


def algorithm_by_label(label: str) -> Algorithm:
    """Return the algorithm a published document names.

    Raises:
        KeysError: `algorithm_unknown`.
    """
    for algorithm in Algorithm:
        if algorithm.label == label:
            return algorithm
    raise KeysError(
        "algorithm_unknown",
        Text("不支持的签名算法", "The signature algorithm is not supported"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicJwk:
    """A public key in the form WebCrypto imports (RFC 7517), checked to be a usable key.

    SM2 keys are written as EC keys are; WebCrypto knows no such curve.

    Args:
        kty: "EC" or "OKP".
        crv: "P-256", "SM2" or "Ed25519".
        x: 32 bytes in base64url without padding.
        y: the same for EC, None for OKP.

    Raises:
        KeysError: `jwk_invalid` when this is not a point that signatures may be made with.
    """

    kty: str
    crv: str
    x: str
    y: str | None

    def __post_init__(self) -> None:
        """Refuse what is not a key of one of the algorithms."""
        _checker(self.kty, self.crv, self.x, self.y)

    @property
    def algorithm(self) -> Algorithm:
        """The one algorithm this key is for."""
        if self.kty == "OKP":
            return Algorithm.EDDSA
        return Algorithm.SM2 if self.crv == "SM2" else Algorithm.ES256

    @property
    def thumbprint(self) -> bytes:
        """SHA-256 of the key's required members in the one order of RFC 7638."""
        members = ",".join(f'"{name}":"{value}"' for name, value in sorted(self.as_dict().items()))
        return hashlib.sha256(f"{{{members}}}".encode()).digest()

    @property
    def key_id(self) -> int:
        """The first two bytes of the thumbprint: names the key among those of one prefix."""
        return int.from_bytes(self.thumbprint[:2])

    def as_dict(self) -> dict[str, str]:
        """Return the members as a JSON object."""
        members = {"kty": self.kty, "crv": self.crv, "x": self.x}
        return members if self.y is None else {**members, "y": self.y}


def parse_jwk(members: Mapping[str, object]) -> PublicJwk:
    """Return the key a JSON object holds, refusing members that are not needed (such as `d`).

    Raises:
        KeysError: `jwk_invalid`.
    """
    wanted = {"kty", "crv", "x"} | ({"y"} if members.get("kty") == "EC" else set())
    if set(members) != wanted:
        raise _jwk_error()
    values = {name: value for name, value in members.items() if isinstance(value, str)}
    if len(values) != len(members):
        raise _jwk_error()
    return PublicJwk(kty=values["kty"], crv=values["crv"], x=values["x"], y=values.get("y"))


def encode_coordinate(value: bytes) -> str:
    """Return 32 bytes in base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def decode_coordinate(text: str) -> bytes:
    """Return the 32 bytes that encode to exactly `text`.

    Raises:
        KeysError: `jwk_invalid`.
    """
    try:
        value = base64.urlsafe_b64decode(text + "=")
    except (ValueError, binascii.Error) as error:
        raise _jwk_error() from error
    if len(value) != COORDINATE_BYTES or encode_coordinate(value) != text:
        raise _jwk_error()
    return value


def verify_signature(
    algorithm: Algorithm, jwk: PublicJwk, message: bytes, signature: bytes
) -> bool:
    """Say whether `signature` over `message` was made with the private half of `jwk`.

    Args:
        algorithm: what the envelope claims; anything but the key's own algorithm is refused.
        jwk: a trusted public key.
        message: the bytes that were signed.
        signature: untrusted; any length but 64 is refused.

    Raises:
        KeysError: `algorithm_unavailable` where this machine cannot check such a signature.
    """
    if algorithm is not jwk.algorithm or len(signature) != SIGNATURE_BYTES:
        return False
    return _checker(jwk.kty, jwk.crv, jwk.x, jwk.y)(message, signature)


def is_full_order_encoding(point: bytes) -> bool:
    """Say whether 32 bytes write an Ed25519 point canonically and not one of the eight small ones.

    Whether the bytes are on the curve at all is left to the engine.
    """
    y = int.from_bytes(point, "little") & (2**255 - 1)
    return y < ED25519_PRIME and y not in ED25519_SMALL_ORDER_Y


_ES256 = ec.ECDSA(hashes.SHA256())


@lru_cache(maxsize=1024)
def _checker(kty: str, crv: str, x: str, y: str | None) -> Callable[[bytes, bytes], bool]:
    """Return what checks a message's 64 bytes of signature, the key being one to trust."""
    point = decode_coordinate(x) + (b"" if y is None else decode_coordinate(y))
    first, second = (
        int.from_bytes(point[:COORDINATE_BYTES]),
        int.from_bytes(point[COORDINATE_BYTES:]),
    )
    try:
        if (kty, crv) == ("EC", "P-256") and y is not None:
            numbers = ec.EllipticCurvePublicNumbers(first, second, ec.SECP256R1())
            return partial(_check_p256, numbers.public_key())
        if (kty, crv, y) == ("OKP", "Ed25519", None) and is_full_order_encoding(point):
            return partial(_check_ed25519, ed25519.Ed25519PublicKey.from_public_bytes(point))
        if (kty, crv) == ("EC", "SM2") and y is not None and is_sm2_point(first, second):
            return partial(verify_sm2, point)
    except ValueError as error:
        raise _jwk_error() from error
    raise _jwk_error()


def _check_p256(key: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if not (0 < r < P256_ORDER and 0 < s < P256_ORDER):
        return False
    try:
        key.verify(encode_dss_signature(r, s), message, _ES256)
    except InvalidSignature:
        return False
    return True


def _check_ed25519(key: ed25519.Ed25519PublicKey, message: bytes, signature: bytes) -> bool:
    if not is_full_order_encoding(signature[:32]):
        return False
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _jwk_error() -> KeysError:
    return KeysError(
        "jwk_invalid",
        Text("公钥格式不正确或不可信", "The public key is malformed or not a key to trust"),
    )
