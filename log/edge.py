"""The right edge of a tree as tiles see it: all that must be kept to go on deriving it.

For each level the hashes in the tile that is not full yet. From them comes the root of what was
read, and whatever is derived by adding leaves to them is a tree that begins with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from log.merkle import Frontier, perfect_root
from log.tiles import TILE_HEIGHT, TILE_WIDTH, TileId


class TreeEdge:
    """The tiles that are not full, of a tree that grows leaf by leaf.

    Args:
        levels: the hashes in the last tile of each level, below 256 of each; from the leaves up.
        size: how many leaves there are.

    Raises:
        ValueError: these are not the levels of a tree of that size.
    """

    __slots__ = ("levels", "size")

    levels: list[list[bytes]]
    size: int

    def __init__(self, levels: Sequence[Sequence[bytes]] = (), size: int = 0) -> None:
        self.levels = [list(level) for level in levels]
        self.size = size
        if any(
            len(level) != (size >> (TILE_HEIGHT * at)) % TILE_WIDTH
            for at, level in enumerate(self.levels)
        ) or size >> (TILE_HEIGHT * len(self.levels)):
            raise ValueError("these levels are not the edge of a tree of that size")

    def extend(self, leaf_hashes: Sequence[bytes]) -> Iterator[tuple[TileId, list[bytes]]]:
        """Take more leaves, at most to the end of the tile; yield each tile that becomes full."""
        self.size += len(leaf_hashes)
        level, added = 0, list(leaf_hashes)
        while added:
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level] += added
            added = []
            if len(self.levels[level]) > TILE_WIDTH:
                raise ValueError("more leaves than the tile has room for")
            if len(self.levels[level]) == TILE_WIDTH:
                full, self.levels[level] = self.levels[level], []
                yield TileId(level, (self.size >> (TILE_HEIGHT * (level + 1))) - 1), full
                added = [perfect_root(full)]
            level += 1

    def partial_tiles(self) -> Iterator[tuple[TileId, list[bytes]]]:
        """Yield the tiles that are not full, from the leaves up."""
        for level, hashes in enumerate(self.levels):
            if hashes:
                index = self.size >> (TILE_HEIGHT * (level + 1))
                yield TileId(level, index, len(hashes)), hashes

    def root(self, added: Sequence[bytes] = ()) -> bytes:
        """Return the root, or what it would be with some more leaves."""
        frontier = Frontier()
        for level in range(len(self.levels) - 1, -1, -1):
            for root in self.levels[level]:
                frontier.append_subtree(TILE_HEIGHT * level, root)
        for leaf_hash in added:
            frontier.append(leaf_hash)
        return frontier.root()
