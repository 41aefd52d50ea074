"""Puts back the life events that a restored database has lost and the public log still tells.

The log names an award only by a mark that the award's data key makes, so trying the next mark of
every award finds whose event a leaf is. Kind and day stand in the leaf; who decided, why and on
what paper is lost with the row. What came with a signed record (a reissue, an archive copy, a
correction) cannot be made again from its hash: such an award stays unproved and is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from issuer.fsck.published import LoggedLeaf, PublishedLog
from log.leaves import LifeKind, LifeLeaf
from registry.holder_keys import data_key_context, open_holder
from registry.life import ENDING, STATUS_AFTER
from registry.life_records import NewEvent, add_event, count_events, mark_changed
from registry.log_models import LogEntry
from registry.logbook import life_key, life_mark
from registry.models import Award, AwardStatus
from registry.vault import Vault

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """What became of the life events that the log has and the database had not.

    Args:
        put_back: how many events are on record again.
        unproved: numbers whose lost event came with a record; the verifier answers nothing of them
            until the database that had it is found.
        erase_again: numbers whose holder had been erased, and whose data came back with the backup.
    """

    put_back: int
    unproved: tuple[str, ...]
    erase_again: tuple[str, ...]


def put_back_lives(session: Session, vault: Vault, published: PublishedLog) -> Lives:
    """Let every logged event know its award again, and put back on record what can be.

    Args:
        session: of the transaction that reconciles; the log's leaves are in its entries.
        vault: open.
        published: the log that is gone by.

    Raises:
        VaultError: a row was altered and does not open.
    """
    put_back, unproved, erase_again = 0, list[str](), list[str]()
    last = 0
    while awards := _awards_after(session, last):
        last = awards[-1].id
        counts = count_events(session, [award.id for award in awards])
        for award in awards:
            life = _Life(session, vault, published, award, counts.get(award.id, 0))
            put_back += life.put_back()
            if life.is_unproved:
                unproved.append(award.number)
            if life.was_erased:
                erase_again.append(award.number)
        session.flush()
    return Lives(put_back=put_back, unproved=tuple(unproved), erase_again=tuple(erase_again))


def _awards_after(session: Session, last: int) -> list[Award]:
    """Return the next awards whose data key can be opened: those of holders who were not erased."""
    query = select(Award).where(Award.id > last, Award.holder.has(erased_at=None))
    query = query.order_by(Award.id).limit(_AT_ONCE).options(joinedload(Award.holder))
    return list(session.scalars(query))


class _Life:
    """One award's life, on record and in the log."""

    def __init__(
        self, session: Session, vault: Vault, published: PublishedLog, award: Award, known: int
    ) -> None:
        self._session = session
        self._vault = vault
        self._award = award
        self._known = known
        self.is_unproved = False
        self.was_erased = False
        holder_key = open_holder(vault, award.holder)
        self._data_key = holder_key.unseal(data_key_context(award.number), award.data_key_sealed)
        self._logged = list(self._find(published))

    def put_back(self) -> int:
        """Put back on record what the log holds beyond it; return how many events."""
        done = 0
        for n, logged in enumerate(self._logged, start=1):
            self._link(logged)
            if n <= self._known or self.is_unproved:
                continue
            leaf = logged.leaf
            assert isinstance(leaf, LifeLeaf)
            if leaf.record_hash is not None:
                self.is_unproved = not self._is_begun()
                break
            self._add(logged, leaf)
            done += 1
        return done

    def _find(self, published: PublishedLog) -> Iterator[LoggedLeaf]:
        key, n = life_key(self._data_key), 1
        while (logged := published.by_mark.get(life_mark(key, n))) is not None:
            yield logged
            n += 1

    def _link(self, logged: LoggedLeaf) -> None:
        self._session.execute(
            update(LogEntry)
            .where(LogEntry.leaf_index == logged.index, LogEntry.award_id.is_(None))
            .values(award_id=self._award.id)
        )

    def _is_begun(self) -> bool:
        """Say whether a copy is reserved that the next run signs again, with the logged leaf."""
        return any(copy.envelope_sealed is None for copy in self._award.copies)

    def _add(self, logged: LoggedLeaf, leaf: LifeLeaf) -> None:
        award = self._award
        new = NewEvent(kind=leaf.event, effective_on=leaf.effective_on, at=logged.logged_at)
        add_event(self._session, self._vault, award, self._data_key, new, before=self._known)
        self._known += 1
        award.status = STATUS_AFTER.get(leaf.event, AwardStatus(award.status))
        if leaf.event in ENDING:
            award.live_key = None
        if leaf.event in STATUS_AFTER:
            mark_changed(self._session, self._vault, award.copies)
        self.was_erased = self.was_erased or leaf.event is LifeKind.ERASE
