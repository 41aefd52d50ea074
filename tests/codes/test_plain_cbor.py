"""CBOR is read without tags: each is refused before anything in it costs time or memory."""

from __future__ import annotations

import ast

import cbor2
import pytest

from codes.plain_cbor import load_plain_cbor
from tests.arch.sources import ROOMS, python_files, shown, tree

TAGS = (*range(300), 1000, 1001, 1004, 43000, 55799, 65535, 65536, 2**32, 2**64 - 1)


def head(major: int, value: int) -> bytes:
    """The head of an item, as short as it can be written."""
    for size, sign in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if value < 24:
            return bytes([major << 5 | value])
        if value < 1 << (8 * size):
            return bytes([major << 5 | sign]) + value.to_bytes(size)
    raise ValueError(value)


@pytest.mark.parametrize("within", [b"", b"\x81", b"\xa1\x00", b"\xa1"])
def test_no_tag_is_read_wherever_it_stands(within: bytes) -> None:
    after = b"\x00" if within == b"\xa1" else b""
    for tag in TAGS:
        for content in (b"\x00", b"\x41\x01", b"\x61a", b"\x81\x01", b"\x82\x01\x02", b"\xa0"):
            with pytest.raises(cbor2.CBORDecodeError):
                load_plain_cbor(within + head(6, tag) + content + after, max_depth=4)


def test_a_tag_is_refused_before_what_it_holds_is_looked_at() -> None:
    hits = [head(6, tag) + b"\x5b" + b"\x7f" * 8 for tag in (2, 28, 29, 35, 258, 400)]
    for data in hits:
        with pytest.raises(cbor2.CBORDecodeError, match="tag"):
            load_plain_cbor(data, max_depth=4)


def test_what_has_no_tag_is_read_as_before() -> None:
    value = [1, -1, 2**64 - 1, "字", b"\x00", None, True, 1.5, {"a": [1]}]
    assert load_plain_cbor(cbor2.dumps(value, canonical=True), max_depth=3) == value


@pytest.mark.parametrize("data", [b"\x9f\xff", b"\x81\x81\x00", b"", b"\x82\x00"])
def test_what_is_indefinite_deep_or_not_whole_is_refused(data: bytes) -> None:
    with pytest.raises(cbor2.CBORDecodeError):
        load_plain_cbor(data, max_depth=1)


def test_nothing_else_in_the_product_reads_cbor() -> None:
    readers = {
        shown(path)
        for path in python_files(*ROOMS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"load", "loads", "CBORDecoder"}
        if isinstance(node.value, ast.Name) and node.value.id == "cbor2"
    }
    assert readers == {"codes/plain_cbor.py"}
