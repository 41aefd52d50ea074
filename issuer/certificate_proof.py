"""Checks one certificate's copies where the public would: in the log and on the status list, now.

Nothing here is believed because the register says so: an entry counts once it is proven to be under
the log's latest checkpoint and is the very leaf that the sealed record makes, and a status list
once its signature is verified by the trust list's keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.record import decode_record
from codes.wording import Text
from issuer.desk import shanghai_day
from issuer.leaves import issue_leaf
from issuer.opening import trust_source
from keys.envelope import decode_envelope
from keys.errors import KeysError
from keys.status_list import (
    Freshness,
    ListForm,
    StatusValue,
    inspect_freshness,
    keys_by_name,
    read_status_list,
    split_index,
)
from log.errors import LogError
from log.leaf_types import Leaf, LeafKind
from log.leaves import CopyLeaf, IssueLeaf, LifeLeaf, decode_leaf, hash_record
from registry.access import unseal_envelope, unseal_pdf_hash
from registry.errors import RegistryError
from registry.home import Home
from registry.life import Event
from registry.log_models import LogEntry
from registry.log_prover import Prover
from registry.log_reader import LogReader
from registry.logbook import LeafPlace, leaf_salt, life_key, life_mark
from registry.models import Award, Copy


class LogState(StrEnum):
    """What checking a leaf in the public log came to."""

    PROVED = "proved"
    WAITING = "waiting"
    MISSING = "missing"
    DIFFERS = "differs"
    NOT_CHECKED = "not_checked"

    @property
    def text(self) -> Text:
        """The state in both languages."""
        return _LOG_STATES[self]


_LOG_STATES = {
    LogState.PROVED: Text("已在日志中证实", "proved"),
    LogState.WAITING: Text("待公布", "waiting"),
    LogState.MISSING: Text("日志中没有", "not in the log"),
    LogState.DIFFERS: Text("与日志不符", "differs from the log"),
    LogState.NOT_CHECKED: Text("未能核对", "could not be checked"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStanding:
    """Where a leaf stands in the public log.

    Args:
        state: as checked now.
        index: of the leaf; None where it has none.
        size: of the checkpoint that it was proved under; 0 where none was read.
    """

    state: LogState
    index: int | None
    size: int = 0


class ListState(StrEnum):
    """Whether a status list could be read, and may be taken for the present."""

    FRESH = "fresh"
    EXPIRED = "expired"
    MISSING = "missing"
    NOT_GENUINE = "not_genuine"

    @property
    def text(self) -> Text:
        """The state in both languages."""
        return _LIST_STATES[self]


_LIST_STATES = {
    ListState.FRESH: Text("签名有效，未过期", "signed, not expired"),
    ListState.EXPIRED: Text("已过期，请运行 yanzhen tend", "expired; run yanzhen tend"),
    ListState.MISSING: Text("尚未公布", "not published yet"),
    ListState.NOT_GENUINE: Text("签名无法证实", "its signature is not proved"),
}
VALUE_WORDS = {
    StatusValue.VALID: Text("有效", "valid"),
    StatusValue.INVALID: Text("无效", "invalid"),
    StatusValue.SUSPENDED: Text("暂停", "suspended"),
    StatusValue.REPLACED: Text("已被替换", "replaced"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStanding:
    """What the published status list says of a copy.

    Args:
        list_id: number of the list.
        position: of the copy in it.
        state: of the list.
        value: what it says; None where it was not read.
        version: of the list; 0 where it was not read.
    """

    list_id: int
    position: int
    state: ListState
    value: StatusValue | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafPlaces:
    """Where the register says that the leaves of an award's copies are."""

    _waiting: Mapping[int, frozenset[LeafKind]]

    def of_record(self, copy: Copy) -> LeafPlace:
        """Return where the leaf of a copy's record is."""
        waiting = self._waiting.get(copy.id, frozenset())
        kinds = {LeafKind.ISSUE, LeafKind.LIFE}
        return LeafPlace(index=copy.leaf_index, waiting=not waiting.isdisjoint(kinds))

    def of_file(self, copy: Copy) -> LeafPlace:
        """Return where the leaf of a copy's file is."""
        waiting = self._waiting.get(copy.id, frozenset())
        return LeafPlace(index=copy.file_leaf_index, waiting=LeafKind.COPY in waiting)


def leaf_places(session: Session, award: Award) -> LeafPlaces:
    """Return where the leaves of an award's copies are."""
    found: dict[int, frozenset[LeafKind]] = {}
    query = select(LogEntry.copy_id, LogEntry.kind).where(
        LogEntry.award_id == award.id, LogEntry.leaf_index.is_(None)
    )
    for copy_id, kind in session.execute(query):
        if copy_id is not None:
            found[copy_id] = found.get(copy_id, frozenset()) | {LeafKind(kind)}
    return LeafPlaces(_waiting=found)


