"""Roots and proofs of trees of every small size."""

from __future__ import annotations

import hashlib

import pytest

from log.merkle import (
    EMPTY_ROOT,
    Frontier,
    hash_children,
    nodes_of,
    perfect_root,
    prove_consistency,
    prove_inclusion,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.log.trees import leaf_hashes

SIZES = range(1, 70)


def plain_root(hashes: list[bytes]) -> bytes:
    """Return the root as RFC 6962 section 2.1 defines it, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(
        b"\x01" + plain_root(hashes[:split]) + plain_root(hashes[split:])
    ).digest()


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_the_one_the_standard_defines(size: int) -> None:
    hashes = leaf_hashes(size)

    assert root_of(hashes) == plain_root(hashes) == root_at(nodes_of(hashes), size)


def test_the_empty_tree_has_the_hash_of_nothing_for_a_root() -> None:
    assert root_of([]) == EMPTY_ROOT == hashlib.sha256(b"").digest() == root_at(nodes_of([]), 0)


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_of_a_tree_can_be_proven_to_be_in_it_and_nowhere_else(size: int) -> None:
    hashes = leaf_hashes(size)
    root = root_of(hashes)
    for index in range(size):
        proof = prove_inclusion(nodes_of(hashes), index, size)
        places = [
            place
            for place in range(size + 1)
            if verify_inclusion(
                leaf_hash=hashes[index], index=place, size=size, proof=proof, root=root
            )
        ]
        assert places == [index]


@pytest.mark.parametrize("new_size", SIZES)
def test_a_tree_can_be_proven_to_begin_with_each_earlier_one(new_size: int) -> None:
    hashes = leaf_hashes(new_size)
    node, new_root = nodes_of(hashes), root_of(hashes)
    for old_size in range(1, new_size + 1):
        proof = prove_consistency(node, old_size, new_size)
        known = [
            size
            for size in range(1, new_size + 1)
            if verify_consistency(
                old_size=size,
                old_root=root_of(hashes[:old_size]),
                new_size=new_size,
                new_root=new_root,
                proof=proof,
            )
        ]
        assert known == [old_size]


def test_a_tree_grows_by_whole_subtrees_as_by_leaves() -> None:
    hashes = leaf_hashes(37)
    by_subtrees = Frontier()
    by_subtrees.append_subtree(5, perfect_root(hashes[:32]))
    by_subtrees.append_subtree(2, perfect_root(hashes[32:36]))
    by_subtrees.append(hashes[36])

    assert (by_subtrees.size, by_subtrees.root()) == (37, root_of(hashes))


def test_a_subtree_is_not_put_where_it_cannot_stand() -> None:
    frontier = Frontier(leaf_hashes(3))

    with pytest.raises(ValueError, match="multiple"):
        frontier.append_subtree(1, hash_children(*leaf_hashes(2)))


def test_no_proof_is_made_of_what_is_not_there() -> None:
    node = nodes_of(leaf_hashes(4))

    with pytest.raises(ValueError, match="leaf"):
        prove_inclusion(node, 4, 4)
    with pytest.raises(ValueError, match="not empty"):
        prove_consistency(node, 0, 4)
