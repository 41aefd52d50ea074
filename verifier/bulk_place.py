"""Where a batch check keeps its files, sealed under the asker's token, and whether it is alive."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from codes.wording import Language
from registry.held_file import is_held

PROGRESS, ANSWER, ROWS = "progress", "answer", "rows"
LIST, RUNS, SPENT = "list", "runs", "spent"
_ALIVE = "alive"
_NONCE_BYTES = 12


class JobUnknown(Exception):
    """There is no batch check of this token, or its time is over."""


@dataclass(frozen=True, slots=True)
class JobPlace:
    """Where one batch check keeps its files, and the key they are sealed under.

    Args:
        folder: of all of them.
        token: the asker's; secret.
    """

    folder: Path
    token: str = field(repr=False)

    @property
    def path(self) -> Path:
        """The folder of this one; its name does not give the token away."""
        return self.folder / hashlib.sha256(b"yanzhen/batch/place" + self._secret).hexdigest()[:32]

    def seal(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all."""
        nonce = os.urandom(_NONCE_BYTES)
        self.write(name, nonce + self._cipher.encrypt(nonce, data, name.encode()))

    def unseal(self, name: str) -> bytes:
        """Return what `seal` wrote.

        Raises:
            JobUnknown: there is no such file, or another one.
        """
        try:
            sealed = (self.path / name).read_bytes()
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return self._cipher.decrypt(nonce, rest, name.encode())
        except (OSError, InvalidTag, ValueError) as error:
            raise JobUnknown from error

    def read_number(self, name: str) -> int:
        """Return the number that was written under a name; 0 where there is none."""
        found = read_file(self.path / name)
        return int(found) if found.isdigit() else 0

    def write(self, name: str, data: bytes) -> None:
        """Write a file that says nothing of anybody, whole or not at all."""
        part = self.path / f"{name}-part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        part.replace(self.path / name)

    @property
    def _secret(self) -> bytes:
        return self.token.encode("ascii", "replace")

    @property
    def _cipher(self) -> AESGCM:
        return AESGCM(hashlib.sha256(b"yanzhen/batch/seal" + self._secret).digest())


def holds_result(path: Path) -> bool:
    """Return whether the folder of a check holds rows or workbooks, not a refusal alone."""
    names = (ROWS, *(workbook_name(language) for language in Language))
    return any((path / name).exists() for name in names)


def workbook_name(language: Language) -> str:
    """Return the name under which a job keeps its result in a language."""
    return f"result-{language.value}"


@contextmanager
def alone(place: JobPlace, *, wait: bool = False) -> Iterator[int | None]:
    """Yield the lock that says that a check is alive, to be handed on; None where it is held.

    Args:
        wait: for who is only looking whether it is held.
    """
    alive = os.open(place.path / _ALIVE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(alive, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        yield None
    else:
        yield alive
    finally:
        os.close(alive)


def read_file(path: Path) -> bytes:
    """Return what is in a file; nothing where there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def is_alive(path: Path) -> bool:
    """Return whether a process holds the lock in the folder of a check."""
    return is_held(path / _ALIVE)
