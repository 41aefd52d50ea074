"""The published foreign log is sound as it is, and not after any flipped bit."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from log.fsck import FsckOutcome, fsck
from log.notes import VerifierKey, parse_vkey
from log.reading import FolderSource
from tests.log.flips import is_located, log_files, random_flips
from tests.vectors.cases import published_folder

VKEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
FILES, CHECKPOINTS, SIZE = 47, 17, 15
FLIPS = 200


@pytest.fixture
def key() -> VerifierKey:
    return parse_vkey(VKEY)


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Return a copy of the log that can be written."""
    folder = tmp_path / "log"
    shutil.copytree(published_folder("tlog/tessera-log"), folder, copy_function=shutil.copyfile)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def test_the_foreign_log_is_sound_and_all_of_it_is_read(foreign: Path, key: VerifierKey) -> None:
    report = fsck(FolderSource(foreign), key)

    assert (report.outcome, report.faults) == (FsckOutcome.SOUND, ())
    assert (report.size, report.checkpoints, report.files) == (SIZE, CHECKPOINTS, FILES)
    assert report.files == len(log_files(foreign))


def test_every_file_of_the_foreign_log_is_missed_or_not_as_it_should_be(
    foreign: Path, key: VerifierKey
) -> None:
    """A superseded file may be gone; what the tree is made of may not."""
    for path in log_files(foreign):
        data = path.read_bytes()
        path.unlink()
        missed = fsck(FolderSource(foreign), key).faults
        path.write_bytes(data)
        needed = path.name == "checkpoint" or path.name == str(SIZE)
        assert bool(missed) is needed, path


def test_a_flipped_bit_anywhere_in_the_foreign_log_is_found_and_located(
    foreign: Path, key: VerifierKey
) -> None:
    rng = random.Random(20260301)
    lost = [
        flip for flip in random_flips(foreign, FLIPS, rng) if not is_located(foreign, flip, key)
    ]

    assert lost == []
