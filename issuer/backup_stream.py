"""The encrypted stream of a backup: written once from front to end, read the same way.

line 1    yanzhen-backup-1
line 2    JSON: how the key is found (a passphrase stretched by scrypt, or X25519)
then      chunks: 4 bytes of length, AES-256-GCM of at most 1 MiB; nonces count up, and the
          last chunk says that it is the last, so a file cut short or reordered does not open
"""

from __future__ import annotations

import io
import json
import secrets
from dataclasses import dataclass, field
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from codes.wording import Text
from issuer.errors import IssuerError
from keys.passphrase import STRETCH_SALT_BYTES, stretch

_MAGIC = b"yanzhen-backup-1\n"
_CHUNK_BYTES = 1 << 20
_TAG_BYTES = 16
_MORE, _LAST = b"more", b"last"
_HEADER_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupLock:
    """What a backup is locked with; exactly one of the two.

    Args:
        passphrase: of the backup, another than the home's.
        recipient: an X25519 public key, PEM; who holds the private half opens it.
    """

    passphrase: bytes | None = field(default=None, repr=False)
    recipient: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupKey:
    """What opens a backup: the passphrase, or the private half of the recipient's key, PEM."""

    passphrase: bytes | None = field(default=None, repr=False)
    private_key: bytes | None = field(default=None, repr=False)


class SealedWriter(io.RawIOBase):
    """Writes a stream encrypted; without `finish` nobody can read it.

    Args:
        file: where to.
        lock: who may read it.
    """

    def __init__(self, file: BinaryIO, lock: BackupLock) -> None:
        header, key = _lock(lock)
        file.write(_MAGIC + json.dumps(header).encode() + b"\n")
        self._file, self._cipher = file, AESGCM(key)
        self._waiting = bytearray()
        self._count = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # bytes is all tarfile gives
        self._waiting += data
        while len(self._waiting) > _CHUNK_BYTES:
            self._chunk(bytes(self._waiting[:_CHUNK_BYTES]), _MORE)
            del self._waiting[:_CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk."""
        self._chunk(bytes(self._waiting), _LAST)

    def _chunk(self, content: bytes, kind: bytes) -> None:
        sealed = self._cipher.encrypt(_nonce(self._count), content, kind)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._count += 1


class SealedReader(io.RawIOBase):
    """Reads what a `SealedWriter` wrote; nothing of a changed chunk is handed out.

    Raises:
        IssuerError: it is no backup, or was changed or cut short (`backup_damaged`); it does not
            open with this key (`backup_key_wrong`).
    """

    def __init__(self, file: BinaryIO, key: BackupKey) -> None:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise backup_damaged()
        try:
            header = json.loads(file.readline(_HEADER_BYTES))
            self._cipher = AESGCM(_unlock(header, key))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise backup_damaged() from error
        self._file = file
        self._ready = bytearray()
        self._count, self._over = 0, False
        self._next(first=True)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._over and (size < 0 or len(self._ready) < size):
            self._next()
        taken = bytes(self._ready if size < 0 else self._ready[:size])
        del self._ready[: len(taken)]
        return taken

    def finish(self) -> None:
        """Read to the end and see that nothing follows it."""
        while not self._over:
            self._next()
        if self._file.read(1):
            raise backup_damaged()

    def _next(self, *, first: bool = False) -> None:
        length = int.from_bytes(self._file.read(4), "big")
        if not _TAG_BYTES <= length <= _CHUNK_BYTES + _TAG_BYTES:
            raise backup_damaged()
        sealed = self._file.read(length)
        for kind in (_MORE, _LAST):
            try:
                self._ready += self._cipher.decrypt(_nonce(self._count), sealed, kind)
            except InvalidTag:
                continue
            self._over = kind is _LAST
            self._count += 1
            return
        raise _wrong_key() if first else backup_damaged()


def _nonce(count: int) -> bytes:
    return count.to_bytes(12, "big")


def _lock(lock: BackupLock) -> tuple[dict[str, str], bytes]:
    if lock.passphrase is not None:
        salt = secrets.token_bytes(STRETCH_SALT_BYTES)
        return {"kind": "scrypt", "salt": salt.hex()}, stretch(lock.passphrase, salt)
    try:
        recipient = serialization.load_pem_public_key(lock.recipient or b"")
    except ValueError as error:
        raise _no_recipient() from error
    if not isinstance(recipient, X25519PublicKey):
        raise _no_recipient()
    own = X25519PrivateKey.generate()
    public = own.public_key().public_bytes_raw()
    header = {"kind": "x25519", "public": public.hex()}
    return header, _agree(own, recipient, public + recipient.public_bytes_raw())


def _unlock(header: dict[str, str], key: BackupKey) -> bytes:
    if header["kind"] == "scrypt":
        if key.passphrase is None:
            raise _wrong_key()
        return stretch(key.passphrase, bytes.fromhex(header["salt"]))
    if header["kind"] != "x25519" or key.private_key is None:
        raise _wrong_key()
    own = serialization.load_pem_private_key(key.private_key, key.passphrase)
    if not isinstance(own, X25519PrivateKey):
        raise _wrong_key()
    public = bytes.fromhex(header["public"])
    both = public + own.public_key().public_bytes_raw()
    return _agree(own, X25519PublicKey.from_public_bytes(public), both)


def _agree(own: X25519PrivateKey, other: X25519PublicKey, both: bytes) -> bytes:
    derivation = HKDF(hashes.SHA256(), 32, salt=None, info=b"yanzhen/backup" + both)
    return derivation.derive(own.exchange(other))


def backup_damaged() -> IssuerError:
    """Return the error of a file that is no backup, or not the one that was written."""
    return IssuerError(
        "backup_damaged",
        Text(
            "不是验真的备份文件，或已被改动、截断",
            "this is no Yanzhen backup, or it was changed or cut short",
        ),
    )


def _wrong_key() -> IssuerError:
    return IssuerError(
        "backup_key_wrong",
        Text(
            "备份口令或私钥不正确，或备份已被改动",
            "the backup's passphrase or private key is wrong, or the backup was changed",
        ),
    )


def _no_recipient() -> IssuerError:
    return IssuerError(
        "backup_recipient",
        Text("接收方公钥须为 X25519（PEM）", "the recipient's key must be an X25519 key (PEM)"),
    )
