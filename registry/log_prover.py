"""Proves that entries are under one checkpoint of a log whose files nobody vouches for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from codes.wording import Text
from log.checkpoint import Checkpoint, SignedCheckpoint
from log.errors import LogError
from log.merkle import (
    HASH_BYTES,
    hash_children,
    hash_leaf,
    inclusion_ranges,
    prove_inclusion,
    range_hash,
    rows_over,
    verify_inclusion,
)
from log.proof_text import LogProof
from log.tiles import (
    ENTRIES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Bundle,
    ReadTile,
    TileId,
    TileTree,
    check_tile,
    tile_at,
)

_BUNDLES_KEPT: Final = 1024  # of 16 KiB each


class AboveBundles:
    """What stands above the complete bundles under one checkpoint, worked out once.

    It is shared by all provers under that checkpoint, holds about one hash for each bundle, and is
    as true as a proof by it.

    Args:
        read: returns a tile's bytes, unproven.
        checkpoint: its signature is proven.
    """

    def __init__(self, read: ReadTile, checkpoint: Checkpoint) -> None:
        self._read = read
        self._checkpoint = checkpoint
        self._tree = TileTree(read, checkpoint.size)
        self._known: dict[tuple[int, int], bytes] = {}

    def prove(self, bundle: int, root: bytes) -> tuple[bytes, ...]:
        """Return the inclusion proof of a complete bundle, which has been checked.

        Args:
            bundle: its number.
            root: the hash over its 256 leaves.

        Raises:
            LogError: a file cannot be read, or the bundle is not what the checkpoint commits to
                (`log_root_differs`).
        """
        size = self._checkpoint.size
        ranges = inclusion_ranges(bundle * TILE_WIDTH, size)[TILE_HEIGHT:]
        path = tuple([self._hash(*one) for one in ranges])
        # Up to the root over a complete bundle a proof has one hash a level: from there on it is
        # the proof of one leaf in the tree of bundles, of which the last may be incomplete.
        if not verify_inclusion(
            leaf_hash=root,
            index=bundle,
            size=-(-size // TILE_WIDTH),
            proof=path,
            root=self._checkpoint.root,
        ):
            self._forget()
            raise root_differs()
        return path

    def _hash(self, start: int, end: int) -> bytes:
        """Return the hash of a range of leaves, complete bundles or the end of the log."""
        found = self._known.get((start, end))
        if found is None:
            found = self._known[start, end] = range_hash(self._node, start, end)
        return found

    def _node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree."""
        if level <= TILE_HEIGHT or level % TILE_HEIGHT == 0:
            return self._tree.node(level, index)
        place = (index << level, index + 1 << level)
        found = self._known.get(place)
        if found is None:
            left, right = self._node(level - 1, 2 * index), self._node(level - 1, 2 * index + 1)
            found = self._known[place] = hash_children(left, right)
        return found

    def _forget(self) -> None:
        """Have a file that is mended read again."""
        self._tree = TileTree(self._read, self._checkpoint.size)
        self._known = {}


@dataclass(frozen=True, slots=True)
class FullBundle:
    """The hashes over one complete bundle of leaves, and the path from there to the root.

    Args:
        rows: the 256 leaf hashes, the 128 over them, and so on to the one over all.
        above: the rest of the inclusion proof, the same for each of its leaves.
    """

    rows: Sequence[bytes]
    above: tuple[bytes, ...]

    def leaf(self, offset: int) -> bytes:
        """Return the hash of the leaf at an offset in the bundle."""
        return self._hash(0, offset)

    def path(self, offset: int) -> tuple[bytes, ...]:
        """Return the inclusion proof of the leaf at an offset in the bundle."""
        within = [self._hash(level, offset >> level ^ 1) for level in range(TILE_HEIGHT)]
        return (*within, *self.above)

    def _hash(self, level: int, place: int) -> bytes:
        return self.rows[level][HASH_BYTES * place : HASH_BYTES * (place + 1)]


GetBundle = Callable[[int], FullBundle]


