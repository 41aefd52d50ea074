"""The layout of a log as files: tiles of hashes, bundles of entries, and their paths.

A tile holds up to 256 consecutive hashes of one level, level 0 being the leaves'; a hash of the
next level is the root over a full tile. A bundle holds the entries under one tile of level 0.

Source: https://c2sp.org/tlog-tiles
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from codes.wording import Text
from log.errors import LogError
from log.merkle import (
    HASH_BYTES,
    hash_leaf,
    perfect_root,
    prove_consistency,
    prove_inclusion,
    root_at,
)

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_LEVEL = 63
MAX_ENTRY_BYTES = 2**16 - 1
MAX_BUNDLE_BYTES = TILE_WIDTH * (MAX_ENTRY_BYTES + 2)
ENTRIES = -1  # the "level" of bundles, one below that of the leaves' hashes

_LENGTH_BYTES = 2
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True, order=True)
class TileId:
    """Names one tile or one bundle.

    Args:
        level: 0 to 63, or `ENTRIES`.
        index: within its level, from 0.
        width: how many hashes or entries it holds, 1 to 256; 256 is a full one.
    """

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def is_full(self) -> bool:
        """Whether it will never grow."""
        return self.width == TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it stands below the log's folder or address."""
        digits = f"{self.index % 1000:03d}"
        rest = self.index // 1000
        while rest:
            digits = f"x{rest % 1000:03d}/{digits}"
            rest //= 1000
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{digits}" + ("" if self.is_full else f".p/{self.width}")


ReadTile = Callable[[TileId], bytes]


def parse_tile_path(path: str) -> TileId:
    """Return the tile whose path is exactly `path`.

    Raises:
        LogError: `log_tile_path`.
    """
    match = _PATH.fullmatch(path)
    if match is not None:
        level, index, width = match.groups()
        tile = TileId(
            level=ENTRIES if level == "entries" else int(level),
            index=int(index.replace("x", "").replace("/", "")),
            width=TILE_WIDTH if width is None else int(width),
        )
        if tile.path == path and tile.level <= MAX_LEVEL and 1 <= tile.width <= TILE_WIDTH:
            return tile
    raise LogError(
        "log_tile_path",
        Text("不是日志分块的路径", "This is not the path of a tile or a bundle"),
        evidence={"path": path[:80]},
    )


def tile_at(level: int, index: int, size: int) -> TileId:
    """Return the tile or bundle at a place in the tree of `size`, full or partial.

    Raises:
        ValueError: the tree does not reach there (a slip of the program).
    """
    width = min(TILE_WIDTH, _hashes_at(level, size) - index * TILE_WIDTH)
    if width < 1:
        raise ValueError("the tree has no tile there")
    return TileId(level, index, width)


