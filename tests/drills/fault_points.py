"""Breaks one chosen act of a process: a commit, a file write, a sync or a rename.

Works on the acts themselves (the operating system's and the driver's functions), so the product
has no part in it. Made for a process that is forked for one run and ends with it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from sqlalchemy.engine.default import DefaultDialect

DEATH = 137


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


class Breaker:
    """Counts the acts of one process and breaks the chosen one.

    Args:
        act: its kind.
        number: its number among the acts of that kind, from 0.
        way: how it breaks.
        mark: a file that is made when it is reached.
    """

    def __init__(self, act: Act, number: int, way: Way, mark: Path) -> None:
        self._target = act
        self._left = number
        self._way = way
        self._mark = mark

    def install(self) -> None:
        """Put this breaker between the product and the acts, for the rest of the process."""
        sync, rename, open_file = os.fsync, os.replace, os.fdopen
        commit: Callable[[Any, Any], None] = DefaultDialect.do_commit

        def broken_commit(dialect: Any, connection: Any) -> None:
            fault: Exception = dialect.dbapi.OperationalError("drill")
            self._act(Act.COMMIT, lambda: commit(dialect, connection), _nothing, fault)

        def broken_sync(descriptor: Any) -> None:
            self._act(Act.SYNC, lambda: sync(descriptor), _nothing, _io_error(errno.EIO))

        def broken_rename(source: Any, target: Any, **options: Any) -> None:
            fault = _io_error(errno.EIO)
            self._act(Act.RENAME, lambda: rename(source, target, **options), _nothing, fault)

        def broken_open(descriptor: int, *arguments: Any, **options: Any) -> Any:
            return _File(open_file(descriptor, *arguments, **options), self._write)

        for owner, name, act in (
            (DefaultDialect, "do_commit", broken_commit),
            (os, "fsync", broken_sync),
            (os, "replace", broken_rename),
            (os, "fdopen", broken_open),
        ):
            setattr(owner, name, act)

    def _write(self, file: IO[bytes], data: bytes) -> None:
        def whole() -> None:
            file.write(data)
            file.flush()

        def half() -> None:
            file.write(data[: len(data) // 2])
            file.flush()

        self._act(Act.WRITE, whole, half, _io_error(errno.ENOSPC))

    def _act(
        self, act: Act, do: Callable[[], None], spoil: Callable[[], None], fault: Exception
    ) -> None:
        if act is not self._target or self._left != 0:
            self._left -= act is self._target
            do()
            return
        self._left = -1
        self._mark.touch()
        if self._way in (Way.LOST, Way.DEAD_BEFORE):
            spoil()
        else:
            do()
        if self._way in (Way.DEAD_BEFORE, Way.DEAD_AFTER):
            os._exit(DEATH)
        raise fault


class _File:
    """A file whose writes go past the breaker."""

    def __init__(self, file: IO[bytes], write: Callable[[IO[bytes], bytes], None]) -> None:
        self._file = file
        self.write = lambda data: write(file, data)

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
