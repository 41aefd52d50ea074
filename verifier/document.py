"""Step 1 for a file: has a child process read it, and takes the answer as claims, not facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from registry.child import Child, ChildFailed, FailureReason
from templates.text_lines import Glyph, fold_radicals
from verifier.file_kinds import FileKind, kind_of
from verifier.file_limits import MAX_GLYPHS, MAX_PAGES
from verifier.file_slots import NoFreeSlot
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.questions import Question, Task, pack
from verifier.verdict import Finding

MAX_FILE_BYTES = 20 << 20
# A photograph of 12 or 24 megapixels without any code takes 3 s of a core.
READ_SECONDS = 7.0
# The readers themselves take 80 MB. A photograph of 24 megapixels without any code takes 300 MB,
# as WebP or JPEG; a JPEG of 50, which gets no closer look, 280.
READ_MEMORY_BYTES = 512 << 20
ANSWER_BYTES = 8 << 20
_PLACES = 6
_LONGEST = 1e6  # points

_FAULTS = frozenset(
    {
        Code.FILE_EMPTY,
        Code.FILE_ENCRYPTED,
        Code.FILE_TOO_HEAVY,
        Code.FILE_TOO_MANY_PAGES,
        Code.FILE_UNREADABLE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """What one page shows, all untrusted.

    Args:
        glyphs: its text layer.
        symbols: the texts of its QR codes.
        others: those of codes of other kinds; no certificate is in them.
    """

    glyphs: tuple[Glyph, ...]
    symbols: tuple[str, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """What a file claims.

    Args:
        sha256: hex hash of the file's bytes, taken by this process and not by the child.
        proof: the text of the proof of the public log attached to it; None without one.
        second: the record under the body's second key, as a PDF carries it; unverified.
    """

    kind: FileKind
    sha256: str
    pages: tuple[PageReading, ...]
    proof: str | None = None
    second: bytes | None = None


def document_reader() -> Child:
    """Return the child process that reads files; it starts with the first file."""
    return Child(
        "verifier.document_child",
        seconds=READ_SECONDS,
        memory_bytes=READ_MEMORY_BYTES,
        answer_bytes=ANSWER_BYTES,
    )


def read_file(data: bytes, ask: Callable[[bytes], bytes]) -> FileReading | Finding:
    """Return what a file claims, or the finding that says why it cannot be read.

    Args:
        data: the uploaded bytes; untrusted.
        ask: has a child read them, as `Child.ask` does.
    """
    if not data:
        return find(Code.FILE_EMPTY)
    if (too_big := inspect_size(data)) is not None:
        return too_big
    kind = kind_of(data)
    if kind is None:
        return find(Code.FILE_KIND_UNSUPPORTED)
    if kind is FileKind.BOTH:
        return find(Code.FILE_TWO_KINDS)
    task = Task.READ_PDF if kind is FileKind.PDF else Task.READ_PICTURE
    try:
        answer = ask(pack(Question(task=task, data=data)))
    except (NoFreeSlot, ChildFailed) as error:
        return say_unread(error)
    return parse_answer(answer, hashlib.sha256(data).hexdigest(), kind)


def say_unread(error: NoFreeSlot | ChildFailed) -> Finding:
    """Return the finding that says why no child told of a file: it, or how busy the machine is."""
    if isinstance(error, NoFreeSlot):
        return find(Code.FILES_WAITING)
    if error.reason is FailureReason.BUSY:
        return find(Code.SYSTEM_BUSY)
    return find(Code.FILE_TOO_HEAVY, evidence={"reason": error.reason.value})


def inspect_size(data: bytes) -> Finding | None:
    """Return the finding that a file is too big to be read, or None."""
    if len(data) <= MAX_FILE_BYTES:
        return None
    limit = str(MAX_FILE_BYTES >> 20)
    return find(Code.FILE_TOO_BIG, {"limit_mb": limit}, {"limit_mb": limit})


def parse_answer(answer: bytes, sha256: str, kind: FileKind) -> FileReading | Finding:
    """Return what the child told of a file, or the finding that says why it cannot be read.

    Nothing is believed: a hostile file may speak through the child.

    Args:
        answer: as the child gave it.
        sha256: hex hash of the file's bytes.
        kind: what the file is by its bytes.
    """
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return find(Code.FILE_UNREADABLE)
    match value:
        case {"fault": str() as fault}:
            return _fault(fault)
        case {"kind": kind.value, "pages": [*items]} if items:
            pages = tuple(_parse_page(item) for item in items[:MAX_PAGES])
            proof = value.get("proof")
            return FileReading(
                kind=kind,
                sha256=sha256,
                pages=pages,
                proof=proof if isinstance(proof, str) else None,
                second=_parse_hex(value.get("second")),
            )
        case _:
            return find(Code.FILE_UNREADABLE)


def _parse_hex(item: object) -> bytes | None:
    try:
        return bytes.fromhex(item) if isinstance(item, str) else None
    except ValueError:
        return b""


def _parse_page(item: object) -> PageReading:
    match item:
        case {"glyphs": [*glyphs], "symbols": [*symbols], **rest}:
            others = rest.get("others")
            parsed = (_parse_glyph(one) for one in glyphs[:MAX_GLYPHS])
            return PageReading(
                glyphs=tuple(one for one in parsed if one is not None),
                symbols=tuple(one for one in symbols if isinstance(one, str)),
                others=tuple(
                    one
                    for one in (others if isinstance(others, list) else [])
                    if isinstance(one, str)
                ),
            )
        case _:
            return PageReading(glyphs=(), symbols=())


def _parse_glyph(item: object) -> Glyph | None:
    match item:
        case [str() as text, *numbers, bool() as level, bool() as seen, int() as run]:
            places = [float(one) for one in numbers if isinstance(one, int | float)]
            if len(places) != _PLACES or not text or not all(map(_is_sensible, places)):
                return None
            left, bottom, right, top, baseline, size = places
            if size <= 0 or right < left or top < bottom:
                return None
            return Glyph(
                text=fold_radicals(text),
                left=left,
                bottom=bottom,
                right=right,
                top=top,
                baseline=baseline,
                size=size,
                level=level,
                seen=seen,
                run=run,
            )
        case _:
            return None


def _is_sensible(length: float) -> bool:
    return isfinite(length) and abs(length) < _LONGEST


def _fault(fault: str) -> Finding:
    code = Code(fault) if fault in _FAULTS else Code.FILE_UNREADABLE
    limit = str(MAX_PAGES)
    return find(code, {"limit": limit}, {"limit": limit} if "pages" in code else {})
