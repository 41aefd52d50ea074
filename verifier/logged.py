"""Step 5's other half: is what the register holds in the public log, where anyone can see it?

Reads tiles and checkpoint, never the register and no private key. A leaf counts when it is the one
that the record makes, and is proven to be under the log's signed checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from codes.record import Record
from codes.wording import Text
from log.errors import LogError
from log.leaves import SALT_BYTES, CopyLeaf, IssueLeaf, Leaf, LifeLeaf, decode_leaf, hash_record
from log.notes import VerifierKey
from log.proof_text import LogProof, check_proof, parse_proof
from registry.log_prover import Prover
from registry.log_seen import LOG_BEHIND
from registry.logbook import LeafPlace, LogSecrets
from registry.opened import OpenedAward, OpenedCopy

_MOST_EVENTS = 64  # of one award's life that a leaf is looked for among


class InLog(StrEnum):
    """What looking for a leaf in the public log came to."""

    PROVED = "proved"
    MISSING = "missing"
    PENDING = "pending"
    UNREADABLE = "unreadable"
    OLDER = "older"
    NOT_LOOKED_FOR = "not_looked_for"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFact:
    """What the public log says of one record or file.

    Args:
        state: what it came to.
        index, logged_at: of the leaf, where it is proved.
        proof: what was checked, where it is proved; its extra opens the leaf to anyone.
    """

    state: InLog
    index: int | None = None
    logged_at: datetime | None = None
    proof: LogProof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyInLog:
    """What the public log says of one copy: of its signed record, and of its file.

    Only who brought a file has it looked for; to anyone else its state is NOT_LOOKED_FOR.
    """

    record: LogFact
    file: LogFact


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeInLog:
    """What the public log says of the events of an award's life.

    Args:
        readable: whether the log could be asked.
        unlogged: which of the award's events, by `n`, it does not hold yet.
        later: it holds an event that the register does not: a row is missing.
    """

    readable: bool
    unlogged: frozenset[int] = frozenset()
    later: bool = False


NO_LIFE_KNOWN = LifeInLog(readable=False)
_NOT_LOOKED_FOR = LogFact(state=InLog.NOT_LOOKED_FOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stapled:
    """What a proof that travels with a file shows.

    Args:
        size: of the log at the checkpoint it leads to.
        logged_at: when the record went in.
    """

    size: int
    logged_at: datetime


class LogProofs(Protocol):
    """What proves that entries are in the log: a `LogReader`, or one that is held for a while."""

    def prover(self) -> Prover:
        """Return what proves entries under the latest checkpoint; may raise LogError."""


def inspect_award(
    award: OpenedAward, log: LogProofs | None, *, with_files: bool
) -> tuple[tuple[CopyInLog, ...], LifeInLog]:
    """Return what the public log says of each copy of an award, in their order, and of its life.

    Args:
        with_files: whether the files of the copies are looked for as well.
    """
    state = InLog.UNREADABLE
    if log is not None:
        try:
            prover = log.prover()
        except LogError as error:
            state = InLog.OLDER if error.code in LOG_BEHIND else InLog.UNREADABLE
        else:
            copies = [
                CopyInLog(
                    record=_inspect_record(copy, award.log_secrets, prover),
                    file=_inspect_file(copy, prover) if with_files else _NOT_LOOKED_FOR,
                )
                for copy in award.copies
            ]
            return tuple(copies), _inspect_life(award, prover)
    unread = LogFact(state=state)
    return (CopyInLog(record=unread, file=unread),) * len(award.copies), NO_LIFE_KNOWN


def _inspect_life(award: OpenedAward, prover: Prover) -> LifeInLog:
    """Return what the public log says of the events of an award's life, by their marks."""
    try:
        marks = prover.life_marks()
    except LogError:
        return NO_LIFE_KNOWN
    known = len(award.events)
    secrets = award.log_secrets
    return LifeInLog(
        readable=True,
        unlogged=frozenset(n for n in range(1, known + 1) if secrets.mark(n) not in marks),
        later=secrets.mark(known + 1) in marks,
    )


def check_stapled(data: bytes, record: Record, payload: bytes, vkey: VerifierKey) -> Stapled:
    """Return what a stapled proof shows of a record.

    Args:
        data: the proof's text, untrusted; its extra is the salt and the leaf.
        record: what `payload` says.
        payload: the record's exact bytes, its signature proven.
        vkey: of the log.

    Raises:
        LogError: it is no proof, not of this record, or not of this log.
    """
    proof = parse_proof(data)
    extra = proof.extra or b""
    salt, entry = extra[:SALT_BYTES], extra[SALT_BYTES:]
    signed = check_proof(proof, entry, vkey)  # what the log did not sign is not even read
    logged_at, leaf = decode_leaf(entry)  # which no shorter salt leaves anything of
    if not _is_of_record(leaf, record, hash_record(salt, payload)):
        raise LogError(
            "log_proof_wrong",
            Text("日志证明属于另一份记录", "The proof is of another record"),
        )
    return Stapled(size=signed.checkpoint.size, logged_at=logged_at)


def _inspect_record(copy: OpenedCopy, secrets: LogSecrets, prover: Prover) -> LogFact:
    if copy.signed is None:
        return LogFact(state=InLog.MISSING)
    envelope, record = copy.signed
    payload = envelope.payload
    salt = secrets.salt(payload)

    def fits(leaf: Leaf) -> bool:
        if not _is_of_record(leaf, record, hash_record(salt, payload)):
            return False
        return not isinstance(leaf, LifeLeaf) or any(
            leaf.mark == secrets.mark(n) for n in range(1, _MOST_EVENTS + 1)
        )

    return _look(copy.leaf, prover, fits, salt)


def _inspect_file(copy: OpenedCopy, prover: Prover) -> LogFact:
    def fits(leaf: Leaf) -> bool:
        return isinstance(leaf, CopyLeaf) and leaf.file_sha256.hex() == copy.pdf_sha256

    return _look(copy.file_leaf, prover, fits, b"")


def _look(place: LeafPlace, prover: Prover, fits: Callable[[Leaf], bool], salt: bytes) -> LogFact:
    """Look where the register says a leaf is."""
    index = place.index
    if index is None:
        return LogFact(state=InLog.PENDING if place.waiting else InLog.MISSING)
    if index >= prover.size:
        return LogFact(state=InLog.PENDING)
    if index < 0:
        return LogFact(state=InLog.MISSING)
    try:
        entry = prover.entry(index)
        proof = prover.prove(index, salt + entry)
        logged_at, leaf = decode_leaf(entry)
    except LogError:
        return LogFact(state=InLog.UNREADABLE)
    if not fits(leaf):
        return LogFact(state=InLog.MISSING)
    return LogFact(state=InLog.PROVED, index=index, logged_at=logged_at, proof=proof)


def _is_of_record(leaf: Leaf, record: Record, record_hash: bytes) -> bool:
    """Say whether a leaf is one that this record makes; a life leaf's mark is not looked at."""
    match leaf:
        case IssueLeaf():
            return leaf == IssueLeaf(
                number=record.number,
                record_version=record.record_version,
                record_hash=record_hash,
                key_id=record.key_id,
                issued_on=record.issued_on,
                occupation=record.occupation,
            )
        case LifeLeaf():
            found = (leaf.prefix, leaf.record_hash, leaf.key_id)
            return found == (record.number.prefix, record_hash, record.key_id)
        case _:
            return False
