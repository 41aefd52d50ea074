"""Finds each person's photo in a folder or a ZIP and turns it into the one form that is printed.

Pictures are decoded in a child process with limits; a picture that brings the child down is a
problem of its row, and the next row gets a new child.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from codes.notices import Problem
from issuer.photo_exchange import (
    Judgement,
    Question,
    Verdict,
    decode_judgement,
    encode_question,
)
from issuer.photo_names import leads_elsewhere
from issuer.photo_reading import PhotoReading
from issuer.photo_shelves import TooLarge, open_shelf
from issuer.photo_wording import AMBIGUOUS, MISSING, MISSING_FILE, OUTSIDE, explain, remark_on
from registry.child import Child, ChildFailed
from registry.vault import new_key

Place = TypeVar("Place")
_CHILD_SECONDS = 20.0
_CHILD_MEMORY_BYTES = 1 << 30
_TAG_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledPhoto:
    """A printable photo kept in its folder's spool, so that 50 000 of them need no memory."""

    sha256: bytes
    spool: PhotoSpool = field(repr=False, compare=False)
    offset: int
    length: int

    @property
    def jpeg(self) -> bytes:
        """The baseline sRGB JPEG that is printed and stored."""
        return self.spool.read(self.offset, self.length)


class PhotoSpool:
    """Keeps prepared photos in a temporary file without a name; it is gone with the process.

    What is on the disk is encrypted under a key that is nowhere but in memory: a deleted file's
    bytes may be read for long after it.
    """

    def __init__(self) -> None:
        self._cipher = AESGCM(new_key())
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="yanzhen-photos-")  # noqa: SIM115 - closed by close()
        self._length = 0

    def add(self, jpeg: bytes) -> SpooledPhoto:
        """Keep these bytes and return the photo that reads them back."""
        offset = self._length
        view = memoryview(self._cipher.encrypt(_nonce(offset), jpeg, None))
        while view:
            written = os.pwrite(self._file.fileno(), view, self._length)
            self._length += written
            view = view[written:]
        return SpooledPhoto(
            sha256=hashlib.sha256(jpeg).digest(), spool=self, offset=offset, length=len(jpeg)
        )

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes kept before; safe from several threads at once."""
        sealed = os.pread(self._file.fileno(), length + _TAG_BYTES, offset)
        return self._cipher.decrypt(_nonce(offset), sealed, None)

    def close(self) -> None:
        """Let go of every photo."""
        self._file.close()


def _nonce(offset: int) -> bytes:
    """Return a nonce of its own for each place in the file."""
    return offset.to_bytes(12, "big")


class PhotoFolder:
    """The photos of one roster; use it as a context manager for as long as its photos are used.

    Args:
        place: the folder or the ZIP in which the pictures lie, or None where the operator named
            none; the names in it are read once.
        seconds: how long one picture may take.

    Raises:
        IssuerError: `place` is a file but no ZIP that can be used (`photos_zip_…`).
    """

    def __init__(self, place: Path | None, *, seconds: float = _CHILD_SECONDS) -> None:
        self._shelf = open_shelf(place)
        self._spool = PhotoSpool()
        self._child = open_photo_child(seconds)

    def __enter__(self) -> PhotoFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child process and let go of the photos."""
        self._child.close()
        self._spool.close()
        self._shelf.close()

    def read(self, *, file: str, document_number: str) -> PhotoReading:
        """Return the photo named `file`, or else the one named like the document number.

        Never raises for a bad photo or a bad name; names that lead out of the folder are refused.
        """
        found = look_up(self._shelf.find, file=file, document_number=document_number)
        if isinstance(found, Problem):
            return refused(found, file)
        judgement = judge(self._child, found.load)
        if judgement.verdict is not Verdict.TAKEN:
            return refused(explain(judgement), found.name)
        return PhotoReading(
            photo=self._spool.add(judgement.jpeg),
            notices=tuple(remark_on(remark) for remark in judgement.remarks),
            problems=(),
            file=found.name,
        )


def look_up(
    find: Callable[[str], Sequence[Place]], *, file: str, document_number: str
) -> Place | Problem:
    """Return the one picture of a row, named in it or else by the document number; or why none.

    Args:
        find: returns the pictures of a name, the extension and case left open.
        file: what the row says, empty where it says nothing; untrusted.
        document_number: the row's normalised document number, or what was typed.
    """
    if leads_elsewhere(file):
        return OUTSIDE
    found = find(file or document_number)
    if not found:
        return MISSING_FILE if file else MISSING
    return AMBIGUOUS if len(found) > 1 else found[0]


def open_photo_child(seconds: float = _CHILD_SECONDS) -> Child:
    """Return a child process for `judge`; it starts when a picture is first judged."""
    return Child("issuer.photo_child", seconds=seconds, memory_bytes=_CHILD_MEMORY_BYTES)


def judge(child: Child, load: Callable[[], Question]) -> Judgement:
    """Return what the child says of a picture; one that brings it down cannot be read."""
    try:
        return decode_judgement(child.ask(encode_question(load())))
    except TooLarge:
        return Judgement(verdict=Verdict.TOO_LARGE)
    except (ChildFailed, OSError, ValueError):
        return Judgement(verdict=Verdict.UNREADABLE)


def refused(problem: Problem, file: str) -> PhotoReading:
    """Return the reading of a photo that is not there, or cannot be used."""
    return PhotoReading(photo=None, notices=(), problems=(problem,), file=file)
