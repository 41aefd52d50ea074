"""A disk that fills up under one process, without being root: two ways that make up for each other.

`Budget` lets so many bytes into the product's files and refuses the rest with ENOSPC, the file
that hits the end being cut where the disk was full. `FileLimit` is the kernel's own RLIMIT_FSIZE:
no file may grow past a size, which the database's own writes meet as well. Neither is a full file
system to the last detail (a folder's own growth cannot fail), and the drill says so.
"""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.drills.fault_points import stand_between


class Budget:
    """So many bytes go into files, and then the disk is full until the process ends.

    Args:
        size: bytes; None to let everything through and count it.
        mark: a file that says how many bytes were asked for, once the disk was full or asked.
    """

    def __init__(self, size: int | None, mark: Path) -> None:
        self._size = size
        self._mark = mark
        self._used = 0

    def install(self) -> None:
        """Stand between the product and its files, for the rest of the process."""
        stand_between(self._write)

    def _write(self, _: Path, data: bytes, write: Callable[[bytes], None]) -> None:
        room = len(data) if self._size is None else max(self._size - self._used, 0)
        self._used += len(data)
        write(data[:room])
        if self._size is None or room < len(data):
            self._mark.write_text(str(self._used), encoding="ascii")
        if room < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimit:
    """No file grows past a size, by the kernel's limit, the database's files included.

    Args:
        size: bytes.
    """

    size: int

    def install(self) -> None:
        """Set the limit for this process and its children."""
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, hard))
