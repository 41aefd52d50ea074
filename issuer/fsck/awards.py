"""Awards against the log, the vault's seals and one another: every column of every row."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.documents import mask_document
from codes.errors import CodesError
from codes.number import parse_number
from issuer.fsck.copies import CopyChecks, KeptAward, LoggedLife
from issuer.fsck.faults import Fault
from issuer.fsck.life import compare_events, life_of, read_life
from issuer.fsck.links import ErasedChecks, Links, compare_event_copies
from issuer.fsck.office import FsckOffice
from issuer.fsck.published import PublishedLog
from issuer.fsck.ways_in import compare_ways_in
from issuer.reserving import live_key
from log.leaves import LifeLeaf
from registry.errors import VaultError
from registry.filing_models import BodyName
from registry.holder_keys import (
    HOLDER_CONTEXT,
    HolderKey,
    data_key_context,
    holder_index,
    name_index,
    open_holder,
    private_context,
)
from registry.life import Event, Life
from registry.life_models import LifeEvent
from registry.logbook import life_key, life_mark
from registry.models import Access, Award, AwardStatus, Batch, Holder, Site
from registry.national_upload import read_upload
from registry.row_marks import is_recording_marked, mark_of_award
from registry.vault import unseal

_AT_ONCE = 200
_WRONG_HOLDER = ("holder_id", "differs")
_WRONG_KEY = ("data_key_sealed", "unopenable")


@dataclass(slots=True)
class Matched:
    """The leaves that some row answers for; what is left over has lost its row."""

    indexes: set[int] = field(default_factory=set)
    holders: set[int] = field(default_factory=set)
    links: dict[int, tuple[int, int | None]] = field(default_factory=dict)

    def note(self, links: Links) -> None:
        """Note which award and copy some leaves are about."""
        self.links |= links
        self.indexes |= links.keys()


def compare_awards(
    session: Session, office: FsckOffice, published: PublishedLog, matched: Matched
) -> Iterator[Fault]:
    """Yield what of awards, copies, holders and ways in is not as logged and sealed."""
    last = 0
    while awards := session.scalars(
        select(Award).where(Award.id > last).order_by(Award.id).limit(_AT_ONCE)
    ).all():
        last = awards[-1].id
        beside = _Beside(session, awards)
        for award in awards:
            yield from _AwardChecks(beside, office, published, matched, award).run()
        session.expunge_all()


class _Beside:
    """The rows that belong to some awards, each table asked once for all of them.

    Args:
        session: on the database.
        awards: whose rows they are.
    """

    def __init__(self, session: Session, awards: Sequence[Award]) -> None:
        self.session = session
        ids = [award.id for award in awards]
        self.sites = _by_id(session, Site, {award.site_id for award in awards})
        self.batches = _by_id(session, Batch, {award.batch_id for award in awards})
        self.holders = _by_id(session, Holder, {award.holder_id for award in awards})
        self.ways_in: defaultdict[int, list[Access]] = defaultdict(list)
        for way in session.scalars(select(Access).where(Access.award_id.in_(ids))):
            self.ways_in[way.award_id].append(way)
        self.events: defaultdict[int, list[LifeEvent]] = defaultdict(list)
        events = select(LifeEvent).where(LifeEvent.award_id.in_(ids)).order_by(LifeEvent.n)
        for event in session.scalars(events):
            self.events[event.award_id].append(event)


_Row = TypeVar("_Row", Site, Batch, Holder)


def _by_id(session: Session, table: type[_Row], ids: Collection[int]) -> dict[int, _Row]:
    return {row.id: row for row in session.scalars(select(table).where(table.id.in_(ids)))}


class _AwardChecks:
    """The checks of one award."""

    def __init__(
        self,
        beside: _Beside,
        office: FsckOffice,
        published: PublishedLog,
        matched: Matched,
        award: Award,
    ) -> None:
        self._beside = beside
        self._office = office
        self._published = published
        self._matched = matched
        self._award = award

    def run(self) -> Iterator[Fault]:
        """Yield the faults of the award, its copies and its ways in."""
        award = self._award
        site = self._beside.sites.get(award.site_id)
        yield from self._number(site)
        yield from self._holder_and_batch()
        holder = self._beside.holders.get(award.holder_id)
        if holder is None:
            return
        if holder.erased_at is not None:
            session, vault = self._beside.session, self._office.vault
            erased = ErasedChecks(session, vault, self._published, award, holder)
            yield from erased.run()
            yield from self._recording()
            self._matched.note(erased.links)
            return
        if holder.key_generation is None:
            yield Fault(
                table="holders", row=f"#{holder.id}", field="key_generation", code="missing"
            )
        try:
            key = open_holder(self._office.vault, holder)
        except VaultError:
            yield Fault(table="holders", row=f"#{holder.id}", field="key_sealed", code="unopenable")
            return
        try:
            data_key = key.unseal(data_key_context(award.number), award.data_key_sealed)
        except VaultError:
            rightful = self._rightful_holder()
            yield self._fault(*_WRONG_HOLDER if rightful else _WRONG_KEY)
            return
        try:
            sealed = key.unseal(private_context(award.number), award.private_sealed)
            private = json.loads(sealed)
        except VaultError:
            yield self._fault("private_sealed", "unopenable")
            return
        kept = KeptAward(award=award, data_key=data_key, private=private)
        yield from self._holder(holder, key, private)
        yield from self._live_key(site, private)
        yield from self._public(data_key, private, site)
        events = read_life(award, self._beside.events[award.id], data_key)
        leaves = list(self._life(data_key, events or ()))
        yield from compare_events(award.number, events, leaves, waiting=self._is_waiting())
        life = None if events is None else life_of(award, events)
        by_event = {event.n: event.copy_index for event in events or ()}
        if events is not None and not compare_event_copies(self._beside.session, award, by_event):
            yield Fault(table="life_events", row=award.number, field="copy_id", code="differs")
        yield from self._status(life)
        logged = LoggedLife(leaves=leaves, life=life)
        copies = CopyChecks(self._office, self._published, kept, logged, self._matched.links)
        yield from copies.run()
        self._matched.indexes |= self._matched.links.keys()
        ways = self._beside.ways_in[award.id]
        yield from compare_ways_in(ways, self._office.pepper, kept, copies.payloads)
        yield from self._recording()

    def _number(self, site: Site | None) -> Iterator[Fault]:
        award = self._award
        try:
            number = parse_number(award.number)
        except CodesError:
            yield self._fault("number", "differs")
            return
        logged = self._published.by_number.get(award.number)
        if logged is None and award.recorded_at is not None and self._is_published():
            yield self._fault("number", "unexpected")
        for column, found, expected in (
            ("site_id", None if site is None else site.prefix, number.prefix),
            ("year", award.year, number.year),
            ("level", award.level, number.level.value),
            ("serial", award.serial, number.serial),
        ):
            if found != expected:
                yield self._fault(column, "differs")

    def _is_published(self) -> bool:
        """Say whether the log should hold the award's first copy by now."""
        return any(copy.leaf_index is not None for copy in self._award.copies) or not any(
            self._office.is_waiting(copy.id) for copy in self._award.copies
        )

    def _holder_and_batch(self) -> Iterator[Fault]:
        award = self._award
        batch = self._beside.batches.get(award.batch_id)
        holder = self._beside.holders.get(award.holder_id)
        if batch is None or holder is None:
            yield self._fault("batch_id" if batch is None else "holder_id", "missing")
            return
        self._matched.holders.add(holder.id)
        if batch.site_id != award.site_id:
            yield self._fault("batch_id", "differs")
        mark = mark_of_award(self._office.vault, award, batch, holder.blind_index)
        if award.row_mark != mark:
            yield self._fault("row_mark", "differs")
        if not is_recording_marked(self._office.vault, award):
            yield self._fault("recorded_at", "differs")

    def _rightful_holder(self) -> int | None:
        """Return whose key opens the award although its row names another holder."""
        award = self._award
        for holder in self._beside.session.scalars(
            select(Holder).where(Holder.erased_at.is_(None))
        ):
            try:
                key = open_holder(self._office.vault, holder)
                key.unseal(data_key_context(award.number), award.data_key_sealed)
            except VaultError:
                continue
            return holder.id
        return None

    def _holder(self, holder: Holder, key: HolderKey, private: dict[str, Any]) -> Iterator[Fault]:
        vault, name = self._office.vault, f"#{holder.id}"
        about = (int(private["document_type"]), private["document_number"])
        if holder.blind_index != holder_index(vault, *about):
            yield self._fault("holder_id", "differs")
        try:
            sealed = json.loads(key.unseal(HOLDER_CONTEXT, holder.sealed))
        except VaultError:
            yield Fault(table="holders", row=name, field="sealed", code="unopenable")
            return
        if holder.blind_index != holder_index(
            vault, int(sealed["document_type"]), sealed["document_number"]
        ):
            yield Fault(table="holders", row=name, field="sealed", code="differs")

    def _live_key(self, site: Site | None, private: dict[str, Any]) -> Iterator[Fault]:
        award = self._award
        if site is None:
            return
        kind, number = int(private["document_type"]), private["document_number"]
        expected = live_key(self._office.vault, site, kind, number, award.occupation, award.level)
        if award.name_index != name_index(self._office.vault, private["name"]):
            yield self._fault("name_index", "differs")
        ended = award.status in (AwardStatus.REVOKED, AwardStatus.CANCELLED)
        if award.live_key != (None if ended else expected):
            yield self._fault("live_key", "differs")

    def _public(
        self, data_key: bytes, private: dict[str, Any], site: Site | None
    ) -> Iterator[Fault]:
        award = self._award
        if award.recorded_at is None and award.public_sealed is None:
            return
        try:
            opened = unseal(AESGCM(data_key), f"award/{award.number}", award.public_sealed or b"")
            public = json.loads(opened)
            upload = read_upload(public)
        except VaultError:
            yield self._fault("public_sealed", "unopenable")
            return
        if upload.uploaded_on != self._office.uploaded.get(award.number):
            yield self._fault("public_sealed", "differs")
        if public["document_masked"] != mask_document(private["document_number"]):
            yield self._fault("public_sealed", "differs")
        if site is not None and public["body_name"] not in _names_of(self._beside.session, site):
            yield self._fault("public_sealed", "differs")

    def _life(self, data_key: bytes, events: Sequence[Event]) -> Iterator[LifeLeaf]:
        """Yield the events of the award's life that the log holds, in order."""
        key, n = life_key(data_key), 1
        copies = {copy.status_index: copy.id for copy in self._award.copies}
        came = {
            event.n: None if event.copy_index is None else copies.get(event.copy_index)
            for event in events
        }
        while (logged := self._published.by_mark.get(life_mark(key, n))) is not None:
            assert isinstance(logged.leaf, LifeLeaf)
            self._matched.note({logged.index: (self._award.id, came.get(n))})
            yield logged.leaf
            n += 1

    def _status(self, life: Life | None) -> Iterator[Fault]:
        """Yield a fault where the status is not what the events make of it."""
        if life is not None and self._award.status != life.status:
            yield self._fault("status", "differs")

    def _is_waiting(self) -> bool:
        return any(self._office.is_waiting(copy.id) for copy in self._award.copies) or (
            self._award.id in self._office.waiting_awards
        )

    def _recording(self) -> Iterator[Fault]:
        award, recorded = self._award, self._award.recorded_at
        has_record = any(copy.envelope_sealed is not None for copy in award.copies)
        if (recorded is not None) != has_record:
            yield self._fault("recorded_at", "missing" if has_record else "unexpected")
            return
        # A migration marks what it finds, so a sound mark alone does not say that the time is.
        if recorded is None or not is_recording_marked(self._office.vault, award):
            return
        logged = self._published.by_number.get(award.number)
        latest = recorded if logged is None else logged.logged_at + timedelta(seconds=1)
        if not award.reserved_at <= recorded <= latest:
            yield self._fault("recorded_at", "differs")

    def _fault(self, column: str, code: str) -> Fault:
        return Fault(table="awards", row=self._award.number, field=column, code=code)


def _names_of(session: Session, site: Site) -> frozenset[str]:
    """Return the names its body has had."""
    former = session.scalars(select(BodyName.name).where(BodyName.body_id == site.body_id))
    return frozenset({site.body.name, *former})
