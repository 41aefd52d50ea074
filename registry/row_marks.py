"""Marks over the plain columns of a row that nothing else commits to, under the vault's key.

What a record, a leaf or a sealed field repeats gives itself away when it is changed. The rest
(which batch, which layout, what the QR code begins with, when) is bound to its row by such a mark,
which nobody makes without the vault: step 3 of issuing and `yanzhen log fsck` look at it. So is an
entry that waits for the public log, and the sequencer looks at its mark.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from registry.log_models import LogEntry
from registry.models import Award, Batch, Copy
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


def _mark(vault: Vault, kind: str, *facts: _Fact) -> bytes:
    return vault.blind_index("row", kind, _JSON.encode(facts))


def _plain(fact: date | datetime) -> str:
    if isinstance(fact, datetime):
        fact = fact.astimezone(UTC)
    return fact.isoformat()


_JSON = json.JSONEncoder(default=_plain)  # made once: `json.dumps` would make one for each row
