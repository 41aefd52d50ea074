"""Marks over the plain columns of a row that nothing else commits to, under the vault's key.

What a record, a leaf or a sealed field repeats gives itself away when it is changed. The rest
(which batch, which layout, what the QR code begins with, when) is bound to its row by such a mark,
which nobody makes without the vault: step 3 of issuing and `yanzhen log fsck` look at it. So is an
entry that waits for the public log, and the sequencer looks at its mark; when an award was put on
record and a copy delivered, and whoever goes by that looks; and a status list's counters, and
nobody writes such a row on, nor publishes it, before its mark was looked at.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from registry.holder_keys import check_vault_in_force
from registry.life_models import StatusListRow
from registry.log_models import LogEntry
from registry.models import Award, Batch, Copy
from registry.row_memory import row_altered
from registry.vault import Vault

_Fact = str | int | None | date | datetime


def mark_of_award(vault: Vault, award: Award, batch: Batch, holder_index: bytes) -> bytes:
    """Return the mark over what an award was reserved with.

    Args:
        vault: the home's, open.
        award: with its plain columns filled in.
        batch: its batch.
        holder_index: the blind index of its holder.
    """
    return _mark(
        vault,
        "award",
        award.number,
        award.occupation,
        award.issued_on,
        award.reserved_at,
        holder_index.hex(),
        batch.name,
        batch.created_at,
    )


def mark_of_copy(vault: Vault, copy: Copy, number: str, replaces: int | None) -> bytes:
    """Return the mark over what a copy was reserved with.

    Args:
        vault: the home's, open.
        copy: with its plain columns filled in.
        number: of its award.
        replaces: status index of the copy it replaces, which no two copies share.
    """
    return _mark(
        vault,
        "copy",
        number,
        copy.year,
        copy.print_serial,
        copy.status_index,
        copy.record_version,
        copy.kind,
        copy.layout,
        copy.reason,
        copy.made_at,
        copy.qr_url_prefix,
        replaces,
    )


def mark_of_recording(vault: Vault, number: str, recorded_at: datetime | None) -> bytes:
    """Return the mark over when an award was put on record, or that it was not yet.

    Args:
        vault: the home's, open.
        number: of the award.
        recorded_at: aware UTC; None while its first record is not signed.
    """
    return _mark(vault, "recording", number, recorded_at)


def mark_of_delivery(vault: Vault, status_index: int, delivered_at: datetime | None) -> bytes:
    """Return the mark over when a copy was delivered, or that it was not yet.

    Args:
        vault: the home's, open.
        status_index: of the copy, which no two copies share.
        delivered_at: aware UTC; None before its file was written out.
    """
    return _mark(vault, "delivery", status_index, delivered_at)


def mark_of_list(vault: Vault, row: StatusListRow) -> bytes:
    """Return the mark over the counters of a status list, as its row has them now."""
    return _mark(
        vault,
        "status list",
        row.id,
        row.taken,
        row.changes,
        row.published_changes,
        row.version,
        row.expires_at,
    )


def mark_of_leaf(
    vault: Vault, kind: int, body: bytes, award_id: int | None, copy_id: int | None
) -> bytes:
    """Return the mark over a leaf about an award that waits for the public log.

    Args:
        vault: the home's, open.
        kind: of the leaf, as the entry says it.
        body: the leaf's bytes, which say an issue leaf's stream and place there.
        award_id, copy_id: what it is about.
    """
    return _mark(vault, "entry", kind, body.hex(), award_id, copy_id)


def mark_of_entry(vault: Vault, entry: LogEntry) -> bytes:
    """Return the mark over an entry about an award that waits for the public log."""
    return mark_of_leaf(vault, entry.kind, entry.body, entry.award_id, entry.copy_id)


def has_its_mark(vault: Vault, copy: Copy) -> bool:
    """Say whether a copy carries its mark, and what it replaces is a copy of the same award."""
    replaced = next((one for one in copy.award.copies if one.id == copy.replaces_id), None)
    if copy.replaces_id is not None and replaced is None:
        return False
    replaces = None if replaced is None else replaced.status_index
    return copy.row_mark == mark_of_copy(vault, copy, copy.award.number, replaces)


def is_recording_marked(vault: Vault, award: Award) -> bool:
    """Say whether the mark of an award is over when it was put on record."""
    return award.recorded_mark == mark_of_recording(vault, award.number, award.recorded_at)


def is_delivery_marked(vault: Vault, copy: Copy) -> bool:
    """Say whether the mark of a copy is over when it was delivered."""
    return copy.delivered_mark == mark_of_delivery(vault, copy.status_index, copy.delivered_at)


def check_recording(session: Session, vault: Vault, award: Award) -> None:
    """Refuse to go by when an award was put on record where its mark says otherwise.

    Raises:
        RegistryError: the row was changed behind the office's back (`row_altered`).
        VaultError: as `check_vault_in_force`; then no mark is the same.
    """
    if not is_recording_marked(vault, award):
        check_vault_in_force(session, vault)
        raise row_altered(("awards", str(award.id)))


def check_delivery(session: Session, vault: Vault, copy: Copy) -> None:
    """Refuse to go by when a copy was delivered, in the same way."""
    if not is_delivery_marked(vault, copy):
        check_vault_in_force(session, vault)
        raise row_altered(("copies", str(copy.id)))


def check_list(session: Session, vault: Vault, row: StatusListRow) -> None:
    """Refuse to go by the row of a status list that its mark is not over, in the same way."""
    if row.row_mark != mark_of_list(vault, row):
        check_vault_in_force(session, vault)
        raise row_altered(("status_lists", str(row.id)))


def _mark(vault: Vault, kind: str, *facts: _Fact) -> bytes:
    return vault.blind_index("row", kind, _JSON.encode(facts))


def _plain(fact: date | datetime) -> str:
    if isinstance(fact, datetime):
        fact = fact.astimezone(UTC)
    return fact.isoformat()


_JSON = json.JSONEncoder(default=_plain)  # made once: `json.dumps` would make one for each row
