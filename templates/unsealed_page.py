"""A finished PDF file with a hole where its seal goes, hashed as it was written."""

from __future__ import annotations

import hashlib


class UnsealedPage:
    """A finished file with a hole where the seal goes.

    Args:
        fixed: the beginning, which all pages of the kind share.
        started: the SHA-256 of that.
        own: what follows up to the hole.
        hole_bytes: length of the hole; 0 for a page that gets no seal.
        after: everything behind it.
    """

    def __init__(
        self, fixed: bytes, started: hashlib._Hash, own: bytes, hole_bytes: int, after: bytes
    ) -> None:
        self._fixed = fixed
        self._own = own
        self._hole_bytes = hole_bytes
        self._after = after
        self._hash = started.copy()
        self._hash.update(own)

    @property
    def digest(self) -> bytes:
        """The SHA-256 that the seal signs: of every byte but the hole's."""
        covered = self._hash.copy()
        covered.update(self._after)
        return covered.digest()

    def filled(self, contents: bytes) -> tuple[bytes, bytes]:
        """Return the file with a seal in its hole, and the file's SHA-256.

        Args:
            contents: the seal, DER; empty for a page that gets none.

        Raises:
            ValueError: it does not fit into the hole (a slip of the program).
        """
        digits = contents.hex().encode("ascii")
        room = self._hole_bytes - 2
        if self._hole_bytes and len(digits) > room:
            raise ValueError(f"a seal of {len(contents)} bytes does not fit into {room // 2}")
        hole = b"<%b>" % digits.ljust(room, b"0") if self._hole_bytes else b""
        rest = hole + self._after
        whole = self._hash.copy()
        whole.update(rest)
        return b"".join((self._fixed, self._own, rest)), whole.digest()
