"""How long fsck takes over a large log, and how much of that is hashing that cannot be spared.

`python -m bench.log_fsck` makes a log of 1 000 000 issue leaves in a temporary folder, checks it,
and hashes the same leaves and the nodes above them once with nothing else done: the ratio of the
two is what the figure means on another machine. `--quick` takes 100 000 leaves.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from log.checkpoint import Checkpoint
from log.edge import TreeEdge
from log.fsck import fsck
from log.merkle import hash_leaf, root_of
from log.notes import NoteSignature, SignedNote, VerifierKey, sign_text
from log.reading import FolderSource
from log.tiles import ENTRIES, TILE_WIDTH, TileId, encode_bundle, encode_tile
from tests.log.logs import own_entries
from tests.log.trees import LOG_KEY, LOG_SIGN, ORIGIN

FULL, QUICK = 1_000_000, 100_000
ROUNDS = 3


def write_log(folder: Path, size: int) -> None:
    """Write a log of our own leaves with all its tiles and one checkpoint."""
    edge = TreeEdge()
    for start in range(0, size, TILE_WIDTH):
        entries = own_entries(start, min(TILE_WIDTH, size - start))
        _write(folder, TileId(ENTRIES, start // TILE_WIDTH, len(entries)), encode_bundle(entries))
        for tile, hashes in edge.extend([hash_leaf(entry) for entry in entries]):
            _write(folder, tile, encode_tile(hashes))
    for tile, hashes in edge.partial_tiles():
        _write(folder, tile, encode_tile(hashes))
    text = Checkpoint(origin=ORIGIN, size=size, root=edge.root()).text
    signature: NoteSignature = sign_text(text, LOG_KEY, LOG_SIGN)
    (folder / "checkpoint").write_bytes(bytes(SignedNote(text=text, signatures=(signature,))))


def _write(folder: Path, tile: TileId, data: bytes) -> None:
    path = folder / tile.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def check(folder: Path, key: VerifierKey, size: int) -> None:
    """Check the log, which must be sound."""
    report = fsck(FolderSource(folder), key)
    if report.faults or report.entries != size:
        raise SystemExit("the log that was measured is not sound")


def hash_only(entries: list[bytes]) -> None:
    """Hash leaves, and the nodes above them, and do nothing else."""
    root_of([hash_leaf(entry) for entry in entries])


def seconds(work: Callable[[], None]) -> tuple[float, float]:
    """Return how long `work` takes: by the wall, and of this process's processor time."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


@click.command()
@click.option("--quick", is_flag=True, help="Measure less.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
def main(quick: bool, as_json: bool) -> None:
    """Measure and print."""
    size = QUICK if quick else FULL
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_log(folder, size)
        entries = own_entries(0, size)
        rounds = [
            (seconds(lambda: check(folder, LOG_KEY, size)), seconds(lambda: hash_only(entries)))
            for _ in range(ROUNDS)
        ]
    (wall, cpu), _ = best = min(rounds)
    ratio = min(ours[1] / bare[1] for ours, bare in rounds)
    figures = {
        "leaves": size,
        "fsck_seconds": round(wall, 2),
        "fsck_cpu_seconds": round(cpu, 2),
        "hashing_alone_cpu_seconds": round(best[1][1], 2),
        "times_hashing_alone": round(ratio, 2),
    }
    if as_json:
        click.echo(json.dumps(figures))
    else:
        for label, value in figures.items():
            click.echo(f"{label:28} {value}")


if __name__ == "__main__":
    main()
