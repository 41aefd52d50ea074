"""Small logs, made from nothing but numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from log.checkpoint import Checkpoint
from log.merkle import hash_leaf, root_of
from log.notes import (
    KeyKind,
    NoteSignature,
    SignedNote,
    VerifierKey,
    cosign_text,
    sign_text,
)

ORIGIN = "log.example/one"
NOW = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)


def entry(index: int) -> bytes:
    """Return the entry at a place; no two are alike."""
    return b"entry %d" % index


def leaf_hashes(size: int) -> list[bytes]:
    """Return the leaf hashes of a tree of `size`."""
    return list(_hashes(4096)[:size]) if size <= 4096 else list(_hashes(size))


@cache
def _hashes(size: int) -> tuple[bytes, ...]:
    return tuple(hash_leaf(entry(index)) for index in range(size))


def key_pair(
    seed: int, name: str = ORIGIN, kind: KeyKind = KeyKind.ED25519
) -> tuple[VerifierKey, Callable[[bytes], bytes]]:
    """Return a key made from a number, and what signs with it."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    public = private.public_key().public_bytes_raw()
    return VerifierKey(name=name, kind=kind, public_key=public), private.sign


LOG_KEY, LOG_SIGN = key_pair(1)
WITNESS_KEY, WITNESS_SIGN = key_pair(2, "witness.example", KeyKind.COSIGNATURE)


def checkpoint(size: int) -> Checkpoint:
    """Return what the log of `entry`s says at a size."""
    return Checkpoint(origin=ORIGIN, size=size, root=root_of(leaf_hashes(size)))


def signed(text: str) -> SignedNote:
    """Return a text under the log's signature."""
    return SignedNote(text=text, signatures=(sign_text(text, LOG_KEY, LOG_SIGN),))


def cosignature(text: str) -> NoteSignature:
    """Return the witness's signature under a text."""
    return cosign_text(text, WITNESS_KEY, WITNESS_SIGN, now=NOW)
