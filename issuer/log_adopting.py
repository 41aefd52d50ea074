"""Appends the leaves of records that were made before the log, once, when it is first published.

Their leaves say when they were logged, which is long after their date of issue; the auditor will
say so too. Nothing is dated back.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from issuer.leaves import Recorded, append_file, append_records
from issuer.sequencing import lock_head
from keys.envelope import decode_envelope
from registry.access import unseal_envelope, unseal_pdf_hash
from registry.log_models import LogEntry, LogHead
from registry.models import Copy
from registry.session import reading, transaction
from registry.vault import Vault

_AT_ONCE = 200


def adopt(engine: Engine, vault: Vault) -> int:
    """Append the leaves of every record and file that has none; return how many records.

    Raises:
        VaultError: a row was altered and does not open.
    """
    with reading(engine) as session:
        head = session.get(LogHead, 1)
        if head is None or head.adopted:
            return 0
    total = 0
    while True:
        with transaction(engine) as session:
            head = lock_head(session)
            copies = _without_leaf(session)
            if not copies:
                head.adopted = True
                return total
            _adopt_copies(session, vault, copies)
        total += len(copies)


def _without_leaf(session: Session) -> Sequence[Copy]:
    logged = exists().where(LogEntry.copy_id == Copy.id)
    return session.scalars(
        select(Copy)
        .where(Copy.envelope_sealed.is_not(None), ~logged)
        .order_by(Copy.id)
        .limit(_AT_ONCE)
    ).all()


def _adopt_copies(session: Session, vault: Vault, copies: Sequence[Copy]) -> None:
    recorded = []
    for copy in copies:
        data_key = vault.unseal(f"data-key/{copy.award.number}", copy.award.data_key_sealed)
        signed = unseal_envelope(data_key, copy, copy.envelope_sealed or b"")
        payload = decode_envelope(signed).payload
        recorded.append(Recorded(copy=copy, data_key=data_key, payload=payload, at=copy.made_at))
    append_records(session, recorded)
    for one in recorded:
        sha256 = unseal_pdf_hash(one.data_key, one.copy)
        if sha256 is not None:
            append_file(session, one.copy, bytes.fromhex(sha256))
