"""Reads the published trust list, anew whenever the file changed: the way in for every process."""

from __future__ import annotations

import threading
from pathlib import Path

from codes.wording import Text
from keys.root import check_pin
from keys.trust_list import TrustList, parse_trust_list
from registry.errors import HomeError
from registry.home import Home
from registry.memory_file import Stamp
from registry.trust_memory import TrustMemory


class TrustListFile:
    """Gives the trust list in force; call it.

    Args:
        path: the published file; replaced as a whole by whoever publishes it.
        pin: SHA-256 in hex of a root document known beforehand.
        memory: of the newest list seen.
    """

    def __init__(self, path: Path, pin: str, memory: TrustMemory) -> None:
        self._path = path
        self._pin = pin
        self._memory = memory
        self._lock = threading.Lock()
        self._read: tuple[Stamp, Stamp | None, TrustList] | None = None

    def __call__(self) -> TrustList:
        """Return the list, the same object until the file changed.

        Raises:
            KeysError: as `parse_trust_list`, and as `check_not_older`. An earlier reading is not
                used instead: a key withdrawn must not live on in memory.
            HomeError: `trust_memory_damaged`.
            OSError: the file is missing or cannot be read.
        """
        stat = self._path.stat()
        stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        seen = self._memory.stamp()
        with self._lock:
            if self._read is None or self._read[0] != stamp:
                self._read = None
                trust = parse_trust_list(self._path.read_bytes(), self._pin)
            else:
                trust = self._read[2]
            # A kept list that is put back may have the stamp of the file that was read here before:
            # what other processes have remembered since counts too.
            if self._read is None or self._read[1] != seen:
                self._read = None
                self._memory.accept(trust)
            self._read = (stamp, seen, trust)
            return trust


def trust_list_of(home: Home) -> TrustListFile:
    """Return what reads the trust list of a home, under its own pin and memory.

    Raises:
        HomeError: as `root_pin`.
    """
    return TrustListFile(
        home.key_document_path, root_pin(home), TrustMemory(home.trust_memory_path)
    )


def root_pin(home: Home) -> str:
    """Return the pin that a home was set up with.

    Raises:
        HomeError: there is none (`root_missing`).
        KeysError: it is damaged (`root_pin_invalid`).
    """
    try:
        return check_pin(home.root_pin_path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise HomeError(
            "root_missing",
            Text(
                f"{home.root_pin_path} 缺失：此数据目录还没有根密钥，请运行 yanzhen migrate",
                f"{home.root_pin_path} is missing: this home has no root key yet; "
                "run yanzhen migrate",
            ),
        ) from error
