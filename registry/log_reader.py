"""Reads the published log: what any web server could serve, and any stranger check.

Nothing here believes a file. The checkpoint counts under the log's own key, an entry once it is
proven to be under that checkpoint.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from codes.wording import Text
from log.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint
from log.errors import LogError
from log.leaves import FilingLeaf, LeafKind, LifeLeaf, decode_leaf
from log.merkle import Frontier, hash_leaf, perfect_root, prove_consistency, verify_consistency
from log.notes import VerifierKey, parse_vkey
from log.tiles import ENTRIES, TILE_HEIGHT, TILE_WIDTH, TileId, TileTree, decode_bundle, tile_at
from registry.log_prover import GetBundle, Prover, bundles_under, root_differs
from registry.log_seen import LogMemory, SeenLog
from registry.memory_file import Stamp
from registry.store import read_whole

VKEY = "vkey"
CHECKPOINT = "checkpoint"
_LIFE = bytes([1, LeafKind.LIFE])  # format and kind, behind the head of the array
_FILING = bytes([1, LeafKind.FILING])


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedFiling:
    """An act on a filing as the log has it.

    Args:
        index: of the leaf.
        logged_at: when it was logged, aware UTC.
        leaf: what the act was.
    """

    index: int
    logged_at: datetime
    leaf: FilingLeaf


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
        self._checkpoint_path = folder / CHECKPOINT
        self._listed = listed
        self._memory = memory
        self._lock = threading.Lock()
        self._read: tuple[_State, SignedCheckpoint] | None = None
        self._bundles: tuple[SignedCheckpoint, GetBundle] | None = None
        self._frontier = Frontier()
        self._marks: dict[bytes, int] = {}
        self._filings: tuple[LoggedFiling, ...] = ()

    def vkey(self) -> VerifierKey:
        """Return the key that checkpoints of this log are signed with.

        Raises:
            LogError: it cannot be read (`log_file_unreadable`, `vkey_invalid`), or the trust list
                does not name it (`log_key_unlisted`).
        """
        return self._key(None if self._listed is None else self._listed())

    def _key(self, listed: ListedLogs | None) -> VerifierKey:
        key = parse_vkey(self._file(VKEY).decode("utf-8", "replace").strip())
        if listed is not None and key not in listed.keys:
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
            stat = self._checkpoint_path.stat()
        except OSError as error:
            raise _unreadable(CHECKPOINT) from error
        stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        listed = None if self._listed is None else self._listed()
        key = self._key(listed)
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
                raise root_differs()

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
            if self._bundles is None or self._bundles[0] is not signed:
                self._bundles = (signed, bundles_under(self.tile, signed.checkpoint))
            return Prover(self.tile, signed, self._bundles[1], self._marks_under)

    def filings(self) -> tuple[LoggedFiling, ...]:
        """Return every act on a filing in the log, in order, proven to be all that it holds.

        Raises:
            LogError: as `checkpoint` and `Prover.life_marks`.
        """
        checkpoint = self.checkpoint().checkpoint
        with self._lock:
            self._read_to(checkpoint)
            return self._filings

    def _marks_under(self, checkpoint: Checkpoint) -> Mapping[bytes, int]:
        """Return by mark the index of every life leaf, at least of those under a checkpoint."""
        with self._lock:
            self._read_to(checkpoint)
            return self._marks  # replaced as a whole when more are read, never changed

    def _read_to(self, checkpoint: Checkpoint) -> None:
        """Take up the life leaves and filing leaves of a log up to a checkpoint."""
        size = checkpoint.size
        if size <= self._frontier.size:
            return
        marks, filings = dict(self._marks), list(self._filings)
        base = self._frontier.size // TILE_WIDTH * TILE_WIDTH
        frontier = frontier_of(TileTree(self.tile, size), base)
        for start in range(base, size, TILE_WIDTH):
            tile = tile_at(ENTRIES, start // TILE_WIDTH, size)
            entries = decode_bundle(self.tile(tile), tile.width)
            append_leaves(frontier, [hash_leaf(entry) for entry in entries])
            for index, entry in enumerate(entries, start=start):
                if index >= self._frontier.size and entry[1:3] in (_LIFE, _FILING):
                    logged_at, leaf = decode_leaf(entry)
                    if isinstance(leaf, LifeLeaf):
                        marks[leaf.mark] = index
                    elif isinstance(leaf, FilingLeaf):
                        act = LoggedFiling(index=index, logged_at=logged_at, leaf=leaf)
                        filings.append(act)
        if frontier.root() != checkpoint.root:
            raise root_differs()
        self._frontier, self._marks, self._filings = frontier, marks, tuple(filings)

    def _file(self, name: str) -> bytes:
        try:
            return read_whole(f"{self._folder}/{name}")
        except OSError as error:
            raise _unreadable(name) from error


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


def _unreadable(name: str) -> LogError:
    return LogError(
        "log_file_unreadable",
        Text("日志文件缺失或无法读取", "A file of the log is missing or cannot be read"),
        evidence={"file": name},
    )
