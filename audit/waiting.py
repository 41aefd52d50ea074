"""New entries that wait to be judged until their tree is known to be the one that was signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from tempfile import SpooledTemporaryFile

MAX_IN_MEMORY_BYTES = 32 * 1024 * 1024

_LENGTH_BYTES = 4
_LOST = b"\xff" * _LENGTH_BYTES  # in place of the length of an entry that cannot be trusted


class WaitingEntries:
    """Takes entries in order and gives them back; beyond a size they lie on the disk."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=MAX_IN_MEMORY_BYTES)  # noqa: SIM115 - __exit__ closes it
        self._first = 0
        self.count = 0

    def __enter__(self) -> WaitingEntries:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget all."""
        self._file.close()

    def take(self, first: int, entries: Sequence[bytes | None]) -> None:
        """Keep the entries that follow; None is one that nobody can read."""
        if not self.count:
            self._first = first
        self.count += len(entries)
        for entry in entries:
            if entry is None:
                self._file.write(_LOST)
            else:
                self._file.write(len(entry).to_bytes(_LENGTH_BYTES) + entry)

    def all(self) -> Iterator[tuple[int, bytes | None]]:
        """Yield every entry with its index."""
        self._file.seek(0)
        for index in range(self._first, self._first + self.count):
            length = self._file.read(_LENGTH_BYTES)
            yield index, None if length == _LOST else self._file.read(int.from_bytes(length))
