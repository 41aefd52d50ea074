"""An award whose holder's data were erased: nothing of it is left, and the log says why.

Without its data key nobody can tell which leaves are the award's. The log's own table still says
so; it is believed as far as each leaf can be this award's, no other award claims it, and one of
them is the erasure: an award cannot be made to look erased without a leaf that nothing else has.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.fsck.faults import Fault
from issuer.fsck.office import FsckOffice
from issuer.fsck.published import PublishedLog
from log.errors import LogError
from log.leaves import CopyLeaf, IssueLeaf, Leaf, LifeKind, LifeLeaf, decode_body
from registry.life_models import LifeAct, LifeEvent
from registry.log_models import LogEntry
from registry.models import Access, Award, AwardStatus, Copy
from registry.row_marks import mark_of_copy
from templates.labels import format_print_serial


def compare_erased(
    session: Session,
    office: FsckOffice,
    published: PublishedLog,
    award: Award,
    matched: set[int],
) -> Iterator[Fault]:
    """Yield what is left of an erased award, and what of its leaves cannot be so.

    Args:
        session: on the database.
        office: what is compared with.
        published: the published log.
        award: of a holder whose data were erased.
        matched: told the index of every leaf that the award answers for.
    """
    yield from _left_of_award(session, award)
    for copy in award.copies:
        yield from _left_of_copy(office, award, copy)
    yield from _leaves(session, published, award, matched)


def _left_of_award(session: Session, award: Award) -> Iterator[Fault]:
    for column, is_gone in (
        ("status", award.status == AwardStatus.ERASED),
        ("live_key", award.live_key is None),
        ("data_key_sealed", not award.data_key_sealed),
        ("private_sealed", not award.private_sealed),
        ("public_sealed", not award.public_sealed),
    ):
        if not is_gone:
            yield Fault(table="awards", row=award.number, field=column, code="unexpected")
    if session.scalar(select(Access.locator).where(Access.award_id == award.id).limit(1)):
        yield Fault(table="access", row=award.number, field="locator", code="unexpected")
    told = (LifeAct.details_sealed != b"") | (LifeAct.decision_sealed != b"")
    for act_id in session.scalars(select(LifeAct.id).where(LifeAct.award_id == award.id, told)):
        yield Fault(table="life_acts", row=f"#{act_id}", field="details_sealed", code="unexpected")


def _left_of_copy(office: FsckOffice, award: Award, copy: Copy) -> Iterator[Fault]:
    row = f"{award.number} {format_print_serial(copy.year, copy.print_serial)}"
    for column in (
        "envelope_sealed",
        "second_sealed",
        "pdf_sha256_sealed",
        "pdf_stored",
        "log_proof",
    ):
        if getattr(copy, column):
            yield Fault(table="copies", row=row, field=column, code="unexpected")
    replaced = next((one for one in award.copies if one.id == copy.replaces_id), None)
    replaces = None if replaced is None else replaced.status_index
    if copy.row_mark != mark_of_copy(office.vault, copy, award.number, replaces):
        yield Fault(table="copies", row=row, field="row_mark", code="differs")


def _leaves(
    session: Session, published: PublishedLog, award: Award, matched: set[int]
) -> Iterator[Fault]:
    lives: list[LifeLeaf] = []
    query = select(LogEntry).where(LogEntry.award_id == award.id).order_by(LogEntry.id)
    for entry in session.scalars(query):
        logged = published.at(entry.leaf_index)
        leaf = _waiting(entry) if logged is None else logged.leaf
        if leaf is None or not _can_be_of(award, leaf) or entry.leaf_index in matched:
            yield Fault(table="log_entries", row=f"#{entry.id}", field="award_id", code="differs")
            continue
        if entry.leaf_index is not None:
            matched.add(entry.leaf_index)
        if isinstance(leaf, LifeLeaf):
            lives.append(leaf)
    events = session.scalars(
        select(LifeEvent.kind).where(LifeEvent.award_id == award.id).order_by(LifeEvent.n)
    ).all()
    kinds = [leaf.event for leaf in lives]
    if [LifeKind(kind) for kind in events] != kinds or kinds[-1:] != [LifeKind.ERASE]:
        yield Fault(table="life_events", row=award.number, field="row", code="differs")


def _waiting(entry: LogEntry) -> Leaf | None:
    """Return a leaf that is not published yet; None where it does not read."""
    try:
        return decode_body(entry.body)
    except LogError:
        return None


def _can_be_of(award: Award, leaf: Leaf) -> bool:
    if isinstance(leaf, IssueLeaf):
        return str(leaf.number) == award.number
    return isinstance(leaf, LifeLeaf | CopyLeaf) and leaf.prefix == award.number[:13]
