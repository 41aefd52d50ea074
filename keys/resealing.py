"""Puts a sealed private key under another passphrase, whatever kind of key it is."""

from __future__ import annotations

import re
from typing import Any

from keys.errors import KeysError
from keys.signing import Kept, open_handle, seal_private_key

_END = re.compile(rb"-----END ENCRYPTED PRIVATE KEY-----\r?\n?")


class _AnyKey(Kept):
    """A key that is only sealed again, never used: of which kind it is does not matter."""

    __slots__ = ("_handle",)

    def __init__(self, handle: object) -> None:
        self._handle = handle


def reseal_private_key(pem: bytes, former: bytes, following: bytes) -> bytes:
    """Return a sealed PEM file with its key under another passphrase, the rest of it as it was.

    Args:
        pem: a file as `keys.signing.seal_private_key` writes it, perhaps with certificates after.
        former: the passphrase that opens it.
        following: the passphrase that is to open it.

    Raises:
        KeysError: as `keys.signing.open_private_key`.
    """
    held: Any = _AnyKey(open_handle(pem, former))
    sealed = seal_private_key(held, following)
    end = _END.search(pem)
    return sealed + (pem[end.end() :] if end else b"")


def opens_with(pem: bytes, passphrase: bytes) -> bool:
    """Return whether a passphrase opens a sealed PEM file.

    Of one wrong passphrase in 256 the file decrypts to something that is no key, as a damaged one
    does; nobody can tell the two apart.
    """
    try:
        open_handle(pem, passphrase)
    except KeysError as error:
        if error.code in ("passphrase_wrong", "private_key_damaged"):
            return False
        raise
    return True
