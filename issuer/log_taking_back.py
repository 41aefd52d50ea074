"""Takes back what a key signed that is declared compromised, before it goes into the public log.

A record of such a key counts only if it was logged before; one that still waits never would. Its
page is not drawn yet and nobody has seen it: the award is reserved again, with number and date as
they were, and the next run signs it with the key in force.
"""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from keys.ring import Standing
from log.leaves import IssueLeaf, LeafKind, decode_body
from registry.log_models import LogEntry
from registry.models import Access, Award, Copy, CopyState, SigningKey
from registry.row_marks import check_recording, mark_of_recording
from registry.vault import Vault


def take_back_compromised(session: Session, vault: Vault) -> int:
    """Make reserved again what waits for the log under a compromised key; return how many awards.

    Args:
        session: of the transaction that gives indexes, which holds the log's head.
        vault: the home's, open.
    """
    lost = {
        (site_id, key_id)
        for site_id, key_id in session.execute(
            select(SigningKey.site_id, SigningKey.key_id).where(
                SigningKey.standing == Standing.COMPROMISED
            )
        )
    }
    if not lost:
        return 0
    waiting = session.execute(
        select(LogEntry, Award)
        .join(Award, Award.id == LogEntry.award_id)
        .where(LogEntry.leaf_index.is_(None), LogEntry.kind == LeafKind.ISSUE)
        .order_by(Award.id)
    ).all()
    found = [(entry, award) for entry, award in waiting if _key_of(entry, award) in lost]
    only = _with_one_copy(session, [award.id for _, award in found])
    for entry, award in found:
        if award.id in only:
            _take_back(session, vault, entry, award)
    session.flush()
    return len(only)


def _key_of(entry: LogEntry, award: Award) -> tuple[int, int]:
    leaf = decode_body(entry.body)
    assert isinstance(leaf, IssueLeaf)
    return award.site_id, leaf.key_id


def _with_one_copy(session: Session, ids: list[int]) -> set[int]:
    """Return which awards have no copy but the first: nothing was made of it yet."""
    query = select(Copy.award_id).where(Copy.award_id.in_(ids)).group_by(Copy.award_id)
    return set(session.scalars(query.having(func.count(Copy.id) == 1)))


def _take_back(session: Session, vault: Vault, entry: LogEntry, award: Award) -> None:
    (copy,) = award.copies
    session.execute(delete(Access).where(Access.award_id == award.id))
    session.delete(entry)
    copy.envelope_sealed, copy.second_sealed, copy.state = None, None, CopyState.RESERVED
    check_recording(session, vault, award)
    award.recorded_at, award.public_sealed = None, None
    award.recorded_mark = mark_of_recording(vault, award.number, None)
