"""The Merkle tree of RFC 6962: hashes, inclusion and consistency proofs, made and verified.

A `Node` answers for the hash of a complete subtree: `node(level, index)` is the hash of the
2^level leaves from index × 2^level. Whatever can answer that (tiles, a list of leaf hashes) can
prove.

Source: RFC 6962 section 2.1; the verifying algorithms are those of RFC 9162 sections 2.1.3.2 and
2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

HASH_BYTES = 32
MAX_TREE_SIZE = 2**63 - 1
MAX_PROOF_HASHES = 63
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = Callable[[int, int], bytes]

_Range = tuple[int, int]


def hash_leaf(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over 2^n hashes; this is the inner loop of every check.

    Args:
        hashes: a power of two of them, at least one.
    """
    row = hashes
    while len(row) > 1:
        row = _row_above(row)
    return row[0]


def rows_over(row: bytes) -> list[bytes]:
    """Return every row of the tree over 2^n hashes: they themselves first, their root last.

    Args:
        row: a power of two of them, at least one, as one string.
    """
    sha256, pair = hashlib.sha256, 2 * HASH_BYTES
    rows = [row]
    while len(row) > HASH_BYTES:
        starts = range(0, len(row), pair)
        row = b"".join([sha256(b"\x01" + row[at : at + pair]).digest() for at in starts])
        rows.append(row)
    return rows


def _row_above(row: Sequence[bytes]) -> list[bytes]:
    sha256 = hashlib.sha256
    pairs = iter(row)
    return [
        sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)
    ]


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes."""
    return Frontier(leaf_hashes).root()


class Frontier:
    """The complete subtrees at the right edge of a growing tree: what its root is made of.

    Args:
        leaf_hashes: the first leaves of the tree.
    """

    __slots__ = ("_peaks", "size")

    size: int

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._peaks: list[bytes] = []
        for leaf_hash in leaf_hashes:
            self.append(leaf_hash)

    def append(self, leaf_hash: bytes) -> None:
        """Take one more leaf."""
        self.append_subtree(0, leaf_hash)

    def append_subtree(self, level: int, root: bytes) -> None:
        """Take 2^level leaves at once by the root over them.

        Raises:
            ValueError: the size is not a multiple of 2^level (a slip of the program).
        """
        if self.size & ((1 << level) - 1):
            raise ValueError("a subtree begins at a multiple of its own size")
        filled = self.size >> level
        while filled & 1:
            root = hash_children(self._peaks.pop(), root)
            filled >>= 1
        self._peaks.append(root)
        self.size += 1 << level

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = hash_children(peak, root)
        return root


def nodes_of(leaf_hashes: Sequence[bytes]) -> Node:
    """Return the nodes of a tree whose leaf hashes are all at hand."""

    def node(level: int, index: int) -> bytes:
        first = index << level
        return perfect_root(leaf_hashes[first : first + (1 << level)])

    return node


def root_at(node: Node, size: int) -> bytes:
    """Return the root that the tree had at `size` leaves."""
    return range_hash(node, 0, size) if size else EMPTY_ROOT


def range_hash(node: Node, start: int, end: int) -> bytes:
    """Return the RFC 6962 hash of leaves start … end − 1.

    Args:
        node: of a tree of at least `end` leaves.
        start: a multiple of the largest power of two below the length of the range.
        end: above `start`.
    """
    parts: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(node(level, start >> level))
        start += 1 << level
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = hash_children(part, found)
    return found


def prove_inclusion(node: Node, index: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that leaf `index` is in the tree of `size`, the leaf's sibling first.

    Raises:
        ValueError: there is no such leaf (a slip of the program).
    """
    if not 0 <= index < size:
        raise ValueError("only a leaf of the tree can be proven to be in it")
    return tuple(range_hash(node, *part) for part in inclusion_ranges(index, size))


def prove_consistency(node: Node, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of `new_size` begins with the tree of `old_size`.

    Raises:
        ValueError: not 0 < old_size ≤ new_size (a slip of the program).
    """
    if not 0 < old_size <= new_size:
        raise ValueError("a consistency proof leads from a tree that is not empty to a later one")
    return tuple(range_hash(node, *part) for part in _consistency_ranges(old_size, new_size))


def verify_inclusion(
    *, leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Say whether `proof` shows that a leaf is at `index` in the tree of `size` and `root`.

    Args:
        leaf_hash: what `hash_leaf` returns for the leaf.
        index: untrusted.
        size: of the tree, as signed.
        proof: untrusted.
        root: of the tree, as signed.
    """
    if not 0 <= index < size or not _are_hashes(leaf_hash, root, *proof):
        return False
    position, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = hash_children(sibling, found)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            found = hash_children(found, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether `proof` shows that one tree is the beginning of another.

    From size 0 nothing can be shown: every tree begins with the empty one. It is refused.

    Args:
        old_size: of the tree known before.
        old_root: its root.
        new_size: of the later tree, as signed.
        new_root: its root.
        proof: untrusted; empty between equal sizes.
    """
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if not _are_hashes(old_root, new_root, *proof):
        return False
    hashes = iter(proof)
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    # An old tree that is one complete subtree is itself the first hash, and is not sent.
    first = old_root if position == 0 else next(hashes, None)
    if first is None:
        return False
    old, new = first, first
    for sibling in hashes:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = hash_children(sibling, old), hash_children(sibling, new)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            new = hash_children(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def inclusion_ranges(index: int, size: int) -> list[_Range]:
    """Return the ranges of leaves whose hashes are an inclusion proof, the smallest first."""
    ranges: list[_Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = _middle(start, end)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    ranges.reverse()
    return ranges


def _consistency_ranges(old_size: int, new_size: int) -> Iterator[_Range]:
    """Yield the ranges whose hashes are a consistency proof, the smallest first."""
    ranges: list[_Range] = []
    start, end = 0, new_size
    while end != old_size:
        middle = _middle(start, end)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:  # else it is the old root itself
        ranges.append((start, end))
    return reversed(ranges)


def _middle(start: int, end: int) -> int:
    """Return where RFC 6962 divides a range: after the largest power of two below its length."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
