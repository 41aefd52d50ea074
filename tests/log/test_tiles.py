"""Tiles and bundles: their paths, their bytes, and trees read from them."""

from __future__ import annotations

import pytest

from log.errors import LogError
from log.merkle import root_of, verify_consistency, verify_inclusion
from log.tiles import (
    ENTRIES,
    MAX_ENTRY_BYTES,
    Bundle,
    TileId,
    TileTree,
    decode_bundle,
    decode_tile,
    encode_bundle,
    extend_tiles,
    parse_tile_path,
    tile_at,
    tiles_of,
)
from tests.log.trees import entry, leaf_hashes


def grown(*sizes: int) -> dict[TileId, bytes]:
    """Return every file of a log that grew by steps."""
    files: dict[TileId, bytes] = {}
    old = 0
    for size in sizes:
        added = [entry(index) for index in range(old, size)]
        files |= dict(extend_tiles(files.__getitem__, old, added))
        old = size
    return files


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TileId(0, 0), "tile/0/000"),
        (TileId(0, 273, 112), "tile/0/273.p/112"),
        (TileId(1, 1234067), "tile/1/x001/x234/067"),
        (TileId(ENTRIES, 1000, 7), "tile/entries/x001/000.p/7"),
        (TileId(63, 0, 1), "tile/63/000.p/1"),
    ],
)
def test_a_path_names_one_tile(tile: TileId, path: str) -> None:
    assert tile.path == path
    assert parse_tile_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/entry/000",
        "tile/0/000/",
        "../tile/0/000",
        "tile/0/\u0660\u0660\u0660",
    ],
)
def test_no_other_spelling_of_a_path_is_taken(path: str) -> None:
    with pytest.raises(LogError, match="log_tile_path"):
        parse_tile_path(path)


def test_a_tree_of_70_000_has_the_tiles_of_the_specifications_example() -> None:
    tiles = list(tiles_of(70_000))
    full = [sum(tile.level == level and tile.is_full for tile in tiles) for level in (0, 1, 2)]
    partial = [(tile.level, tile.width) for tile in tiles if not tile.is_full]

    assert full == [273, 1, 0]
    assert partial == [(ENTRIES, 112), (0, 112), (1, 17), (2, 1)]
    assert [tile.width for tile in tiles_of(256)] == [256, 256, 1]


@pytest.mark.parametrize("steps", [(1,), (256,), (300, 301), (255, 256, 257), (200, 600, 700)])
def test_a_log_that_grows_has_exactly_the_tiles_of_its_sizes(steps: tuple[int, ...]) -> None:
    files = grown(*steps)
    wanted = {tile for size in steps for tile in tiles_of(size)}

    assert set(files) == wanted


def test_only_what_changed_is_written_again() -> None:
    files = grown(600)
    added = [entry(index) for index in range(600, 610)]

    assert [tile for tile, _ in extend_tiles(files.__getitem__, 600, added)] == list(
        tiles_of(610, since=600)
    )
    assert [tile.path for tile in tiles_of(610, since=600)] == [
        "tile/entries/002.p/98",
        "tile/0/002.p/98",
    ]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
def test_a_tree_read_from_tiles_has_the_root_and_the_proofs_of_its_leaves(size: int) -> None:
    tree = TileTree(grown(size).__getitem__, size)
    hashes = leaf_hashes(size)
    old = size // 2 + 1

    assert tree.root() == root_of(hashes)
    assert tree.root(old) == root_of(hashes[:old])
    assert verify_inclusion(
        leaf_hash=hashes[old - 1],
        index=old - 1,
        size=size,
        proof=tree.prove_inclusion(old - 1),
        root=tree.root(),
    )
    assert verify_consistency(
        old_size=old,
        old_root=tree.root(old),
        new_size=size,
        new_root=tree.root(),
        proof=tree.prove_consistency(old),
    )


def test_a_large_tree_is_read_through_its_upper_tiles() -> None:
    size = 256 * 256 + 300
    read: list[TileId] = []
    files = grown(size)

    def reading(tile: TileId) -> bytes:
        read.append(tile)
        return files[tile]

    tree = TileTree(reading, size)

    assert tree.root() == root_of(leaf_hashes(size))
    assert len(read) == len(set(read)) <= 4


def test_entries_come_out_of_a_bundle_as_they_went_in() -> None:
    entries = [b"", b"a", b"\x00" * 300, b"z" * MAX_ENTRY_BYTES]

    assert decode_bundle(encode_bundle(entries), 4) == entries


@pytest.mark.parametrize(
    ("data", "width", "offset", "at"),
    [
        (b"\x00\x01a\x00\x02b", 2, "3", "1"),
        (b"\x00\x01a\x00", 2, "3", "1"),
        (b"\x00\x01a", 2, "3", "1"),
        (b"\x00\x01a\x00\x01b", 1, "3", "1"),
        (b"", 1, "0", "0"),
    ],
)
def test_a_damaged_bundle_is_refused_at_the_place_of_the_damage(
    data: bytes, width: int, offset: str, at: str
) -> None:
    with pytest.raises(LogError, match="log_bundle_damaged") as refused:
        decode_bundle(data, width)

    assert refused.value.evidence == {"offset": offset, "entry": at}


def test_what_no_file_can_hold_is_refused() -> None:
    with pytest.raises(LogError, match="log_entry_length"):
        encode_bundle([b"z" * (MAX_ENTRY_BYTES + 1)])
    with pytest.raises(LogError, match="log_tile_length"):
        decode_tile(b"\x00" * 33, 1)
    with pytest.raises(ValueError, match="no tile"):
        tile_at(0, 1, 256)


def test_a_bundle_read_entry_by_entry_gives_the_same_in_any_order() -> None:
    entries = [b"", b"a" * 300, b"bc", b"d" * 70]
    data = encode_bundle(entries)
    bundle = Bundle(data)
    assert [bundle.entry(at) for at in (2, 0, 3, 1)] == [entries[at] for at in (2, 0, 3, 1)]
    for short in range(len(data)):
        with pytest.raises(LogError, match="log_bundle_damaged"):
            Bundle(data[:short]).entry(3)
