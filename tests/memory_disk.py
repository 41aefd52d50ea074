"""Temporary folders of the tests are kept in memory, where there is room enough.

The product writes each step through to the disk before the next, and the tests take many
thousands of such steps: on a disk they are most of a run. A folder the caller chose (`TMPDIR`,
`--basetemp`) stays.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import pytest

MEMORY_DISK: Final = Path("/dev/shm")
ROOM: Final = 6 << 30


def pytest_configure(config: pytest.Config) -> None:
    """Put the temporary folders of this run and of its children into memory."""
    if "TMPDIR" in os.environ or config.option.basetemp or not has_room(MEMORY_DISK):
        return
    os.environ["TMPDIR"] = str(MEMORY_DISK)
    tempfile.tempdir = None  # asked for anew, from the environment


def has_room(folder: Path) -> bool:
    """Return whether a folder can be written to and holds six gigabytes more, memory as well."""
    if not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < ROOM:
        return False
    return _available_memory() >= 2 * ROOM


def _available_memory() -> int:
    """Return how many bytes of memory can be had without swapping; 0 where nobody tells."""
    told = Path("/proc/meminfo")
    if not told.exists():
        return 0
    lines = (line.split() for line in told.read_text(encoding="ascii").splitlines())
    return next((int(size) << 10 for name, size, *_ in lines if name == "MemAvailable:"), 0)
