"""Drill: any one bit of a published log or of the database is turned over; fsck says which."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial
from pathlib import Path

from log.fsck import fsck
from log.reading import FolderSource
from tests.drills.drill import Drill, Facts, Figure, Part, require, shares
from tests.drills.row_flips import flip_rows
from tests.log.flips import is_located, log_files, random_flips
from tests.log.logs import GrowingLog, own_entries
from tests.log.trees import LOG_KEY

_FLIPS = {Figure.FULL: 2000, Figure.SHORT: 80}
_ROW_FLIPS = {Figure.FULL: 500, Figure.SHORT: 30}
_PARTS = 4
# Three tiles of leaves and tiles above them, grown in steps that leave superseded ones behind.
_STEPS = (5, 120, 131, 200, 60, 90)


def _parts(figure: Figure, seed: int) -> list[Part]:
    rows = partial(flip_rows, flips=_ROW_FLIPS[figure], seed=seed)
    return [
        *(
            Part(name=f"flips_{at}", run=partial(_run, flips=flips, seed=seed + at))
            for at, flips in enumerate(
                shares(_FLIPS[figure], _PARTS if figure is Figure.FULL else 1)
            )
        ),
        Part(name="rows", run=rows),
    ]


def _run(folder: Path, *, flips: int, seed: int) -> Facts:
    log = GrowingLog(folder / "log")
    for step in _STEPS:
        log.grow(own_entries(log.size, step), keep=True)
    sound = fsck(FolderSource(log.folder), LOG_KEY)
    require(not sound.faults, "a log nobody touched is called faulty")
    require(sound.files == len(log_files(log.folder)), "some file of the log is not read")
    kinds: Counter[str] = Counter()
    for flip in random_flips(log.folder, flips, random.Random(seed)):
        found = is_located(log.folder, flip, LOG_KEY)
        require(found, f"bit {flip.bit} of byte {flip.byte} of {flip.path} was not located")
        kinds[_kind(flip.path)] += 1
    return {f"bits of {kind} turned over, found and located": kinds[kind] for kind in sorted(kinds)}


def _kind(path: str) -> str:
    if path.startswith("checkpoint"):
        return "checkpoints"
    kept = "superseded or partial " if ".p/" in path else "full "
    return kept + ("bundles" if "/entries/" in path else "tiles")


DRILL = Drill(
    name="log_flips",
    promise="Turn over any one bit of a published log and `yanzhen log fsck` says in which file "
    "and at which entry or hash; of a value in the database, in which table.",
    method="""A log of 606 of our own leaves is grown in six steps, every checkpoint kept. Then one
        bit at a time is turned over, in a file chosen at random among checkpoints, tiles, bundles
        and those that later ones superseded, and the whole log is checked as anyone would. The
        report must name exactly that file, and a place at or before that byte. Then one bit of one
        value at a time in the database of an office (awards, copies, holders, ways in, life events,
        batches, counters, status lists, the log's own tables and the audit trail; a text stays
        readable text), going around its triggers: the comparison of database and
        log, or the check of the trail, must say in which table.""",
    parts=_parts,
    defect="Superseded bundles are no longer compared.",
    defect_part="flips_0",
    at_once=2,
)