class LogCheck:
    """Checks leaves of one home's log under its latest checkpoint.

    Args:
        home: whose log it is.
    """

    def __init__(self, home: Home) -> None:
        self.size = 0
        self.root = b""
        self._prover: Prover | None = None
        try:
            reader = LogReader(home.log_folder)
            signed = reader.checkpoint()
            self._prover = reader.prover()
        except LogError:
            return
        self.size, self.root = signed.checkpoint.size, signed.checkpoint.root

    def of_record(
        self, award: Award, copy: Copy, data_key: bytes, events: Sequence[Event], places: LeafPlaces
    ) -> LogStanding:
        """Return where the leaf of a copy's signed record stands.

        Args:
            award: opened.
            copy: one of its copies.
            data_key: of the award.
            events: of its life.
            places: where the register says that the leaves are.
        """
        if not copy.envelope_sealed:
            return LogStanding(state=LogState.WAITING, index=None)
        try:
            expected = _record_leaf(award, copy, data_key, events)
        except (RegistryError, KeysError, ValueError):
            return LogStanding(state=LogState.DIFFERS, index=copy.leaf_index)
        return self._inspect(places.of_record(copy), expected)

    def of_file(self, award: Award, copy: Copy, data_key: bytes, places: LeafPlaces) -> LogStanding:
        """Return where the leaf that commits to a copy's file stands; arguments as `of_record`."""
        if not copy.pdf_sha256_sealed:
            return LogStanding(state=LogState.WAITING, index=None)
        try:
            sha256 = bytes.fromhex(unseal_pdf_hash(data_key, copy) or "")
        except (RegistryError, ValueError):
            return LogStanding(state=LogState.DIFFERS, index=copy.file_leaf_index)
        expected = CopyLeaf(prefix=award.number[:13], file_sha256=sha256)
        return self._inspect(places.of_file(copy), expected)

    def _inspect(self, place: LeafPlace, expected: Leaf | None) -> LogStanding:
        if place.index is None:
            state = LogState.WAITING if place.waiting else LogState.MISSING
            return LogStanding(state=state, index=None)
        if self._prover is None:
            return LogStanding(state=LogState.NOT_CHECKED, index=place.index)
        if place.index >= self._prover.size:
            return LogStanding(state=LogState.WAITING, index=place.index, size=self.size)
        try:
            leaf = decode_leaf(self._prover.entry(place.index))[1]
            self._prover.prove(place.index)
        except (LogError, ValueError):
            return LogStanding(state=LogState.NOT_CHECKED, index=place.index, size=self.size)
        state = LogState.PROVED if leaf == expected else LogState.DIFFERS
        return LogStanding(state=state, index=place.index, size=self.size)


def _record_leaf(
    award: Award, copy: Copy, data_key: bytes, events: Sequence[Event]
) -> IssueLeaf | LifeLeaf | None:
    """Return the very leaf that a copy's record makes; None where its event is not on record."""
    envelope = decode_envelope(unseal_envelope(data_key, copy, copy.envelope_sealed or b""))
    payload = envelope.payload
    record = decode_record(payload)
    event = next((one for one in events if one.copy_index == copy.status_index), None)
    if event is None:
        first = copy.kind == "original"
        return issue_leaf(record, data_key, payload) if first else None
    return LifeLeaf(
        prefix=award.number[:13],
        event=event.kind,
        mark=life_mark(life_key(data_key), event.n),
        record_hash=hash_record(leaf_salt(data_key, payload), payload),
        key_id=record.key_id,
        effective_on=event.effective_on,
    )


class ListCheck:
    """Reads status lists of one home as whoever has its trust list would.

    Args:
        home: whose lists they are.
        now: aware UTC.
    """

    def __init__(self, home: Home, now: datetime) -> None:
        self._home, self._now = home, now
        self._keys = keys_by_name(trust_source(home)().document.status_keys, shanghai_day(now))

    def of_copy(self, copy: Copy) -> ListStanding:
        """Return what the published list says of a copy."""
        list_id, position = split_index(copy.status_index)

        def standing(state: ListState) -> ListStanding:
            return ListStanding(list_id=list_id, position=position, state=state)

        path = self._home.status_folder / f"{list_id}.{ListForm.JWT}"
        try:
            found = read_status_list(path.read_bytes(), self._keys)
        except FileNotFoundError:
            return standing(ListState.MISSING)
        except (OSError, KeysError):
            return standing(ListState.NOT_GENUINE)
        fresh = inspect_freshness(found, now=self._now, highest_version=0) is Freshness.FRESH
        return ListStanding(
            list_id=list_id,
            position=position,
            state=ListState.FRESH if fresh else ListState.EXPIRED,
            value=found.value_of(position),
            version=found.version,
        )
