"""Small files that remember the newest seen, written by one process at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.store import sweep_unfinished

Stamp = tuple[int, int, int]


@contextmanager
def turn_in(folder: Path) -> Iterator[None]:
    """Keep other processes from writing the memories of a folder until the block ends.

    What killed writers left unfinished there goes first.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # no folder yet: nothing is remembered that could be overwritten
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        sweep_unfinished(folder)
        yield
    finally:
        os.close(descriptor)


def stamp_of(path: Path) -> Stamp | None:
    """Return what changes whenever a file is replaced; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
