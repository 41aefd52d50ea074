"""Reads the published log: what any web server could serve, and any stranger check.

Nothing here believes a file. The checkpoint counts under the log's own key, an entry once it is
proven to be under that checkpoint.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codes.wording import Text
from log.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint
from log.errors import LogError
from log.leaves import LeafKind, LifeLeaf, decode_leaf
from log.merkle import (
    Frontier,
    hash_children,
    hash_leaf,
    perfect_root,
    prove_consistency,
    prove_inclusion,
    rows_over,
    verify_consistency,
    verify_inclusion,
)
from log.notes import VerifierKey, parse_vkey
from log.proof_text import LogProof
from log.tiles import (
    ENTRIES,
    TILE_HEIGHT,
    TILE_WIDTH,
    ReadTile,
    TileId,
    TileTree,
    decode_bundle,
    tile_at,
)
from registry.log_seen import LogMemory, SeenLog
from registry.memory_file import Stamp

VKEY = "vkey"
CHECKPOINT = "checkpoint"
_LIFE = bytes([1, LeafKind.LIFE])  # format and kind, behind the head of the array


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLogs:
    """What a trust list says of logs on a day.

    Args:
        keys: of the logs that are believed.
        witnesses: keys of those whose cosignatures count.
        quorum: how many of them must have cosigned a checkpoint.
    """

    keys: frozenset[VerifierKey]
    witnesses: frozenset[VerifierKey] = frozenset()
    quorum: int = 0


_State = tuple[Stamp, Stamp | None, VerifierKey, ListedLogs | None]


class LogReader:
    """The log in a folder, read-only; one instance may be asked by many threads.

    Args:
        folder: holds `vkey`, `checkpoint` and `tile/`.
        listed: returns what the signed trust list says of logs today; without it, as for whoever
            writes the log, the key in the folder is believed.
        memory: of the greatest checkpoint that was believed; whoever writes the log has its own.
    """

    def __init__(
        self,
        folder: Path,
        listed: Callable[[], ListedLogs] | None = None,
        memory: LogMemory | None = None,
    ) -> None:
        self._folder = folder
        self._listed = listed
        self._memory = memory
        self._lock = threading.Lock()
        self._read: tuple[_State, SignedCheckpoint] | None = None
        self._nodes: tuple[SignedCheckpoint, dict[tuple[int, int], bytes]] | None = None
        self._frontier = Frontier()
        self._marks: dict[bytes, int] = {}

    def vkey(self) -> VerifierKey:
        """Return the key that checkpoints of this log are signed with.

        Raises:
            LogError: it cannot be read (`log_file_unreadable`, `vkey_invalid`), or the trust list
                does not name it (`log_key_unlisted`).
        """
        key = parse_vkey(self._file(VKEY).decode("utf-8", "replace").strip())
        if self._listed is not None and key not in self._listed().keys:
            raise LogError(
                "log_key_unlisted",
                Text(
                    "日志公钥不在信任列表中，不予采信",
                    "The public key of the log is not in the trust list and is not believed",
                ),
            )
        return key

    def checkpoint(self) -> SignedCheckpoint:
        """Return the latest checkpoint, once its signature is proven; read anew when it changed.

        Raises:
            LogError: it cannot be read (`log_file_unreadable`), too few witnesses cosigned it
                (`log_quorum_missing`), the log does not begin with what was believed of it before
                (`log_root_differs`), or as `vkey`, `open_checkpoint` and `LogMemory.accept`.
        """
        try:
            stat = (self._folder / CHECKPOINT).stat()
        except OSError as error:
            raise _unreadable(CHECKPOINT) from error
        stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        key = self.vkey()
        listed = None if self._listed is None else self._listed()
        # The stamp of a kept file that is put back may be one that was read here before: what other
        # processes have remembered since counts too.
        seen = None if self._memory is None else self._memory.stamp()
        state = (stamp, seen, key, listed)
        with self._lock:
            if self._read is None or self._read[0] != state:
                self._read = None
                signed = _open(self._file(CHECKPOINT), key, listed)
                if self._memory is not None:
                    self._memory.accept(key, signed.checkpoint, self._follower(signed.checkpoint))
                self._read = (state, signed)
            return self._read[1]

    def _follower(self, new: Checkpoint) -> Callable[[SeenLog], None]:
        """Return what refuses a log that does not begin with the one seen before."""

        def follow(seen: SeenLog) -> None:
            proof = prove_consistency(TileTree(self.tile, new.size).node, seen.size, new.size)
            if not verify_consistency(
                old_size=seen.size,
                old_root=bytes.fromhex(seen.root),
                new_size=new.size,
                new_root=new.root,
                proof=proof,
            ):
                raise _root_differs()

        return follow

    def tile(self, tile: TileId) -> bytes:
        """Return a tile's bytes, unproven; raises LogError `log_file_unreadable`."""
        return self._file(tile.path)

    def tree(self) -> TileTree:
        """Return the tree of the latest checkpoint; only as true as its tiles."""
        return TileTree(self.tile, self.checkpoint().checkpoint.size)

    def prover(self) -> Prover:
        """Return what proves entries under the latest checkpoint; good for many of them.

        Raises:
            LogError: as `checkpoint`.
        """
        signed = self.checkpoint()
        with self._lock:
            if self._nodes is None or self._nodes[0] is not signed:
                self._nodes = (signed, {})
            return Prover(self.tile, signed, self._nodes[1])

    def life_marks(self) -> Mapping[bytes, int]:
        """Return by mark the index of every life leaf, proven to be all that the log holds.

        Raises:
            LogError: a file cannot be read, or the entries are not what the checkpoint commits to
                (`log_root_differs`).
        """
        checkpoint = self.checkpoint().checkpoint
        with self._lock:
            if checkpoint.size > self._frontier.size:
                self._take_marks(checkpoint.size, checkpoint.root)
            return self._marks  # replaced as a whole when more are read, never changed

    def _take_marks(self, size: int, root: bytes) -> None:
        marks = dict(self._marks)
        base = self._frontier.size // TILE_WIDTH * TILE_WIDTH
        frontier = frontier_of(TileTree(self.tile, size), base)
        for start in range(base, size, TILE_WIDTH):
            tile = tile_at(ENTRIES, start // TILE_WIDTH, size)
            entries = decode_bundle(self.tile(tile), tile.width)
            append_leaves(frontier, [hash_leaf(entry) for entry in entries])
            for index, entry in enumerate(entries, start=start):
                if entry[1:3] == _LIFE:
                    leaf = decode_leaf(entry)[1]
                    assert isinstance(leaf, LifeLeaf)
                    marks[leaf.mark] = index
        if frontier.root() != root:
            raise _root_differs()
        self._frontier, self._marks = frontier, marks

    def _file(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise _unreadable(name) from error


@dataclass(frozen=True, slots=True)
class _FullBundle:
    """The hashes over one complete bundle of leaves, and the path from there to the root.

    Args:
        rows: the 256 leaf hashes, the 128 over them, and so on to the one over all.
        above: the rest of the inclusion proof, the same for each of its leaves.
    """

    rows: Sequence[Sequence[bytes]]
    above: tuple[bytes, ...]

    def path(self, offset: int) -> tuple[bytes, ...]:
        """Return the inclusion proof of the leaf at an offset in the bundle."""
        within = [self.rows[level][offset >> level ^ 1] for level in range(TILE_HEIGHT)]
        return (*within, *self.above)


class Prover:
    """Proves entries under one checkpoint, reading each file at most once.

    Args:
        read: returns a tile's or a bundle's bytes, unproven.
        signed: a checkpoint whose signature is proven.
        nodes: hashes over more than a bundle, shared with other provers under this checkpoint;
            at most one for each bundle, and as true as a proof by them.
    """

    def __init__(
        self,
        read: ReadTile,
        signed: SignedCheckpoint,
        nodes: dict[tuple[int, int], bytes] | None = None,
    ) -> None:
        self._read = read
        self._signed = signed
        self._tree = TileTree(read, signed.checkpoint.size)
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._above = {} if nodes is None else nodes
        self._full: dict[int, _FullBundle] = {}
        self._bundles: dict[TileId, list[bytes]] = {}

    @property
    def size(self) -> int:
        """How many entries the checkpoint covers."""
        return self._signed.checkpoint.size

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
            bundle = self._bundles[tile] = decode_bundle(self._read(tile), tile.width)
        return bundle[index % TILE_WIDTH]

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
            full = self._full_bundle(index // TILE_WIDTH)
            if full.rows[0][index % TILE_WIDTH] != leaf_hash:
                raise _root_differs()
            path = full.path(index % TILE_WIDTH)
        else:
            path = prove_inclusion(self._node, index, self.size)
            self._check(leaf_hash, index, path)
        return LogProof(index=index, path=path, checkpoint=self._signed.note, extra=extra)

    def _full_bundle(self, bundle: int) -> _FullBundle:
        """Return the inner hashes of 256 leaves, once their root is proven by one of them."""
        full = self._full.get(bundle)
        if full is None:
            first = bundle * TILE_WIDTH
            rows = rows_over(self._tree.hashes(0, bundle))
            for level in range(1, TILE_HEIGHT):  # what stands beside the first leaf's own nodes
                self._nodes[level, (first >> level) + 1] = rows[level][1]
            above = prove_inclusion(self._node, first, self.size)[TILE_HEIGHT:]
            full = _FullBundle(rows, above)
            self._check(rows[0][0], first, full.path(0))
            self._full[bundle] = full
        return full

    def _check(self, leaf_hash: bytes, index: int, path: tuple[bytes, ...]) -> None:
        if not verify_inclusion(
            leaf_hash=leaf_hash,
            index=index,
            size=self.size,
            proof=path,
            root=self._signed.checkpoint.root,
        ):
            self._above.clear()  # a file that is mended is read again
            raise _root_differs()

    def _node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree, worked out once."""
        if level % TILE_HEIGHT == 0:
            return self._tree.node(level, index)
        nodes = self._above if level > TILE_HEIGHT else self._nodes
        found = nodes.get((level, index))
        if found is None:
            left, right = self._node(level - 1, 2 * index), self._node(level - 1, 2 * index + 1)
            found = nodes[level, index] = hash_children(left, right)
        return found


def frontier_of(tree: TileTree, size: int) -> Frontier:
    """Return the right edge that a tree had at `size` leaves, from its tiles."""
    frontier = Frontier()
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            frontier.append_subtree(level, tree.node(level, frontier.size >> level))
    return frontier


def append_leaves(frontier: Frontier, leaf_hashes: list[bytes]) -> None:
    """Append the leaves of one bundle, as one subtree where it is full."""
    if len(leaf_hashes) == TILE_WIDTH and frontier.size % TILE_WIDTH == 0:
        frontier.append_subtree(TILE_HEIGHT, perfect_root(leaf_hashes))
        return
    for leaf_hash in leaf_hashes:
        frontier.append(leaf_hash)


def _open(data: bytes, key: VerifierKey, listed: ListedLogs | None) -> SignedCheckpoint:
    if listed is None:
        return open_checkpoint(data, key)
    signed = open_checkpoint(data, key, witnesses=listed.witnesses)
    if len({one.key for one in signed.cosignatures}) < listed.quorum:
        raise LogError(
            "log_quorum_missing",
            Text(
                "检查点上见证人的签署不足信任列表要求的数目",
                "Fewer witnesses cosigned the checkpoint than the trust list asks for",
            ),
        )
    return signed


def _root_differs() -> LogError:
    return LogError(
        "log_root_differs",
        Text("日志条目与检查点不符", "The entries are not what the checkpoint commits to"),
    )


def _unreadable(name: str) -> LogError:
    return LogError(
        "log_file_unreadable",
        Text("日志文件缺失或无法读取", "A file of the log is missing or cannot be read"),
        evidence={"file": name},
    )