def tiles_of(size: int, *, since: int = 0) -> Iterator[TileId]:
    """Yield the tiles and bundles of the tree of `size`, bundles first, then level by level.

    Args:
        size: of the tree.
        since: leave out what the tree of that size had already.
    """
    level = ENTRIES
    while count := _hashes_at(level, size):
        known = _hashes_at(level, since)
        if count > known:
            for index in range(known // TILE_WIDTH, -(-count // TILE_WIDTH)):
                yield tile_at(level, index, size)
        level += 1


def _hashes_at(level: int, size: int) -> int:
    """Return how many hashes (or entries) a level of the tree of `size` has."""
    return size >> (TILE_HEIGHT * max(level, 0))


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of a bundle.

    Raises:
        LogError: `log_entry_length` for an entry above 65 535 bytes.
    """
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise LogError(
            "log_entry_length",
            Text("日志条目超过65535字节", "An entry of the log has more than 65 535 bytes"),
        )
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES) + entry for entry in entries)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the entries in a bundle.

    Args:
        data: untrusted.
        width: how many entries it must hold.

    Raises:
        LogError: `log_bundle_damaged`, with the `offset` and the place of the `entry` in it.
    """
    entries: list[bytes] = []
    offset, length = 0, len(data)
    while offset < length:
        start = offset + _LENGTH_BYTES
        end = start + int.from_bytes(data[offset:start])
        if start > length or end > length or len(entries) == width:
            raise _bundle_error(offset, len(entries))
        entries.append(data[start:end])
        offset = end
    if len(entries) != width:
        raise _bundle_error(offset, len(entries))
    return entries


class Bundle:
    """A bundle whose entries are found as they are asked for; none of them is proven.

    Args:
        data: untrusted.
    """

    __slots__ = ("_data", "_starts")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = [0]

    def entry(self, place: int) -> bytes:
        """Return the entry at a place, from 0.

        Raises:
            LogError: `log_bundle_damaged`: the bundle ends before it.
        """
        data, starts = self._data, self._starts
        start = starts[-1]
        try:
            for _ in range(len(starts), place + 2):
                start += _LENGTH_BYTES + (data[start] << 8 | data[start + 1])
                starts.append(start)
        except IndexError as error:
            raise _bundle_error(start, place) from error
        if starts[place + 1] > len(data):
            raise _bundle_error(starts[place], place)
        return data[starts[place] + _LENGTH_BYTES : starts[place + 1]]


def encode_tile(hashes: Sequence[bytes]) -> bytes:
    """Return the bytes of a tile."""
    return b"".join(hashes)


def check_tile(data: bytes, width: int) -> bytes:
    """Return the bytes of a tile, which hold as many hashes as they should.

    Args:
        data: untrusted.
        width: how many hashes it must hold.

    Raises:
        LogError: `log_tile_length`.
    """
    if len(data) != width * HASH_BYTES:
        raise LogError(
            "log_tile_length",
            Text("日志分块的长度不正确", "A tile of the log does not have the right length"),
            evidence={"bytes": str(len(data)), "expected": str(width * HASH_BYTES)},
        )
    return data


def decode_tile(data: bytes, width: int) -> list[bytes]:
    """Return the hashes in a tile; takes and raises as `check_tile`."""
    check_tile(data, width)
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


class TileTree:
    """A tree of a given size that is read from its tiles, each at most once.

    What it answers is only as true as the tiles: compare a root with a signed checkpoint.

    Args:
        read: returns a tile's bytes; untrusted.
        size: of the tree; the tiles asked for are those of that size.
    """

    __slots__ = ("_read", "_tiles", "size")

    def __init__(self, read: ReadTile, size: int) -> None:
        self._read = read
        self._tiles: dict[TileId, list[bytes]] = {}
        self.size = size

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree (see log/merkle.py)."""
        tile_level, within = divmod(level, TILE_HEIGHT)
        first = index << within
        hashes = self.hashes(tile_level, first // TILE_WIDTH)
        offset = first % TILE_WIDTH
        return perfect_root(hashes[offset : offset + (1 << within)])

    def hashes(self, level: int, index: int) -> list[bytes]:
        """Return what a tile holds, which is read once: at most 256 hashes, not to be changed."""
        tile = tile_at(level, index, self.size)
        hashes = self._tiles.get(tile)
        if hashes is None:
            hashes = self._tiles[tile] = decode_tile(self._read(tile), tile.width)
        return hashes

    def root(self, size: int | None = None) -> bytes:
        """Return the root, now or as it was at an earlier size."""
        return root_at(self.node, self.size if size is None else size)

    def prove_inclusion(self, index: int) -> tuple[bytes, ...]:
        """Return the proof that leaf `index` is in this tree."""
        return prove_inclusion(self.node, index, self.size)

    def prove_consistency(self, old_size: int) -> tuple[bytes, ...]:
        """Return the proof that this tree begins with its first `old_size` leaves."""
        return prove_consistency(self.node, old_size, self.size)


def extend_tiles(
    read: ReadTile, old_size: int, entries: Sequence[bytes]
) -> Iterator[tuple[TileId, bytes]]:
    """Yield every tile and bundle that a log needs when it grows, bundles first.

    Args:
        read: returns the bytes of the tiles and bundles of the tree of `old_size`.
        old_size: how many entries the log has.
        entries: the entries that come next.

    Raises:
        LogError: what `read` returned is no such tile; `log_entry_length`.
    """
    yield from _grow(
        ENTRIES, old_size, entries, old_size, lambda tile: decode_bundle(read(tile), tile.width)
    )
    hashes: list[bytes] = [hash_leaf(entry) for entry in entries]
    level = 0
    while hashes:
        roots: list[bytes] = []
        start = _hashes_at(level, old_size)
        for tile, data in _grow(
            level, start, hashes, old_size, lambda tile: decode_tile(read(tile), tile.width)
        ):
            yield tile, data
            if tile.is_full:
                roots.append(perfect_root(decode_tile(data, tile.width)))
        hashes = roots
        level += 1


def _grow(
    level: int,
    start: int,
    added: Sequence[bytes],
    old_size: int,
    read_parts: Callable[[TileId], list[bytes]],
) -> Iterator[tuple[TileId, bytes]]:
    """Yield the tiles of one level that new hashes (or entries) go into."""
    index, filled = divmod(start, TILE_WIDTH)
    parts = read_parts(tile_at(level, index, old_size)) if filled and added else []
    encode = encode_bundle if level == ENTRIES else encode_tile
    taken = 0
    while taken < len(added):
        room = TILE_WIDTH - len(parts)
        parts = [*parts, *added[taken : taken + room]]
        taken += room
        yield TileId(level, index, len(parts)), encode(parts)
        index, parts = index + 1, []


def _bundle_error(offset: int, entry: int) -> LogError:
    return LogError(
        "log_bundle_damaged",
        Text("日志条目文件不完整或已损坏", "A bundle of entries is incomplete or damaged"),
        evidence={"offset": str(offset), "entry": str(entry)},
    )
