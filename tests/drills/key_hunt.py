"""Looks for keys in a process's memory, as one does who holds a dump of it and the database.

Every 16-byte boundary of the writable memory is where an object of Python or of the C library may
begin its bytes; from each, 16, 24 and 32 bytes are taken for a key unless they are plainly no
random bytes. A key is tried on all rows at once: as the data key itself (AES-GCM; the first block
of what the row seals is known), and, of 32 bytes, as the key that wraps a data key (AES key wrap,
RFC 3394).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Hits = NDArray[np.bool_]
Ciphers = Sequence[Cipher[modes.ECB]]
_STEP = 16
_SIZES = {16: 13, 24: 18, 32: 25}  # bytes of a key: fewer different ones than this is no key
_WRAPPING_BYTES = 32  # as the program has it, which an attacker reads
_AT_ONCE = 1 << 16
_TRIALS_AT_ONCE = 1 << 16  # a key on a row is one
_KNOWN = b'{"body_name": "'
_WRITABLE = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw..")
_MARK = np.frombuffer(b"\xa6" * 8, dtype=np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What the database shows of the rows to be opened.

    Args:
        wrapped: one wrapped data key of each, 40 bytes.
        sealed: one sealed public part of each.
    """

    wrapped: Sequence[bytes]
    sealed: Sequence[bytes]


def read_memory(pid: int) -> Iterator[bytes]:
    """Yield the writable memory of a process, region by region."""
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="ascii", errors="replace")
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps.splitlines():
            found = _WRITABLE.match(line)
            if found is None:
                continue
            start, end = (int(text, 16) for text in found.groups())
            try:
                memory.seek(start)
                yield memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue  # a region that the system keeps to itself


def key_candidates(memory: Sequence[bytes]) -> dict[int, set[bytes]]:
    """Return by length what may be keys in a dump."""
    found: dict[int, set[bytes]] = {size: set() for size in _SIZES}
    for region in memory:
        view = np.frombuffer(region, dtype=np.uint8)
        zeros = (view[: len(view) // 8 * 8].reshape(-1, 8) == 0).sum(axis=1, dtype=np.uint8)
        for size, least in _SIZES.items():
            places = np.arange(0, len(region) - size + 1, _STEP)
            # Most of a memory is empty: what has too many zeros need not be sorted to be left out.
            empty = zeros[places[:, None] // 8 + np.arange(size // 8)].sum(axis=1)
            places = places[empty <= size + 1 - least]
            for start in range(0, len(places), _AT_ONCE):
                windows = view[places[start : start + _AT_ONCE, None] + np.arange(size)]
                ordered = np.sort(windows, axis=1)
                different = (np.diff(ordered, axis=1) != 0).sum(axis=1) + 1
                found[size].update(map(bytes, windows[different >= least]))
    return found


def rows_opened(candidates: dict[int, set[bytes]], rows: Rows) -> set[int]:
    """Return which rows any candidate opens."""
    wrapped = np.array([list(one) for one in rows.wrapped], dtype=np.uint8)
    blocks = b"".join(one[:12] + (2).to_bytes(4, "big") for one in rows.sealed)
    heads = np.array([list(one[12:28]) for one in rows.sealed], dtype=np.uint8)
    together = max(1, _TRIALS_AT_ONCE // len(rows.sealed))
    opened: set[int] = set()
    for size, keys in candidates.items():
        listed = list(keys)
        for start in range(0, len(listed), together):
            ciphers = [
                Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 - the bare block
                for key in listed[start : start + together]
            ]
            hits = _sealed(ciphers, blocks, heads)
            if size == _WRAPPING_BYTES:
                hits |= _unwrapped(ciphers, wrapped)
            opened.update(map(int, np.flatnonzero(hits)))
    return opened


def _sealed(ciphers: Ciphers, blocks: bytes, heads: Bytes) -> Hits:
    """Return which rows any of the keys sealed: those that it shows the known words of."""
    known = np.frombuffer(_KNOWN, dtype=np.uint8)
    streams = b"".join(cipher.encryptor().update(blocks) for cipher in ciphers)
    clear = np.frombuffer(streams, dtype=np.uint8).reshape(len(ciphers), -1, 16) ^ heads
    hits: Hits = (clear[:, :, : len(known)] == known).all(axis=2).any(axis=0)
    return hits


def _unwrapped(ciphers: Ciphers, wrapped: Bytes) -> Hits:
    """Return which wrapped keys any of the keys unwraps; RFC 3394, all keys and rows at once."""
    decrypts = [cipher.decryptor() for cipher in ciphers]
    shape, size = (len(ciphers), len(wrapped), 16), len(wrapped) * 16
    head = np.tile(wrapped[:, :8], (len(ciphers), 1, 1))
    rest = [np.tile(wrapped[:, i : i + 8], (len(ciphers), 1, 1)) for i in (8, 16, 24, 32)]
    for turn in range(5, -1, -1):
        for place in range(3, -1, -1):
            head[:, :, 7] ^= np.uint8(4 * turn + place + 1)
            block = np.concatenate([head, rest[place]], axis=2).tobytes()
            clear = b"".join(
                decrypt.update(block[at * size : (at + 1) * size])
                for at, decrypt in enumerate(decrypts)
            )
            both = np.frombuffer(clear, dtype=np.uint8).reshape(shape)
            head, rest[place] = both[:, :, :8].copy(), both[:, :, 8:]
    hits: Hits = (head == _MARK).all(axis=2).any(axis=0)
    return hits
