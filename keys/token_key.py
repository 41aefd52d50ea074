"""A seal's key that stays inside a PKCS #11 token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keys.seal import SealChain
from keys.seal_kinds import SealKind
from keys.signing import SealKey
from keys.tokens import TokenAddress, find_private, guarded, load_pkcs11, open_session

_COORDINATE_BYTES = 32


def open_token_key(address: TokenAddress, chain: SealChain) -> SealKey:
    """Return the key of a chain whose private half is in a token.

    That the key is the chain's is for the caller to find out, by a signature.

    Raises:
        KeysError: as `open_session`; `token_key_missing`.
    """
    private = find_private(address, open_session(address))
    return SealKey(_signer(private, chain.kind), chain.public_key)


def _signer(private: Any, kind: SealKind) -> Callable[[bytes], bytes]:
    """Return what signs in the token."""
    pkcs11 = load_pkcs11()
    if kind is SealKind.RSA:

        def sign_rsa(message: bytes) -> bytes:
            return bytes(private.sign(message, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))

        return guarded(sign_rsa)

    def sign_curve(message: bytes) -> bytes:
        digest = hashlib.sha256(message).digest()
        pair = bytes(private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        r, s = pair[:_COORDINATE_BYTES], pair[_COORDINATE_BYTES:]
        return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))

    return guarded(sign_curve)
