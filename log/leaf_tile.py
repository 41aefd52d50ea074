"""One tile of leaves, read twice: its entries, and the hashes the log keeps of them.

Where the two disagree, what lies above decides which of them is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from log.errors import LogError
from log.faults import FaultList, LogFault, entry_fault, file_fault, hash_fault
from log.merkle import HASH_BYTES, hash_leaf
from log.reading import LogSource, read_tile
from log.tiles import ENTRIES, TILE_WIDTH, TileId, decode_bundle, decode_tile


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafTile:
    """What was settled about one tile of leaves.

    Args:
        hashes: the leaf hashes to go on with.
        entries: the entries, where all of them are those of `hashes`; else None.
        bundle: the bytes of the bundle; empty where it cannot be read.
    """

    hashes: list[bytes]
    entries: list[bytes] | None
    bundle: bytes


def read_leaf_tile(
    source: LogSource,
    tile: TileId,
    faults: FaultList,
    is_genuine: Callable[[Sequence[bytes]], bool],
) -> LeafTile | None:
    """Return one tile of leaves with its faults added to the list; None where nothing is left.

    Args:
        source: untrusted.
        tile: at level 0.
        faults: takes what is wrong.
        is_genuine: says whether leaf hashes fit what lies above; asked only in a dispute.
    """
    bundle_id = TileId(ENTRIES, tile.index, tile.width)
    bundle = _read(source, bundle_id, faults)
    data = _read(source, tile, faults)
    entries = _entries(bundle, tile.width)
    derived = None if entries is None else [hash_leaf(entry) for entry in entries]
    kept = _hashes(data, tile, faults)
    if derived is not None and (kept is None or kept == derived):
        return LeafTile(hashes=derived, entries=entries, bundle=bundle or b"")
    if kept is None:
        if bundle is not None:
            faults.add(entry_fault(bundle_id.path, *locate_entry(bundle, tile, ())))
        return None
    if derived is not None and (is_genuine(derived) or not is_genuine(kept)):
        faults.add(locate_hash(tile, kept, derived))
        return LeafTile(hashes=derived, entries=entries, bundle=bundle or b"")
    if bundle is not None:
        faults.add(entry_fault(bundle_id.path, *locate_entry(bundle, tile, kept)))
    return LeafTile(hashes=kept, entries=None, bundle=b"")


def locate_entry(bundle: bytes, tile: TileId, hashes: Sequence[bytes]) -> tuple[int, int]:
    """Return the leaf index and the offset of the first entry that has not the hash it should.

    Args:
        bundle: untrusted.
        tile: where its hashes are.
        hashes: those the entries should have; may be fewer than there are.
    """
    offset, first = 0, tile.index * TILE_WIDTH
    for at in range(tile.width):
        end = offset + 2 + int.from_bytes(bundle[offset : offset + 2])
        if offset + 2 > len(bundle) or end > len(bundle):
            return first + at, offset
        if at < len(hashes) and hash_leaf(bundle[offset + 2 : end]) != hashes[at]:
            return first + at, offset
        offset = end
    return first + tile.width, offset


def locate_hash(tile: TileId, kept: Sequence[bytes], derived: Sequence[bytes]) -> LogFault:
    """Return the fault of the first hash of a tile that is not the derived one."""
    at = next(at for at, pair in enumerate(zip(kept, derived, strict=True)) if pair[0] != pair[1])
    return hash_fault(tile.path, tile.index * TILE_WIDTH + at, at * HASH_BYTES)


def _read(source: LogSource, tile: TileId, faults: FaultList) -> bytes | None:
    """Return a file, or None with its fault; a log out of reach is no fault of the log."""
    try:
        return read_tile(source, tile)
    except LogError as error:
        if error.code == "log_unreachable":
            raise
        faults.add(file_fault(tile.path, error))
        return None


def _entries(bundle: bytes | None, width: int) -> list[bytes] | None:
    try:
        return None if bundle is None else decode_bundle(bundle, width)
    except LogError:
        return None


def _hashes(data: bytes | None, tile: TileId, faults: FaultList) -> list[bytes] | None:
    try:
        return None if data is None else decode_tile(data, tile.width)
    except LogError as error:
        faults.add(file_fault(tile.path, error))
        return None
