"""Checkpoints: how large a log is, and the root over all of it, signed.

Source: https://c2sp.org/tlog-checkpoint
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from codes.wording import Text
from log.errors import LogError
from log.lines import decode_base64, decode_decimal, encode_base64
from log.merkle import EMPTY_ROOT, HASH_BYTES, MAX_TREE_SIZE
from log.notes import KeyKind, SignedNote, VerifiedSignature, VerifierKey, parse_note, verify_note

MAX_ORIGIN_CHARACTERS = 255
_FIXED_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log says of itself.

    Args:
        origin: names the log, such as `example.com/log`.
        size: how many leaves it has.
        root: over all of them, 32 bytes.
        extensions: further lines, none empty; ours has none.

    Raises:
        LogError: `checkpoint_malformed`.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no checkpoint can say."""
        if not 1 <= len(self.origin) <= MAX_ORIGIN_CHARACTERS:
            _refuse("origin")
        if not 0 <= self.size <= MAX_TREE_SIZE:
            _refuse("size")
        if len(self.root) != HASH_BYTES or (self.size == 0 and self.root != EMPTY_ROOT):
            _refuse("root")
        if any(not line or "\n" in line for line in (self.origin, *self.extensions)):
            _refuse("line")

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint that the log's own key signed.

    Args:
        checkpoint: what it says.
        note: as it was read, with all signatures.
        signatures: those of known keys, each verified; the log's own is among them.
    """

    checkpoint: Checkpoint
    note: SignedNote
    signatures: tuple[VerifiedSignature, ...]

    @property
    def cosignatures(self) -> tuple[VerifiedSignature, ...]:
        """Those of witnesses."""
        return tuple(one for one in self.signatures if one.key.kind is KeyKind.COSIGNATURE)


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Return the checkpoint whose text is exactly `text`.

    Raises:
        LogError: `checkpoint_malformed`, the evidence naming the `field`.
    """
    lines = text.split("\n")
    if lines.pop() or len(lines) < _FIXED_LINES:
        _refuse("line")
    origin, size_text, root_text, *extensions = lines
    size, root = decode_decimal(size_text), decode_base64(root_text)
    if size is None:
        _refuse("size")
    if root is None:
        _refuse("root")
    return Checkpoint(origin=origin, size=size, root=root, extensions=tuple(extensions))


def open_checkpoint(
    data: bytes,
    log_key: VerifierKey,
    *,
    origin: str | None = None,
    witnesses: Iterable[VerifierKey] = (),
) -> SignedCheckpoint:
    """Return the checkpoint in a file, once it is proven to be the log's.

    Args:
        data: untrusted.
        log_key: of the log.
        origin: the first line it must have; the name of the key unless given.
        witnesses: keys whose cosignatures count; others are ignored.

    Raises:
        LogError: `note_malformed`, `note_unsigned` (also where only witnesses signed),
            `note_signature_wrong`, `checkpoint_malformed`, `checkpoint_origin`.
    """
    note = parse_note(data)
    verify_note(note, [log_key])
    signatures = verify_note(note, [log_key, *witnesses])
    checkpoint = parse_checkpoint_text(note.text)
    if checkpoint.origin != (log_key.name if origin is None else origin):
        raise LogError(
            "checkpoint_origin",
            Text("检查点属于另一个日志", "The checkpoint is of another log"),
            evidence={"origin": checkpoint.origin[:80]},
        )
    return SignedCheckpoint(checkpoint=checkpoint, note=note, signatures=signatures)


def _refuse(field: str) -> NoReturn:
    raise LogError(
        "checkpoint_malformed",
        Text("检查点的内容格式不正确", "The text of the checkpoint does not have the right form"),
        evidence={"field": field},
    )
