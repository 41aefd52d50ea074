"""The proof that a copy's page carries: its record's leaf, and its place under a checkpoint.

It is stored before the page is drawn, so that the page is a function of what is on record and a
second try gives the same bytes, whatever was published meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import bindparam, select, update

from codes.wording import Text
from issuer.awarding import KeptSecrets
from issuer.desk import Desk
from issuer.errors import LogRefused
from keys.envelope import decode_envelope
from log.errors import LogError
from registry.access import unseal_envelope
from registry.log_prover import Prover
from registry.log_reader import LogReader
from registry.logbook import leaf_salt
from registry.models import Copy
from registry.session import transaction


def staple(
    desk: Desk, reader: LogReader, copies: Sequence[Copy], opened: Mapping[int, KeptSecrets]
) -> list[Copy]:
    """Return those of these copies that are published in the log, each with its stored proof.

    Args:
        desk: the body's place of work.
        reader: of the published log.
        copies: on record, with their awards; their proofs are filled in.
        opened: by copy what only its holder's key opens.

    Raises:
        LogRefused: the published log cannot be read or does not hold what it should
            (`log_files_damaged`).
    """
    try:
        prover = reader.prover()
        proofs = dict(_prove(prover, copies, opened))
    except LogError as error:
        raise LogRefused(
            "log_files_damaged",
            Text(
                f"已公布的日志文件无法使用（{error.text.zh}），证书文件未生成；"
                "请运行 yanzhen log fsck 查明，并恢复 public/log",
                f"the published log cannot be used ({error.text.en}); no page was drawn. Run "
                "yanzhen log fsck, and restore public/log",
            ),
        ) from error
    kept = _store(desk, proofs) if proofs else {}
    for copy in copies:
        copy.log_proof = kept.get(copy.id, copy.log_proof)
    return [copy for copy in copies if copy.log_proof is not None]


def _store(desk: Desk, proofs: Mapping[int, str]) -> dict[int, str]:
    """Store proofs with their copies; return those that now stand there."""
    with transaction(desk.engine) as session:
        connection = session.connection()
        stored = connection.execute(
            update(Copy)
            .where(Copy.id == bindparam("of"), Copy.log_proof.is_(None))
            .values(log_proof=bindparam("proof")),
            [{"of": copy_id, "proof": proofs[copy_id]} for copy_id in sorted(proofs)],
        )
        if stored.rowcount == len(proofs):
            return dict(proofs)
        # Where another run was here first, pages are drawn with what it stored.
        there = connection.execute(select(Copy.id, Copy.log_proof).where(Copy.id.in_(proofs)))
        return {copy_id: proof for copy_id, proof in there if proof is not None}


def _prove(
    prover: Prover, copies: Sequence[Copy], opened: Mapping[int, KeptSecrets]
) -> Iterator[tuple[int, str]]:
    """Yield by copy the proof of each that has none and is covered by the checkpoint."""
    for copy in copies:
        index = copy.leaf_index
        if copy.log_proof is None and index is not None and index < prover.size:
            proof = prover.prove(index, _extra(opened[copy.id].data_key, copy, prover.entry(index)))
            yield copy.id, bytes(proof).decode()


def _extra(data_key: bytes, copy: Copy, leaf: bytes) -> bytes:
    """Return what opens the leaf to whoever holds the file: the salt, then the leaf itself."""
    signed = unseal_envelope(data_key, copy, copy.envelope_sealed or b"")
    return leaf_salt(data_key, decode_envelope(signed).payload) + leaf
