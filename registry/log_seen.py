"""Remembers the greatest checkpoint of each log that was believed, and refuses one before it.

Whoever puts an older database back with the older log and status lists beside it would bring a
revoked certificate back to life: everything signed still fits. The memory is a small file beside
that of the trust list, which none of them touches.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from codes.wording import Text
from log.checkpoint import Checkpoint
from log.errors import LogError
from log.notes import VerifierKey
from registry.memory_file import Stamp, stamp_of, turn_in
from registry.store import write_durably

_logger = logging.getLogger("yanzhen.log")

_FORMAT = 1
_ROOT_DIGITS = 64

LOG_BEHIND = frozenset({"log_older", "log_differs_from_seen"})
"""Codes of a checkpoint that does not go on from the one seen before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLog:
    """The greatest checkpoint of a log that was believed.

    Args:
        size: how many entries it covers.
        root: over all of them, in hex.
    """

    size: int
    root: str

    def __post_init__(self) -> None:
        """Refuse what no checkpoint can be."""
        if type(self.size) is not int or self.size < 0 or len(self.root) != _ROOT_DIGITS:
            raise ValueError("no checkpoint")
        bytes.fromhex(self.root)


class LogMemory:
    """The memory of one verifier, in a file shared by its processes.

    Args:
        path: the file; its folder is made when something is first remembered.
        must_keep: a file that cannot be written is an error; else the process remembers, and says
            so in its log.
    """

    def __init__(self, path: Path, *, must_keep: bool = False) -> None:
        self._path = path
        self._must_keep = must_keep
        self._lock = threading.Lock()
        self._own: dict[str, SeenLog] = {}

    def stamp(self) -> Stamp | None:
        """Return what changes whenever another process remembers something."""
        return stamp_of(self._path)

    def accept(
        self, key: VerifierKey, checkpoint: Checkpoint, follow: Callable[[SeenLog], None]
    ) -> None:
        """Refuse a checkpoint before the greatest ever accepted; remember a greater one.

        Args:
            key: of the log, which signed the checkpoint.
            checkpoint: believed in every other way.
            follow: raises LogError where the log of the checkpoint does not begin with the smaller
                one seen before.

        Raises:
            LogError: it is smaller (`log_older`) or another of the same size
                (`log_differs_from_seen`); the file is there and cannot be read
                (`log_seen_damaged`): better no answer than one by a log that may be old.
            OSError: it cannot be written, and must be.
        """
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = str(key)
        found = SeenLog(size=checkpoint.size, root=checkpoint.root.hex())
        with self._lock, turn_in(self._path.parent):
            stored = self._load()
            before = {stored.get(name), self._own.get(name)} - {None, found}
            for seen in before:
                assert seen is not None
                _check_goes_on(found, seen)
                if seen.size:
                    follow(seen)
            self._own[name] = found
            if stored.get(name) != found:
                self._write({**stored, name: found})

    def _load(self) -> dict[str, SeenLog]:
        try:
            told = json.loads(self._path.read_bytes())
            if told["format"] != _FORMAT:
                raise ValueError("unknown format")
            return {str(name): SeenLog(**one) for name, one in told["logs"].items()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            _logger.warning("log_seen_damaged %s", type(error).__name__)
            raise LogError(
                "log_seen_damaged",
                Text(
                    f"公开日志记忆文件 {self._path} 已损坏，无法判断日志是否倒退；"
                    "与核对方比对日志条数后，删除该文件即可重新开始",
                    f"{self._path} is damaged, so a log that went back could not be told; compare "
                    "the size of the log with an auditor, then delete the file to begin again",
                ),
            ) from error

    def _write(self, logs: Mapping[str, SeenLog]) -> None:
        told = {name: asdict(logs[name]) for name in sorted(logs)}
        data = json.dumps({"format": _FORMAT, "logs": told}, indent=2).encode() + b"\n"
        try:
            write_durably(self._path, data)
        except OSError as error:
            if self._must_keep:
                raise
            _logger.warning("log_seen_unwritable %s", error.strerror)


def _check_goes_on(found: SeenLog, seen: SeenLog) -> None:
    sizes = {"size": str(found.size), "seen": str(seen.size)}
    if found.size < seen.size:
        raise LogError(
            "log_older",
            Text(
                f"公开日志只有 {found.size} 条，少于此前见过的 {seen.size} 条，不予采信",
                f"the log has {found.size} entries, fewer than the {seen.size} seen before, and "
                "is not believed",
            ),
            evidence=sizes,
        )
    if found.size == seen.size:
        raise LogError(
            "log_differs_from_seen",
            Text(
                f"公开日志同为 {found.size} 条，内容却与此前见过的不同，不予采信",
                f"the log differs from the one of {found.size} entries seen before and is not "
                "believed",
            ),
            evidence=sizes,
        )
