"""The kinds of key a seal may have."""

from __future__ import annotations

from enum import Enum

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from codes.wording import Text
from keys.errors import KeysError

MIN_RSA_BITS = 2048


class SealKind(Enum):
    """What a seal signs with, always over SHA-256."""

    EC_P256 = "EC P-256"
    RSA = "RSA"


def kind_of(public_key: object) -> tuple[SealKind, int]:
    """Return the kind and the size in bits of a public key.

    Raises:
        KeysError: `seal_key_kind` for any other kind; `seal_key_small` for RSA under 2048 bits.
    """
    if isinstance(public_key, ec.EllipticCurvePublicKey) and isinstance(
        public_key.curve, ec.SECP256R1
    ):
        return SealKind.EC_P256, public_key.key_size
    if not isinstance(public_key, rsa.RSAPublicKey):
        raise KeysError(
            "seal_key_kind",
            Text(
                "印章密钥的类型不受支持，应为 EC P-256 或 RSA",
                "A seal's key must be EC P-256 or RSA; this one is of another kind",
            ),
        )
    if public_key.key_size < MIN_RSA_BITS:
        raise KeysError(
            "seal_key_small",
            Text(
                f"印章的 RSA 密钥只有 {public_key.key_size} 位，至少须 {MIN_RSA_BITS} 位",
                f"The seal's RSA key has {public_key.key_size} bits; it needs {MIN_RSA_BITS}",
            ),
        )
    return SealKind.RSA, public_key.key_size
