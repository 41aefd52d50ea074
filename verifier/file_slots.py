"""Lets only so many files be read at once on this machine, so that look-ups always find a worker.

A slot is a lock on a small file, shared by all worker processes and let go by the system when a
worker dies.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_RETRY_SECONDS = 0.1


class NoFreeSlot(Exception):
    """As many files are being read as may be; this one was not."""


class FileSlots:
    """So many places for reading files.

    Args:
        folder: where the lock files are; made when first needed, for this user alone.
        count: how many files may be read at once.
        patience_seconds: how long to wait for a place.
    """

    def __init__(self, folder: Path, count: int, *, patience_seconds: float = 3.0) -> None:
        self._folder = folder
        self._count = count
        self._patience_seconds = patience_seconds

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place for one block.

        Raises:
            NoFreeSlot: none became free in time.
        """
        descriptor = self._take()
        try:
            yield
        finally:
            os.close(descriptor)

    def _take(self) -> int:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        deadline = time.monotonic() + self._patience_seconds
        while True:
            for number in range(self._count):
                descriptor = os.open(
                    self._folder / f"slot-{number}", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600
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
