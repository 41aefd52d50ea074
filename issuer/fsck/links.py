"""What the rows of the log's tables, events and erasures point at: the rows they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.desk import shanghai_day
from issuer.fsck.faults import Fault
from issuer.fsck.published import LoggedLeaf, PublishedLog
from log.leaves import CopyLeaf, IssueLeaf, LifeKind, LifeLeaf
from registry.life import Event, fold_events
from registry.life_models import LifeAct, LifeEvent
from registry.log_models import LogEntry
from registry.models import Access, Award, AwardStatus, Copy, CopyKind, Holder
from registry.row_marks import has_its_mark, is_delivery_marked
from registry.vault import Vault
from registry.vault_models import Erasure, ErasureState

Links = Mapping[int, tuple[int, int | None]]
"""By index in the log, the award and the copy that a leaf is about."""

_AT_ONCE = 5_000


def compare_links(session: Session, links: Links) -> Iterator[Fault]:
    """Yield log entries that point at another award or copy than the one they are about."""
    last = 0
    while rows := session.execute(
        select(LogEntry.id, LogEntry.leaf_index, LogEntry.award_id, LogEntry.copy_id)
        .where(LogEntry.id > last)
        .order_by(LogEntry.id)
        .limit(_AT_ONCE)
    ).all():
        last = rows[-1][0]
        for entry_id, index, award_id, copy_id in rows:
            if index is None:
                continue
            of_award, of_copy = links.get(index, (None, None))
            name = f"#{entry_id}"
            if award_id != of_award:
                yield Fault(table="log_entries", row=name, field="award_id", code="differs")
            if copy_id != of_copy:
                yield Fault(table="log_entries", row=name, field="copy_id", code="differs")


def compare_event_copies(session: Session, award: Award, data: Mapping[int, int | None]) -> bool:
    """Return whether each event points at the copy that came with it.

    Args:
        data: by event, the status index of its copy.
    """
    indexes = {copy.id: copy.status_index for copy in award.copies}
    rows = session.scalars(select(LifeEvent).where(LifeEvent.award_id == award.id))
    return all(
        (None if row.copy_id is None else indexes.get(row.copy_id, -1)) == data.get(row.n)
        for row in rows
    )


def compare_event_rows(session: Session) -> Iterator[Fault]:
    """Yield where rows of events do not follow each other: none is ever deleted or moved.

    Nothing refers to these row numbers. On PostgreSQL acts that were broken off leave gaps.
    """
    if session.get_bind().dialect.name != "sqlite":
        return
    last = session.scalar(select(func.max(LifeEvent.id))) or 0
    if last != session.scalar(select(func.count(LifeEvent.id))):
        yield Fault(table="life_events", row="*", field="id", code="differs")


class ErasedChecks:
    """The checks of one award whose holder's data were erased under the law.

    Args:
        session: on the database.
        vault: open.
        published: the published log.
        award: the award.
        holder: its holder, erased.
    """

    def __init__(
        self,
        session: Session,
        vault: Vault,
        published: PublishedLog,
        award: Award,
        holder: Holder,
    ) -> None:
        self._session = session
        self._vault = vault
        self._published = published
        self._award = award
        self._holder = holder
        self.links: dict[int, tuple[int, int | None]] = {}

    def run(self) -> Iterator[Fault]:
        """Yield what is not as an erasure leaves it."""
        award, holder = self._award, self._holder
        done = (Erasure.state == ErasureState.DONE) | (Erasure.state == ErasureState.DESTROYED)
        query = select(Erasure).where(Erasure.holder_id == holder.id, done)
        decided = [row.decided_at for row in self._session.scalars(query)]
        if holder.erased_at not in decided:
            yield Fault(table="holders", row=f"#{holder.id}", field="erased_at", code="unexpected")
        for column, good in (
            ("status", award.status == AwardStatus.ERASED),
            ("live_key", award.live_key is None),
            ("name_index", award.name_index is None),
            ("data_key_sealed", not award.data_key_sealed),
            ("private_sealed", not award.private_sealed),
            ("public_sealed", award.public_sealed == b""),
            ("recorded_at", award.recorded_at is not None),
        ):
            if not good:
                yield Fault(table="awards", row=award.number, field=column, code="differs")
        for column, left in (("sealed", holder.sealed), ("key_sealed", holder.key_sealed)):
            if left:
                yield Fault(table="holders", row=f"#{holder.id}", field=column, code="unexpected")
        events = self._session.scalars(
            select(LifeEvent).where(LifeEvent.award_id == award.id).order_by(LifeEvent.n)
        ).all()
        yield from self._ways_in()
        yield from self._copies()
        yield from self._states(events)
        yield from self._leaves(events)

    def _ways_in(self) -> Iterator[Fault]:
        query = select(Access.locator).where(Access.award_id == self._award.id)
        if self._session.scalar(query.limit(1)) is not None:
            yield Fault(table="access", row=self._award.number, field="locator", code="unexpected")

    def _copies(self) -> Iterator[Fault]:
        for copy in self._award.copies:
            empty = (copy.envelope_sealed, copy.pdf_sha256_sealed, copy.pdf_stored, copy.log_proof)
            if empty != (b"", None, "", None) or copy.second_sealed:
                yield self._fault(copy, "envelope_sealed")
            if not has_its_mark(self._vault, copy):
                yield self._fault(copy, "row_mark")
            if not is_delivery_marked(self._vault, copy):
                yield self._fault(copy, "delivered_at")
            if (copy.site_id, copy.year) != (self._award.site_id, self._award.year):
                yield self._fault(copy, "site_id")
            file, index = self._published.at(copy.file_leaf_index), copy.file_leaf_index
            if file is None or not isinstance(file.leaf, CopyLeaf) or index is None:
                yield self._fault(copy, "file_leaf_index")
            else:
                self.links[index] = (self._award.id, copy.id)
            record, index = self._published.at(copy.leaf_index), copy.leaf_index
            if record is None or not isinstance(record.leaf, IssueLeaf | LifeLeaf) or index is None:
                yield self._fault(copy, "leaf_index")
            else:
                self.links[index] = (self._award.id, copy.id)

    def _states(self, events: Sequence[LifeEvent]) -> Iterator[Fault]:
        """Each copy stands where the rows of the events put it; what was sealed of them is gone."""
        copies = {copy.id: copy.status_index for copy in self._award.copies}
        first = [copy for copy in self._award.copies if copy.kind == CopyKind.ORIGINAL]
        if len(first) != 1:
            yield Fault(table="copies", row=self._award.number, field="row", code="missing")
            return
        known = [
            Event(
                n=event.n,
                kind=LifeKind(event.kind),
                effective_on=event.effective_on,
                at=event.at,
                copy_index=None if event.copy_id is None else copies.get(event.copy_id),
            )
            for event in events
        ]
        states = fold_events(first[0].status_index, known).states
        for copy in self._award.copies:
            if copy.state != states.get(copy.status_index):
                yield self._fault(copy, "state")

    def _leaves(self, events: Sequence[LifeEvent]) -> Iterator[Fault]:
        """The issue is its own; of its life as many events are logged as stand on record."""
        award = self._award
        entries = self._session.scalars(
            select(LogEntry)
            .where(LogEntry.award_id == award.id, LogEntry.leaf_index.is_not(None))
            .order_by(LogEntry.leaf_index)
        ).all()
        lives = []
        for entry in entries:
            logged = self._published.at(entry.leaf_index)
            if logged is not None and isinstance(logged.leaf, LifeLeaf):
                lives.append((logged, entry))
            elif _is_issue_of_another(logged, award):
                yield Fault(table="awards", row=award.number, field="number", code="differs")
        if any(event.sealed for event in events):  # nobody could read it, nor see it change
            yield Fault(table="life_events", row=award.number, field="sealed", code="unexpected")
        said = [
            (event.n, LifeKind(event.kind), event.effective_on, event.copy_id) for event in events
        ]
        told = []
        for n, (logged, entry) in enumerate(lives, start=1):
            leaf = logged.leaf
            assert isinstance(leaf, LifeLeaf)
            told.append((n, leaf.event, leaf.effective_on, entry.copy_id))
            self.links[logged.index] = (award.id, entry.copy_id)
        waiting = len(said) > len(told)  # the last may wait to be published
        if said[: len(told)] != told or (waiting and not self._is_waiting()):
            yield Fault(table="life_events", row=award.number, field="row", code="differs")
        elif not said or said[-1][1] is not LifeKind.ERASE:
            yield Fault(table="life_events", row=award.number, field="row", code="missing")
        elif not self._are_dated(events):
            yield Fault(table="life_events", row=award.number, field="at", code="differs")
        elif not all(map(self._is_of_act, events)):
            yield Fault(table="life_events", row=award.number, field="act_id", code="differs")

    def _are_dated(self, events: Sequence[LifeEvent]) -> bool:
        """Say whether the events happened on their days, the last when the holder was erased."""
        erased_at = self._holder.erased_at
        assert erased_at is not None
        on_day = all(shanghai_day(event.at) == event.effective_on for event in events)
        return on_day and events[-1].at == erased_at.replace(microsecond=0)

    def _is_of_act(self, event: LifeEvent) -> bool:
        """Say whether the act that an event names, if it does, is one that hit the award."""
        if event.act_id is None:
            return True
        act = self._session.get(LifeAct, event.act_id)
        return (
            act is not None
            and act.kind == event.kind
            and act.award_id in (None, self._award.id)
            and act.batch_id in (None, self._award.batch_id)
        )

    def _is_waiting(self) -> bool:
        size = self._published.size
        unpublished = LogEntry.leaf_index.is_(None) | (LogEntry.leaf_index >= size)
        query = select(LogEntry.id).where(LogEntry.award_id == self._award.id, unpublished)
        return self._session.scalar(query.limit(1)) is not None

    def _fault(self, copy: Copy, column: str) -> Fault:
        row = f"{self._award.number} #{copy.id}"
        return Fault(table="copies", row=row, field=column, code="differs")


def _is_issue_of_another(logged: LoggedLeaf | None, award: Award) -> bool:
    leaf = None if logged is None else logged.leaf
    return isinstance(leaf, IssueLeaf) and str(leaf.number) != award.number
