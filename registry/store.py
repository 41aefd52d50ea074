"""Stored files: written once, named by their content, encrypted under the key they belong to.

A file's name is the SHA-256 of its encrypted bytes, and encryption is deterministic for a key, so
storing the same content again changes nothing. A file is there whole or not at all; what a killed
writer left unfinished is swept away by the next run. What was stored for an award that never came
to be stays, sealed under a key that was kept nowhere. The store is not trusted: a thief of the
folder reads nothing, and a changed file is refused.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from codes.wording import Text
from registry.errors import StoreError

_NONCE_BYTES = 12
_MODE = 0o600
_UNFINISHED = ".yanzhen-unfinished-"
_NONCE_LABEL = b"yanzhen/store/nonce/sha256"
# Files of a lot wait for the disk together: what one forces out carries the others' with it.
_WAITERS = 8
_READ_BYTES = 1 << 20
_LOT = 200  # files held open at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A file to be stored.

    Args:
        content: the whole file.
        key: 32 bytes, the key it belongs to.
        sha256: the content's SHA-256 (32 bytes) where the caller has computed it, else None. It
            must be true: two contents given one hash under one key would betray each other.
    """

    content: bytes = field(repr=False)
    key: bytes = field(repr=False)
    sha256: bytes | None = None


class FileStore:
    """A folder of sealed files.

    Args:
        folder: made when the first file is stored.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes, key: bytes) -> str:
        """Store `content` under `key`; return its name once it is safely on disk."""
        path, sealed = self._sealed(Parcel(content=content, key=key))
        if path.exists():
            _sync_folder(path.parent)  # whoever wrote it may have been killed before this
        else:
            write_durably(path, sealed, workplace=self._folder)
        return path.name

    def put_many(self, parcels: Iterable[Parcel]) -> tuple[str, ...]:
        """Store many files; return their names, in order, once all are safely on disk.

        Keeps the promise of `put` for the whole lot and waits for the disk far less. A writer that
        fails or is killed midway leaves some of the files or none, each of them whole.

        Args:
            parcels: taken 200 at a time; 50 together are enough for most of the gain.
        """
        waiting, names = iter(parcels), list[str]()
        with ThreadPoolExecutor(_WAITERS, thread_name_prefix="store") as waiters:
            while lot := tuple(islice(waiting, _LOT)):
                names += self._put_lot(lot, waiters)
        return tuple(names)

    def _put_lot(self, lot: tuple[Parcel, ...], waiters: ThreadPoolExecutor) -> list[str]:
        paths: list[Path] = []
        with ExitStack() as unfinished:
            descriptors = []
            for path, sealed in map(self._sealed, lot):
                paths.append(path)
                if not path.exists():
                    file = _written(path, sealed, mode=_MODE, workplace=self._folder)
                    descriptors.append(unfinished.enter_context(file))
            list(waiters.map(os.fsync, descriptors))
        list(waiters.map(_sync_folder, {path.parent for path in paths}))
        return [path.name for path in paths]

    def _sealed(self, parcel: Parcel) -> tuple[Path, bytes]:
        """Encrypt a file, the same content under a key always to the same bytes; see to a folder.

        A nonce from the content itself never meets two contents under one key.
        """
        sha256 = parcel.sha256 or hashlib.sha256(parcel.content).digest()
        nonce = hmac.digest(parcel.key, _NONCE_LABEL + sha256, hashlib.sha256)[:_NONCE_BYTES]
        sealed = nonce + AESGCM(parcel.key).encrypt(nonce, parcel.content, b"yanzhen/store")
        path = self._path(hashlib.sha256(sealed).hexdigest())
        make_folder(path.parent)
        return path, sealed

    def discard(self, name: str) -> None:
        """Remove a stored file that nothing on record names, nor ever named."""
        self._path(name).unlink(missing_ok=True)

    def holds(self, name: str) -> bool:
        """Return whether a file of this name is stored; what is in it only its key can tell."""
        return self._path(name).is_file()

    def names(self, *, written_before: float) -> Iterator[str]:
        """Yield the names of the files stored before an instant, in seconds since 1970."""
        for path in self._folder.glob("??/*"):
            with suppress(OSError):  # discarded meanwhile
                if path.stat().st_mtime < written_before:
                    yield path.name

    def sweep(self) -> None:
        """Remove what killed writers left unfinished; the work of living ones is left alone."""
        sweep_unfinished(self._folder)

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


def read_whole(path: str) -> bytes:
    """Return the bytes of a file, without a path object or a file object: both take longer.

    Raises:
        OSError: it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        parts = []
        while part := os.read(descriptor, _READ_BYTES):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def write_durably(
    path: Path, content: bytes, *, mode: int = _MODE, workplace: Path | None = None
) -> None:
    """Write `content` to `path` whole or not at all, and return once it is on disk.

    Args:
        path: in a folder that is there; a file of that name is replaced.
        content: the whole file.
        mode: permissions of the file.
        workplace: where the unfinished file lies, on the same file system; beside `path` unless
            given.
    """
    with writing_durably(path, mode=mode, workplace=workplace) as file:
        file.write(content)


def replace_secret(path: Path, content: bytes) -> None:
    """Replace a small file as `write_durably` does, and overwrite what it held before.

    What the file system, the disk or a backup keeps beside it is out of reach.
    """
    try:
        former = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        write_durably(path, content)
        return
    try:
        write_durably(path, content)
        os.write(former, bytes(os.fstat(former).st_size))
        os.fsync(former)
    finally:
        os.close(former)


@contextmanager
def writing_durably(
    path: Path, *, mode: int = 0o600, workplace: Path | None = None
) -> Iterator[BinaryIO]:
    """Yield a file to write in; at the end of the block it is at `path`, whole and on disk.

    Where the block fails nothing is at `path` that was not there before. Arguments as for
    `write_durably`.
    """
    descriptor, unfinished = _open_unfinished(workplace or path.parent, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            unfinished.replace(path)  # before the lock goes with the descriptor
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def sweep_unfinished(folder: Path) -> None:
    """Remove from `folder` what killed writers left; a living writer holds a lock on its file."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        with suppress(OSError):  # locked by its writer, finished meanwhile, or not ours to remove
            descriptor = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it where they are missing; return once they are on disk."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)


@contextmanager
def _written(path: Path, content: bytes, *, mode: int, workplace: Path) -> Iterator[int]:
    """Write a file under another name and give it its own at the end, unless something failed.

    Yields:
        Its descriptor, to be synced: no name before the bytes are on disk.
    """
    descriptor, unfinished = _open_unfinished(workplace, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            yield descriptor
            unfinished.replace(path)  # before the lock goes with the descriptor
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _open_unfinished(folder: Path, mode: int) -> tuple[int, Path]:
    while True:
        path = folder / f"{_UNFINISHED}{secrets.token_hex(8)}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        if _hold(descriptor):
            return descriptor, path
        os.close(descriptor)


def _hold(descriptor: int) -> bool:
    """Lock a new file against sweepers; False where one was quicker."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks, where a sweeper gets none either
    return os.fstat(descriptor).st_nlink > 0


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
