"""Checks anyone's log: every hash in it is derived again from the entries and compared.

Read are all tiles and bundles of the tree, and in a folder also every superseded partial tile,
every superseded bundle and every checkpoint file that lies there. Where something differs, the
report says in which file, at which entry or hash, and at which byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from log.edge import TreeEdge
from log.faults import FaultList, LogFault, Progress
from log.notes import VerifierKey
from log.reading import LogSource
from log.survey import survey_log
from log.walk import Walk


class FsckOutcome(StrEnum):
    """What a check came to."""

    SOUND = "sound"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True, kw_only=True)
class FsckReport:
    """What was read, and what is wrong with it.

    Args:
        size: how many entries the largest genuine checkpoint covers.
        entries: how many entries were derived again.
        checkpoints: how many checkpoint files were read.
        files: how many tiles, bundles and checkpoints were read, superseded ones included.
        beyond: files that no genuine checkpoint covers yet; they were left alone.
        faults: in the order they were found.
        truncated: whether there were more faults than are kept.
    """

    size: int
    entries: int
    checkpoints: int
    files: int
    beyond: int
    faults: tuple[LogFault, ...]
    truncated: bool

    @property
    def outcome(self) -> FsckOutcome:
        """Whether anything is wrong."""
        return FsckOutcome.FAULTY if self.faults else FsckOutcome.SOUND

    def as_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "outcome": self.outcome.value,
            "size": self.size,
            "entries": self.entries,
            "checkpoints": self.checkpoints,
            "files": self.files,
            "beyond": self.beyond,
            "faults": [fault.as_dict() for fault in self.faults],
            "truncated": self.truncated,
        }


def fsck(
    source: LogSource,
    log_key: VerifierKey,
    *,
    origin: str | None = None,
    progress: Progress = lambda done, total: None,
) -> FsckReport:
    """Return what is wrong with a log, everything in it read.

    Args:
        source: untrusted.
        log_key: of the log.
        origin: of the log; the name of its key unless given.
        progress: told how many entries are done, and of how many.

    Raises:
        LogError: `log_unreachable`, when nothing can be said.
    """
    faults = FaultList()
    survey = survey_log(source, log_key, faults, origin=origin)
    walk = Walk(source, survey, faults)
    walk.run(TreeEdge(), progress=progress)
    return FsckReport(
        size=survey.size,
        entries=walk.entries,
        checkpoints=survey.files,
        files=survey.files + walk.files,
        beyond=survey.beyond,
        faults=tuple(faults.found),
        truncated=faults.truncated,
    )
