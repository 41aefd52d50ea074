"""Proofs of many entries share what they have in common, and prove no less for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from log.errors import LogError
from log.merkle import prove_inclusion
from log.tiles import ENTRIES, TILE_WIDTH, tile_at
from registry.log_reader import VKEY, LogReader
from tests.log.logs import GrowingLog
from tests.log.trees import LOG_KEY, entry

SIZE = 3 * TILE_WIDTH + 20
IN_FULL_TILES = (0, 1, TILE_WIDTH - 1, TILE_WIDTH, 2 * TILE_WIDTH + 77)
PLACES = (*IN_FULL_TILES, 3 * TILE_WIDTH, SIZE - 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    GrowingLog(tmp_path).grow([entry(index) for index in range(SIZE)])
    (tmp_path / VKEY).write_text(f"{LOG_KEY}\n")
    return tmp_path


def test_every_entry_gets_the_proof_it_would_get_alone(folder: Path) -> None:
    reader = LogReader(folder)
    prover, tree = reader.prover(), reader.tree()
    for index in range(SIZE):
        assert prover.prove(index).path == prove_inclusion(tree.node, index, SIZE)


@pytest.mark.parametrize("index", PLACES)
def test_an_entry_that_was_changed_gets_no_proof(folder: Path, index: int) -> None:
    path = folder / tile_at(ENTRIES, index // TILE_WIDTH, SIZE).path
    data = bytearray(path.read_bytes())
    data[data.index(entry(index)) + 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(LogError, match="log_root_differs"):
        LogReader(folder).prover().prove(index)


@pytest.mark.parametrize(
    ("index", "changed"),
    [(index, index) for index in IN_FULL_TILES] + [(index, index ^ 1) for index in PLACES],
)
def test_a_changed_hash_in_the_tile_that_the_proof_needs_is_noticed(
    folder: Path, index: int, changed: int
) -> None:
    path = folder / tile_at(0, index // TILE_WIDTH, SIZE).path
    data = bytearray(path.read_bytes())
    data[changed % TILE_WIDTH * 32] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(LogError, match="log_root_differs"):
        LogReader(folder).prover().prove(index)


def test_a_proven_bundle_is_kept_for_the_next_prover_and_its_entries_are_not(folder: Path) -> None:
    reader = LogReader(folder)
    first = reader.prover().prove(7)
    (folder / tile_at(0, 0, SIZE).path).unlink()
    assert reader.prover().prove(7) == first
    entries = folder / tile_at(ENTRIES, 0, SIZE).path
    data = bytearray(entries.read_bytes())
    data[data.index(entry(7)) + 2] ^= 1
    entries.write_bytes(bytes(data))
    with pytest.raises(LogError, match="log_root_differs"):
        reader.prover().prove(7)


def test_a_bundle_that_was_not_proven_is_read_anew_once_it_is_mended(folder: Path) -> None:
    reader, path = LogReader(folder), folder / tile_at(0, 0, SIZE).path
    right = path.read_bytes()
    path.write_bytes(bytes([right[0] ^ 1]) + right[1:])
    with pytest.raises(LogError, match="log_root_differs"):
        reader.prover().prove(7)
    path.write_bytes(right)
    assert reader.prover().prove(7).index == 7
