"""Proofs as text: read, written, and believed only when they prove."""

from __future__ import annotations

import pytest

from log.errors import LogError
from log.merkle import nodes_of, prove_inclusion
from log.proof_text import HEADER, LogProof, check_proof, parse_proof
from tests.log.trees import LOG_KEY, checkpoint, entry, leaf_hashes, signed


def proof(index: int, size: int, extra: bytes | None = None) -> LogProof:
    """Return a genuine proof."""
    return LogProof(
        index=index,
        path=prove_inclusion(nodes_of(leaf_hashes(size)), index, size),
        checkpoint=signed(checkpoint(size).text),
        extra=extra,
    )


@pytest.mark.parametrize("extra", [None, b"salt"])
@pytest.mark.parametrize(("index", "size"), [(0, 1), (5, 9), (8, 9)])
def test_a_proof_survives_being_written_and_proves_its_entry(
    index: int, size: int, extra: bytes | None
) -> None:
    read = parse_proof(bytes(proof(index, size, extra)))

    assert read == proof(index, size, extra)
    assert check_proof(read, entry(index), LOG_KEY).checkpoint.size == size


def test_a_proof_proves_no_other_entry() -> None:
    with pytest.raises(LogError, match="log_proof_wrong"):
        check_proof(proof(5, 9), entry(6), LOG_KEY)


def test_the_text_is_the_one_of_the_specification() -> None:
    lines = bytes(proof(2, 3, b"\x01\x02")).decode().split("\n")

    assert lines[:3] == [HEADER, "extra AQI=", "index 2"]
    assert lines[4] == ""
    assert lines[5:7] == ["log.example/one", "3"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("extra AQI=", "extra AQJ="),
        ("extra AQI=", "extra "),
        ("extra AQI=", "extra AQI=\nextra AQI="),
        ("index 2", "index 02"),
        ("index 2", "index -1"),
        ("index 2\n", ""),
        ("index 2", "index 2\nAQI="),
        ("\n\nlog", "\n\n\nlog"),
        ("@v1", "@v1\r"),
        ("@v1", "@v1é"),
    ],
)
def test_a_text_of_another_form_is_refused(old: str, new: str) -> None:
    text = bytes(proof(2, 3, b"\x01\x02")).decode()
    assert old in text

    with pytest.raises(LogError):
        check_proof(parse_proof(text.replace(old, new, 1).encode()), entry(2), LOG_KEY)
