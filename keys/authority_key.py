"""The key of the built-in authority of seals: it signs certificates and lists of revoked ones."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from codes.wording import Text
from keys.errors import KeysError
from keys.signing import Kept, open_handle


class AuthorityKey(Kept):
    """The key of the built-in authority; it cannot be printed, copied or pickled."""

    __slots__ = ("_handle", "public_key")

    public_key: ec.EllipticCurvePublicKey

    def __init__(self, handle: ec.EllipticCurvePrivateKey) -> None:
        self._handle = handle
        self.public_key = handle.public_key()

    def __repr__(self) -> str:
        return "<AuthorityKey>"


def generate_authority_key() -> AuthorityKey:
    """Return a new EC P-256 key for the built-in authority."""
    return AuthorityKey(ec.generate_private_key(ec.SECP256R1()))


def sign_certificate(key: AuthorityKey, builder: x509.CertificateBuilder) -> bytes:
    """Return a certificate (DER) signed by the built-in authority."""
    signed = builder.sign(key._handle, hashes.SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.DER)


def sign_crl(key: AuthorityKey, builder: x509.CertificateRevocationListBuilder) -> bytes:
    """Return a list of revoked certificates (DER) signed by the built-in authority."""
    signed = builder.sign(key._handle, hashes.SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.DER)


def open_authority_key(pem: bytes, passphrase: bytes) -> AuthorityKey:
    """Return the authority's key in a sealed PEM file; raises as `open_private_key` does."""
    handle = open_handle(pem, passphrase)
    if not isinstance(handle, ec.EllipticCurvePrivateKey):
        raise KeysError(
            "private_key_damaged",
            Text("私钥文件已损坏或类型不受支持", "The private key file is damaged or unsupported"),
        )
    return AuthorityKey(handle)
