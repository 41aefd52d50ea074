"""Acts that come with a copy to be made: correction, reissue, archive duplicate.

What could not be made is refused when it is proposed, and again when it is approved, in the
transaction that locks the award.
"""

from __future__ import annotations

import dataclasses

from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.copying import (
    archive_awards,
    archive_of,
    check_may_copy,
    current_copy,
    reissue_award,
    serial_of,
)
from issuer.correcting import check_correction, check_may_correct, reserve_correction
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.life_forms import ActForm
from log.leaves import LifeKind
from registry.models import Award
from templates.fonts import FontChain


def prepare_copy(
    session: Session, desk: Desk, award: Award, form: ActForm, fonts: FontChain
) -> ActForm:
    """Refuse what could not be made now; return the form, a reissue's with what it replaces.

    Raises:
        IssuerError: as `check_correction` or `check_may_copy`; the award has its archive duplicate
            already (`copy_archived`).
    """
    if form.kind is LifeKind.CORRECT:
        assert form.correction is not None
        check_correction(session, desk, award, form.correction, fonts)
        return form
    check_may_copy(session, desk, award)
    if form.kind is LifeKind.ARCHIVE_COPY:
        _check_no_archive(award)
        return form
    check_may_correct(session, desk, award)  # no other copy is being made
    return dataclasses.replace(form, replaces=form.replaces or serial_of(current_copy(award)))


def check_still(session: Session, desk: Desk, award: Award, form: ActForm) -> None:
    """Refuse what was proposed where its copy can no longer be made, as `reserve_copy` would.

    Raises:
        IssuerError: as `reserve_copy`.
    """
    if form.kind is LifeKind.ARCHIVE_COPY:
        check_may_copy(session, desk, award)
        _check_no_archive(award)
        return
    check_may_correct(session, desk, award)
    if form.replaces is not None and form.replaces != serial_of(current_copy(award)):
        raise IssuerError(
            "act_changed",
            Text(
                f"提出之后，印制流水码 {form.replaces} 的一份已不是现行有效的一份",
                f"since it was proposed the copy with print serial {form.replaces} is no longer "
                "the one in force",
            ),
        )


def reserve_copy(session: Session, desk: Desk, award: Award, form: ActForm) -> int:
    """Reserve the copy that an approved act makes, in the approving transaction; return its row.

    Args:
        session: of that transaction, which locks the award.
        desk: the body's place of work.
        award: of the act.
        form: what is approved.

    Raises:
        IssuerError: as `prepare_copy`, `check_may_correct` and `reissue_award`; the copy to be
            replaced was reissued meanwhile (`act_changed`).
    """
    if form.kind is LifeKind.CORRECT:
        assert form.correction is not None
        check_may_correct(session, desk, award)
        return reserve_correction(session, desk, award, form.correction).id
    if form.kind is LifeKind.ARCHIVE_COPY:
        _check_no_archive(award)
        return archive_awards(session, desk, [award])[0].copy_id
    assert form.reissue is not None and form.replaces is not None
    check_may_correct(session, desk, award)
    made = reissue_award(session, desk, award, reason=form.reissue, replaces=form.replaces)
    if not made.new:
        raise IssuerError(
            "act_changed",
            Text(
                f"印制流水码 {form.replaces} 的一份已经补发过（{made.print_serial}），未作改动",
                f"the copy with print serial {form.replaces} was reissued already "
                f"({made.print_serial}); nothing was done",
            ),
        )
    return made.copy_id


def _check_no_archive(award: Award) -> None:
    found = archive_of(award)
    if found is not None:
        raise IssuerError(
            "copy_archived",
            Text(
                f"证书 {award.number} 已有存档副本，印制流水码 {serial_of(found)}",
                f"certificate {award.number} has its archive duplicate already, print serial "
                f"{serial_of(found)}",
            ),
        )
