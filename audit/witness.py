"""A witness: cosigns a log's checkpoint once it is proven to go on from the last one it cosigned.

Nothing here speaks HTTP; audit/witness_server.py does. What is decided is decided under one lock
and on the disk before it is signed: two requests never lead to two trees.

Source: https://c2sp.org/tlog-witness
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from audit.witness_state import WitnessState
from log.checkpoint import Checkpoint, parse_checkpoint_text
from log.errors import LogError
from log.merkle import verify_consistency
from log.notes import NoteSignature, VerifierKey, verify_note
from log.witness import SIZE_TYPE, AddCheckpoint, format_answer, parse_add_checkpoint

PLAIN_TYPE = "text/plain; charset=utf-8"

Cosign = Callable[[str, datetime], NoteSignature]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a witness answers.

    Args:
        status: of HTTP.
        body: a cosignature, a size, or a sentence.
        content_type: of the body.
    """

    status: int
    body: bytes
    content_type: str = PLAIN_TYPE


class Witness:
    """Watches some logs.

    Args:
        folder: for its state; its own.
        logs: the key of each log by origin.
        cosign: returns the witness's signature under the text of a checkpoint at a time.
        clock: returns the time, aware.
    """

    def __init__(
        self,
        folder: Path,
        logs: Mapping[str, VerifierKey],
        cosign: Cosign,
        clock: Callable[[], datetime],
    ) -> None:
        self._state = WitnessState(folder)
        self._logs = dict(logs)
        self._cosign = cosign
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a request.

        Args:
            body: untrusted.

        Raises:
            AuditError: `witness_state_damaged`: without its memory a witness signs nothing.
        """
        try:
            request = parse_add_checkpoint(body)
            checkpoint = parse_checkpoint_text(request.checkpoint.text)
        except LogError as error:
            return _refused(400, error.text.en)
        key = self._logs.get(checkpoint.origin)
        if key is None:
            return _refused(404, "this log is not watched")
        try:
            verify_note(request.checkpoint, [key])
        except LogError as error:
            return _refused(403, error.text.en)
        if request.old_size > checkpoint.size:
            return _refused(400, "the old size is above the new one")
        with self._state.locked(checkpoint.origin) as slot:
            refusal = _compare(slot.latest, request, checkpoint)
            if refusal is not None:
                return refusal
            slot.keep(checkpoint)
        signature = self._cosign(request.checkpoint.text, self._clock())
        return Answer(status=200, body=format_answer([signature]))


def _compare(latest: Checkpoint, request: AddCheckpoint, checkpoint: Checkpoint) -> Answer | None:
    """Return why a checkpoint may not follow the latest one, or None where it may."""
    if request.old_size != latest.size:
        return Answer(status=409, body=f"{latest.size}\n".encode(), content_type=SIZE_TYPE)
    if checkpoint.size == latest.size and checkpoint.root != latest.root:
        return _refused(409, "another root of this size was cosigned")
    if latest.size == 0:
        return _refused(422, "no proof begins at size 0") if request.proof else None
    if not verify_consistency(
        old_size=latest.size,
        old_root=latest.root,
        new_size=checkpoint.size,
        new_root=checkpoint.root,
        proof=request.proof,
    ):
        return _refused(422, "the proof does not lead from the old tree to the new one")
    return None


def _refused(status: int, why: str) -> Answer:
    return Answer(status=status, body=f"{why}\n".encode())
