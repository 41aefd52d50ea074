"""SM2 private keys, as a handle of the engine; only `keys.signing` makes use of them."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_size_t, c_void_p, create_string_buffer, string_at
from typing import NoReturn

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keys.libcrypto import load_libcrypto
from keys.sm2 import SPKI_HEAD, USER_ID, digest_context

_MOST_SIGNATURE_BYTES = 80  # DER of two numbers of 32 bytes
_MOST_PEM_BYTES = 4096


class Sm2PrivateKey:
    """A private key that the engine holds; freed with this object.

    Args:
        handle: an EVP_PKEY of type SM2, owned from now on.
    """

    __slots__ = ("_free", "_handle", "point")

    point: bytes
    """x ‖ y of the public half, 64 bytes."""

    def __init__(self, handle: int) -> None:
        self._free = load_libcrypto().EVP_PKEY_free
        self._handle = handle
        self.point = _point_of(handle)

    def __del__(self) -> None:
        self._free(self._handle)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not copied: the engine would free it twice")

    def sign(self, message: bytes) -> bytes:
        """Return r ‖ s over a message, 64 bytes; another each time."""
        library = load_libcrypto()
        der = create_string_buffer(_MOST_SIGNATURE_BYTES)
        size = c_size_t(len(der))
        with digest_context() as context:
            inner = c_void_p()
            done = (
                library.EVP_DigestSignInit(
                    context, byref(inner), library.EVP_sm3(), None, self._handle
                )
                == 1
                and library.EVP_PKEY_CTX_set1_id(inner, USER_ID, len(USER_ID)) == 1
                and library.EVP_DigestSign(context, der, byref(size), message, len(message)) == 1
            )
        if not done:
            raise _failed("sign")
        r, s = decode_dss_signature(der.raw[: size.value])
        return r.to_bytes(32) + s.to_bytes(32)

    def encrypted_pem(self, password: bytes) -> bytes:
        """Return the key as PKCS #8 (PBES2, AES-256-CBC) under a password without a zero byte."""
        library = load_libcrypto()
        bio = library.BIO_new(library.BIO_s_mem())
        try:
            written = library.PEM_write_bio_PKCS8PrivateKey(
                bio, self._handle, library.EVP_aes_256_cbc(), password, len(password), None, None
            )
            pem = create_string_buffer(_MOST_PEM_BYTES)
            size = library.BIO_read(bio, pem, len(pem)) if written == 1 else 0
        finally:
            library.BIO_free(bio)
        if size <= 0:
            raise _failed("encrypt a key")
        return pem.raw[:size]


def generate_sm2() -> Sm2PrivateKey:
    """Return a new key from the engine's randomness.

    Raises:
        KeysError: `algorithm_unavailable`.
    """
    library = load_libcrypto()
    context = library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
    made = c_void_p()
    try:
        if library.EVP_PKEY_keygen_init(context) == 1:
            library.EVP_PKEY_generate(context, byref(made))
    finally:
        library.EVP_PKEY_CTX_free(context)
    if not made.value:
        raise _failed("make a key")
    return Sm2PrivateKey(made.value)


def open_sm2(pem: bytes, password: bytes) -> Sm2PrivateKey | None:
    """Return the SM2 key in an encrypted PKCS #8 file; None where it holds none or does not open.

    Args:
        pem: untrusted.
        password: without a zero byte.

    Raises:
        KeysError: `algorithm_unavailable`.
    """
    library = load_libcrypto()
    if b"\0" in password:
        return None
    bio = library.BIO_new_mem_buf(pem, len(pem))
    try:
        handle = library.PEM_read_bio_PrivateKey(bio, None, None, password)
    finally:
        library.BIO_free(bio)
        library.ERR_clear_error()
    if not handle:
        return None
    if library.EVP_PKEY_is_a(handle, b"SM2") != 1:
        library.EVP_PKEY_free(handle)
        return None
    return Sm2PrivateKey(handle)


def _point_of(handle: int) -> bytes:
    """Return x ‖ y of a key's public half."""
    library = load_libcrypto()
    buffer = create_string_buffer(len(SPKI_HEAD) + 65)
    if library.i2d_PUBKEY(handle, None) != len(buffer):
        raise _failed("tell a public key")
    place = c_void_p(ctypes.addressof(buffer))
    library.i2d_PUBKEY(handle, byref(place))
    encoded = string_at(ctypes.addressof(buffer), len(buffer))
    if not encoded.startswith(SPKI_HEAD + b"\x04"):
        raise _failed("tell a public key")
    return encoded[-64:]


def _failed(what: str) -> RuntimeError:
    load_libcrypto().ERR_clear_error()
    return RuntimeError(f"the engine has SM2, yet did not {what}")
