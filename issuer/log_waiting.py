"""What waits for the public log against the sealed rows it comes from, before it gets an index.

Whoever can write to the database could append a leaf of his own, or of a certificate that he signed
with a stolen key, and wait for the next publishing. So a leaf goes in only where the rows it is of
carry what nobody makes without the vault, and an event only where an act was approved for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.errors import CodesError
from codes.record import decode_record
from codes.wording import Text
from issuer.errors import LogRefused
from issuer.leaves import issue_leaf
from keys.envelope import decode_envelope
from keys.errors import KeysError
from log.errors import LogError
from log.leaves import CopyLeaf, IssueLeaf, LeafKind, LifeKind, LifeLeaf, decode_body, hash_record
from registry.access import unseal_envelope, unseal_pdf_hash
from registry.errors import VaultError
from registry.holder_keys import data_key_context, open_holder
from registry.life import Event
from registry.life_models import ActState, LifeAct
from registry.life_records import open_events
from registry.log_models import LogEntry
from registry.logbook import leaf_salt, life_key, life_mark
from registry.models import Award, Batch, Copy, CopyKind, Holder
from registry.row_marks import has_its_mark, mark_of_award
from registry.row_memory import inspect_rows
from registry.vault import Vault
from registry.vault_models import Erasure

_AT_ONCE = 1_000
_OF_AWARDS = (LeafKind.ISSUE, LeafKind.LIFE, LeafKind.COPY)
_WITHOUT_ACT = frozenset({LifeKind.REISSUE, LifeKind.ARCHIVE_COPY, LifeKind.ERASE})
_UNFIT = (VaultError, KeysError, CodesError, LogError, ValueError, TypeError, LookupError)


def check_waiting(session: Session, vault: Vault) -> None:
    """Refuse to log a leaf that the sealed rows do not answer for.

    Args:
        session: of the transaction that gives out indexes.
        vault: the home's, open.

    Raises:
        LogRefused: names the entry (`log_entry_unproved`).
    """
    altered = inspect_rows(session, (LifeAct, Erasure))
    checks = _Checks(session, vault, {(one.table, one.key) for one in altered})
    last = 0
    while rows := _waiting_after(session, last):
        last = rows[-1].id
        for entry in rows:
            try:
                good = checks.is_proved(entry)
            except _UNFIT:
                good = False
            if not good:
                raise _unproved(entry)


def _waiting_after(session: Session, last: int) -> Sequence[LogEntry]:
    query = select(LogEntry).where(LogEntry.leaf_index.is_(None), LogEntry.id > last)
    query = query.where(LogEntry.kind.in_(_OF_AWARDS)).order_by(LogEntry.id).limit(_AT_ONCE)
    return session.scalars(query).all()


class _Checks:
    """The checks of the leaves that wait."""

    def __init__(self, session: Session, vault: Vault, altered: set[tuple[str, str]]) -> None:
        self._session = session
        self._vault = vault
        self._altered = altered

    def is_proved(self, entry: LogEntry) -> bool:
        """Say whether the rows of an entry's award make exactly this leaf."""
        award = self._session.get(Award, entry.award_id or 0)
        if award is None or self._session.get(Holder, award.holder_id) is None:
            return False
        if not self._is_marked(award):
            return False
        if award.holder.erased_at is not None:
            return self._is_erased(award)
        holder_key = open_holder(self._vault, award.holder)
        data_key = holder_key.unseal(data_key_context(award.number), award.data_key_sealed)
        copy = None if entry.copy_id is None else self._session.get(Copy, entry.copy_id)
        if copy is not None and (copy.award_id != award.id or not has_its_mark(self._vault, copy)):
            return False
        leaf = decode_body(entry.body)
        if isinstance(leaf, IssueLeaf):
            return copy is not None and leaf == self._issue(copy, data_key)
        if isinstance(leaf, CopyLeaf):
            sha256 = None if copy is None else unseal_pdf_hash(data_key, copy)
            return leaf.file_sha256.hex() == sha256 and leaf.prefix == award.number[:13]
        return isinstance(leaf, LifeLeaf) and self._is_event(award, data_key, leaf, copy)

    def _is_marked(self, award: Award) -> bool:
        batch = self._session.get(Batch, award.batch_id)
        if batch is None:
            return False
        return award.row_mark == mark_of_award(self._vault, award, batch, award.holder.blind_index)

    def _is_erased(self, award: Award) -> bool:
        query = select(Erasure).where(Erasure.holder_id == award.holder_id)
        decided = [row for row in self._session.scalars(query) if self._is_kept(row)]
        return award.holder.erased_at in {row.decided_at for row in decided}

    def _is_kept(self, row: Erasure | LifeAct) -> bool:
        return (row.__tablename__, str(row.id)) not in self._altered

    def _issue(self, copy: Copy, data_key: bytes) -> IssueLeaf | None:
        if copy.kind != CopyKind.ORIGINAL:
            return None
        payload = _payload_of(copy, data_key)
        return issue_leaf(decode_record(payload), data_key, payload)

    def _is_event(self, award: Award, data_key: bytes, leaf: LifeLeaf, copy: Copy | None) -> bool:
        key = life_key(data_key)
        events = open_events(self._session, award, data_key)
        event = next((one for one in events if life_mark(key, one.n) == leaf.mark), None)
        if event is None or (event.kind, event.effective_on) != (leaf.event, leaf.effective_on):
            return False
        if event.copy_index != (None if copy is None else copy.status_index):
            return False
        record_hash = None
        if copy is not None:
            payload = _payload_of(copy, data_key)
            record_hash = hash_record(leaf_salt(data_key, payload), payload)
        return leaf.record_hash == record_hash and self._is_decided(award, event)

    def _is_decided(self, award: Award, event: Event) -> bool:
        """Say whether an act was approved that hits the award, where the event needs one."""
        if event.kind in _WITHOUT_ACT:
            return True
        act = self._session.get(LifeAct, event.act_id or 0)
        return (
            act is not None
            and self._is_kept(act)
            and (act.state, act.kind, act.site_id) == (ActState.APPROVED, event.kind, award.site_id)
            and act.award_id in (None, award.id)
            and act.batch_id in (None, award.batch_id)
        )


def _payload_of(copy: Copy, data_key: bytes) -> bytes:
    sealed = unseal_envelope(data_key, copy, copy.envelope_sealed or b"")
    return decode_envelope(sealed).payload


def _unproved(entry: LogEntry) -> LogRefused:
    return LogRefused(
        "log_entry_unproved",
        Text(
            f"待载入日志的第 {entry.id} 号条目没有相符的密封记录（数据库被改动），"
            "未载入任何条目。请运行 yanzhen log fsck，并从备份恢复",
            f"entry {entry.id}, which waits for the log, is not what the sealed rows make (the "
            "database was changed); nothing was logged. Run yanzhen log fsck and restore the "
            "database from a backup",
        ),
    )
