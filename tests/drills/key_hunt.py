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
_STEP = 16
_SIZES = {16: 13, 24: 18, 32: 25}  # bytes of a key: fewer different ones than this is no key
_WRAPPING_BYTES = 32  # as the program has it, which an attacker reads
_AT_ONCE = 1 << 16
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
        for size, least in _SIZES.items():
            places = np.arange(0, len(region) - size + 1, _STEP)
            view = np.frombuffer(region, dtype=np.uint8)
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
    known = np.frombuffer(_KNOWN, dtype=np.uint8)
    opened: set[int] = set()
    for keys in candidates.values():
        for key in keys:
            cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 - the bare block
            stream = np.frombuffer(cipher.encryptor().update(blocks), dtype=np.uint8)
            clear = stream.reshape(-1, 16) ^ heads
            hits = (clear[:, : len(known)] == known).all(axis=1)
            if len(key) == _WRAPPING_BYTES:
                hits |= _unwrapped(cipher, wrapped)
            opened.update(map(int, np.flatnonzero(hits)))
    return opened


def _unwrapped(cipher: Cipher[modes.ECB], wrapped: Bytes) -> NDArray[np.bool_]:
    """Return which of the wrapped keys a key unwraps; RFC 3394, all rows at once."""
    decrypt = cipher.decryptor()
    head, rest = wrapped[:, :8].copy(), [wrapped[:, i : i + 8].copy() for i in (8, 16, 24, 32)]
    for turn in range(5, -1, -1):
        for place in range(3, -1, -1):
            head[:, 7] ^= np.uint8(4 * turn + place + 1)
            block = np.concatenate([head, rest[place]], axis=1).tobytes()
            clear = np.frombuffer(decrypt.update(block), dtype=np.uint8).reshape(-1, 16)
            head, rest[place] = clear[:, :8].copy(), clear[:, 8:]
    hits: NDArray[np.bool_] = (head == _MARK).all(axis=1)
    return hits
