"""Makes a backup: database, stored files, public files and sealed secrets in one encrypted file.

The database is copied first, at one moment; a file that a row names is on disk before the row, so
the files copied after it are all there. The databases that the sides keep for themselves, such as
`public.sqlite3`, are copied each at one moment too. What the trail remembers is copied before the
database, so that the restored trail is never shorter than its memory. What the issuer remembers of
the last checkpoint is left out: a restored home must not believe that it is up to date. Lists that
employers had checked at that moment are left out too: they are deleted once they are answered.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy import Engine

from issuer.backup_stream import BackupLock, SealedWriter
from issuer.root_custody import holds_root_key
from registry.home import EMPLOYER_CHECKS, Home
from registry.home_lock import alone_with_keys
from registry.log_reader import CHECKPOINT
from registry.row_memory import join_memories
from registry.schema import HEAD
from registry.snapshot import SQLITE_FILE, copy_side_database, side_databases, take_snapshot
from registry.store import writing_durably

MANIFEST = "manifest.json"
DATABASE = "database"
FILES = "home"
_LEFT_OUT = ("registry.sqlite3", "secrets/.exclusive", f"{EMPLOYER_CHECKS}/")
_ROOT = "secrets/root/"
_LOG_MEMORY = "log-memory/"


class RootKeyPlace(StrEnum):
    """Whether a backup holds the root key: without it no trust list can be signed from it."""

    INCLUDED = "included"
    LEFT_OUT = "left_out"
    NOT_IN_HOME = "not_in_home"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDone:
    """What went into a backup.

    Args:
        files, bytes: how much.
        root_key: whether the root key did.
    """

    files: int
    bytes: int
    root_key: RootKeyPlace


def back_up(
    engine: Engine,
    home: Home,
    out: Path,
    lock: BackupLock,
    *,
    with_root: bool,
    now: datetime,
) -> BackupDone:
    """Write a backup of a home to `out`, whole or not at all.

    Args:
        engine: of its registry.
        home: whose keys nobody replaces meanwhile.
        out: a file that is not there yet.
        lock: who may read it.
        with_root: the root key of the trust list too, where it lies in the home.
        now: aware UTC.

    Raises:
        HomeError: keys are being replaced (`home_keys_busy`).
        OSError: it cannot be written.
    """
    hashes: dict[str, str] = {}
    size = 0
    with (
        alone_with_keys(home),
        tempfile.TemporaryDirectory(dir=home.path, prefix=".backup-") as work,
        writing_durably(out) as file,
    ):
        sealed = SealedWriter(file, lock)
        with tarfile.open(mode="w|", fileobj=cast(BinaryIO, sealed)) as archive:
            memory = home.trail_memory.read_bytes() if home.trail_memory.exists() else b""
            _add(archive, f"{FILES}/{home.trail_memory.name}", memory, hashes)
            before = _read_rows(home)
            take_snapshot(engine, Path(work))
            if rows := join_memories(before, _read_rows(home)):
                _add(archive, f"{FILES}/{SQLITE_FILE}-rows", rows, hashes)
            for path in sorted(Path(work).iterdir()):
                size += _add_file(archive, f"{DATABASE}/{path.name}", path, hashes)
            sides = side_databases(home.path)
            for path in sides:
                copy = Path(work) / path.name
                copy_side_database(path, copy)
                size += _add_file(archive, f"{FILES}/{path.name}", copy, hashes)
            for path in _files(home, with_root=with_root, copied=sides):
                name = f"{FILES}/{path.relative_to(home.path).as_posix()}"
                with suppress(FileNotFoundError):  # erased or swept since it was listed
                    size += _add_file(archive, name, path, hashes)
            manifest = {
                "format": 1,
                "made_at": now.isoformat(),
                "schema": HEAD,
                "database": engine.dialect.name,
                "files": hashes,
            }
            _add(archive, MANIFEST, json.dumps(manifest).encode(), {})
        sealed.finish()
    return BackupDone(files=len(hashes), bytes=size, root_key=_root_key(home, hashes))


def _root_key(home: Home, hashes: Mapping[str, str]) -> RootKeyPlace:
    if not holds_root_key(home):
        return RootKeyPlace.NOT_IN_HOME
    included = any(name.startswith(f"{FILES}/{_ROOT}") for name in hashes)
    return RootKeyPlace.INCLUDED if included else RootKeyPlace.LEFT_OUT


def _read_rows(home: Home) -> bytes:
    """Return what is remembered of the office's rows; nothing beside PostgreSQL."""
    memory = home.path / f"{SQLITE_FILE}-rows"
    return memory.read_bytes() if memory.exists() else b""


def _files(home: Home, *, with_root: bool, copied: Sequence[Path]) -> Iterator[Path]:
    left_out_names = (*_LEFT_OUT, *(path.name for path in copied))
    for path in sorted(home.path.rglob("*")):
        name = path.relative_to(home.path).as_posix()
        left_out = (
            name.startswith(left_out_names)
            or name == home.trail_memory.name
            or any(part.startswith((".backup-", ".yanzhen-")) for part in path.parts)
            or (name.startswith(_ROOT) and not with_root)
            or (name.startswith(_LOG_MEMORY) and CHECKPOINT in path.name)
        )
        if path.is_file() and not path.is_symlink() and not left_out:
            yield path


def _add(archive: tarfile.TarFile, name: str, content: bytes, hashes: dict[str, str]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))
    hashes[name] = hashlib.sha256(content).hexdigest()


def _add_file(archive: tarfile.TarFile, name: str, path: Path, hashes: dict[str, str]) -> int:
    """Add a file as it is now, hashed as it is read; return its size."""
    with path.open("rb") as file:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = path.stat().st_size, 0o600
        reader = _HashingReader(file, entry.size)
        archive.addfile(entry, cast(BinaryIO, reader))
    hashes[name] = reader.digest()
    return entry.size


class _HashingReader:
    """Reads exactly so many bytes of a file that may grow, and hashes them."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left, self._hash = file, size, hashlib.sha256()

    def read(self, size: int) -> bytes:
        content = self._file.read(min(size, self._left))
        self._left -= len(content)
        self._hash.update(content)
        return content

    def digest(self) -> str:
        return self._hash.hexdigest()
