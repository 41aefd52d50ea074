"""Flips single bits in the files of a log, and says whether each was found where it is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from log.fsck import fsck
from log.notes import VerifierKey
from log.reading import FolderSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One bit of one file.

    Args:
        path: below the log's folder.
        byte: offset of its byte.
        bit: 0 to 7.
    """

    path: str
    byte: int
    bit: int


def log_files(folder: Path) -> list[Path]:
    """Return the checkpoints, tiles and bundles of a log."""
    found = [*folder.glob("checkpoint*"), *(folder / "tile").rglob("*")]
    return sorted(path for path in found if path.is_file())


def random_flips(folder: Path, count: int, rng: random.Random) -> Iterator[Flip]:
    """Yield flips: every file is as likely as another, then every bit of it."""
    files = log_files(folder)
    for _ in range(count):
        path = rng.choice(files)
        byte = rng.randrange(path.stat().st_size)
        yield Flip(path=path.relative_to(folder).as_posix(), byte=byte, bit=rng.randrange(8))


def is_located(folder: Path, flip: Flip, log_key: VerifierKey) -> bool:
    """Say whether a check reports exactly that file and a place at or before that byte.

    A hash and a well-formed entry are known to the byte they begin at; of a checkpoint, only
    that its signature is wrong.
    """
    path = folder / flip.path
    genuine = path.read_bytes()
    altered = bytearray(genuine)
    altered[flip.byte] ^= 1 << flip.bit
    path.write_bytes(altered)
    try:
        faults = fsck(FolderSource(folder), log_key).faults
    finally:
        path.write_bytes(genuine)
    return (
        len(faults) == 1
        and faults[0].path == flip.path
        and (faults[0].offset is None or faults[0].offset <= flip.byte)
    )
