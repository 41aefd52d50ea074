"""What waits for the public log, before it gets an index: only what the office itself put there.

Whoever can write to the database could append a leaf of his own, or of a certificate that he signed
with a stolen key, and wait for the next publishing. So a leaf about an award carries a mark that
nobody makes without the vault, from the commit of the act itself, and goes in only once. Leaves
about no award are held against the rows they are of (`issuer.log_accounts`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.orm import Session, aliased

from codes.wording import Text
from issuer.errors import LogRefused
from issuer.log_accounts import unaccounted
from log.errors import LogError
from log.leaves import decode_body
from registry.holder_keys import check_vault_in_force
from registry.log_models import LogEntry
from registry.logbook import MARKED_KINDS, kind_of
from registry.row_marks import mark_of_leaf
from registry.vault import Vault

_AT_ONCE = 20_000
_Waiting = Row[int, int, bytes, int | None, int | None, bytes | None]


def check_waiting(session: Session, vault: Vault) -> None:
    """Refuse to log a leaf about an award that the office did not append, or that is there twice.

    Args:
        session: of the transaction that gives out indexes.
        vault: the home's, open.

    Raises:
        LogRefused: names the entry (`log_entry_unproved`).
        VaultError: the vault's key was changed, or is being changed.
    """
    last = 0
    while rows := _waiting_after(session, last):
        for row in rows:
            if not _is_ours(vault, row):
                check_vault_in_force(session, vault)  # else the mark may be another key's
                raise _unproved(row[0])
        last = rows[-1][0]
    repeated = session.scalar(_repeated())
    if repeated is not None:
        raise _unproved(repeated)
    for entry_id in unaccounted(session):
        raise _unproved(entry_id)


def _waiting_after(session: Session, last: int) -> Sequence[_Waiting]:
    query = select(
        LogEntry.id,
        LogEntry.kind,
        LogEntry.body,
        LogEntry.award_id,
        LogEntry.copy_id,
        LogEntry.row_mark,
    ).where(LogEntry.leaf_index.is_(None), LogEntry.id > last)
    return session.execute(query.order_by(LogEntry.id).limit(_AT_ONCE)).all()


def _is_ours(vault: Vault, row: _Waiting) -> bool:
    """Say whether an entry carries its mark; one of a kind that has none must be of that kind."""
    _, kind, body, award_id, copy_id, row_mark = row
    if kind in MARKED_KINDS:
        return row_mark == mark_of_leaf(vault, kind, body, award_id, copy_id)
    try:
        return kind_of(decode_body(body)) == kind
    except LogError:
        return False


def _repeated() -> Select[int]:
    """Return what finds an entry that waits although there is another of the same leaf."""
    other = aliased(LogEntry)
    same = (other.award_id == LogEntry.award_id, other.body == LogEntry.body)
    query = select(LogEntry.id).where(LogEntry.leaf_index.is_(None), LogEntry.award_id.is_not(None))
    return query.where(exists().where(*same, other.id != LogEntry.id)).limit(1)


def _unproved(entry_id: int) -> LogRefused:
    return LogRefused(
        "log_entry_unproved",
        Text(
            f"待载入日志的第 {entry_id} 号条目不是本机构写入的（数据库被改动），"
            "未载入任何条目。请运行 yanzhen log fsck，并从备份恢复",
            f"entry {entry_id}, which waits for the log, was not put there by the office (the "
            "database was changed); nothing was logged. Run yanzhen log fsck and restore the "
            "database from a backup",
        ),
    )
