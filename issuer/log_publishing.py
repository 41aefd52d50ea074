"""Sequences what waits for the public log and publishes it: the one writer of checkpoints.

Under a lock that one process at a time holds: compare the database with the last checkpoint signed
here, give the waiting leaves their index, write tiles and entries, read the bytes back and derive
the root from them, remember, sign, publish. Whatever breaks off on the way is gone on with by the
next call, from the rows and the files as they are. See docs/decisions/0013-public-log.md.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.errors import LogRefused, database_differs
from issuer.log_adopting import adopt
from issuer.log_files import LastCheckpoint, LogFiles
from issuer.log_taking_back import take_back_compromised
from issuer.log_waiting import check_waiting
from issuer.log_witnessing import cosign
from issuer.reserving import in_one_commit
from issuer.sequencing import check_clock, lock_head, sequence
from issuer.services import read_witnesses
from keys.log_key import LogKey, sign_checkpoint
from log.checkpoint import Checkpoint
from log.errors import LogError
from log.notes import SignedNote, parse_note
from registry.home import Home
from registry.log_models import LogEntry, LogHead
from registry.log_seen import LogMemory
from registry.session import reading
from registry.vault import Vault

_logger = logging.getLogger("yanzhen.log")

_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOffice:
    """What publishing works with.

    Args:
        home: the installation.
        engine: its database.
        vault: its vault, open.
        key: of its log.
        clock: returns now, aware UTC.
    """

    home: Home
    engine: Engine
    vault: Vault
    key: LogKey
    clock: Callable[[], datetime]

    @property
    def files(self) -> LogFiles:
        """The log's files."""
        home = self.home
        return LogFiles(public=home.log_folder, memory=home.log_memory, vkey=self.key.vkey)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing came to.

    Args:
        checkpoint: the latest one.
        added: how many leaves it has more than the one before.
        adopted: how many leaves were appended for records from before the log.
    """

    checkpoint: Checkpoint
    added: int
    adopted: int


def log_is_settled(engine: Engine) -> bool:
    """Say whether nothing waits to be logged or published, as far as the database knows."""
    with reading(engine) as session:
        head = session.get(LogHead, 1)
        if head is None or not head.adopted or head.size != head.published_size:
            return False
        pending = select(LogEntry.id).where(LogEntry.leaf_index.is_(None)).limit(1)
        return session.scalar(pending) is None


def check_log(office: LogOffice) -> None:
    """Refuse to issue anything where publishing it would be refused; changes nothing.

    Raises:
        LogRefused: as `publish_log`.
    """
    last = office.files.last()
    with reading(office.engine) as session:
        head = session.get(LogHead, 1)
        if head is None:
            head = LogHead(id=1, size=0, published_size=0, adopted=True)
        check_clock(head, office.clock())
        _check_database(session, head, last, office.files)


def adopt_all(office: LogOffice) -> int:
    """Bring what is older than the log into it, as `adopt`."""
    log_size = office.files.last().checkpoint.size
    return adopt(office.engine, office.vault, log_size=log_size)


def publish_log(office: LogOffice) -> Published:
    """Give every waiting leaf that may go in its index, and publish a checkpoint over all.

    Raises:
        LogRefused: the database is behind the log (`log_database_behind`) or contradicts it
            (`log_database_differs`), a leaf that waits is not what the sealed rows make
            (`log_entry_unproved`), the published files are damaged (`log_files_damaged`,
            `log_files_behind`, `log_checkpoint_damaged`), two checkpoints contradict each other
            (`log_forked`), or the clock is behind (`log_clock_behind`): nothing was signed. Too
            few witnesses cosigned (`log_quorum_missing`): nothing was published.
        RegistryUnavailable, OSError: broken off; the next call goes on.
    """
    adopted = adopt_all(office)
    with office.files.alone():
        last = office.files.last()

        def give(session: Session) -> int:
            head = lock_head(session)
            _check_database(session, head, last, office.files)
            take_back_compromised(session, office.vault)
            check_waiting(session, office.vault)
            sequence(session, head, office.clock())
            return head.size

        size = in_one_commit(office, give)
        checkpoint = _publish_until(office, last, size)
        _tell_verifiers(office, checkpoint)
    return Published(
        checkpoint=checkpoint, added=checkpoint.size - last.checkpoint.size, adopted=adopted
    )


def _publish_until(office: LogOffice, last: LastCheckpoint, size: int) -> Checkpoint:
    """Publish the leaves that have an index; the lock is held."""
    files, old = office.files, last.checkpoint
    if size == old.size:
        if last.data is not None and not last.published:
            files.derive(old, size)
            files.publish(_cosigned(office, parse_note(last.data), size, since=size))
        if last.data is not None or size:
            _note(office, old)
            return old
    done = old.size
    while done < size:
        with reading(office.engine) as session:
            entries = _leaves(session, done, min(size, done + _AT_ONCE))
        files.extend(done, entries)
        done += len(entries)
    root = files.derive(old, size)
    _check_remembered(office, size)
    note = sign_checkpoint(office.key, size=size, root=root)
    files.remember(note)
    files.publish(_cosigned(office, note, size, since=old.size))
    new = Checkpoint(origin=old.origin, size=size, root=root)
    _note(office, new)
    return new


def _tell_verifiers(office: LogOffice, checkpoint: Checkpoint) -> None:
    """Have this home's verifiers believe nothing before a checkpoint, even if nobody asks them."""
    try:
        memory = LogMemory(office.home.log_seen_path, must_keep=True)
        # That it goes on from the one before was derived from the files.
        memory.accept(office.key.vkey, checkpoint, lambda _: None)
    except LogError as error:  # verifiers refuse this log by themselves, and say so
        _logger.warning("log_seen_refuses %s", error.code)


