"""What whoever opens a certificate is told of its national upload: kept beside its public fields.

It is written when a batch is issued, a package made or receipts are reconciled, from what is at
hand then and never from rows that lie about: `yanzhen log fsck` holds it against the receipts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload

from codes.assessment_rules import Figure
from issuer.batch_candidates import find_course
from issuer.batch_room import BatchRoom
from issuer.body_settings import Step, figure_of, settings_of, skipping
from registry.access import seal_upload, unseal_public
from registry.batch_models import BatchDraft
from registry.holder_keys import open_data_key
from registry.models import Award
from registry.national_upload import NOTHING_NOTED, NationalUpload, read_upload
from registry.session import reading, transaction

_AT_ONCE = 500


def due_on(session: Session, draft: BatchDraft, issued: date) -> date:
    """Return the last day for the upload of a batch, by the figure that holds.

    Args:
        session: on the desks' database.
        issued: day in Asia/Shanghai.
    """
    days = figure_of(settings_of(session, draft.prefix), Figure.UPLOAD_DAYS, issued)
    return issued + timedelta(days=days)


def may_be_late(session: Session, draft: BatchDraft) -> bool:
    """Return whether the upload of a batch is done here, so that a day for it can pass.

    A body may do it elsewhere, and of a batch begun before there were any nobody knows.
    """
    skipped = skipping(settings_of(session, draft.prefix), Step.UPLOAD)
    return skipped is None and find_course(session, draft) is not None


def note_due(room: BatchRoom, draft: BatchDraft, issued: date, numbers: Iterable[str]) -> None:
    """Put on record until when certificates are to be uploaded; what is noted already stays.

    Args:
        issued: the day of the batch, in Asia/Shanghai.

    Raises:
        VaultError: a row was altered, or the vault's key was changed.
    """
    with reading(room.desks) as session:
        if not may_be_late(session, draft):
            return
        due = due_on(session, draft, issued)

    def noted(_: str, before: NationalUpload) -> NationalUpload:
        return NationalUpload(due=due) if before == NOTHING_NOTED else before

    _change(room, draft, numbers, noted)


def note_receipts(
    room: BatchRoom, draft: BatchDraft, days: Mapping[str, date | None], due: date | None
) -> None:
    """Put on record what the national site answered, by number.

    Args:
        days: when it was uploaded; None where the site refused it.
        due: the last day for it, if one can pass.

    Raises:
        VaultError: a row was altered, or the vault's key was changed.
    """
    _change(
        room,
        draft,
        days,
        lambda number, before: NationalUpload(uploaded_on=days[number], due=due or before.due),
    )


def _change(
    room: BatchRoom,
    draft: BatchDraft,
    numbers: Iterable[str],
    change: Callable[[str, NationalUpload], NationalUpload],
) -> None:
    """Seal anew what changes; an erased award has nothing left to be sealed."""
    own = sorted(number for number in numbers if number.startswith(draft.prefix))
    for start in range(0, len(own), _AT_ONCE):
        query = (
            select(Award)
            .options(joinedload(Award.holder, innerjoin=True), lazyload(Award.copies))
            .where(Award.number.in_(own[start : start + _AT_ONCE]))
            .order_by(Award.id)
            .with_for_update(of=Award)
        )
        with transaction(room.register) as session:
            for award in session.scalars(query):
                if not award.public_sealed:
                    continue
                key, number = open_data_key(room.vault, award), award.number
                before = read_upload(unseal_public(key, number, award.public_sealed))
                after = change(number, before)
                if after != before:
                    award.public_sealed = seal_upload(key, number, award.public_sealed, after)
