"""Goes by the published log where the database is behind it: `yanzhen log reconcile`.

A database restored from an older backup does not know what was issued since. What is published
stays: its leaves are taken over, and every counter moves past what the log says was given, so that
no number is given twice. The rows themselves are lost; their numbers are listed. What the restored
database had begun and the log holds already is finished by the next run, with the same leaf. Life
events of awards it still has, such as a revocation, are put back (`issuer.log_lives`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.errors import LogRefused
from issuer.fsck.entries import place_of
from issuer.fsck.published import LoggedLeaf, PublishedLog
from issuer.log_files import LastCheckpoint, files_damaged
from issuer.log_lives import Lives, put_back_lives
from issuer.log_publishing import LogOffice
from issuer.reserving import in_one_commit
from issuer.sequencing import check_clock, lock_head
from keys.status_list import ListForm
from log.errors import LogError
from log.leaves import IssueLeaf, LeafKind, LifeLeaf, encode_body
from registry.life_models import StatusListRow
from registry.log_models import LogEntry, LogHead, LogStream
from registry.log_reader import LogReader
from registry.logbook import kind_of
from registry.models import Award, Copy, PrintCounter, SerialCounter, Site
from registry.row_memory import check_restored, remember_all
from registry.session import insert_if_absent
from registry.status_lists import begin_list, changing_list
from registry.store import make_folder, write_durably

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What reconciling came to.

    Args:
        imported: how many published leaves the database did not have.
        lost: the numbers that are in the log and no longer in the database.
        size: of the log.
        lives: what became of lost life events.
    """

    imported: int
    lost: tuple[str, ...]
    size: int
    lives: Lives


def reconcile(office: LogOffice, reason: str) -> Reconciled:
    """Take over the published log, move the counters past it, and say what is lost.

    Args:
        office: what publishing works with.
        reason: why, in the operator's words; kept with the log's memory.

    Raises:
        LogRefused: the published files are damaged (`log_files_damaged`), a body of the log is not
            filed in this database (`log_site_missing`), or the clock is behind
            (`log_clock_behind`). Nothing was changed.
    """
    with office.files.alone():
        last = office.files.last()
        published = _read_published(office, last)
        check_restored(office.engine)  # before what is there now is remembered as the office's own

        def work(session: Session) -> Reconciled:
            head = lock_head(session)
            imported = _take_over(session, published)
            _move_counters(session, published)
            lives = put_back_lives(session, office.vault, published)
            _set_head(session, head, published)
            check_clock(head, office.clock())
            lost = _lost_numbers(session, published)
            if imported:
                _open_fresh_list(session, office)
            return Reconciled(imported=imported, lost=lost, size=published.size, lives=lives)

        done = in_one_commit(office, work)
        remember_all(office.engine)
        _remember(office, reason, done)
    return done


def _read_published(office: LogOffice, last: LastCheckpoint) -> PublishedLog:
    if last.data is not None and not last.published:
        office.files.derive(last.checkpoint, last.checkpoint.size)
        office.files.show(last.data)
    try:
        published = PublishedLog(LogReader(office.home.log_folder))
    except LogError as error:
        raise files_damaged(error.code) from error
    if published.faults or published.size != last.checkpoint.size:
        raise files_damaged("entries")
    return published


def _take_over(session: Session, published: PublishedLog) -> int:
    """Give the database's entries the places that the log has them at; return how many were new."""
    common = _common(session, published)
    _release(session, common)
    waiting = {
        row.body: row
        for row in session.scalars(select(LogEntry).where(LogEntry.leaf_index.is_(None)))
    }
    imported = 0
    for index in range(common, published.size):
        logged = published.at(index)
        assert logged is not None  # the log has no fault
        row = waiting.pop(encode_body(logged.leaf), None)
        if row is None:
            row = _imported(session, logged)
            imported += 1
        row.leaf_index, row.leaf, row.logged_at = index, logged.entry, logged.logged_at
        _note_copy(session, row)
    session.flush()
    return imported


def _common(session: Session, published: PublishedLog) -> int:
    """Return how many of the first leaves database and log have in common."""
    common = 0
    while common < published.size:
        rows = session.execute(
            select(LogEntry.leaf_index, LogEntry.leaf)
            .where(LogEntry.leaf_index >= common, LogEntry.leaf_index < common + _AT_ONCE)
            .order_by(LogEntry.leaf_index)
        ).all()
        for index, leaf in rows:
            logged = published.at(index)
            if index != common or logged is None or logged.entry != leaf:
                return common
            common += 1
        if len(rows) < _AT_ONCE:
            break
    return common


def _release(session: Session, common: int) -> None:
    """Take their places from the leaves that the log does not have there; they wait again."""
    beyond = {"leaf_index": None, "leaf": None, "logged_at": None}
    session.execute(update(LogEntry).where(LogEntry.leaf_index >= common).values(**beyond))
    for column in (Copy.leaf_index, Copy.file_leaf_index):
        session.execute(update(Copy).where(column >= common).values({column: None}))


def _imported(session: Session, logged: LoggedLeaf) -> LogEntry:
    stream, position = None, None
    if isinstance(logged.leaf, IssueLeaf):
        stream, position = place_of(logged.leaf.number)
        # What waits for a place that the log gave to another record can never be logged there.
        session.execute(
            delete(LogEntry).where(
                LogEntry.stream == stream,
                LogEntry.stream_position == position,
                LogEntry.leaf_index.is_(None),
            )
        )
    row = LogEntry(
        kind=kind_of(logged.leaf),
        body=encode_body(logged.leaf),
        stream=stream,
        stream_position=position,
    )
    session.add(row)
    return row


