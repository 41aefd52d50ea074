"""Stored files: written once, named by their content, encrypted under the key they belong to.

A file's name is the SHA-256 of its encrypted bytes, and encryption is deterministic for a key, so
storing the same content again changes nothing and a crash leaves nothing to clean up. The store is
not trusted: a thief of the folder reads nothing, and a changed file is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from codes.wording import Text
from registry.errors import StoreError

_NONCE_BYTES = 12


class FileStore:
    """A folder of sealed files.

    Args:
        folder: made when the first file is stored.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes, key: bytes) -> str:
        """Store `content` under `key`; return its name once it is safely on disk."""
        # A nonce from the content itself never meets two contents under one key.
        nonce = hmac.digest(key, b"yanzhen/store/nonce" + content, hashlib.sha256)[:_NONCE_BYTES]
        sealed = nonce + AESGCM(key).encrypt(nonce, content, b"yanzhen/store")
        name = hashlib.sha256(sealed).hexdigest()
        path = self._path(name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, sealed)
        return name

    def get(self, name: str, key: bytes) -> bytes:
        """Return what was stored under `name`.

        Raises:
            StoreError: no such file, or its bytes are not the ones stored.
        """
        try:
            sealed = self._path(name).read_bytes()
        except OSError as error:
            raise StoreError(
                "stored_file_missing", Text("存储的文件缺失", "a stored file is missing")
            ) from error
        try:
            return AESGCM(key).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], b"yanzhen/store"
            )
        except (InvalidTag, ValueError) as error:
            raise StoreError(
                "stored_file_altered",
                Text("存储的文件已被改动", "a stored file was altered"),
            ) from error

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


def write_durably(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write `content` to `path` whole or not at all, and return once it is on disk."""
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
