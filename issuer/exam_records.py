"""How each award of a batch came about, kept under the award's own key once it is issued.

An erasure of the holder reaches it there; the desks' own database holds no key to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from issuer.batch_candidates import find_course, kept_of, read_candidates
from issuer.batch_eligibility import read_kept
from issuer.batch_plan import read_plan
from issuer.batch_room import BatchRoom
from issuer.batch_scores import scored
from issuer.desk import Desk
from issuer.exam_binding import Root, bind_records
from issuer.kept_exams import put_exam, write_exam
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCourse, ExamRecord
from registry.holder_keys import open_data_key
from registry.models import Award
from registry.session import reading, transaction
from registry.vault import Vault, seal, unseal

EXAM: Final = "exam"
"""Under this name a record has the hash of what is kept of its batch (`issuer.kept_exams`)."""

_AT_ONCE = 500


def _context(number: str) -> str:
    return f"exam-record {number}"


def read_exam_record(desks: Session, vault: Vault, award: Award) -> Mapping[str, Any]:
    """Return what is kept of how an award came about; empty where nothing is.

    Raises:
        VaultError: the holder was erased, or a row was altered.
    """
    kept = desks.get(ExamRecord, award.number)
    if kept is None:
        return {}
    key = AESGCM(open_data_key(vault, award))
    found: dict[str, Any] = json.loads(unseal(key, _context(award.number), kept.sealed))
    return found


def keep_records(
    room: BatchRoom, desk: Desk, draft: BatchDraft, numbers: Mapping[int, str]
) -> Root | None:
    """Keep of every award of a batch how it came about; what is kept already stays.

    Args:
        numbers: certificate number by row.

    Returns:
        What the audit trail is to say of them; None of a batch without an examination.
    """
    with reading(room.desks) as session:
        course = find_course(session, draft)
        if course is None:
            return None
        exam, digest = write_exam(room, session, draft, course)
        found = _records(room, session, draft, course, digest, numbers)
        kept = _kept(session, list(found))
    if not found:
        return None
    waiting = [number for number in found if number not in kept]
    fresh: dict[str, bytes] = {}
    for start in range(0, len(waiting), _AT_ONCE):
        some = {number: found[number] for number in waiting[start : start + _AT_ONCE]}
        fresh |= _sealed(desk, some)
    with transaction(room.desks) as session:
        put_exam(session, room.vault, draft, exam)
        session.add_all(ExamRecord(number=one, sealed=sealed) for one, sealed in fresh.items())
        return bind_records(session, {**kept, **fresh})


def _kept(session: Session, numbers: Sequence[str]) -> dict[str, bytes]:
    query = select(ExamRecord.number, ExamRecord.sealed)
    kept: dict[str, bytes] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        own = ExamRecord.number.in_(numbers[start : start + _AT_ONCE])
        kept |= {one.number: one.sealed for one in session.execute(query.where(own))}
    return kept


def _sealed(desk: Desk, records: Mapping[str, Any]) -> dict[str, bytes]:
    found = {}
    with reading(desk.engine) as register:
        query = select(Award).options(joinedload(Award.holder))
        for award in register.scalars(query.where(Award.number.in_(records))):
            text = json.dumps(records[award.number], ensure_ascii=False).encode()
            key = AESGCM(open_data_key(desk.vault, award))
            found[award.number] = seal(key, _context(award.number), text)
    return found


def _records(
    room: BatchRoom,
    session: Session,
    draft: BatchDraft,
    course: BatchCourse,
    digest: str,
    numbers: Mapping[int, str],
) -> dict[str, Any]:
    """Return what is to be kept by number, with the hash of what is kept of the batch.

    Of who was examined elsewhere that is an empty record: so none can be taken out unnoticed.
    """
    kept, plan = kept_of(session, draft), read_plan(room, draft, course)
    found: dict[str, Any] = {number: {} for number in numbers.values()}
    for one in read_candidates(room, session, draft):
        stored = kept.get(one.person)
        if one.row not in numbers or stored is None:
            continue
        eligibility = read_kept(room, draft, stored)
        entry = scored(room, draft, one, stored)
        found[numbers[one.row]] = {
            "eligibility": None if eligibility is None else _said(asdict(eligibility)),
            "marks": {rule.part.value: entry.scores.valid(rule.part) for rule in entry.rules},
            "entries": [_said(asdict(mark)) for mark in entry.scores.entries],
            "bank": plan.bank,
            "version": plan.version,
            EXAM: digest,
            "notice": [
                None if day is None else day.isoformat()
                for day in (course.notice_first, course.notice_last)
            ],
        }
    return found


def _said(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as JSON takes them: days and moments as text, two-language texts as pairs."""
    return {name: _plain(value) for name, value in data.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return _said(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
