"""For all trees, notes, proofs and leaves: what was made is believed, what was altered is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from log.errors import LogError
from log.leaves import CopyLeaf, Leaf, LifeKind, LifeLeaf, TrustLeaf, decode_leaf, encode_leaf
from log.merkle import (
    nodes_of,
    prove_consistency,
    prove_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from log.notes import NoteSignature, SignedNote, parse_note
from log.proof_text import LogProof, check_proof, parse_proof
from log.tiles import ENTRIES, TileId, decode_bundle, encode_bundle, parse_tile_path
from tests.log.trees import LOG_KEY, checkpoint, entry, leaf_hashes, signed

PREFIX = "S000012000123"
hashes = st.binary(min_size=32, max_size=32)
# What cannot stand in a note: control characters, and code points that are no characters.
texts = st.lists(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30), min_size=1, max_size=6
).map(lambda lines: "\n".join(lines) + "\n")
names = st.text(st.sampled_from("abc.-/验"), min_size=1, max_size=20)
signatures = st.builds(
    NoteSignature,
    name=names,
    key_hash=st.binary(min_size=4, max_size=4),
    signature=st.binary(min_size=1, max_size=80),
)
leaves: st.SearchStrategy[Leaf] = st.one_of(
    st.builds(CopyLeaf, prefix=st.just(PREFIX), file_sha256=hashes),
    st.builds(TrustLeaf, version=st.integers(1, 2**40), sha256=hashes),
    st.builds(
        LifeLeaf,
        prefix=st.just(PREFIX),
        event=st.sampled_from(LifeKind),
        mark=hashes,
        record_hash=st.none(),
        key_id=st.none(),
        effective_on=st.dates(date(1970, 1, 1)),
    ),
)
moments = st.integers(0, 2**33).map(lambda at: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(0, at))


def flip(data: bytes, bit: int) -> bytes:
    """Return bytes with one bit turned over."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(st.data())
def test_an_inclusion_proof_holds_and_no_bit_of_it_may_be_another(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    tree = leaf_hashes(size)
    proof, root = prove_inclusion(nodes_of(tree), index, size), root_of(tree)

    def holds(leaf_hash: bytes, path: tuple[bytes, ...], head: bytes) -> bool:
        return verify_inclusion(leaf_hash=leaf_hash, index=index, size=size, proof=path, root=head)

    assert holds(tree[index], proof, root)
    bit = data.draw(st.integers(0, 255))
    assert not holds(flip(tree[index], bit), proof, root)
    assert not holds(tree[index], proof, flip(root, bit))
    for at in range(len(proof)):
        altered = (*proof[:at], flip(proof[at], bit), *proof[at + 1 :])
        assert not holds(tree[index], altered, root)


@given(st.data())
def test_a_consistency_proof_holds_and_no_bit_of_it_may_be_another(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 600))
    old = data.draw(st.integers(1, new))
    tree = leaf_hashes(new)
    proof = prove_consistency(nodes_of(tree), old, new)
    old_root, new_root = root_of(tree[:old]), root_of(tree)

    def holds(before: bytes, after: bytes, path: tuple[bytes, ...]) -> bool:
        return verify_consistency(
            old_size=old, old_root=before, new_size=new, new_root=after, proof=path
        )

    assert holds(old_root, new_root, proof)
    bit = data.draw(st.integers(0, 255))
    assert not holds(flip(old_root, bit), new_root, proof)
    assert not holds(old_root, flip(new_root, bit), proof)
    for at in range(len(proof)):
        assert not holds(old_root, new_root, (*proof[:at], flip(proof[at], bit), *proof[at + 1 :]))


@given(texts, st.lists(signatures, min_size=1, max_size=5))
def test_every_note_survives_being_written(text: str, lines: list[NoteSignature]) -> None:
    note = SignedNote(text=text, signatures=tuple(lines))

    assert parse_note(bytes(note)) == note


@given(st.binary(max_size=200) | texts.map(str.encode))
def test_whatever_is_read_as_a_note_is_written_so(data: bytes) -> None:
    try:
        note = parse_note(data)
    except LogError:
        return
    assert bytes(note) == data


@given(st.integers(0, 8), st.none() | st.binary(min_size=1, max_size=60), st.data())
def test_a_proof_text_survives_and_no_bit_of_it_may_be_another(
    index: int, extra: bytes | None, data: st.DataObject
) -> None:
    proof = LogProof(
        index=index,
        path=prove_inclusion(nodes_of(leaf_hashes(9)), index, 9),
        checkpoint=signed(checkpoint(9).text),
        extra=extra,
    )
    text = bytes(proof)
    assert parse_proof(text) == proof

    altered = flip(text, data.draw(st.integers(0, len(text) * 8 - 1)))
    try:
        read = parse_proof(altered)
        check_proof(read, entry(index), LOG_KEY)
    except LogError:
        return
    # Only what the log does not vouch for may differ unseen.
    assert read.extra != extra
    assert (read.index, read.path, read.checkpoint) == (index, proof.path, proof.checkpoint)


@given(leaves, moments)
def test_every_leaf_survives_being_encoded(leaf: Leaf, at: datetime) -> None:
    assert decode_leaf(encode_leaf(leaf, at)) == (at, leaf)


@given(st.binary(max_size=120))
def test_whatever_is_read_as_a_leaf_is_written_so(data: bytes) -> None:
    try:
        at, leaf = decode_leaf(data)
    except LogError:
        return
    assert encode_leaf(leaf, at) == data


@given(st.integers(ENTRIES, 63), st.integers(0, 2**50), st.integers(1, 256))
def test_every_tile_has_its_own_path(level: int, index: int, width: int) -> None:
    tile = TileId(level, index, width)

    assert parse_tile_path(tile.path) == tile


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_every_bundle_survives_being_written(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries
