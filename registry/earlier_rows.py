"""Brings what lies under the vault in rows of earlier versions to the way of later schemas.

All of it goes with the migration itself, in its one transaction: broken off, nothing was done, and
the home is still refused until `yanzhen migrate` has run to its end. Each row is believed as it
stands then; what does not open is left as it is, and `yanzhen log fsck` tells of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import Connection, Row, Select, Table, bindparam, select, update
from sqlalchemy.orm import InstrumentedAttribute

from registry.access import seal_envelope, seal_upload, unseal_envelope, unseal_second
from registry.errors import VaultError
from registry.holder_keys import name_index, open_data_key, open_holder, private_context
from registry.life_models import StatusListRow
from registry.models import Award, Base, Copy, Holder
from registry.national_upload import NOTHING_NOTED
from registry.row_marks import mark_of_delivery, mark_of_list, mark_of_recording
from registry.vault import Vault

_AT_ONCE = 500
_Values = TypeVarTuple("_Values")


def seal_anew(connection: Connection, vault: Vault) -> None:
    """Seal the records that have a second signature so that the seal binds that there is one.

    Until schema 0010 a home may hold some that are sealed as if there were none.

    Args:
        connection: within the migration's transaction.
        vault: the home's, open.
    """
    query = (
        select(
            Copy.id,
            Copy.status_index,
            Copy.envelope_sealed,
            Copy.second_sealed,
            Award.number,
            Award.data_key_sealed,
            Holder.blind_index,
            Holder.key_sealed,
            Holder.key_generation,
            Holder.erased_at,
        )
        .join(Award, Copy.award_id == Award.id)
        .join(Holder, Award.holder_id == Holder.id)
        .where(Copy.second_sealed.is_not(None), Copy.envelope_sealed.is_not(None))
    )
    for rows in _chunks(connection, query, Copy.id):
        sealed = {row.id: _sealed_anew(vault, row) for row in rows}
        _write(connection, Copy, "envelope_sealed", {k: v for k, v in sealed.items() if v})


def _award_of(row: Row[*tuple[Any, ...]]) -> Award:
    """Return an award and its holder as far as its data key needs them, from columns of both."""
    award = Award(number=row.number, data_key_sealed=row.data_key_sealed)
    award.holder = _holder_of(row)
    return award


def _holder_of(row: Row[*tuple[Any, ...]]) -> Holder:
    """Return a holder as far as the holder's key needs it."""
    return Holder(
        blind_index=row.blind_index,
        key_sealed=row.key_sealed,
        key_generation=row.key_generation,
        erased_at=row.erased_at,
    )


def _sealed_anew(vault: Vault, row: Row[*tuple[Any, ...]]) -> bytes | None:
    """Return the record of a copy under its new seal; None where the seal is to stay."""
    copy = Copy(status_index=row.status_index, second_sealed=row.second_sealed)
    try:
        data_key = open_data_key(vault, _award_of(row))
        unseal_second(data_key, copy)
        alone = Copy(status_index=row.status_index)
        envelope = unseal_envelope(data_key, alone, row.envelope_sealed)
    except VaultError:
        return None
    return seal_envelope(data_key, copy, envelope)


def index_names(connection: Connection, vault: Vault) -> None:
    """Give each award the index that the office finds it by its holder's name by."""
    query = select(
        Award.id,
        Award.number,
        Award.private_sealed,
        Holder.blind_index,
        Holder.key_sealed,
        Holder.key_generation,
        Holder.erased_at,
    ).join(Holder, Award.holder_id == Holder.id)
    for rows in _chunks(connection, query, Award.id):
        found = {row.id: _name_index(vault, row) for row in rows}
        _write(connection, Award, "name_index", {k: v for k, v in found.items() if v})


def _name_index(vault: Vault, row: Row[*tuple[Any, ...]]) -> bytes | None:
    """Return the index of the name of an award; None where it does not open, or was erased."""
    try:
        key = open_holder(vault, _holder_of(row))
        private = json.loads(key.unseal(private_context(row.number), row.private_sealed))
    except VaultError:
        return None
    return name_index(vault, private["name"])


def add_uploads(connection: Connection, vault: Vault) -> None:
    """Have the public fields of each award say that nothing is noted of its national upload.

    Else those that say something later would be longer than those that never do.
    """
    query = select(
        Award.id,
        Award.number,
        Award.data_key_sealed,
        Award.public_sealed,
        Holder.blind_index,
        Holder.key_sealed,
        Holder.key_generation,
        Holder.erased_at,
    ).join(Holder, Award.holder_id == Holder.id)
    unwritten = query.where(Award.public_sealed.is_not(None), Holder.erased_at.is_(None))
    for rows in _chunks(connection, unwritten, Award.id):
        sealed = {row.id: _with_upload(vault, row) for row in rows}
        _write(connection, Award, "public_sealed", {k: v for k, v in sealed.items() if v})


def _with_upload(vault: Vault, row: Row[*tuple[Any, ...]]) -> bytes | None:
    """Return the public fields of an award under a new seal; None where the old is to stay."""
    try:
        data_key = open_data_key(vault, _award_of(row))
        return seal_upload(data_key, row.number, row.public_sealed, NOTHING_NOTED)
    except VaultError:
        return None


def mark_recordings(connection: Connection, vault: Vault) -> None:
    """Mark when each award was put on record, or that it was not; arguments as `seal_anew`."""
    for rows in _chunks(connection, select(Award.id, Award.number, Award.recorded_at), Award.id):
        marks = {row.id: mark_of_recording(vault, row.number, row.recorded_at) for row in rows}
        _write(connection, Award, "recorded_mark", marks)


def mark_deliveries(connection: Connection, vault: Vault) -> None:
    """Mark when each copy was delivered, or that it was not; arguments as `seal_anew`."""
    for rows in _chunks(connection, select(Copy.id, Copy.status_index, Copy.delivered_at), Copy.id):
        marks = {
            row.id: mark_of_delivery(vault, row.status_index, row.delivered_at) for row in rows
        }
        _write(connection, Copy, "delivered_mark", marks)


def mark_lists(connection: Connection, vault: Vault) -> None:
    """Mark the counters of each status list; arguments as `seal_anew`."""
    counters = (
        StatusListRow.id,
        StatusListRow.taken,
        StatusListRow.changes,
        StatusListRow.published_changes,
        StatusListRow.version,
        StatusListRow.expires_at,
    )
    rows = connection.execute(select(*counters)).mappings().all()
    marks = {row["id"]: mark_of_list(vault, StatusListRow(**row)) for row in rows}
    _write(connection, StatusListRow, "row_mark", marks)


def _chunks(
    connection: Connection, query: Select[*_Values], key: InstrumentedAttribute[int]
) -> Iterator[Sequence[Row[*_Values]]]:
    """Yield the rows of a query in the order of a key of theirs, some at a time."""
    last = 0
    while rows := connection.execute(query.where(key > last).order_by(key).limit(_AT_ONCE)).all():
        last = rows[-1].id
        yield rows


def _write(connection: Connection, kind: type[Base], column: str, values: dict[int, bytes]) -> None:
    table = kind.__table__
    assert isinstance(table, Table)
    if values:
        statement = update(table).where(table.c.id == bindparam("row"))
        connection.execute(
            statement.values({column: bindparam("value")}),
            [{"row": row, "value": value} for row, value in values.items()],
        )
