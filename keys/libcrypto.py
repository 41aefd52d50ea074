"""OpenSSL's libcrypto as the system ships it, for what the `cryptography` wheel does not offer.

A binding of a dozen functions, all public and stable since OpenSSL 3.0. The library is looked for
when it is first needed; where there is none with SM2, only keys of that algorithm are out of reach.

Source: docs/decisions/0018-sm2.md.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Mapping
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_ubyte, c_ulong, c_void_p
from ctypes.util import find_library
from functools import lru_cache
from pathlib import Path
from typing import Any

from codes.wording import Text
from keys.errors import KeysError

LIBCRYPTO_VARIABLE = "YANZHEN_LIBCRYPTO"

_OLDEST = 0x30000000  # OpenSSL 3.0: earlier ones take the signer's identifier elsewhere
_Bytes = POINTER(c_ubyte)
# name: (what it returns, what it takes)
_FUNCTIONS: Mapping[str, tuple[Any, tuple[Any, ...]]] = {
    "OpenSSL_version_num": (c_ulong, ()),
    "ERR_clear_error": (None, ()),
    "EVP_sm3": (c_void_p, ()),
    "EVP_aes_256_cbc": (c_void_p, ()),
    "EVP_MD_CTX_new": (c_void_p, ()),
    "EVP_MD_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_new_from_name": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_PKEY_CTX_set1_id": (c_int, (c_void_p, c_char_p, c_int)),
    "EVP_PKEY_is_a": (c_int, (c_void_p, c_char_p)),
    "EVP_PKEY_keygen_init": (c_int, (c_void_p,)),
    "EVP_PKEY_generate": (c_int, (c_void_p, POINTER(c_void_p))),
    "EVP_DigestSignInit": (
        c_int,
        (c_void_p, POINTER(c_void_p), c_void_p, c_void_p, c_void_p),
    ),
    "EVP_DigestSign": (c_int, (c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t)),
    "EVP_DigestVerifyInit": (
        c_int,
        (c_void_p, POINTER(c_void_p), c_void_p, c_void_p, c_void_p),
    ),
    "EVP_DigestVerify": (c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)),
    "d2i_PUBKEY": (c_void_p, (c_void_p, POINTER(c_char_p), ctypes.c_long)),
    "i2d_PUBKEY": (c_int, (c_void_p, POINTER(c_void_p))),
    "BIO_s_mem": (c_void_p, ()),
    "BIO_new": (c_void_p, (c_void_p,)),
    "BIO_new_mem_buf": (c_void_p, (c_char_p, c_int)),
    "BIO_read": (c_int, (c_void_p, c_char_p, c_int)),
    "BIO_free": (c_int, (c_void_p,)),
    "PEM_read_bio_PrivateKey": (c_void_p, (c_void_p, c_void_p, c_void_p, c_char_p)),
    "PEM_write_bio_PKCS8PrivateKey": (
        c_int,
        (c_void_p, c_void_p, c_void_p, c_char_p, c_int, c_void_p, c_void_p),
    ),
}


@lru_cache(maxsize=1)
def load_libcrypto() -> ctypes.CDLL:
    """Return the library, every function declared.

    Raises:
        KeysError: `algorithm_unavailable` where no OpenSSL from 3.0 on with SM2 is found.
    """
    for name in _candidates(os.environ.get(LIBCRYPTO_VARIABLE, "")):
        library = _declared(name)
        if library is not None:
            return library
    raise unavailable()


def unavailable() -> KeysError:
    """Return the error of a machine without SM2, which says what to install."""
    return KeysError(
        "algorithm_unavailable",
        Text(
            "本机没有可用的国密算法（SM2）：请安装带 SM2 的 OpenSSL 3"
            "（Debian：apt install libssl3；"
            f"macOS：brew install openssl@3），或用 {LIBCRYPTO_VARIABLE} 指明其 libcrypto 的路径",
            "This machine offers no SM2: install an OpenSSL 3 that has it (Debian: apt install "
            "libssl3; macOS: brew install openssl@3), or name the path of its libcrypto in "
            f"{LIBCRYPTO_VARIABLE}",
        ),
    )


def _candidates(setting: str) -> Iterator[str]:
    """Yield where the library may be; only there where the setting names it."""
    if setting:
        yield setting
        return
    if sys.platform == "darwin":
        # The system's own unversioned libcrypto ends the process that loads it.
        for folder in ("/opt/homebrew", "/usr/local", "/opt/local"):
            for place in ("opt/openssl@3/lib", "libexec/openssl3/lib", "lib"):
                path = Path(folder, place, "libcrypto.3.dylib")
                if path.exists():
                    yield str(path)
        return
    yield "libcrypto.so.3"
    found = find_library("crypto")
    if found is not None:
        yield found


def _declared(name: str) -> ctypes.CDLL | None:
    """Return the library of that name with its functions declared; None where it will not do."""
    try:
        library = ctypes.CDLL(name)
        for function, (returns, takes) in _FUNCTIONS.items():
            declared = getattr(library, function)
            declared.restype, declared.argtypes = returns, takes
    except (OSError, AttributeError):
        return None
    if library.OpenSSL_version_num() < _OLDEST:
        return None
    # Some distributions leave SM2 out of the library, though not its functions.
    context = library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
    library.EVP_PKEY_CTX_free(context)
    library.ERR_clear_error()
    return library if context else None
