"""Checks a seal's signature with the certificate's public key: the issuer's own look before use."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from codes.wording import Text
from keys.errors import KeysError
from keys.seal import SealChain, SignedDigest


def check_signed(chain: SealChain, signed: SignedDigest) -> None:
    """Refuse a signature that is not that of the chain's leaf.

    Raises:
        KeysError: `seal_key_mismatch`.
    """
    key = load_der_public_key(chain.public_key)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signed.signature, signed.attributes, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signed.signature, signed.attributes, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise KeysError(
            "seal_key_mismatch",
            Text("私钥与印章证书不配对", "The private key does not belong to the certificate"),
        ) from error
