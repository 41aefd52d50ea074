"""Leaves of our own log: one byte sequence for each, and nothing else is read."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, date, datetime

import cbor2
import pytest

from codes.number import parse_number
from log.errors import LogError
from log.leaves import (
    CopyLeaf,
    FilingLeaf,
    IssueLeaf,
    Leaf,
    LifeKind,
    LifeLeaf,
    TrustLeaf,
    decode_body,
    decode_leaf,
    encode_body,
    encode_leaf,
    encode_logged,
    hash_record,
)

AT = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)
PREFIX = "S000012000123"
HASH = bytes(range(32))
ISSUE = IssueLeaf(
    number=parse_number("S000012000123263000001"),
    record_version=1,
    record_hash=HASH,
    key_id=513,
    issued_on=date(2026, 3, 1),
    occupation=4,
)
LIFE = LifeLeaf(
    prefix=PREFIX,
    event=LifeKind.REVOKE,
    mark=HASH,
    record_hash=None,
    key_id=None,
    effective_on=date(2026, 3, 2),
)
LEAVES: list[Leaf] = [
    ISSUE,
    LIFE,
    CopyLeaf(prefix=PREFIX, file_sha256=HASH),
    FilingLeaf(
        prefix=PREFIX,
        event="filed",
        detail={"name": "某评价机构", "levels": [3, 4], "occupation": 4},
        decided_on=date(2025, 12, 1),
    ),
    TrustLeaf(version=7, sha256=HASH),
]


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: type(leaf).__name__)
def test_a_leaf_comes_back_as_it_was(leaf: Leaf) -> None:
    assert decode_leaf(encode_leaf(leaf, AT)) == (AT, leaf)
    assert decode_body(encode_body(leaf)) == leaf
    assert encode_logged(encode_body(leaf), AT) == encode_leaf(leaf, AT)


def test_an_issue_leaf_is_these_bytes_for_ever() -> None:
    assert encode_leaf(ISSUE, AT).hex() == (
        "89" "01" "01" "1a69a3baf2"
        "4a03cfc858d9f6139a1dc1" "01" "5820" + HASH.hex() + "190201" "195021" "04"
    )  # fmt: skip


def test_a_record_is_hashed_under_its_salt_and_for_this_use_only() -> None:
    salt = b"s" * 16

    assert (
        hash_record(salt, b"record")
        == hashlib.sha256(b"yanzhen/leaf/record\0" + salt + b"record").digest()
    )
    with pytest.raises(ValueError, match="16 bytes"):
        hash_record(b"short", b"record")


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: type(leaf).__name__)
def test_no_other_bytes_are_read_as_that_leaf(leaf: Leaf) -> None:
    data = encode_leaf(leaf, AT)
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            read = decode_leaf(bytes(flipped))
        except LogError:
            continue
        assert read != (AT, leaf)
        assert encode_leaf(read[1], read[0]) == bytes(flipped)


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([2, 1, 0], "leaf_format_unknown"),
        ([1, 6, 0], "leaf_format_unknown"),
        ([1, True, 0], "leaf_damaged"),
        ([1], "leaf_damaged"),
        ({}, "leaf_damaged"),
        ([1, 3, 0, PREFIX], "leaf_damaged"),
        ([1, 3, 0, PREFIX, HASH, 1], "leaf_damaged"),
        ([1, 3, -1, PREFIX, HASH], "leaf_field_invalid"),
        ([1, 3, 0, "S00001200012", HASH], "leaf_field_invalid"),
        ([1, 3, 0, PREFIX, HASH[:31]], "leaf_field_invalid"),
        ([1, 2, 0, PREFIX, 11, HASH, None, None, 1], "leaf_field_invalid"),
        ([1, 2, 0, PREFIX, 1, HASH, None, 1, 1], "leaf_field_invalid"),
        ([1, 2, 0, PREFIX, 1, HASH, None, None, 2**40], "leaf_field_invalid"),
        ([1, 1, 0, b"\xff" * 10, 1, HASH, 1, 1, 1], "leaf_field_invalid"),
        ([1, 4, 0, PREFIX, "Filed", {}, 1], "leaf_field_invalid"),
        ([1, 4, 0, PREFIX, "filed", {"a": 1.5}, 1], "leaf_field_invalid"),
        ([1, 4, 0, PREFIX, "filed", {"a": [[[[1]]]]}, 1], "leaf_field_invalid"),
        ([1, 4, 0, PREFIX, "filed", {1: 1}, 1], "leaf_field_invalid"),
        ([1, 5, 0, 0, HASH], "leaf_field_invalid"),
    ],
)
def test_what_is_no_leaf_is_refused(items: object, code: str) -> None:
    with pytest.raises(LogError) as refused:
        decode_leaf(cbor2.dumps(items, canonical=True))

    assert refused.value.code == code


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff", b"\x9f\x01\x01\xff", b"\x81" * 5000])
def test_bytes_that_are_no_array_are_refused(data: bytes) -> None:
    with pytest.raises(LogError, match="leaf_damaged"):
        decode_leaf(data)


def test_a_leaf_larger_than_an_entry_of_the_log_is_refused() -> None:
    large = FilingLeaf(
        prefix=PREFIX, event="filed", detail={"a": "字" * 30_000}, decided_on=date(2026, 1, 1)
    )

    with pytest.raises(LogError, match="leaf_too_long"):
        encode_leaf(large, AT)


def test_a_time_that_a_leaf_cannot_hold_is_refused() -> None:
    with pytest.raises(LogError, match="leaf_field_invalid"):
        encode_leaf(ISSUE, AT.replace(microsecond=1))
    with pytest.raises(LogError, match="leaf_field_invalid"):
        encode_leaf(ISSUE, AT.replace(tzinfo=None))


def test_a_leaf_of_shared_references_is_refused_before_it_grows() -> None:
    many = b"\x99\x02\x00"  # 512 items
    shared = (
        b"\xa3\x61a\xd8\x1c" + many + b"\x01" * 512  # tag 28, shareable
        + b"\x61b\xd8\x1c" + many + b"\xd8\x1d\x00" * 512  # tag 29, the first again
        + b"\x61c" + many + b"\xd8\x1d\x01" * 512
    )  # fmt: skip
    began = time.process_time()

    with pytest.raises(LogError, match="leaf_damaged"):
        decode_leaf(b"\x87" + cbor2.dumps([1, 4, 0, PREFIX, "filed"])[1:] + shared + b"\x01")
    assert time.process_time() - began < 0.5
