"""What a log consists of before any hash is looked at: its checkpoints and its superseded tiles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from log.checkpoint import SignedCheckpoint, open_checkpoint
from log.errors import LogError
from log.faults import FaultList, file_fault, stray_fault
from log.notes import VerifierKey
from log.reading import CHECKPOINT, LogSource, read_checkpoint_file
from log.tiles import TILE_HEIGHT, TILE_WIDTH, TileId, parse_tile_path


@dataclass(slots=True)
class Survey:
    """What lies in a log.

    Args:
        current: the checkpoint the log shows now, where it is genuine.
        checkpoints: every genuine checkpoint with its file, by size.
        partials: superseded partial tiles and bundles by level and index.
        beyond: how many files no genuine checkpoint covers yet.
        files: how many checkpoint files were read.
    """

    current: SignedCheckpoint | None = None
    checkpoints: dict[int, list[tuple[str, SignedCheckpoint]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    partials: dict[tuple[int, int], list[TileId]] = field(default_factory=lambda: defaultdict(list))
    beyond: int = 0
    files: int = 0

    @property
    def size(self) -> int:
        """Of the largest tree that a genuine checkpoint covers."""
        return max(self.checkpoints, default=0)


def survey_log(
    source: LogSource,
    log_key: VerifierKey,
    faults: FaultList,
    *,
    origin: str | None = None,
    witnesses: Iterable[VerifierKey] = (),
) -> Survey:
    """Return what a log consists of: in a folder all that lies there, else its checkpoint.

    Args:
        source: untrusted.
        log_key: of the log.
        faults: takes every checkpoint that is not genuine and every file that is no tile.
        origin: of the log; the name of its key unless given.
        witnesses: keys whose cosignatures are verified too.

    Raises:
        LogError: `log_unreachable`.
    """
    survey, known = Survey(), tuple(witnesses)
    paths = list(source.listing() or [])
    checkpoints = {CHECKPOINT, *(path for path in paths if path.startswith(CHECKPOINT))}
    for path in sorted(checkpoints):
        try:
            data = read_checkpoint_file(source, path)
            survey.files += 1
            signed = open_checkpoint(data, log_key, origin=origin, witnesses=known)
        except LogError as error:
            if error.code == "log_unreachable":
                raise
            faults.add(file_fault(path, error))
            continue
        survey.checkpoints[signed.checkpoint.size].append((path, signed))
        if path == CHECKPOINT:
            survey.current = signed
    for path in paths:
        if path not in checkpoints:
            _sort_tile(path, survey, faults)
    return survey


def _sort_tile(path: str, survey: Survey, faults: FaultList) -> None:
    """Put a file among the superseded, the not yet covered, or leave it to the tree itself."""
    try:
        tile = parse_tile_path(path)
    except LogError:
        faults.add(stray_fault(path))
        return
    hashes = survey.size >> (TILE_HEIGHT * max(tile.level, 0))
    last = tile.index * TILE_WIDTH + tile.width
    if last > hashes:
        survey.beyond += 1
    elif not tile.is_full and last != hashes:
        survey.partials[tile.level, tile.index].append(tile)
