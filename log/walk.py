"""Goes through a log from one size to a later one and derives every hash again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from log.edge import TreeEdge
from log.errors import LogError
from log.faults import (
    FaultList,
    Progress,
    entry_fault,
    file_fault,
    lost_fault,
    rewritten_fault,
    root_fault,
)
from log.leaf_tile import LeafTile, locate_entry, locate_hash, read_leaf_tile
from log.merkle import hash_leaf, perfect_root
from log.reading import LogSource, read_tile, read_tile_file
from log.survey import Survey
from log.tiles import ENTRIES, TILE_WIDTH, TileId, decode_bundle, decode_tile, tile_at

# Index of the first entry, and the entries: None in place of entries that cannot be trusted.
TakeEntries = Callable[[int, Sequence[bytes | None]], None]


@dataclass(slots=True)
class Walk:
    """One pass over a log.

    Args:
        source: untrusted.
        survey: what it consists of.
        faults: takes what is wrong.
        files: how many tiles and bundles were read.
        entries: how many entries were derived again.
    """

    source: LogSource
    survey: Survey
    faults: FaultList
    files: int = 0
    entries: int = 0
    _size: int = field(default=0, init=False)

    def run(
        self,
        edge: TreeEdge,
        *,
        take: TakeEntries = lambda first, entries: None,
        progress: Progress = lambda done, total: None,
    ) -> None:
        """Go on from what `edge` stands for to the largest genuine checkpoint; `edge` grows.

        Args:
            edge: of the part that was read before, or of nothing.
            take: given all new entries in order.
            progress: told how many entries are done, and of how many.

        Raises:
            LogError: `log_unreachable`.
        """
        self._size = self.survey.size
        self._check_root(edge, ())
        for index in range(edge.size // TILE_WIDTH, -(-self._size // TILE_WIDTH)):
            if not self._leaf_tile(edge, tile_at(0, index, self._size), take):
                return
            progress(edge.size, self._size)
        for tile, hashes in edge.partial_tiles():
            if tile.level:
                self._check_tile(tile, hashes)

    def _leaf_tile(self, edge: TreeEdge, tile: TileId, take: TakeEntries) -> bool:
        """Take the new leaves of one tile; say whether anything of it could be read."""
        known = list(edge.levels[0]) if edge.levels else []
        leaves = read_leaf_tile(
            self.source, tile, self.faults, lambda hashes: self._fits(edge, tile, hashes)
        )
        self.files += 2
        if leaves is None:
            self.faults.add(lost_fault(tile.path))
            return False
        self._check_known(tile, leaves, known)
        added = leaves.hashes[len(known) :]
        self._check_superseded_bundles(tile.index, leaves)
        self._check_superseded(0, tile.index, leaves.hashes)
        for count in range(1, len(added) + 1):
            if edge.size + count in self.survey.checkpoints:
                self._check_root(edge, added[:count])
        entries: Sequence[bytes | None] = leaves.entries or [None] * tile.width
        take(edge.size, entries[len(known) :])
        self.entries += len(added)
        for full, hashes in edge.extend(added):
            if full.level:
                self._check_tile(full, hashes)
        return True

    def _fits(self, edge: TreeEdge, tile: TileId, hashes: Sequence[bytes]) -> bool:
        """Say whether leaf hashes fit the hash above them, or the signed root at the edge."""
        if not tile.is_full:
            added = hashes[edge.size % TILE_WIDTH :]
            signed = self.survey.checkpoints[self._size]
            return any(edge.root(added) == one.checkpoint.root for _, one in signed)
        above = tile_at(1, tile.index // TILE_WIDTH, self._size)
        try:
            roots = decode_tile(read_tile(self.source, above), above.width)
        except LogError as error:
            if error.code == "log_unreachable":
                raise
            return False
        return perfect_root(hashes) == roots[tile.index % TILE_WIDTH]

    def _check_root(self, edge: TreeEdge, added: Sequence[bytes]) -> None:
        """Compare the root so far with every checkpoint of that size."""
        size = edge.size + len(added)
        if size not in self.survey.checkpoints:
            return
        root = edge.root(added)
        for path, signed in self.survey.checkpoints[size]:
            if signed.checkpoint.root != root:
                self.faults.add(root_fault(path, size))

    def _check_known(self, tile: TileId, leaves: LeafTile, known: Sequence[bytes]) -> None:
        """Compare the entries that were read in an earlier pass."""
        for at, before in enumerate(known):
            if leaves.hashes[at] != before:
                place = locate_entry(leaves.bundle, tile, known)
                path = TileId(ENTRIES, tile.index, tile.width).path
                self.faults.add(rewritten_fault(path, *place))
                return

    def _check_tile(self, tile: TileId, derived: Sequence[bytes]) -> None:
        """Compare a tile above the leaves with what was derived."""
        self.files += 1
        try:
            self._compare(tile, read_tile(self.source, tile), derived)
        except LogError as error:
            self._add(tile, error)
        self._check_superseded(tile.level, tile.index, derived)

    def _check_superseded(self, level: int, index: int, derived: Sequence[bytes]) -> None:
        """Compare the partial tiles that a tile grew from."""
        for partial in self.survey.partials.pop((level, index), ()):
            self.files += 1
            try:
                data = read_tile_file(self.source, partial)
                self._compare(partial, data, derived[: partial.width])
            except LogError as error:
                self._add(partial, error)

    def _compare(self, tile: TileId, data: bytes, derived: Sequence[bytes]) -> None:
        kept = decode_tile(data, tile.width)
        if kept != list(derived):
            self.faults.add(locate_hash(tile, kept, derived))

    def _check_superseded_bundles(self, index: int, leaves: LeafTile) -> None:
        """Compare the partial bundles that a bundle grew from."""
        for partial in self.survey.partials.pop((ENTRIES, index), ()):
            self.files += 1
            try:
                data = read_tile_file(self.source, partial)
            except LogError as error:
                self._add(partial, error)
                continue
            if not _holds(data, partial, leaves):
                place = locate_entry(data, partial, leaves.hashes)
                self.faults.add(entry_fault(partial.path, *place))

    def _add(self, tile: TileId, error: LogError) -> None:
        """Take the fault of a file; a log out of reach is no fault of the log."""
        if error.code == "log_unreachable":
            raise error
        self.faults.add(file_fault(tile.path, error))


def _holds(data: bytes, partial: TileId, leaves: LeafTile) -> bool:
    """Say whether a superseded bundle holds just the first entries of its tile."""
    try:
        entries = decode_bundle(data, partial.width)
    except LogError:
        return False
    if leaves.entries is not None:
        return entries == leaves.entries[: partial.width]
    return [hash_leaf(entry) for entry in entries] == leaves.hashes[: partial.width]
