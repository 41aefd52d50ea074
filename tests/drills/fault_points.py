"""Breaks one chosen act of a process: a commit, a file write, a sync or a rename.

Works on the acts themselves (the operating system's and the driver's functions), so the product
has no part in it. Made for a process that is forked for one run and ends with it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from sqlalchemy.engine.default import DefaultDialect

DEATH = 137
_PRINTED = (1, 2)


class Act(StrEnum):
    """What can break."""

    COMMIT = "commit"
    WRITE = "write"
    SYNC = "sync"
    RENAME = "rename"


class Way(StrEnum):
    """How it breaks."""

    LOST = "lost, and an error told"
    REPORTED_LOST = "done, but an error told"
    DEAD_BEFORE = "dead before it"
    DEAD_AFTER = "dead after it"


class Place(StrEnum):
    """Where a run writes."""

    DATABASE = "database"
    STORE = "store"
    LOG = "public log"
    LOG_MEMORY = "memory of the log"
    STATUS = "status lists"
    TRAIL = "memory of the trail"
    OUT = "certificates written out"
    OTHER = "other files"


_FOLDERS = {
    "store": Place.STORE,
    "public/log": Place.LOG,
    "log-memory": Place.LOG_MEMORY,
    "public/status": Place.STATUS,
    "trail-memory": Place.TRAIL,
}


class Breaker:
    """Counts the acts of one process and breaks the chosen one.

    Args:
        act: its kind.
        number: its number among the acts of that kind (in that place), from 0.
        way: how it breaks.
        mark: a file that is made when it is reached, with the place of the act in it.
        home: of the installation.
        place: count only acts there; None for anywhere.
    """

    def __init__(
        self, act: Act, number: int, way: Way, mark: Path, *, home: Path, place: Place | None = None
    ) -> None:
        self._target = act
        self._left = number
        self._way = way
        self._mark = mark
        self._home = home
        self._place = place

    def install(self) -> None:
        """Put this breaker between the product and the acts, for the rest of the process."""
        sync, rename = os.fsync, os.replace
        commit: Callable[[Any, Any], None] = DefaultDialect.do_commit

        def broken_commit(dialect: Any, connection: Any) -> None:
            fault: Exception = dialect.dbapi.OperationalError("drill")
            do = _Deed(lambda: commit(dialect, connection), _nothing, fault)
            self._act(Act.COMMIT, Place.DATABASE, do)

        def broken_sync(descriptor: Any) -> None:
            do = _Deed(lambda: sync(descriptor), _nothing, _io_error(errno.EIO))
            self._act(Act.SYNC, self._place_of(path_of(descriptor)), do)

        def broken_rename(source: Any, target: Any, **options: Any) -> None:
            fault = _io_error(errno.EIO)
            do = _Deed(lambda: rename(source, target, **options), _nothing, fault)
            self._act(Act.RENAME, self._place_of(Path(target)), do)

        def broken_write(path: Path, data: bytes, write: Callable[[bytes], None]) -> None:
            half = data[: len(data) // 2]
            fault = _io_error(errno.ENOSPC)
            do = _Deed(lambda: write(data), lambda: write(half), fault)
            self._act(Act.WRITE, self._place_of(path), do)

        for owner, name, broken in (
            (DefaultDialect, "do_commit", broken_commit),
            (os, "fsync", broken_sync),
            (os, "replace", broken_rename),
        ):
            setattr(owner, name, broken)
        stand_between(broken_write)

    def _act(self, act: Act, place: Place, deed: _Deed) -> None:
        counts = act is self._target and self._place in (None, place)
        if not counts or self._left != 0:
            self._left -= counts
            deed.do()
            return
        self._left = -1
        self._mark.write_text(place, encoding="utf-8")
        if self._way in (Way.LOST, Way.DEAD_BEFORE):
            deed.spoil()
        else:
            deed.do()
        if self._way in (Way.DEAD_BEFORE, Way.DEAD_AFTER):
            os._exit(DEATH)
        raise deed.fault

    def _place_of(self, path: Path) -> Place:
        if not path.is_relative_to(self._home):
            return Place.OUT
        name = path.relative_to(self._home).as_posix()
        for folder, place in _FOLDERS.items():
            if name == folder or name.startswith(f"{folder}/"):
                return place
        return Place.OTHER


class _Deed:
    """What an act does, what is left of it when it is lost, and the error then told."""

    def __init__(self, do: Callable[[], None], spoil: Callable[[], None], fault: Exception) -> None:
        self.do, self.spoil, self.fault = do, spoil, fault


def stand_between(write: Callable[[Path, bytes, Callable[[bytes], None]], None]) -> None:
    """Let every write of this process to a file go through `write`, from now on.

    Args:
        write: told the file's path, the bytes, and what really writes them.
    """
    open_file, write_at_once = os.fdopen, os.write

    def opened(descriptor: int, *arguments: Any, **options: Any) -> Any:
        file = open_file(descriptor, *arguments, **options)
        return _File(file, path_of(descriptor), write)

    def written(descriptor: int, data: Any) -> int:
        if descriptor in _PRINTED or not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return write_at_once(descriptor, data)
        write(path_of(descriptor), bytes(data), lambda part: _whole(descriptor, part))
        return len(data)

    def _whole(descriptor: int, data: bytes) -> None:
        write_at_once(descriptor, data)

    for name, between in (("fdopen", opened), ("write", written)):
        setattr(os, name, between)


def path_of(descriptor: int) -> Path:
    """Return the path of an open file."""
    return Path(os.readlink(f"/proc/self/fd/{descriptor}"))  # noqa: PTH115 - not a path's own link


class _File:
    """A file whose writes go another way."""

    def __init__(
        self,
        file: IO[bytes],
        path: Path,
        write: Callable[[Path, bytes, Callable[[bytes], None]], None],
    ) -> None:
        def really(data: bytes) -> None:
            file.write(data)
            file.flush()

        self._file = file
        self.write = lambda data: write(path, bytes(data), really)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _io_error(code: int) -> OSError:
    return OSError(code, os.strerror(code))


def _nothing() -> None:
    """Leave the act undone."""
