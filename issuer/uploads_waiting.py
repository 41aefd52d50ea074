"""Which issued batches of a body are still to be printed and uploaded to the national site."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, select

from issuer.batch_room import BatchRoom
from issuer.batch_states import DraftState
from issuer.body_settings import Step, settings_of, skipping
from issuer.desk import shanghai_day
from registry.batch_models import BatchDraft, BatchRow
from registry.exam_models import BatchCourse, UploadReceipt
from registry.models import Award, AwardStatus, Batch, Copy, CopyKind, Site
from registry.session import reading

_AT_ONCE = 500


class UploadStanding(StrEnum):
    """How far an issued batch came with its upload to the national site.

    Ended: what was not accepted is in force no more, and nothing is left to be uploaded.
    """

    WAITS = "waits"
    DONE = "done"
    ENDED = "ended"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


def upload_standing(room: BatchRoom, draft: BatchDraft) -> UploadStanding:
    """Return how far an issued batch came; unknown where it began before this was kept here."""
    with reading(room.desks) as session:
        if skipping(settings_of(session, draft.prefix), Step.UPLOAD) is not None:
            return UploadStanding.ELSEWHERE
        if session.get(BatchCourse, draft.id) is None:
            return UploadStanding.UNKNOWN
        missing = session.scalar(
            select(exists().where(BatchRow.draft_id == draft.id, _is_missing()))
        )
    if changed_since_upload(room, draft):
        return UploadStanding.WAITS
    if not missing:
        return UploadStanding.DONE
    return UploadStanding.WAITS if _has_one_in_force(room, draft) else UploadStanding.ENDED


def batches_to_upload(room: BatchRoom, prefix: str) -> list[int]:
    """Return the ids of issued batches with a certificate in force that was not accepted yet.

    One that was corrected since is not accepted as it is now. None where the body uploads
    elsewhere, and none of batches begun before examinations were kept here: of those nobody knows.
    """
    query = (
        select(BatchDraft)
        .join(BatchCourse, BatchCourse.draft_id == BatchDraft.id)
        .where(BatchDraft.prefix == prefix, BatchDraft.state == DraftState.ISSUED)
        .order_by(BatchDraft.id)
    )
    missing = exists().where(BatchRow.draft_id == BatchDraft.id, _is_missing())
    corrected = BatchDraft.name.in_(_corrected_batches(room, prefix))
    with reading(room.desks) as session:
        if skipping(settings_of(session, prefix), Step.UPLOAD) is not None:
            return []
        found = session.scalars(query.where(missing)).all()
        others = session.scalars(query.where(corrected)).all()
    waiting = {draft.id for draft in found if _has_one_in_force(room, draft)}
    return sorted(waiting | {one.id for one in others if changed_since_upload(room, one)})


def changed_since_upload(room: BatchRoom, draft: BatchDraft) -> frozenset[str]:
    """Return the certificates in force of an issued batch corrected after they were accepted."""
    query = (
        select(Award.number, func.max(Copy.made_at).label("at"))
        .join(Copy, Copy.award_id == Award.id)
        .join(Batch, Award.batch_id == Batch.id)
        .join(Site, Batch.site_id == Site.id)
        .where(Site.prefix == draft.prefix, Batch.name == draft.name)
        .where(Copy.kind == CopyKind.CORRECTION, Award.status == AwardStatus.CURRENT)
        .group_by(Award.number)
    )
    with reading(room.register) as session:
        corrected = {one.number: one.at for one in session.execute(query)}
    receipts = select(UploadReceipt).where(UploadReceipt.draft_id == draft.id)
    of_those = receipts.where(UploadReceipt.number.in_(list(corrected)))
    with reading(room.desks) as session:
        latest = {one.number: one for one in session.scalars(of_those.order_by(UploadReceipt.id))}
    return frozenset(
        number
        for number, one in latest.items()
        if one.accepted and _is_before(one, corrected[number])
    )


def _is_before(receipt: UploadReceipt, corrected: datetime) -> bool:
    """Return whether a receipt is of what stood before a correction, by its hour or its day."""
    day = receipt.uploaded_on
    return receipt.noted_at < corrected or (day is not None and day < shanghai_day(corrected))


def _corrected_batches(room: BatchRoom, prefix: str) -> list[str]:
    query = (
        select(Batch.name)
        .join(Site, Batch.site_id == Site.id)
        .join(Award, Award.batch_id == Batch.id)
        .join(Copy, Copy.award_id == Award.id)
        .where(Site.prefix == prefix, Copy.kind == CopyKind.CORRECTION)
        .distinct()
    )
    with reading(room.register) as session:
        return list(session.scalars(query))


def _is_missing() -> ColumnElement[bool]:
    """Return the condition of rows whose certificate has no good receipt; the latest line holds."""
    own = (UploadReceipt.draft_id == BatchRow.draft_id, UploadReceipt.number == BatchRow.award)
    latest = (
        select(UploadReceipt.accepted)
        .where(*own)
        .order_by(UploadReceipt.id.desc())
        .limit(1)
        .correlate(BatchRow)
        .scalar_subquery()
    )
    return BatchRow.award.is_not(None) & func.coalesce(latest, False).is_(False)


def _has_one_in_force(room: BatchRoom, draft: BatchDraft) -> bool:
    """Return whether a certificate without a good receipt is in force: a package has no others."""
    ended = not_in_force(room, draft)
    if not ended:
        return True
    query = select(BatchRow.award).where(BatchRow.draft_id == draft.id, _is_missing())
    with reading(room.desks) as session:
        numbers = session.scalars(query.execution_options(yield_per=_AT_ONCE))
        return any(number not in ended for number in numbers)


def not_in_force(room: BatchRoom, draft: BatchDraft) -> dict[str | None, AwardStatus]:
    """Return the certificates of an issued batch that are not in force now, by number."""
    query = (
        select(Award.number, Award.status)
        .join(Batch, Award.batch_id == Batch.id)
        .join(Site, Batch.site_id == Site.id)
        .where(Site.prefix == draft.prefix, Batch.name == draft.name)
        .where(Award.status != AwardStatus.CURRENT)
    )
    with reading(room.register) as session:
        return {one.number: AwardStatus(one.status) for one in session.execute(query)}
