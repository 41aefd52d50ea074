"""Brings what is older than the log into it, once, before anything is published.

Every record and file gets its leaf, every row its mark. The leaves say when they were logged, which
is long after their date of issue; the auditor will say so too. Nothing is dated back. Once the log
holds a leaf, nothing is adopted any more: whoever can write to the database could else have rows
of his own marked.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from codes.number import parse_number
from codes.record import decode_record
from issuer.errors import database_differs
from issuer.leaves import Recorded, append_files, append_records
from issuer.sequencing import lock_head
from keys.envelope import decode_envelope
from registry.access import unseal_envelope, unseal_pdf_hash
from registry.holder_keys import check_vault_in_force, open_data_key
from registry.log_models import LogHead
from registry.models import Batch, Copy, Holder
from registry.row_marks import mark_of_award, mark_of_copy
from registry.session import reading, transaction
from registry.vault import Vault

_AT_ONCE = 200


def adopt(engine: Engine, vault: Vault, *, log_size: int) -> int:
    """Append the leaves of every record and file that has none; return how many copies it saw.

    Args:
        engine: of the database.
        vault: the home's, open.
        log_size: of the last checkpoint.

    Raises:
        LogRefused: leaves are published, so there is nothing to adopt (`log_database_differs`).
        VaultError: a row was altered and does not open.
    """
    with reading(engine) as session:
        head = session.get(LogHead, 1)
        if head is None or head.adopted:
            return 0
    if log_size:
        raise database_differs("log_head", 0)
    total = 0
    while True:
        with transaction(engine) as session:
            head = lock_head(session)
            check_vault_in_force(session, vault)
            copies = _unmarked(session)
            if not copies:
                head.adopted = True
                return total
            _adopt_copies(session, vault, copies)
        total += len(copies)


def _unmarked(session: Session) -> Sequence[Copy]:
    query = select(Copy).where(Copy.row_mark.is_(None)).order_by(Copy.id).limit(_AT_ONCE)
    return session.scalars(query).all()


def _adopt_copies(session: Session, vault: Vault, copies: Sequence[Copy]) -> None:
    recorded = []
    for copy in copies:
        _mark(session, vault, copy)
        if copy.envelope_sealed is None:
            continue
        data_key = open_data_key(vault, copy.award)
        signed = unseal_envelope(data_key, copy, copy.envelope_sealed)
        payload = decode_envelope(signed).payload
        recorded.append(
            Recorded(
                copy=copy,
                data_key=data_key,
                record=decode_record(payload),
                payload=payload,
                at=copy.made_at,
            )
        )
    append_records(session, vault, recorded)
    for one in recorded:
        sha256 = unseal_pdf_hash(one.data_key, one.copy)
        if sha256 is not None:
            prefix = parse_number(one.copy.award.number).prefix
            append_files(session, vault, [(one.copy, bytes.fromhex(sha256))], prefix)


def _mark(session: Session, vault: Vault, copy: Copy) -> None:
    award = copy.award
    if award.row_mark is None:
        batch = session.get_one(Batch, award.batch_id)
        holder = session.get_one(Holder, award.holder_id)
        award.row_mark = mark_of_award(vault, award, batch, holder.blind_index)
    replaced = None if copy.replaces_id is None else session.get_one(Copy, copy.replaces_id)
    replaces = None if replaced is None else replaced.status_index
    copy.row_mark = mark_of_copy(vault, copy, award.number, replaces)
