"""Which copies a run works on, and how their rows are read: steps 3 to 7 know nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from issuer.desk import Desk
from registry.models import Award, AwardStatus, Copy, CopyState
from registry.session import reading

CHUNK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCopies:
    """Every copy of the awards of a batch."""

    batch_id: int

    def condition(self) -> ColumnElement[bool]:
        """Return what a copy, joined with its award, must satisfy."""
        return Award.batch_id == self.batch_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenCopies:
    """These copies, whatever batches their awards are of; at most `CHUNK` of them."""

    ids: tuple[int, ...]

    def condition(self) -> ColumnElement[bool]:
        """Return what a copy, joined with its award, must satisfy."""
        return Copy.id.in_(self.ids)


CopyScope = BatchCopies | ChosenCopies
Condition = Callable[[], ColumnElement[bool]]


def unrecorded() -> ColumnElement[bool]:
    """Return the condition that a copy is reserved and has no signed record yet."""
    return Copy.envelope_sealed.is_(None)


def recorded() -> ColumnElement[bool]:
    """Return the condition that a copy has a signed record."""
    return Copy.envelope_sealed.is_not(None)


def undrawn() -> ColumnElement[bool]:
    """Return the condition that a copy is on record and has no page yet."""
    return Copy.envelope_sealed.is_not(None) & Copy.pdf_stored.is_(None)


def unfinished() -> ColumnElement[bool]:
    """Return the condition that a copy has no page yet."""
    return Copy.pdf_stored.is_(None)


def in_force() -> ColumnElement[bool]:
    """Return the condition that a copy is current and its award neither suspended nor revoked."""
    return (Copy.state == CopyState.CURRENT) & (Award.status == AwardStatus.CURRENT)


def archived() -> ColumnElement[bool]:
    """Return the condition that a copy is an archive duplicate."""
    return Copy.state == CopyState.ARCHIVE


def drawn() -> ColumnElement[bool]:
    """Return the condition that a copy has its page; an erased one has none any more."""
    return Copy.pdf_stored.is_not(None) & (Copy.pdf_stored != "")


def count_copies(desk: Desk, scope: CopyScope, *conditions: Condition) -> int:
    """Return how many copies of a scope satisfy every condition."""
    with reading(desk.engine) as session:
        query = (
            select(func.count(Copy.id))
            .join(Award, Copy.award_id == Award.id)
            .where(scope.condition(), *(one() for one in conditions))
        )
        return session.scalar(query) or 0


def chunks_of(
    desk: Desk, scope: CopyScope, *conditions: Condition, size: int = CHUNK
) -> Iterator[list[Copy]]:
    """Yield the copies of a scope that satisfy every condition, in order, a chunk at a time.

    Each chunk is read anew when it is asked for, so what the caller did to the rows before it
    does not disturb; no database transaction is open while the caller works.
    """
    last = 0
    while copies := _load(desk, _after(scope, last, size).where(*(one() for one in conditions))):
        last = copies[-1].id
        yield copies


def chunks_of_ids(
    desk: Desk, scope: CopyScope, *conditions: Condition, size: int
) -> Iterator[ChosenCopies]:
    """Yield the same copies as `chunks_of`, named only; nothing else of them is read."""
    last = 0
    query = select(Copy.id).join(Award, Copy.award_id == Award.id).order_by(Copy.id).limit(size)
    while True:
        after = query.where(scope.condition(), Copy.id > last, *(one() for one in conditions))
        with reading(desk.engine) as session:
            ids = tuple(session.scalars(after))
        if not ids:
            return
        last = ids[-1]
        yield ChosenCopies(ids=ids)


def _after(scope: CopyScope, last: int, size: int) -> Select[Copy]:
    return (
        select(Copy)
        .join(Award, Copy.award_id == Award.id)
        .options(
            contains_eager(Copy.award).options(
                selectinload(Award.copies), joinedload(Award.holder, innerjoin=True)
            )
        )
        .where(scope.condition(), Copy.id > last)
        .order_by(Copy.id)
        .limit(size)
    )


def _load(desk: Desk, query: Select[Copy]) -> list[Copy]:
    with reading(desk.engine) as session:
        return list(session.scalars(query))  # each with its award, and that with its copies
