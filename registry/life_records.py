"""The events of an award's life on record: sealed under the award's key, counted, and logged.

An event is added in the transaction of the act itself, with its leaf of the public log and its mark
on the status list. Whoever opens an award reads them all and finds a changed, moved or added row by
itself; that one is missing at the end shows in the log, where the next mark would stand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from keys.status_list import POSITION_BITS
from log.leaves import LifeKind, LifeLeaf, hash_record
from registry.errors import VaultError
from registry.life import Event
from registry.life_models import LifeEvent
from registry.logbook import Waiting, adopt, append_all, leaf_salt, life_key, life_mark
from registry.models import Award, Copy
from registry.row_reader import Rows
from registry.status_lists import changing_list
from registry.vault import Vault, seal, unseal

_NOTES = frozenset({"successor"})
_MOST_AT_ONCE = 500


class EventRow(NamedTuple):
    """The columns of `life_events` that an event is read from."""

    n: int
    kind: int
    effective_on: date
    at: datetime
    act_id: int | None
    sealed: bytes


_EVENTS = (
    select(*(getattr(LifeEvent, column) for column in EventRow._fields))
    .where(LifeEvent.award_id == bindparam("award"))
    .order_by(LifeEvent.n)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """The signed record that came with an event.

    Args:
        payload: the record's exact bytes.
        key_id: of the key that signed it.
    """

    payload: bytes = field(repr=False)
    key_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """What is to be put on record of an award.

    Args:
        kind: what happened.
        effective_on: day in Asia/Shanghai from which it holds.
        at: now, aware UTC.
        copy: the copy that came with it.
        record: that copy's signed record.
        act_id: the act that decided it.
        notes: short public facts.
    """

    kind: LifeKind
    effective_on: date
    at: datetime
    copy: Copy | None = None
    record: NewRecord | None = None
    act_id: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


def count_events(session: Session, award_ids: Iterable[int]) -> dict[int, int]:
    """Return how many events each of these awards has; awards without any are left out."""
    ids = list(award_ids)
    counts: dict[int, int] = {}
    for start in range(0, len(ids), _MOST_AT_ONCE):
        query = (
            select(LifeEvent.award_id, func.max(LifeEvent.n))
            .where(LifeEvent.award_id.in_(ids[start : start + _MOST_AT_ONCE]))
            .group_by(LifeEvent.award_id)
        )
        counts |= {row[0]: row[1] for row in session.execute(query)}
    return counts


def add_event(
    session: Session,
    vault: Vault,
    award: Award,
    data_key: bytes,
    new: NewEvent,
    *,
    before: int | None = None,
) -> Event:
    """Put the next event of an award on record, with its leaf; the caller changes the cache.

    Args:
        session: of the act's transaction, which locks the award's row.
        vault: the home's, open.
        award: whose life it is of.
        data_key: of the award.
        new: what happened.
        before: how many events it has, where the caller has counted.
    """
    if before is None:
        before = count_events(session, [award.id]).get(award.id, 0)
    event = Event(
        n=before + 1,
        kind=new.kind,
        effective_on=new.effective_on,
        at=new.at.astimezone(UTC).replace(microsecond=0),
        copy_index=None if new.copy is None else new.copy.status_index,
        act_id=new.act_id,
        notes=new.notes,
    )
    copy_id = None if new.copy is None else new.copy.id
    session.add(
        LifeEvent(
            award_id=award.id,
            n=event.n,
            kind=int(event.kind),
            effective_on=event.effective_on,
            at=event.at,
            copy_id=copy_id,
            act_id=new.act_id,
            sealed=seal(AESGCM(data_key), _context(award.number, event.n), _dump(event)),
        )
    )
    leaf = LifeLeaf(
        prefix=award.number[:13],
        event=event.kind,
        mark=life_mark(life_key(data_key), event.n),
        record_hash=None if new.record is None else _record_hash(data_key, new.record.payload),
        key_id=None if new.record is None else new.record.key_id,
        effective_on=event.effective_on,
    )
    held = adopt(session, leaf, award_id=award.id, copy_id=copy_id)
    if held is None:
        append_all(session, vault, [Waiting(leaf, award.id, copy_id)])
    elif new.copy is not None:
        new.copy.leaf_index = held.leaf_index
    return event


def open_events(rows: Rows, award_id: int, number: str, data_key: bytes) -> tuple[Event, ...]:
    """Return the events of an award on record, the first first.

    Raises:
        VaultError: a row was changed, moved or added, or one that is not the last is missing.
    """
    found = [EventRow._make(row) for row in rows.all(_EVENTS, award=award_id)]
    return read_events(number, found, data_key) if found else ()


def read_events(
    number: str, rows: Sequence[LifeEvent | EventRow], data_key: bytes
) -> tuple[Event, ...]:
    """Return what rows of one award say, in order of `n`; raises as `open_events`."""
    cipher = AESGCM(data_key)
    events = []
    for n, row in enumerate(rows, start=1):
        event = _load(n, unseal(cipher, _context(number, n), row.sealed))
        beside = (row.n, row.kind, row.effective_on, row.at, row.act_id)
        if beside != (n, event.kind, event.effective_on, event.at, event.act_id):
            raise VaultError(
                "life_row_altered",
                Text("证书状态记录被改动", "a row of an award's life was altered"),
            )
        events.append(event)
    return tuple(events)


def mark_changed(session: Session, vault: Vault, copies: Iterable[Copy]) -> frozenset[int]:
    """Note that the status lists of these copies are behind; return the numbers of the lists.

    Raises:
        RegistryError, VaultError: as `changing_list`.
    """
    lists = frozenset(copy.status_index >> POSITION_BITS for copy in copies)
    for list_id in sorted(lists):
        with changing_list(session, vault, list_id) as row:
            row.changes += 1
    return lists


def _record_hash(data_key: bytes, payload: bytes) -> bytes:
    return hash_record(leaf_salt(data_key, payload), payload)


def _context(number: str, n: int) -> str:
    return f"life/{number}/{n}"


def _dump(event: Event) -> bytes:
    unknown = set(event.notes) - _NOTES
    if unknown:
        raise ValueError(f"no such notes: {sorted(unknown)}")
    return json.dumps(
        {
            "kind": int(event.kind),
            "effective_on": event.effective_on.isoformat(),
            "at": int(event.at.timestamp()),
            "copy": event.copy_index,
            "act": event.act_id,
            "notes": dict(event.notes),
        }
    ).encode()


def _load(n: int, data: bytes) -> Event:
    value = json.loads(data)
    return Event(
        n=n,
        kind=LifeKind(value["kind"]),
        effective_on=date.fromisoformat(value["effective_on"]),
        at=datetime.fromtimestamp(value["at"], UTC),
        copy_index=value["copy"],
        act_id=value["act"],
        notes=value["notes"],
    )