def _note_copy(session: Session, row: LogEntry) -> None:
    if row.copy_id is None:
        return
    copy = session.get_one(Copy, row.copy_id)
    if row.kind == LeafKind.COPY:
        copy.file_leaf_index = row.leaf_index
    else:
        copy.leaf_index = row.leaf_index


def _move_counters(session: Session, published: PublishedLog) -> None:
    sites = {site.prefix: site.id for site in session.scalars(select(Site))}
    highest: dict[tuple[str, int, int], int] = {}
    for logged in published.by_number.values():
        assert isinstance(logged.leaf, IssueLeaf)
        number = logged.leaf.number
        key = (number.prefix, number.year, number.level.value)
        highest[key] = max(highest.get(key, 0), number.serial)
    missing = sorted({prefix for prefix, _, _ in highest} - sites.keys())
    if missing:
        raise LogRefused(
            "log_site_missing",
            Text(
                f"日志中有机构 {'、'.join(missing)} 的证书，数据库中没有其备案。"
                "请先用 yanzhen filing record 补录，再重新运行",
                f"the log has certificates of {', '.join(missing)}, which the database has no "
                "filing of. Record it with yanzhen filing record, then run this again",
            ),
        )
    for (prefix, year, level), serial in highest.items():
        site = {"site_id": sites[prefix], "year": year}
        insert_if_absent(session, SerialCounter, **site, level=level, last=0)
        counter = session.get_one(SerialCounter, (sites[prefix], year, level))
        counter.last = max(counter.last, serial)
    _move_print_counters(session, published, sites)


def _move_print_counters(session: Session, published: PublishedLog, sites: dict[str, int]) -> None:
    """Move past every print serial that lost copies may carry; the log does not tell which.

    Each lost record took one of its body's and award's year. A later copy's leaf does not tell the
    year of its award, so every year of the body makes room for it.
    """
    known = set(session.scalars(select(Award.number)))
    lost = Counter(
        (logged.leaf.number.prefix, logged.leaf.number.year)
        for logged in published.by_number.values()
        if isinstance(logged.leaf, IssueLeaf) and str(logged.leaf.number) not in known
    )
    linked = set(
        session.scalars(
            select(LogEntry.leaf_index).where(
                LogEntry.kind == LeafKind.LIFE, LogEntry.copy_id.is_not(None)
            )
        )
    )
    later = Counter(leaf.prefix for index, leaf in _later_copies(published) if index not in linked)
    prefixes = {site_id: prefix for prefix, site_id in sites.items()}
    for prefix, year in lost:
        insert_if_absent(session, PrintCounter, site_id=sites[prefix], year=year, last=0)
    for counter in session.scalars(select(PrintCounter)):
        prefix = prefixes[counter.site_id]
        counter.last += lost[prefix, counter.year] + later[prefix]


def _later_copies(published: PublishedLog) -> Iterator[tuple[int, LifeLeaf]]:
    for logged in published.by_mark.values():
        if isinstance(logged.leaf, LifeLeaf) and logged.leaf.record_hash is not None:
            yield logged.index, logged.leaf


def _open_fresh_list(session: Session, office: LogOffice) -> None:
    """Draw no more positions from lists that copies may have which this database does not know.

    The lists before are published again: the database does not know how far they were.
    """
    ids = session.scalars(select(StatusListRow.id).order_by(StatusListRow.id)).all()
    for list_id in ids:
        with changing_list(session, office.vault, list_id) as row:
            row.changes += 1
    published = (path.stem for path in office.home.status_folder.glob(f"*.{ListForm.JWT}"))
    known = [*ids, *(int(name) for name in published if name.isdecimal())]
    if known:
        begin_list(session, office.vault, max(known) + 1)


def _set_head(session: Session, head: LogHead, published: PublishedLog) -> None:
    newest = published.at(published.size - 1)
    head.size = head.published_size = published.size
    head.published_root = published.root
    head.logged_at = None if newest is None else newest.logged_at
    head.adopted = True
    last: dict[str, int] = {}
    for logged in published.by_number.values():
        assert isinstance(logged.leaf, IssueLeaf)
        stream, position = place_of(logged.leaf.number)
        last[stream] = max(last.get(stream, 0), position)
    session.execute(delete(LogStream))
    session.add_all(LogStream(name=name, last=position) for name, position in last.items())


def _lost_numbers(session: Session, published: PublishedLog) -> tuple[str, ...]:
    recorded = set(session.scalars(select(Award.number)))
    return tuple(sorted(published.by_number.keys() - recorded))


def _remember(office: LogOffice, reason: str, done: Reconciled) -> None:
    """Keep what was done and why, outside the database."""
    now = office.clock()
    folder = office.home.log_memory / "reconciled"
    make_folder(folder)
    account = {
        "at": now.isoformat(),
        "reason": reason,
        "size": done.size,
        "imported": done.imported,
        "lost": list(done.lost),
        "events_put_back": done.lives.put_back,
        "unproved": list(done.lives.unproved),
        "erase_again": list(done.lives.erase_again),
    }
    text = json.dumps(account, ensure_ascii=False, indent=2) + "\n"
    write_durably(folder / f"{now:%Y%m%dT%H%M%S}.json", text.encode())
