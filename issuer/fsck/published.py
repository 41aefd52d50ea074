"""The published log in memory, proven, as the comparison needs it: what was logged, by whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from issuer.fsck.faults import Fault
from log.errors import LogError
from log.leaves import IssueLeaf, Leaf, LifeLeaf, decode_leaf
from log.merkle import Frontier, hash_leaf
from log.tiles import ENTRIES, TILE_WIDTH, decode_bundle, tile_at
from registry.log_reader import LogReader, append_leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedLeaf:
    """A leaf of the published log."""

    index: int
    entry: bytes
    logged_at: datetime
    leaf: Leaf


class PublishedLog:
    """Every leaf of a published log, by index, number and mark.

    Args:
        reader: of the published folder.

    Raises:
        LogError: checkpoint or entries cannot be read, or are not what is signed.
    """

    def __init__(self, reader: LogReader) -> None:
        checkpoint = reader.checkpoint().checkpoint
        self.size = checkpoint.size
        self.root = checkpoint.root
        self.faults: list[Fault] = []
        self._leaves: list[LoggedLeaf | None] = []
        self.by_number: dict[str, LoggedLeaf] = {}
        self.by_mark: dict[bytes, LoggedLeaf] = {}
        frontier = Frontier()
        for entries in _bundles(reader, self.size):
            append_leaves(frontier, [hash_leaf(entry) for entry in entries])
            for entry in entries:
                self._take(entry)
        if frontier.root() != self.root:
            self.faults.append(Fault(table="log", row="checkpoint", field="root", code="differs"))

    def at(self, index: int | None) -> LoggedLeaf | None:
        """Return the leaf at an index, None where there is none."""
        return None if index is None or not 0 <= index < self.size else self._leaves[index]

    def all(self) -> Iterator[LoggedLeaf]:
        """Yield every leaf that can be read."""
        return (leaf for leaf in self._leaves if leaf is not None)

    def _take(self, entry: bytes) -> None:
        index = len(self._leaves)
        try:
            logged_at, leaf = decode_leaf(entry)
        except LogError:
            self._leaves.append(None)
            self.faults.append(Fault(table="log", row=str(index), field="entry", code="unopenable"))
            return
        logged = LoggedLeaf(index=index, entry=entry, logged_at=logged_at, leaf=leaf)
        self._leaves.append(logged)
        twice = False
        if isinstance(leaf, IssueLeaf):
            twice = self.by_number.setdefault(str(leaf.number), logged) is not logged
        elif isinstance(leaf, LifeLeaf):
            twice = self.by_mark.setdefault(leaf.mark, logged) is not logged
        if twice:
            self.faults.append(Fault(table="log", row=str(index), field="row", code="unexpected"))


def _bundles(reader: LogReader, size: int) -> Iterator[list[bytes]]:
    for index in range(-(-size // TILE_WIDTH)):
        tile = tile_at(ENTRIES, index, size)
        yield decode_bundle(reader.tile(tile), tile.width)