def bundles_under(read: ReadTile, checkpoint: Checkpoint) -> GetBundle:
    """Return what gives the complete bundles under a checkpoint by their numbers, once proven.

    It is shared by all provers under that checkpoint. Those asked for last are kept: to work out
    the inner hashes of one takes longer than everything else that finds a leaf.

    Args:
        read: returns a tile's bytes, unproven.
        checkpoint: its signature is proven.
    """
    above = AboveBundles(read, checkpoint)
    return lru_cache(maxsize=_BUNDLES_KEPT)(partial(_prove_bundle, read, above))


def _prove_bundle(read: ReadTile, above: AboveBundles, bundle: int) -> FullBundle:
    """Return the inner hashes of 256 leaves, once their root is proven; raises as `above`."""
    rows = rows_over(check_tile(read(TileId(0, bundle)), TILE_WIDTH))
    return FullBundle(rows, above.prove(bundle, rows[-1]))


class Prover:
    """Proves entries under one checkpoint, reading each file at most once.

    Args:
        read: returns a tile's or a bundle's bytes, unproven.
        signed: a checkpoint whose signature is proven.
        bundle: as `bundles_under` that checkpoint returns it.
        marks: returns the marks of the life leaves under a checkpoint, proven to be all.
    """

    def __init__(
        self,
        read: ReadTile,
        signed: SignedCheckpoint,
        bundle: GetBundle,
        marks: Callable[[Checkpoint], Mapping[bytes, int]],
    ) -> None:
        self._read = read
        self._signed = signed
        self._bundle = bundle
        self._marks = marks
        self._bundles: dict[TileId, Bundle] = {}

    @property
    def size(self) -> int:
        """How many entries the checkpoint covers."""
        return self._signed.checkpoint.size

    def life_marks(self) -> Mapping[bytes, int]:
        """Return by mark the index of every life leaf, proven to be all that the log holds.

        Raises:
            LogError: a file cannot be read, or the entries are not what the checkpoint commits to
                (`log_root_differs`).
        """
        return self._marks(self._signed.checkpoint)

    def entry(self, index: int) -> bytes:
        """Return an entry, unproven.

        Raises:
            LogError: its bundle cannot be read, or is damaged.
            ValueError: the checkpoint does not reach there.
        """
        if not 0 <= index < self.size:
            raise ValueError("the checkpoint does not reach there")
        tile = tile_at(ENTRIES, index // TILE_WIDTH, self.size)
        bundle = self._bundles.get(tile)
        if bundle is None:
            bundle = self._bundles[tile] = Bundle(self._read(tile))
        return bundle.entry(index % TILE_WIDTH)

    def prove(self, index: int, extra: bytes | None = None) -> LogProof:
        """Return the proof that an entry is in the log, which has been checked.

        Args:
            index: below `size`.
            extra: what goes with the proof.

        Raises:
            LogError: a file cannot be read, or the entry is not what the checkpoint commits to
                (`log_root_differs`).
            ValueError: the checkpoint does not reach there.
        """
        leaf_hash = hash_leaf(self.entry(index))
        if index | (TILE_WIDTH - 1) < self.size:
            full = self._bundle(index // TILE_WIDTH)
            if full.leaf(index % TILE_WIDTH) != leaf_hash:
                raise root_differs()
            path = full.path(index % TILE_WIDTH)
        else:
            path = self._prove_alone(index, leaf_hash)
        return LogProof(index=index, path=path, checkpoint=self._signed.note, extra=extra)

    def _prove_alone(self, index: int, leaf_hash: bytes) -> tuple[bytes, ...]:
        """Return the proof of a leaf in the last bundle, while that is incomplete."""
        checkpoint = self._signed.checkpoint
        path = prove_inclusion(TileTree(self._read, self.size).node, index, self.size)
        if not verify_inclusion(
            leaf_hash=leaf_hash,
            index=index,
            size=checkpoint.size,
            proof=path,
            root=checkpoint.root,
        ):
            raise root_differs()
        return path


def root_differs() -> LogError:
    """Return what is raised where entries are not what a checkpoint commits to."""
    return LogError(
        "log_root_differs",
        Text("日志条目与检查点不符", "The entries are not what the checkpoint commits to"),
    )
