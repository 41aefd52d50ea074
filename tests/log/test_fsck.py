"""Checking a whole log: nothing wrong is missed, and nothing right is blamed."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from log.errors import LogError
from log.faults import LogFault
from log.fsck import fsck
from log.reading import FolderSource, open_source
from log.tiles import TileId, encode_tile, tiles_of
from tests.log.flips import is_located, random_flips
from tests.log.logs import GrowingLog, own_entries
from tests.log.trees import LOG_KEY, key_pair, leaf_hashes

STEPS = (3, 250, 20, 300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of a few hundred of our leaves, grown in steps."""
    log = GrowingLog(tmp_path / "log")
    for step in STEPS:
        log.grow(own_entries(log.size, step), keep=True)
    return log.folder


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """The same log, served over the web."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send one path elsewhere, and everything else as it is."""
        if self.path == "/moved/checkpoint":
            self.send_response(302)
            self.send_header("Location", "ftp://127.0.0.1/checkpoint")
            self.end_headers()
        else:
            super().do_GET()


def faults_of(folder: Path) -> tuple[LogFault, ...]:
    """Return what is wrong with a log of ours."""
    return fsck(FolderSource(folder), LOG_KEY).faults


def test_a_log_that_grew_honestly_is_sound_and_read_to_the_last_file(folder: Path) -> None:
    report = fsck(FolderSource(folder), LOG_KEY)
    there = sum(path.is_file() for path in folder.rglob("*"))

    assert (report.faults, report.size, report.beyond) == ((), sum(STEPS), 0)
    assert report.files == there
    assert report.checkpoints == len(STEPS) + 1


def test_a_log_on_the_web_is_checked_by_the_files_its_size_implies(address: str) -> None:
    report = fsck(open_source(address), LOG_KEY)

    assert (report.faults, report.size) == ((), sum(STEPS))
    assert report.files == 1 + len(list(tiles_of(sum(STEPS))))


def test_a_flipped_bit_anywhere_is_found_and_located(folder: Path) -> None:
    flips = random_flips(folder, 60, random.Random(7))
    lost = [flip for flip in flips if not is_located(folder, flip, LOG_KEY)]

    assert lost == []


def test_a_log_whose_history_was_rewritten_belies_its_old_checkpoint(folder: Path) -> None:
    old = (folder / "checkpoint.273").read_bytes()
    log = GrowingLog(folder)
    log.grow(own_entries(1, sum(STEPS)), keep=True)
    (folder / "checkpoint.273").write_bytes(old)
    codes = {(fault.code, fault.path) for fault in faults_of(folder)}

    assert ("log_root_wrong", "checkpoint.273") in codes


def test_a_missing_file_is_named(folder: Path) -> None:
    for tile in tiles_of(sum(STEPS)):
        path = folder / tile.path
        data = path.read_bytes()
        path.unlink()
        faults = faults_of(folder)
        path.write_bytes(data)
        assert [(fault.code, fault.path) for fault in faults] == [("log_file_missing", tile.path)]


def test_a_tree_that_cannot_be_read_any_further_says_where(folder: Path) -> None:
    for path in ("tile/0/001", "tile/entries/001"):
        (folder / path).unlink()

    assert [fault.code for fault in faults_of(folder)][-1] == "log_underivable"


def test_a_partial_tile_that_is_gone_is_read_from_the_full_one(folder: Path) -> None:
    log = GrowingLog(folder)
    log.size = sum(STEPS)
    old = (folder / "checkpoint").read_bytes()
    log.grow(own_entries(log.size, 300))
    (folder / "checkpoint").write_bytes(old)
    for tile in tiles_of(sum(STEPS)):
        if not tile.is_full and tile.level < 1:
            (folder / tile.path).unlink()
    report = fsck(FolderSource(folder), LOG_KEY)

    assert (report.faults, report.size) == ((), sum(STEPS))
    assert report.beyond > 0


def test_a_file_that_is_no_tile_and_a_checkpoint_of_another_key_are_faults(folder: Path) -> None:
    (folder / "tile" / "0" / "7").write_bytes(b"")
    stray = LogFault(code="log_stray_file", text=faults_of(folder)[0].text, path="tile/0/7")

    assert faults_of(folder) == (stray,)
    assert {fault.code for fault in fsck(FolderSource(folder), key_pair(9)[0]).faults} == {
        "note_unsigned",
        "log_stray_file",
    }


def test_a_superseded_tile_with_other_hashes_is_a_fault_at_the_first_of_them(folder: Path) -> None:
    tile = TileId(0, 1, 17)
    assert (folder / tile.path).is_file()
    genuine = (folder / tile.path).read_bytes()
    (folder / tile.path).write_bytes(genuine[:96] + encode_tile(leaf_hashes(14)))
    (fault,) = faults_of(folder)

    assert (fault.path, fault.index, fault.offset) == (tile.path, 256 + 3, 96)


@pytest.mark.parametrize("place", ["ftp://log.example/", "file:///etc"])
def test_only_folders_and_the_web_are_read(place: str) -> None:
    with pytest.raises(LogError, match="log_place"):
        open_source(place)


def test_what_cannot_be_reached_is_not_called_faulty(tmp_path: Path, address: str) -> None:
    for place in (str(tmp_path / "none"), "http://127.0.0.1:9/", f"{address}/moved"):
        with pytest.raises(LogError, match="log_unreachable"):
            fsck(open_source(place), LOG_KEY)


def test_a_log_without_a_checkpoint_is_faulty(address: str) -> None:
    (fault,) = fsck(open_source(f"{address}/tile"), LOG_KEY).faults

    assert (fault.code, fault.path) == ("log_file_missing", "checkpoint")
