"""Binds the records of examinations to the audit trail: one root over those of each batch.

They lie in the desks' own database, which whoever holds its file can write; their key is one that
the passphrase opens. So what is kept of a batch is put under one Merkle root as it is issued, and
the root is noted on the trail, whose hashes are remembered elsewhere. Beside each record lies its
proof: every one is judged by itself, also one that is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.errors import IssuerError
from log.merkle import (
    HASH_BYTES,
    hash_leaf,
    nodes_of,
    prove_inclusion,
    root_at,
    verify_inclusion,
)
from registry.exam_models import ExamRecord, ExamRecordProof
from registry.models import Award, Batch, Site
from registry.trail_models import TrailEntry

RECORDS: Final = "batch.records"
"""What the trail calls it; the subject is the batch, the reference how many, and the root."""

_AT_ONCE: Final = 500


class Bound(StrEnum):
    """How a record stands to what the trail says of it."""

    SOUND = "sound"
    ALTERED = "altered"
    MISSING = "missing"
    UNBOUND = "unbound"
    """The trail says nothing of this batch: it was issued before that was noted, or elsewhere."""

    @property
    def is_broken(self) -> bool:
        """Whether what lies there is not what was kept when the certificate was issued."""
        return self in (Bound.ALTERED, Bound.MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """What the trail says of the records of a batch.

    Args:
        size: how many there are, one for each certificate of the batch.
        sha256: their root.
    """

    size: int
    sha256: bytes

    def __str__(self) -> str:
        return f"{self.size} {self.sha256.hex()}"


def bind_records(session: Session, sealed: Mapping[str, bytes]) -> Root:
    """Keep the proofs of a batch's records; return the root to be noted on the trail.

    Args:
        session: on the desks' database.
        sealed: every record of the batch as it is kept, by certificate number; at least one.
    """
    numbers = sorted(sealed)
    leaves = [_leaf(number, sealed[number]) for number in numbers]
    node = cache(nodes_of(leaves))
    for some in _chunks(numbers):  # a run that was killed before its note left some
        session.execute(delete(ExamRecordProof).where(ExamRecordProof.number.in_(some)))
    session.add_all(
        ExamRecordProof(
            number=number, place=place, path=b"".join(prove_inclusion(node, place, len(leaves)))
        )
        for place, number in enumerate(numbers)
    )
    return Root(size=len(leaves), sha256=root_at(node, len(leaves)))


def parse_root(reference: str) -> Root | None:
    """Return what a note of the trail says of a batch's records; None where it is not readable."""
    size, _, digest = reference.partition(" ")
    try:
        return Root(size=int(size), sha256=bytes.fromhex(digest))
    except ValueError:
        return None


def read_root(register: Session, award: Award) -> Root | None:
    """Return what the trail says of the records of an award's batch; None where it says nothing."""
    query = select(Site.prefix, Batch.name).join(Batch, Batch.site_id == Site.id)
    found = register.execute(query.where(Batch.id == award.batch_id)).one_or_none()
    return None if found is None else read_batch_root(register, found.prefix, found.name)


def read_batch_root(register: Session, prefix: str, batch: str) -> Root | None:
    """Return what the trail says of the records of a batch; None where it says nothing."""
    note = select(TrailEntry.reference).where(
        TrailEntry.act == RECORDS, TrailEntry.subject == f"{prefix} {batch}"
    )
    reference = register.scalar(note.order_by(TrailEntry.id.desc()).limit(1))
    return None if reference is None else parse_root(reference)


def judge_records(
    desks: Session, numbers: Collection[str], root: Root | None
) -> Mapping[str, Bound]:
    """Return how the records of certificates of one batch stand, by number.

    Args:
        root: what the trail says of that batch.
    """
    if root is None:
        return dict.fromkeys(numbers, Bound.UNBOUND)
    judged: dict[str, Bound] = dict.fromkeys(numbers, Bound.MISSING)
    for some in _chunks(list(numbers)):
        records = select(ExamRecord.number, ExamRecord.sealed).where(ExamRecord.number.in_(some))
        proofs = select(ExamRecordProof).where(ExamRecordProof.number.in_(some))
        proved = {one.number: one for one in desks.scalars(proofs)}
        for number, sealed in desks.execute(records):
            sound = _is_sound(number, sealed, proved.get(number), root)
            judged[number] = Bound.SOUND if sound else Bound.ALTERED
    return judged


def judge_record(register: Session, desks: Session, award: Award) -> Bound:
    """Return how the record of one award stands."""
    return judge_records(desks, [award.number], read_root(register, award))[award.number]


def check_records(desks: Session, numbers: Collection[str], root: Root | None) -> None:
    """Go on only where no record of these certificates is broken.

    Raises:
        IssuerError: one is (`exam_record_broken`); names the first.
    """
    for number, bound in judge_records(desks, numbers, root).items():
        if bound.is_broken:
            raise IssuerError(
                "exam_record_broken",
                Text(
                    f"证书 {number} 的考核记录缺失，或与签发时审计记录中的摘要不符，未作任何操作。"
                    "请运行 yanzhen log fsck，并从备份恢复工作台数据库",
                    f"the examination record of {number} is missing or not the one whose hash was "
                    "noted when it was issued; nothing was done. Run yanzhen log fsck and restore "
                    "the desks' database from a backup",
                ),
            )


def _is_sound(number: str, sealed: bytes, proof: ExamRecordProof | None, root: Root) -> bool:
    if proof is None:
        return False
    starts = range(0, len(proof.path), HASH_BYTES)
    return verify_inclusion(
        leaf_hash=_leaf(number, sealed),
        index=proof.place,
        size=root.size,
        proof=[proof.path[at : at + HASH_BYTES] for at in starts],
        root=root.sha256,
    )


def _leaf(number: str, sealed: bytes) -> bytes:
    return hash_leaf(f"{number} {hashlib.sha256(sealed).hexdigest()}".encode())


def _chunks(numbers: Sequence[str]) -> Iterable[Sequence[str]]:
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
