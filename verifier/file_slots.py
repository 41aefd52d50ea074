"""Lets only so many files be read at once on this machine, so that look-ups always find a worker.

A slot is a lock on a small file, shared by all worker processes and let go by the system when a
worker dies.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import shutil
import stat
import tempfile
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path

_logger = logging.getLogger("yanzhen.files")

_RETRY_SECONDS = 0.1


class NoFreeSlot(Exception):
    """As many files are being read as may be, or none could be counted; this one was not."""


class FileSlots:
    """So many places for reading files.

    Args:
        folder: where the lock files are; made when first needed, for this user alone. Where it is
            not this user's own, each process counts for itself in a folder that nobody can guess.
        count: how many files may be read at once.
        patience_seconds: how long to wait for a place.
    """

    def __init__(self, folder: Path, count: int, *, patience_seconds: float = 2.0) -> None:
        self._folder = folder
        self._count = count
        self._private: Path | None = None
        self._patience_seconds = patience_seconds

    @contextmanager
    def taken(self, *, before: float = inf) -> Iterator[None]:
        """Hold a place for one block.

        Args:
            before: when waiting ends (`time.monotonic`), if that is sooner.

        Raises:
            NoFreeSlot: none became free in time, or the folder cannot be used.
        """
        deadline = min(before, time.monotonic() + self._patience_seconds)
        descriptor = self._take(deadline)
        try:
            yield
        finally:
            os.close(descriptor)

    def _take(self, deadline: float) -> int:
        try:
            return self._take_any(self._claimed(), deadline)
        except OSError as error:
            _logger.warning("file_slots_unusable %s", error.strerror)
            raise NoFreeSlot from error

    def _claimed(self) -> Path:
        """Return a folder that is this user's own, made where there is none."""
        if self._private is None:
            try:
                make_own(self._folder)
            except OSError as error:
                _logger.warning(
                    "file_slots_apart folder=%s: %s; this process counts files for itself, so more "
                    "are read at once than should be. Remove the folder, or set TMPDIR elsewhere",
                    self._folder,
                    error.strerror,
                )
                self._private = Path(tempfile.mkdtemp(prefix="yanzhen-"))
                weakref.finalize(self, shutil.rmtree, self._private, ignore_errors=True)
            else:
                return self._folder
        return self._private

    def _take_any(self, folder: Path, deadline: float) -> int:
        while True:
            for number in range(self._count):
                descriptor = os.open(
                    folder / f"slot-{number}", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600
                )
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(descriptor)
                else:
                    return descriptor
            if time.monotonic() >= deadline:
                raise NoFreeSlot
            time.sleep(_RETRY_SECONDS)


def make_own(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user alone.

    Raises:
        OSError: it cannot be made.
        PermissionError: others made it, may enter it or lead to it.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
    check_own(folder)


def check_own(folder: Path) -> None:
    """Refuse a folder that others made, may enter or lead to (PermissionError)."""
    found = folder.lstat()
    own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not own or found.st_mode & 0o077:
        raise PermissionError(errno.EPERM, "the folder is not this user's alone")
