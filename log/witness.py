"""What a log and a witness say to each other: a checkpoint with its proof, and a cosignature.

Source: https://c2sp.org/tlog-witness
"""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from codes.wording import Text
from log.checkpoint import SignedCheckpoint
from log.errors import LogError
from log.lines import decode_base64, decode_decimal, encode_base64
from log.merkle import HASH_BYTES, MAX_PROOF_HASHES, MAX_TREE_SIZE
from log.notes import (
    MAX_NOTE_BYTES,
    KeyKind,
    NoteSignature,
    SignedNote,
    VerifierKey,
    parse_note,
    parse_signature_line,
    verify_note,
)
from log.reading import TIMEOUT_SECONDS
from log.tiles import TileTree

ADD_CHECKPOINT = "add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
MAX_REQUEST_BYTES = MAX_NOTE_BYTES + 4096
MAX_ANSWER_BYTES = 16 * 1024

_OLD = "old "
_CONFLICT = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """What a log asks of a witness.

    Args:
        old_size: of the last checkpoint this witness cosigned, 0 before the first.
        proof: that the new tree begins with that one; empty from 0 and between equal sizes.
        checkpoint: the new one, signed by the log.

    Raises:
        LogError: `witness_request_malformed`.
    """

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: SignedNote

    def __post_init__(self) -> None:
        """Refuse what a request cannot say."""
        if (
            not 0 <= self.old_size <= MAX_TREE_SIZE
            or len(self.proof) > MAX_PROOF_HASHES
            or any(len(one) != HASH_BYTES for one in self.proof)
        ):
            raise _malformed()

    def __bytes__(self) -> bytes:
        """Return the one body that stands for the request."""
        lines = [f"{_OLD}{self.old_size}", *map(encode_base64, self.proof), "", ""]
        return "\n".join(lines).encode("ascii") + bytes(self.checkpoint)


class WitnessConflict(LogError):
    """The witness knows another checkpoint than the request builds on.

    Args:
        size: of the one it knows; None where that is of the same size with another root.
    """

    def __init__(self, size: int | None) -> None:
        super().__init__(
            "witness_conflict",
            Text(
                "见证人所见的检查点与本次请求的起点不同",
                "The witness knows another checkpoint than the one this request builds on",
            ),
        )
        self.size = size


def parse_add_checkpoint(data: bytes) -> AddCheckpoint:
    """Return the request that stands for exactly `data`.

    Args:
        data: untrusted.

    Raises:
        LogError: `witness_request_malformed`; `note_malformed` for the checkpoint in it.
    """
    head, blank, note = data.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _malformed() from error
    old_size = decode_decimal(first.removeprefix(_OLD))
    proof = [decode_base64(line) for line in lines]
    if not blank or not first.startswith(_OLD) or old_size is None:
        raise _malformed()
    return AddCheckpoint(
        old_size=old_size,
        proof=tuple(one or b"" for one in proof),  # an empty one is no hash and is refused
        checkpoint=parse_note(note),
    )


class _NoRedirect(HTTPRedirectHandler):
    """Takes no answer from elsewhere: a redirect comes back as a refusal."""

    def redirect_request(self, *_: object) -> None:
        """Refuse."""


def build_request(tree: TileTree, checkpoint: SignedNote, old_size: int) -> AddCheckpoint:
    """Return the request for a cosignature, with its proof from the log's own tiles.

    Args:
        tree: of the checkpoint's size.
        checkpoint: signed by the log.
        old_size: what the witness cosigned last, at most the size of the tree.
    """
    proof = tree.prove_consistency(old_size) if old_size else ()
    return AddCheckpoint(old_size=old_size, proof=proof, checkpoint=checkpoint)


def format_answer(signatures: Iterable[NoteSignature]) -> bytes:
    """Return the body in which a witness sends its cosignatures."""
    return "".join(f"{signature}\n" for signature in signatures).encode()


def read_answer(
    data: bytes, checkpoint: SignedNote, witness: VerifierKey
) -> tuple[NoteSignature, ...]:
    """Return the lines of an answer that are cosignatures of the witness, each verified.

    Args:
        data: untrusted.
        checkpoint: what was to be cosigned.
        witness: whose cosignature is wanted; lines of others are ignored.

    Raises:
        LogError: `note_malformed`, `note_unsigned`, `note_signature_wrong`.
    """
    try:
        lines = data.decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise _malformed() from error
    own = tuple(
        line
        for line in map(parse_signature_line, lines)
        if (line.name, line.key_hash) == (witness.name, witness.key_hash)
    )
    verify_note(SignedNote(text=checkpoint.text, signatures=own), [witness])
    return own


def ask_witness(
    url: str, request: AddCheckpoint, witness: VerifierKey
) -> tuple[NoteSignature, ...]:
    """Send a request to a witness and return its verified cosignatures.

    Args:
        url: submission prefix of the witness, http or https.
        request: what `build_request` returned.
        witness: its key.

    Raises:
        WitnessConflict: build the request again on the size it names.
        LogError: `witness_refused`, `witness_unreachable`, or as `read_answer`.
    """
    if urlsplit(url).scheme not in ("http", "https") or witness.kind is not KeyKind.COSIGNATURE:
        raise _unreachable(url, "not a witness")
    post = Request(  # noqa: S310 - the scheme was looked at above
        f"{url.rstrip('/')}/{ADD_CHECKPOINT}", data=bytes(request), method="POST"
    )
    try:
        with build_opener(_NoRedirect).open(post, timeout=TIMEOUT_SECONDS) as answer:
            body = answer.read(MAX_ANSWER_BYTES + 1)
    except HTTPError as error:
        with error:
            raise _refusal(error) from error
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(url, str(getattr(error, "reason", type(error).__name__))) from error
    if len(body) > MAX_ANSWER_BYTES:
        raise _malformed()
    return read_answer(body, request.checkpoint, witness)


def with_cosignatures(signed: SignedCheckpoint, lines: Sequence[NoteSignature]) -> SignedNote:
    """Return the checkpoint's file with cosignatures below it; an older one of a key goes."""
    fresh = {(line.name, line.key_hash) for line in lines}
    kept = [one for one in signed.note.signatures if (one.name, one.key_hash) not in fresh]
    return SignedNote(text=signed.note.text, signatures=(*kept, *lines))


def _refusal(error: HTTPError) -> LogError:
    """Return what an answer that is not 200 means."""
    if error.code == _CONFLICT:
        if error.headers.get_content_type() != SIZE_TYPE:
            return WitnessConflict(None)
        text = error.read(64).decode("ascii", "replace")
        return WitnessConflict(decode_decimal(text.removesuffix("\n")))
    return LogError(
        "witness_refused",
        Text(
            f"见证人拒绝了该检查点（HTTP {error.code}）",
            f"The witness refused the checkpoint (HTTP {error.code})",
        ),
        evidence={"status": str(error.code)},
    )


def _malformed() -> LogError:
    return LogError(
        "witness_request_malformed",
        Text("见证请求的格式不正确", "The request to a witness does not have the right form"),
    )


def _unreachable(url: str, reason: str) -> LogError:
    return LogError(
        "witness_unreachable",
        Text(f"无法联系见证人（{url}）", f"The witness cannot be reached ({url}): {reason}"),
        evidence={"place": url, "reason": reason},
    )