def cosign_again(office: LogOffice) -> None:
    """Have the checkpoint that is published cosigned by the witnesses there are now.

    Raises:
        LogRefused: as `cosign`, or the files are damaged.
    """
    with office.files.alone():
        last = office.files.last()
        if last.data is not None:
            size = last.checkpoint.size
            office.files.publish(_cosigned(office, parse_note(last.data), size, since=size))


def _cosigned(office: LogOffice, note: SignedNote, size: int, *, since: int) -> SignedNote:
    witnesses = read_witnesses(office.home)
    if not witnesses.urls:
        return note
    return cosign(note, office.files.tree(size), witnesses, office.key.vkey, since=since)


def _leaves(session: Session, start: int, end: int) -> list[bytes]:
    found = session.execute(
        select(LogEntry.leaf_index, LogEntry.leaf)
        .where(LogEntry.leaf_index >= start, LogEntry.leaf_index < end)
        .order_by(LogEntry.leaf_index)
    ).all()
    leaves = [leaf for index, leaf in found if leaf is not None]
    if len(leaves) != end - start:
        raise database_differs("log_entries", start)
    return leaves


def _check_database(session: Session, head: LogHead, last: LastCheckpoint, files: LogFiles) -> None:
    """Refuse a database that is not the one the last checkpoint was made from, or its future."""
    old = last.checkpoint
    if head.size < old.size:
        raise LogRefused(
            "log_database_behind",
            Text(
                f"数据库的日志只到第 {head.size} 条，已公布的检查点为 {old.size} 条："
                "数据库疑似从较早的备份恢复。为免重复赋码，未作任何改动；"
                "请运行 yanzhen log reconcile",
                f"the database's log has {head.size} leaves and the published checkpoint "
                f"{old.size}: the database seems restored from an older backup. Nothing was done, "
                "so that no number is given twice; run yanzhen log reconcile",
            ),
        )
    if head.published_size > old.size:
        raise LogRefused(
            "log_files_behind",
            Text(
                f"数据库记得已公布 {head.published_size} 条，日志文件只有 {old.size} 条："
                "public/log 与 log-memory 疑似从较早的备份恢复。请恢复最新的这两个目录",
                f"the database remembers {head.published_size} published leaves and the files "
                f"have {old.size}: public/log and log-memory seem restored from an older backup. "
                "Restore the newest ones",
            ),
        )
    if head.published_size and head.published_root is None:
        raise database_differs("log_head", head.published_size)
    if head.published_root is not None:
        root = files.tree(old.size).root(head.published_size)
        if root != head.published_root:
            raise database_differs("log_head", head.published_size)
    # What was published and not noted, because a run broke off between the two; and the last ones.
    start = min(head.published_size, old.size - 1) if old.size else 0
    published = list(files.entries(start, old.size)) if old.size else []
    if published != _leaves(session, start, old.size):
        raise database_differs("log_entries", start)


def _check_remembered(office: LogOffice, size: int) -> None:
    """Refuse files whose tree is not the future of what the database remembers."""
    with reading(office.engine) as session:
        head = session.get_one(LogHead, 1)
    if head.published_root is None:
        return
    if office.files.tree(size).root(head.published_size) != head.published_root:
        raise database_differs("log_head", head.published_size)


def _note(office: LogOffice, checkpoint: Checkpoint) -> None:
    """Let the database remember what is published."""

    def work(session: Session) -> None:
        head = lock_head(session)
        head.published_size, head.published_root = checkpoint.size, checkpoint.root

    with reading(office.engine) as session:
        head = session.get(LogHead, 1)
        if head is not None and head.published_size == checkpoint.size and head.published_root:
            return
    in_one_commit(office, work)
