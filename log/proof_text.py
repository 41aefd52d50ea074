"""A proof that an entry is in a log, as one text that can be checked off line.

Source: https://c2sp.org/tlog-proof
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codes.wording import Text
from log.checkpoint import SignedCheckpoint, open_checkpoint
from log.errors import LogError
from log.lines import decode_base64, decode_decimal, encode_base64
from log.merkle import HASH_BYTES, MAX_PROOF_HASHES, MAX_TREE_SIZE, hash_leaf, verify_inclusion
from log.notes import MAX_NOTE_BYTES, SignedNote, VerifierKey, parse_note

HEADER = "c2sp.org/tlog-proof@v1"
MAX_EXTRA_BYTES = 4096
MAX_PROOF_BYTES = MAX_NOTE_BYTES + 12 * 1024

_EXTRA, _INDEX = "extra ", "index "


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    """A proof whose form is right; `check_proof` says whether it proves anything.

    Args:
        index: of the entry, from 0.
        path: the inclusion proof, the leaf's sibling first.
        checkpoint: the signed checkpoint it leads to.
        extra: what the log does not vouch for, such as a salt; None without any.

    Raises:
        LogError: `log_proof_malformed`.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: SignedNote
    extra: bytes | None = None

    def __post_init__(self) -> None:
        """Refuse what the text cannot hold."""
        if (
            not 0 <= self.index <= MAX_TREE_SIZE
            or len(self.path) > MAX_PROOF_HASHES
            or any(len(one) != HASH_BYTES for one in self.path)
            or (self.extra is not None and not 1 <= len(self.extra) <= MAX_EXTRA_BYTES)
        ):
            raise _malformed()

    def __bytes__(self) -> bytes:
        """Return the one text that stands for the proof."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(_EXTRA + encode_base64(self.extra))
        lines.append(f"{_INDEX}{self.index}")
        lines += [encode_base64(one) for one in self.path]
        return "\n".join([*lines, "", ""]).encode("ascii") + bytes(self.checkpoint)


def parse_proof(data: bytes) -> LogProof:
    """Return the proof that stands for exactly `data`.

    Args:
        data: untrusted.

    Raises:
        LogError: `log_proof_malformed`; `note_malformed` for the checkpoint in it.
    """
    head, blank, note = data.partition(b"\n\n")
    if len(data) > MAX_PROOF_BYTES or not blank:
        raise _malformed()
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _malformed() from error
    if lines.pop(0) != HEADER:
        raise _malformed()
    extra = None
    if lines and lines[0].startswith(_EXTRA):
        extra = _hashed(lines.pop(0).removeprefix(_EXTRA))
    if not lines or not lines[0].startswith(_INDEX):
        raise _malformed()
    index = decode_decimal(lines.pop(0).removeprefix(_INDEX))
    if index is None:
        raise _malformed()
    return LogProof(
        index=index,
        path=tuple(_hashed(line) for line in lines),
        checkpoint=parse_note(note),
        extra=extra,
    )


def check_proof(
    proof: LogProof,
    entry: bytes,
    log_key: VerifierKey,
    *,
    origin: str | None = None,
    witnesses: Iterable[VerifierKey] = (),
) -> SignedCheckpoint:
    """Return the checkpoint that a proof leads to, once `entry` is proven to be in that log.

    Args:
        proof: untrusted.
        entry: the leaf's bytes.
        log_key: of the log.
        origin: of the log; the name of its key unless given.
        witnesses: keys whose cosignatures count.

    Raises:
        LogError: as `open_checkpoint`; `log_proof_wrong` where the entry is not there.
    """
    signed = open_checkpoint(bytes(proof.checkpoint), log_key, origin=origin, witnesses=witnesses)
    if not verify_inclusion(
        leaf_hash=hash_leaf(entry),
        index=proof.index,
        size=signed.checkpoint.size,
        proof=proof.path,
        root=signed.checkpoint.root,
    ):
        raise LogError(
            "log_proof_wrong",
            Text("日志证明与该条目不符", "The proof does not show this entry to be in the log"),
        )
    return signed


def _hashed(text: str) -> bytes:
    data = decode_base64(text)
    if data is None:
        raise _malformed()
    return data


def _malformed() -> LogError:
    return LogError(
        "log_proof_malformed",
        Text("日志证明的格式不正确", "The proof does not have the right form"),
    )
