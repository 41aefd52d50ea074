"""Takes what is under one vault key over to the next, place by place.

Whatever is sealed, indexed or marked by the vault itself stands here, and nothing else does: what
is kept of a holder is under the holder's own key. tests/issuer/test_vault_places.py finds a place
that was forgotten. A mark that was not sound before is left as it is: a rotation hides no change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from issuer.applications import material_context
from issuer.custody import reseal_key_pins
from issuer.life_forms import decision_context, details_context
from issuer.public_notice import objection_context
from issuer.reserving import live_key
from issuer.seal_custody import reseal_seal_pins
from registry.filing_models import ApplicationMaterial, Objection
from registry.holder_keys import (
    HOLDER_CONTEXT,
    HolderKey,
    holder_index,
    name_index,
    private_context,
    unwrap_key,
    wrap_key,
)
from registry.home import Home
from registry.life_models import LifeAct, StatusListRow
from registry.log_models import LogEntry
from registry.models import Award, Batch, Copy, Holder, Site
from registry.row_marks import (
    is_delivery_marked,
    is_recording_marked,
    mark_of_award,
    mark_of_copy,
    mark_of_delivery,
    mark_of_entry,
    mark_of_list,
    mark_of_recording,
)
from registry.session import transaction
from registry.vault import Vault, VaultKeys, reseal

AT_ONCE = 200
_Row = TypeVar("_Row", LifeAct, ApplicationMaterial, Objection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vaults:
    """The vault during a rotation.

    Args:
        both: seals by the newest key and opens what either sealed.
        former: knows the former key alone.
    """

    both: Vault
    former: Vault

    @classmethod
    def of(cls, keys: VaultKeys) -> Vaults:
        """Return the vaults of the keys of a home whose key is being replaced."""
        return cls(both=Vault(keys), former=Vault(keys.only(min(keys.keys))))


def move_holders(engine: Engine, vaults: Vaults, progress: Callable[[int], None]) -> int:
    """Move every holder who is not under the newest key yet; return how many there were.

    Args:
        engine: of the registry, for writing.
        vaults: the vault.
        progress: told after each commit how many holders it covered.

    Raises:
        VaultError: a row was altered; those before it have moved.
    """
    done = 0
    while True:
        with transaction(engine) as session:
            query = select(Holder).where(Holder.key_generation != vaults.both.generation)
            query = query.order_by(Holder.id).limit(AT_ONCE).with_for_update()
            holders = session.scalars(query).all()
            for holder in holders:
                _move_holder(session, vaults, holder)
        if not holders:
            return done
        done += len(holders)
        progress(len(holders))


def _move_holder(session: Session, vaults: Vaults, holder: Holder) -> None:
    """Move a holder's key and blind index, and live key and marks of the holder's awards."""
    query = select(Award).where(Award.holder_id == holder.id).order_by(Award.id).with_for_update()
    awards = session.scalars(query).all()
    sound = [award for award in awards if _is_marked(session, vaults.former, award, holder)]
    copies = [
        (award, copy)
        for award in awards
        for copy in award.copies
        if copy.row_mark == _mark_of(session, vaults.former, award, copy)
    ]
    recorded = [award for award in awards if is_recording_marked(vaults.former, award)]
    delivered = [
        copy for award in awards for copy in award.copies if is_delivery_marked(vaults.former, copy)
    ]
    if holder.erased_at is None:
        _move_key(session, vaults.both, holder, awards)
    holder.key_generation = vaults.both.generation
    for award in sound:
        batch = session.get_one(Batch, award.batch_id)
        award.row_mark = mark_of_award(vaults.both, award, batch, holder.blind_index)
    for award, copy in copies:
        copy.row_mark = _mark_of(session, vaults.both, award, copy)
    for award in recorded:
        award.recorded_mark = mark_of_recording(vaults.both, award.number, award.recorded_at)
    for copy in delivered:
        at = copy.delivered_at
        copy.delivered_mark = mark_of_delivery(vaults.both, copy.status_index, at)


def _move_key(session: Session, vault: Vault, holder: Holder, awards: Sequence[Award]) -> None:
    secret = unwrap_key(vault, holder)
    key = HolderKey(secret)
    person = json.loads(key.unseal(HOLDER_CONTEXT, holder.sealed))
    holder.blind_index = holder_index(vault, person["document_type"], person["document_number"])
    wrap_key(vault, holder, secret)
    for award in awards:
        private = json.loads(key.unseal(private_context(award.number), award.private_sealed))
        award.name_index = name_index(vault, private["name"])
        if award.live_key is None:
            continue
        award.live_key = live_key(
            vault,
            session.get_one(Site, award.site_id),
            private["document_type"],
            private["document_number"],
            award.occupation,
            award.level,
        )


def _is_marked(session: Session, vault: Vault, award: Award, holder: Holder) -> bool:
    batch = session.get_one(Batch, award.batch_id)
    return award.row_mark == mark_of_award(vault, award, batch, holder.blind_index)


def _mark_of(session: Session, vault: Vault, award: Award, copy: Copy) -> bytes:
    replaced = None if copy.replaces_id is None else session.get_one(Copy, copy.replaces_id)
    replaces = None if replaced is None else replaced.status_index
    return mark_of_copy(vault, copy, award.number, replaces)


def move_waiting(engine: Engine, vaults: Vaults) -> None:
    """Move the marks of what waits for the public log."""
    with transaction(engine) as session:
        waiting = select(LogEntry).where(LogEntry.leaf_index.is_(None))
        for entry in session.scalars(waiting.with_for_update()):
            if entry.row_mark == mark_of_entry(vaults.former, entry):
                entry.row_mark = mark_of_entry(vaults.both, entry)


def move_lists(engine: Engine, vaults: Vaults) -> None:
    """Move the marks of the status lists."""
    with transaction(engine) as session:
        rows = select(StatusListRow).order_by(StatusListRow.id).with_for_update()
        for row in session.scalars(rows):
            if row.row_mark == mark_of_list(vaults.former, row):
                row.row_mark = mark_of_list(vaults.both, row)


def move_papers(engine: Engine, vault: Vault) -> None:
    """Move what people wrote: acts on the life of awards, materials and objections of filings.

    Args:
        engine: of the registry, for writing.
        vault: opens what either key sealed.

    Raises:
        VaultError: a row was altered; the places before it have moved.
    """
    for act in _locked(engine, LifeAct):
        if act.details_sealed:  # those of an erased holder are empty
            act.details_sealed = reseal(vault, details_context(act), act.details_sealed)
        if act.decision_sealed:
            act.decision_sealed = reseal(vault, decision_context(act), act.decision_sealed)
    for paper in _locked(engine, ApplicationMaterial):
        paper.key_sealed = reseal(vault, material_context(paper.sha256), paper.key_sealed)
    for objection in _locked(engine, Objection):
        objection.sealed = reseal(vault, objection_context(objection.notice_id), objection.sealed)


def move_pins(home: Home, vault: Vault) -> None:
    """Move the PINs of keys and seals in tokens; raises as `move_papers`."""
    reseal_key_pins(home, vault)
    reseal_seal_pins(home, vault)


def _locked(engine: Engine, table: type[_Row]) -> Iterator[_Row]:
    """Yield every row of a table, locked, some in each commit; what is done to them is kept."""
    last = 0
    while True:
        with transaction(engine) as session:
            query = select(table).where(table.id > last).order_by(table.id).limit(AT_ONCE)
            rows = session.scalars(query.with_for_update()).all()
            yield from rows
        if not rows:
            return
        last = rows[-1].id
