"""The files of the public log: written durably, read back, re-derived before anything is signed.

The last checkpoint stands twice outside the database: published, and in a memory that is written
before a signature leaves this process. So no restored database, and no second publisher, makes two
checkpoints of one size with different roots.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from codes.wording import Text
from issuer.errors import LogRefused
from log.checkpoint import Checkpoint, open_checkpoint
from log.errors import LogError
from log.merkle import EMPTY_ROOT, hash_leaf
from log.notes import SignedNote, VerifierKey
from log.tiles import (
    ENTRIES,
    TILE_WIDTH,
    TileId,
    TileTree,
    decode_bundle,
    extend_tiles,
    tile_at,
)
from registry.log_reader import CHECKPOINT, append_leaves, frontier_of
from registry.store import make_folder, sweep_unfinished, write_durably

_LOT = 1 << 16  # entries whose tiles are written in one go


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCheckpoint:
    """The latest checkpoint that was ever signed here.

    Args:
        checkpoint: size 0 before the first.
        data: the signed note; None before the first.
        published: whether the public folder holds this very one.
    """

    checkpoint: Checkpoint
    data: bytes | None
    published: bool


class LogFiles:
    """The public folder of a log and the publisher's own memory of it.

    Args:
        public: the published log.
        memory: what the publisher remembers outside it.
        vkey: the log's public key.
    """

    def __init__(self, *, public: Path, memory: Path, vkey: VerifierKey) -> None:
        self._public = public
        self._memory = memory
        self._vkey = vkey

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one who publishes this log until the block ends."""
        make_folder(self._memory)
        make_folder(self._public)
        descriptor = os.open(self._memory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            sweep_unfinished(self._public)
            sweep_unfinished(self._memory)
            yield
        finally:
            os.close(descriptor)

    def last(self) -> LastCheckpoint:
        """Return the latest checkpoint of memory and public folder.

        Raises:
            LogRefused: one of them is not ours or damaged (`log_checkpoint_damaged`), or the two
                contradict each other (`log_forked`).
        """
        public, memory = self._read(self._public), self._read(self._memory)
        found = [one for one in (memory, public) if one is not None]
        if not found:
            empty = Checkpoint(origin=self._vkey.name, size=0, root=EMPTY_ROOT)
            return LastCheckpoint(checkpoint=empty, data=None, published=True)
        checkpoint, data = max(found, key=lambda one: one[0].size)
        for other, _ in found:
            if other.size == checkpoint.size and other.root != checkpoint.root:
                raise _forked()
        return LastCheckpoint(
            checkpoint=checkpoint,
            data=data,
            published=public is not None and public[0].size == checkpoint.size,
        )

    def tree(self, size: int) -> TileTree:
        """Return the tree of `size` as the files have it."""
        return TileTree(self.read, size)

    def read(self, tile: TileId) -> bytes:
        """Return a tile's bytes; raises LogRefused `log_files_damaged` where it is not there."""
        try:
            return (self._public / tile.path).read_bytes()
        except OSError as error:
            raise files_damaged(tile.path) from error

    def entries(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the entries of the log of size `end`, from `start`."""
        for index in range(start // TILE_WIDTH, -(-end // TILE_WIDTH)):
            tile = tile_at(ENTRIES, index, end)
            skip = max(0, start - index * TILE_WIDTH)
            yield from self._bundle(tile)[skip:]

    def extend(self, size: int, entries: Sequence[bytes]) -> None:
        """Write the tiles of the log of `size` that grows by `entries`; return once on disk."""
        done = 0
        while done < len(entries):
            lot = entries[done : done + _LOT - size % _LOT]
            try:
                tiles = list(extend_tiles(self.read, size, lot))
            except LogError as error:
                raise files_damaged(error.code) from error
            for tile, data in tiles:
                self._write(tile, data)
            size, done = size + len(lot), done + len(lot)

    def derive(self, old: Checkpoint, size: int) -> bytes:
        """Return the root at `size`, from the bytes of the entries since `old`, read back.

        Raises:
            LogRefused: the files do not begin with what `old` commits to, or the tiles are not
                those of the entries (`log_files_damaged`).
        """
        base = old.size // TILE_WIDTH * TILE_WIDTH
        try:
            frontier = frontier_of(self.tree(old.size), base)
            seen = frontier.root() if base == old.size else None
            for index in range(base // TILE_WIDTH, -(-size // TILE_WIDTH)):
                hashes = [hash_leaf(one) for one in self._bundle(tile_at(ENTRIES, index, size))]
                if seen is None:
                    first = old.size - base
                    for leaf_hash in hashes[:first]:
                        frontier.append(leaf_hash)
                    seen, hashes = frontier.root(), hashes[first:]
                append_leaves(frontier, hashes)
            tiled = self.tree(size).root()
        except LogError as error:
            raise files_damaged(error.code) from error
        if seen != old.root or tiled != frontier.root():
            raise files_damaged("root")
        return frontier.root()

    def publish(self, note: SignedNote) -> None:
        """Remember a signed checkpoint, then publish it."""
        self.remember(note)
        self.show(bytes(note))

    def remember(self, note: SignedNote) -> None:
        """Remember a signed checkpoint, before anyone else sees it."""
        write_durably(self._memory / CHECKPOINT, bytes(note))

    def show(self, data: bytes) -> None:
        """Put a checkpoint that is in memory into the public folder."""
        write_durably(self._public / CHECKPOINT, data)

    def _bundle(self, tile: TileId) -> list[bytes]:
        try:
            return decode_bundle(self.read(tile), tile.width)
        except LogError as error:
            raise files_damaged(tile.path) from error

    def _write(self, tile: TileId, data: bytes) -> None:
        path = self._public / tile.path
        make_folder(path.parent)
        write_durably(path, data, workplace=self._public)

    def _read(self, folder: Path) -> tuple[Checkpoint, bytes] | None:
        path = folder / CHECKPOINT
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return open_checkpoint(data, self._vkey).checkpoint, data
        except LogError as error:
            raise LogRefused(
                "log_checkpoint_damaged",
                Text(
                    f"检查点文件 {path} 已损坏，或不是本日志的（{error.text.zh}）；请从备份恢复",
                    f"the checkpoint {path} is damaged or not of this log ({error.text.en}); "
                    "restore it from the backup",
                ),
            ) from error


def files_damaged(what: str) -> LogRefused:
    """Return the refusal to go on with files that are not what was signed."""
    return LogRefused(
        "log_files_damaged",
        Text(
            f"已公布的日志文件缺失或被改动（{what}），未签署新的检查点；"
            "请运行 yanzhen log fsck 查明位置，并从备份恢复 public/log",
            f"published files of the log are missing or were changed ({what}); nothing was "
            "signed. Run yanzhen log fsck to see where, and restore public/log from the backup",
        ),
    )


def _forked() -> LogRefused:
    return LogRefused(
        "log_forked",
        Text(
            "同一大小的检查点有两个不同的根：另有程序用本日志的密钥签过检查点。"
            "已停止签署，请查明另一个签署者",
            "there are two checkpoints of one size with different roots: something else signed "
            "with this log's key. Nothing is signed until it is found",
        ),
    )
