"""SM2 signatures with SM3 (GB/T 32918.2), public half: which points are keys, what they signed.

The engine is OpenSSL (`keys.libcrypto`). What decides whether bytes are a key at all needs no
engine, so that a key document with SM2 keys is read everywhere.

Source: GB/T 32918.2-2016 (signatures), GB/T 32918.5-2017 (the curve), GB/T 35276-2017 (the
identifier); docs/decisions/0018-sm2.md.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_char_p, c_void_p

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keys.libcrypto import load_libcrypto

SM2_PRIME = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
SM2_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
# What a signer is called where nothing else is agreed, in the standard and in every product.
USER_ID = b"1234567812345678"

_COORDINATE_BYTES = 32
# SubjectPublicKeyInfo of id-ecPublicKey on the curve 1.2.156.10197.1.301, up to the point.
SPKI_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")


def is_sm2_point(x: int, y: int) -> bool:
    """Say whether two numbers are a point of the curve; every one but infinity is of full order."""
    return (
        0 <= x < SM2_PRIME
        and 0 <= y < SM2_PRIME
        and (y * y - (x * x * x - 3 * x + SM2_B)) % SM2_PRIME == 0
    )


def verify_sm2(point: bytes, message: bytes, signature: bytes, *, user_id: bytes = USER_ID) -> bool:
    """Say whether a signature was made with the private half of a point.

    Args:
        point: x ‖ y, 64 bytes, for which `is_sm2_point` holds.
        message: the bytes that were signed.
        signature: r ‖ s, 64 bytes, untrusted; r, s and r + s must not be 0 modulo the order.
        user_id: the signer's identifier, at most 8191 bytes.

    Raises:
        KeysError: `algorithm_unavailable`.
    """
    library = load_libcrypto()
    r, s = int.from_bytes(signature[:_COORDINATE_BYTES]), int.from_bytes(signature[-32:])
    if not (0 < r < SM2_ORDER and 0 < s < SM2_ORDER and (r + s) % SM2_ORDER):
        return False
    der = encode_dss_signature(r, s)
    with _public_key(point) as key, digest_context() as context:
        pkey_context = c_void_p()
        ready = library.EVP_DigestVerifyInit(
            context, byref(pkey_context), library.EVP_sm3(), None, key
        )
        if ready != 1 or library.EVP_PKEY_CTX_set1_id(pkey_context, user_id, len(user_id)) != 1:
            raise AssertionError("the engine has SM2, yet does not begin to verify")
        verified = library.EVP_DigestVerify(context, der, len(der), message, len(message))
    library.ERR_clear_error()
    return bool(verified == 1)


@contextmanager
def digest_context() -> Iterator[int]:
    """Lend a context to sign or verify in.

    Raises:
        MemoryError: there is no room for one.
    """
    library = load_libcrypto()
    context = library.EVP_MD_CTX_new()
    if not context:
        raise MemoryError
    try:
        yield context
    finally:
        library.EVP_MD_CTX_free(context)


@contextmanager
def _public_key(point: bytes) -> Iterator[int]:
    """Lend the engine's key of a point."""
    library = load_libcrypto()
    encoded = SPKI_HEAD + b"\x04" + point
    key = library.d2i_PUBKEY(None, byref(c_char_p(encoded)), ctypes.c_long(len(encoded)))
    if not key:
        library.ERR_clear_error()
        raise ValueError("the point is not on the curve")
    try:
        yield key
    finally:
        library.EVP_PKEY_free(key)
