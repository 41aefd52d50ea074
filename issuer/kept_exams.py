"""What stays of a batch's examination once it is issued: its plan, and how many came to what.

It names staff of the body and none of its candidates, so it lies under the vault and not under the
key of an award. Its hash stands in the record of each award, and so under the root that the audit
trail has of the batch.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.batch_candidates import kept_of, read_left_out
from issuer.batch_plan import Plan, data_of, plan_of, read_plan
from issuer.batch_room import BatchRoom
from issuer.batch_scores import Standing
from registry.batch_models import BatchDraft, BatchRow
from registry.desk_sealed import SealedColumn
from registry.exam_models import BatchCourse, BatchExamKept
from registry.vault import Vault


def _context(kept: BatchExamKept) -> str:
    return f"batch-exam-kept {kept.draft_id}"


EXAM_KEPT: Final = SealedColumn(BatchExamKept, "sealed", _context)
"""The plan of an issued batch, and how many of its people came to what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptExam:
    """What stays of a batch's examination.

    Args:
        plan: as it was when the batch was issued.
        sums: how many people came to what; of those who were left out nothing else stays.
        digest: hash of what is kept, as the record of each award has it.
    """

    plan: Plan
    sums: Mapping[Standing, int]
    digest: str


def write_exam(
    room: BatchRoom, session: Session, draft: BatchDraft, course: BatchCourse
) -> tuple[bytes, str]:
    """Return what is to be kept of a batch about to be issued, and its hash."""
    kept = kept_of(session, draft)
    sums = Counter(kept[one.person].left_out for one in read_left_out(room, session, draft))
    rows = select(func.count()).select_from(BatchRow).where(BatchRow.draft_id == draft.id)
    sums[Standing.PASSED] = session.scalar(rows) or 0
    data = {"plan": data_of(read_plan(room, draft, course)), "sums": sums}
    text = json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
    return text, _digest(text)


def put_exam(session: Session, vault: Vault, draft: BatchDraft, text: bytes) -> None:
    """Keep it; what is kept already stays."""
    if session.scalar(select(BatchExamKept.id).where(BatchExamKept.draft_id == draft.id)) is None:
        kept = BatchExamKept(draft_id=draft.id)
        session.add(kept)
        EXAM_KEPT.put(kept, vault, text)


def read_exam(session: Session, vault: Vault, draft: BatchDraft) -> KeptExam | None:
    """Return what is kept; None of a batch issued before anything was, or by another way.

    Raises:
        VaultError: the row was altered.
    """
    kept = session.scalar(select(BatchExamKept).where(BatchExamKept.draft_id == draft.id))
    text = None if kept is None else EXAM_KEPT.read(kept, vault)
    if text is None:
        return None
    data = json.loads(text)
    sums = {one: data["sums"][one] for one in Standing if one in data["sums"]}
    return KeptExam(plan=plan_of(data["plan"]), sums=sums, digest=_digest(text))


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
