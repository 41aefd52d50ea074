"""Remembers the newest trust list seen, outside the database, and refuses an older one.

Whoever can put an old list back in place could bring withdrawn keys back to life; whoever puts an
old database back could too. The memory is a small file that neither of them touches.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from codes.wording import Text
from keys.errors import KeysError
from keys.trust_list import TrustList
from registry.errors import HomeError
from registry.memory_file import Stamp, stamp_of, turn_in
from registry.store import write_durably

_logger = logging.getLogger("yanzhen.trust")

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The newest trust list seen.

    Args:
        version: its version.
        sha256: of its document, in hex.
        root_version: version of the last root document of its chain.
        root_pin: SHA-256 of that root document, in hex.
    """

    version: int
    sha256: str
    root_version: int
    root_pin: str

    @classmethod
    def of(cls, trust: TrustList) -> Seen:
        """Return what to remember of a list."""
        return cls(
            version=trust.document.version,
            sha256=trust.sha256.hex(),
            root_version=trust.root.version,
            root_pin=trust.root_pins[-1],
        )


def check_not_older(trust: TrustList, seen: Seen | None) -> None:
    """Refuse a list that goes back behind what was seen.

    Raises:
        KeysError: `trust_list_older` for an older list or root; `trust_list_forked` for another
            list of the same version; `root_changed` for a chain that the last root seen is not in.
    """
    if seen is None:
        return
    version, root_version = trust.document.version, trust.root.version
    if version < seen.version or root_version < seen.root_version:
        raise KeysError(
            "trust_list_older",
            Text(
                f"信任列表第 {version} 版（根文件第 {root_version} 版）早于此前见过的"
                f"第 {seen.version} 版（根文件第 {seen.root_version} 版），不予采用",
                f"trust list {version} (root document {root_version}) is older than the one seen "
                f"before, {seen.version} (root document {seen.root_version}), and is refused",
            ),
            evidence={"version": str(version), "seen": str(seen.version)},
        )
    if trust.root_pins[seen.root_version - 1] != seen.root_pin:
        raise KeysError(
            "root_changed",
            Text(
                "信任列表的根文件与此前见过的根文件没有承接关系，不予采用",
                "the trust list's root documents do not descend from the one seen before; refused",
            ),
        )
    if version == seen.version and trust.sha256.hex() != seen.sha256:
        raise KeysError(
            "trust_list_forked",
            Text(
                f"同为第 {version} 版，信任列表的内容却与此前见过的不同，不予采用",
                f"trust list {version} differs from the one of the same version seen before; "
                "refused",
            ),
            evidence={"version": str(version)},
        )


class TrustMemory:
    """The memory of one verifier, in a file shared by its processes.

    Args:
        path: the file; its folder is made when something is first remembered.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._own: Seen | None = None

    def stamp(self) -> Stamp | None:
        """Return what changes whenever another process remembers something."""
        return stamp_of(self._path)

    def accept(self, trust: TrustList) -> None:
        """Refuse an older list than was ever accepted; remember a newer one.

        Where the file cannot be written, this process still remembers, and says so in its log.

        Raises:
            KeysError: as `check_not_older`.
            HomeError: the file is there and cannot be read (`trust_memory_damaged`): better no
                answer than one by a list that may be old.
        """
        with self._lock, turn_in(self._path.parent):
            stored = self._read()
            for seen in (stored, self._own):
                check_not_older(trust, seen)
            self._own = Seen.of(trust)
            if self._own != stored:
                self._write(self._own)

    def seen(self) -> Seen | None:
        """Return the newest list ever accepted, None where there was none.

        Raises:
            HomeError: `trust_memory_damaged`.
        """
        with self._lock, turn_in(self._path.parent):
            return self._read()

    def _read(self) -> Seen | None:
        try:
            told = json.loads(self._path.read_bytes())
            if told.pop("format") != _FORMAT:
                raise ValueError("unknown format")
            seen = Seen(**told)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._damaged() from error
        if type(seen.version) is not int or type(seen.root_version) is not int:
            raise self._damaged()
        return seen

    def _write(self, seen: Seen) -> None:
        data = json.dumps({"format": _FORMAT, **asdict(seen)}, indent=2).encode() + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_durably(self._path, data)
        except OSError as error:
            _logger.warning("trust_memory_unwritable %s", error.strerror)

    def _damaged(self) -> HomeError:
        return HomeError(
            "trust_memory_damaged",
            Text(
                f"信任列表记忆文件 {self._path} 已损坏，无法判断信任列表是否倒退；"
                "核对根文件指纹和信任列表版本后，删除该文件即可重新开始",
                f"{self._path} is damaged, so an older trust list could not be told; compare root "
                "pin and version of the list, then delete the file to begin again",
            ),
        )
