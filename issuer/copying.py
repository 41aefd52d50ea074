"""Copies beside the original: reissues (补发) and archive duplicates (存档副本).

A copy is reserved in one commit, as an award is, with a print serial and a status index of its own;
whatever happens next, steps 3 to 7 finish it as it stands. Until it is on record the copy before it
stays in force. Everything here may be asked for again: what was made before is found, not made
twice, and a reissue that never reached the operator is delivered, not replaced.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.documents import mask_document
from codes.names import mask_name
from codes.wording import Text
from issuer.awarding import read_private
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.reserving import in_one_commit
from registry.counters import take_print_serials
from registry.holder_keys import check_vault_in_force
from registry.models import Award, AwardStatus, Copy, CopyKind, CopyState, ReissueReason
from registry.row_marks import check_delivery, mark_of_copy, mark_of_delivery
from registry.session import reading
from registry.status_lists import draw_status_indices
from templates.labels import format_print_serial

_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyReservation:
    """A copy that is reserved, now or before.

    Args:
        copy_id: its row.
        number: of its award.
        print_serial: as printed.
        new: whether this run reserved it.
    """

    copy_id: int
    number: str
    print_serial: str
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReissuePreview:
    """What a person sees before a reissue: whose certificate, and which copy becomes void.

    Args:
        number: the certificate number.
        holder_masked: name and document number, most of them hidden.
        replaces: print serial of the copy that becomes void, as printed.
        begun: an earlier run reserved this reissue already and did not finish or deliver it.
    """

    number: str
    holder_masked: str
    replaces: str
    begun: bool


def preview_reissue(desk: Desk, number: str) -> ReissuePreview:
    """Return what a reissue of `number` would do; changes nothing.

    Raises:
        IssuerError: as `reserve_reissue`.
    """
    with reading(desk.engine) as session:
        award = _award(session, desk, number)
        check_may_copy(session, desk, award)
        begun = next((c for c in reversed(award.copies) if _is_begun(session, desk, c)), None)
        replaced = _by_id(award, begun.replaces_id) if begun else current_copy(award)
        private = read_private(desk, award)
        document = f"{private.document_type.zh} {mask_document(private.document_number)}"
        return ReissuePreview(
            number=award.number,
            holder_masked=f"{mask_name(private.name)}，{document}",
            replaces=serial_of(replaced),
            begun=begun is not None,
        )


def reserve_reissue(
    desk: Desk, number: str, *, reason: ReissueReason, replaces: str
) -> CopyReservation:
    """Reserve a reissue of the copy with print serial `replaces`, in one commit.

    Args:
        desk: the body's place of work.
        number: the certificate number.
        reason: why it is asked for.
        replaces: print serial, as printed, of the copy that becomes void. Where that copy was
            reissued before, that reissue is returned, if it is in force, and no other is made.

    Raises:
        IssuerError: no such award of this body (`award_unknown`), it is not in force
            (`award_not_in_force`) or not finished (`award_unfinished`), no such copy
            (`copy_unknown`), the copy is not the current one (`copy_not_current`), or no key
            can sign for its date of issue (`no_active_key`). Nothing was reserved.
        RegistryUnavailable: the database did not answer; nothing was reserved.
    """

    def work(session: Session) -> CopyReservation:
        award = _award(session, desk, number, locked=True)
        return reissue_award(session, desk, award, reason=reason, replaces=replaces)

    return in_one_commit(desk, work)


def reissue_award(
    session: Session, desk: Desk, award: Award, *, reason: ReissueReason, replaces: str
) -> CopyReservation:
    """Reserve a reissue within a transaction that locks the award; as `reserve_reissue`."""
    check_may_copy(session, desk, award)
    replaced = next((copy for copy in award.copies if serial_of(copy) == replaces), None)
    if replaced is None:
        raise IssuerError(
            "copy_unknown",
            Text(
                f"证书 {award.number} 没有印制流水码为 {replaces} 的一份",
                f"certificate {award.number} has no copy with print serial {replaces}",
            ),
        )
    made = _replacing(award, replaced)
    if made is not None and made.state in (CopyState.RESERVED, CopyState.CURRENT):
        return _reservation(award, made, new=False)
    if replaced.state != CopyState.CURRENT:
        current = serial_of(current_copy(award))
        raise IssuerError(
            "copy_not_current",
            Text(
                f"印制流水码 {replaces} 的一份不是现行有效的一份（现行有效的是 {current}），"
                "不能以补发替换",
                f"the copy with print serial {replaces} is not the current one (that is "
                f"{current}) and cannot be replaced",
            ),
        )
    copy = add_copies(session, desk, [award], CopyKind.REISSUE)[0]
    copy.replaces_id, copy.reason = replaced.id, reason
    copy.row_mark = mark_of_copy(desk.vault, copy, award.number, replaced.status_index)
    session.flush()
    return _reservation(award, copy, new=True)


def reserve_archives(
    desk: Desk, numbers: Sequence[str], progress: Callable[[int], None]
) -> list[CopyReservation]:
    """Reserve an archive duplicate for each award that has none yet, a few hundred a commit.

    Every number is looked at before the first is reserved.

    Args:
        desk: the body's place of work.
        numbers: certificate numbers, each once.
        progress: told after each commit how many numbers it covered.

    Returns:
        One reservation per number; `new` is False where the award has its duplicate already.

    Raises:
        IssuerError: as `reserve_reissue`, of any of the numbers.
    """
    chunks = [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]
    with reading(desk.engine) as session:
        for chunk in chunks:
            for award in _awards(session, desk, chunk):
                check_may_copy(session, desk, award)
            session.expunge_all()
    done: list[CopyReservation] = []
    for chunk in chunks:
        done += in_one_commit(desk, partial(_archive, desk=desk, numbers=chunk))
        progress(len(chunk))
    return done


def _archive(session: Session, desk: Desk, numbers: Sequence[str]) -> list[CopyReservation]:
    return archive_awards(session, desk, _awards(session, desk, numbers, locked=True))


def archive_awards(session: Session, desk: Desk, awards: Sequence[Award]) -> list[CopyReservation]:
    """Reserve archive duplicates within a transaction that locks the awards.

    As `reserve_archives`.
    """
    for award in awards:
        check_may_copy(session, desk, award)
    without = [award for award in awards if archive_of(award) is None]
    made = {copy.award_id: copy for copy in add_copies(session, desk, without, CopyKind.ARCHIVE)}
    session.flush()
    return [
        _reservation(award, made.get(award.id) or archive_of(award), new=award.id in made)
        for award in awards
    ]


def _award(session: Session, desk: Desk, number: str, *, locked: bool = False) -> Award:
    return _awards(session, desk, [number], locked=locked)[0]


def _awards(
    session: Session, desk: Desk, numbers: Sequence[str], *, locked: bool = False
) -> list[Award]:
    """Return the awards of these numbers, in order of their rows."""
    query = select(Award).where(Award.number.in_(numbers), Award.site_id == desk.site.id)
    query = query.order_by(Award.id)
    awards = list(session.scalars(query.with_for_update() if locked else query))
    missing = set(numbers) - {award.number for award in awards}
    if missing:
        number = min(missing)
        raise IssuerError(
            "award_unknown",
            Text(
                f"本机构没有编号为 {number} 的证书",
                f"this body has awarded no certificate {number}",
            ),
        )
    return awards


def check_may_copy(session: Session, desk: Desk, award: Award) -> None:
    """Refuse what must not be copied, and what no key at hand could sign."""
    if award.status != AwardStatus.CURRENT:
        raise IssuerError(
            "award_not_in_force",
            Text(
                f"证书 {award.number} 现非有效，不能补发、更正或制作副本",
                f"certificate {award.number} is not in force; no copy of it is made",
            ),
        )
    current = next((copy for copy in award.copies if copy.state == CopyState.CURRENT), None)
    drawn = current is not None and current.pdf_stored is not None
    correcting = any(
        copy.kind == CopyKind.CORRECTION and copy.state == CopyState.RESERVED
        for copy in award.copies
    )
    begun = current is not None and _is_begun(session, desk, current)
    if correcting or not (drawn or begun):
        raise IssuerError(
            "award_unfinished",
            Text(
                f"证书 {award.number} 尚未制作完成，请先用原批次名重新运行 yanzhen issue，"
                "或重新运行未完成的更正",
                f"certificate {award.number} is not finished; run yanzhen issue on its batch "
                "again first, or the correction that was not finished",
            ),
        )
    desk.cabinet.key_for(award.issued_on)


def add_copies(session: Session, desk: Desk, awards: Sequence[Award], kind: CopyKind) -> list[Copy]:
    """Reserve one more copy of each award: all is as on its current copy but the serials.

    A correction's record is the next version. Print serials are counted in the year of the award,
    as printed and signed with it, whatever year it is now; years are taken in order, so that no two
    runs deadlock.

    Args:
        session: of a transaction that locks the awards.
        desk: the body's place of work.
        awards: each with a current copy.
        kind: of the copies.
    """
    if not awards:
        return []
    check_vault_in_force(session, desk.vault)
    now = desk.clock()
    ordered = sorted(awards, key=lambda award: award.year)
    prints: list[int] = []
    for year, group in groupby(ordered, lambda award: award.year):
        count = len(list(group))
        prints += take_print_serials(session, site_id=desk.site.id, year=year, count=count)
    indices = draw_status_indices(session, desk.vault, len(ordered), secrets.randbelow)
    made: list[Copy] = []
    for award, print_serial, status_index in zip(ordered, prints, indices, strict=True):
        current = current_copy(award)
        copy = Copy(
            award_id=award.id,
            site_id=desk.site.id,
            year=award.year,
            print_serial=print_serial,
            status_index=status_index,
            record_version=current.record_version + (kind == CopyKind.CORRECTION),
            state=CopyState.RESERVED,
            kind=kind,
            layout=current.layout,
            made_at=now,
            qr_url_prefix=desk.qr_url_prefix,
            delivered_mark=mark_of_delivery(desk.vault, status_index, None),
        )
        copy.row_mark = mark_of_copy(desk.vault, copy, award.number, None)
        session.add(copy)
        made.append(copy)
    return made


def _is_begun(session: Session, desk: Desk, copy: Copy) -> bool:
    """Return whether a copy is a reissue that some run began and did not finish or deliver."""
    check_delivery(session, desk.vault, copy)
    alive = copy.state in (CopyState.RESERVED, CopyState.CURRENT)
    return copy.kind == CopyKind.REISSUE and alive and copy.delivered_at is None


def _replacing(award: Award, replaced: Copy) -> Copy | None:
    """Return the reissue of a copy, made or begun."""
    return next(
        (
            copy
            for copy in award.copies
            if copy.replaces_id == replaced.id and copy.kind == CopyKind.REISSUE
        ),
        None,
    )


def current_copy(award: Award) -> Copy:
    """Return the one copy of a recorded award that is current."""
    return next(copy for copy in award.copies if copy.state == CopyState.CURRENT)


def archive_of(award: Award) -> Copy | None:
    """Return the archive duplicate of an award, if it has one that says what is so."""
    alive = (CopyState.RESERVED, CopyState.ARCHIVE)
    return next(
        (copy for copy in award.copies if copy.kind == CopyKind.ARCHIVE and copy.state in alive),
        None,
    )


def _by_id(award: Award, copy_id: int | None) -> Copy:
    return next(copy for copy in award.copies if copy.id == copy_id)


def serial_of(copy: Copy) -> str:
    """Return the print serial of a copy, as printed."""
    return format_print_serial(copy.year, copy.print_serial)


def _reservation(award: Award, copy: Copy | None, *, new: bool) -> CopyReservation:
    assert copy is not None  # the caller has just made it, or found it
    return CopyReservation(
        copy_id=copy.id, number=award.number, print_serial=serial_of(copy), new=new
    )
