"""Has checkpoints cosigned by witnesses before they are published: as many as must."""

from __future__ import annotations

from codes.wording import Text
from issuer.errors import LogRefused
from issuer.services import Witnesses
from log.checkpoint import open_checkpoint
from log.errors import LogError
from log.notes import NoteSignature, SignedNote, VerifierKey, parse_vkey
from log.tiles import TileTree
from log.witness import WitnessConflict, ask_witness, build_request, with_cosignatures


def cosign(
    note: SignedNote, tree: TileTree, witnesses: Witnesses, log_key: VerifierKey, *, since: int
) -> SignedNote:
    """Return a checkpoint with the cosignatures of every witness that answers.

    Args:
        note: signed by the log, and remembered before: it leaves this machine now.
        tree: of its size, on disk.
        witnesses: who is asked, and how many must answer.
        log_key: of the log.
        since: size of the checkpoint that the witnesses probably saw last.

    Raises:
        LogRefused: fewer than the quorum cosigned (`log_quorum_missing`), naming each refusal.
    """
    lines: list[NoteSignature] = []
    signed, failed = 0, []
    for vkey, url in witnesses.urls.items():
        witness = parse_vkey(vkey)
        if not url:
            continue
        try:
            lines += _ask(url, tree, note, witness, since)
            signed += 1
        except LogError as error:
            failed.append((witness.name, error.text))
    if signed < witnesses.quorum:
        raise LogRefused(
            "log_quorum_missing",
            Text(
                f"检查点须有 {witnesses.quorum} 个见证人签署，只得到 {signed} 个，未予公布"
                + "".join(f"；{name}：{text.zh}" for name, text in failed)
                + "。已签发的内容不受影响，见证人恢复后运行 yanzhen log publish",
                f"cosignatures a checkpoint needs: {witnesses.quorum}, got: {signed}; it is not "
                "published"
                + "".join(f"; {name}: {text.en}" for name, text in failed)
                + ". Nothing is lost: once they answer, run yanzhen log publish",
            ),
        )
    return with_cosignatures(open_checkpoint(bytes(note), log_key), lines)


def _ask(
    url: str, tree: TileTree, note: SignedNote, witness: VerifierKey, since: int
) -> tuple[NoteSignature, ...]:
    """Ask one witness; once more where it saw another checkpoint last than we think."""
    try:
        return ask_witness(url, build_request(tree, note, since), witness)
    except WitnessConflict as conflict:
        if conflict.size is None or conflict.size > tree.size:
            raise
        return ask_witness(url, build_request(tree, note, conflict.size), witness)
