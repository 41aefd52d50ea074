"""What a witness must never forget: the last checkpoint it cosigned of each log."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.errors import AuditError
from audit.memory import replace_file
from codes.wording import Text
from log.checkpoint import Checkpoint, parse_checkpoint_text
from log.errors import LogError
from log.merkle import EMPTY_ROOT


class Slot:
    """The place of one log, open to one request at a time.

    Args:
        path: of its file.
        latest: what was cosigned last; the empty tree before the first.
    """

    __slots__ = ("_path", "latest")

    latest: Checkpoint

    def __init__(self, path: Path, latest: Checkpoint) -> None:
        self._path = path
        self.latest = latest

    def keep(self, checkpoint: Checkpoint) -> None:
        """Remember a checkpoint, on the disk, before it is cosigned."""
        replace_file(self._path, checkpoint.text.encode())
        self.latest = checkpoint


class WitnessState:
    """One small file for each log, in a folder of the witness's own.

    Args:
        folder: made where it is missing.
    """

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder

    @contextmanager
    def locked(self, origin: str) -> Iterator[Slot]:
        """Open the place of a log while nobody else, in any process, can.

        Raises:
            AuditError: `witness_state_damaged`.
        """
        name = hashlib.sha256(origin.encode()).hexdigest()
        with (self._folder / f"{name}.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the file is closed
            path = self._folder / f"{name}.checkpoint"
            yield Slot(path, _read(path, origin))


def _read(path: Path, origin: str) -> Checkpoint:
    """Return what is remembered of a log."""
    try:
        text = path.read_bytes().decode("utf-8")
        latest = parse_checkpoint_text(text)
    except FileNotFoundError:
        return Checkpoint(origin=origin, size=0, root=EMPTY_ROOT)
    except (UnicodeDecodeError, LogError) as error:
        raise _damaged() from error
    if latest.origin != origin:
        raise _damaged()
    return latest


def _damaged() -> AuditError:
    return AuditError(
        "witness_state_damaged",
        Text(
            "见证人的记忆已损坏，拒绝签名；请从备份恢复",
            "The memory of the witness is damaged and nothing is cosigned; restore the backup",
        ),
    )
