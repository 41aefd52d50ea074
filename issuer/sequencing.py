"""Gives pending leaves their index in the public log: the one place where order is decided.

Issue leaves of a stream (site × year × level) go in strictly by serial, so that whoever watches
the log sees every number in order and none left out; a later serial waits for the earlier ones.
All other leaves go in as they were appended, but never before their award's issue leaf.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import Session, aliased

from codes.wording import Text
from issuer.errors import LogRefused
from log.leaves import LeafKind, encode_logged
from registry.log_models import LogEntry, LogHead, LogStream
from registry.models import Award, Copy
from registry.session import insert_if_absent

_AT_ONCE = 20_000
CLOCK_LENIENCE = timedelta(seconds=10)  # between the clocks of machines that share a database
_RECORD_KINDS = frozenset({LeafKind.ISSUE, LeafKind.LIFE})

_Waiting = Row[int, int, bytes, int | None, int | None]


def lock_head(session: Session) -> LogHead:
    """Return the log's head; until this transaction ends nobody else gives out an index."""
    insert_if_absent(session, LogHead, id=1, size=0, published_size=0, adopted=True)
    return session.scalars(select(LogHead).where(LogHead.id == 1).with_for_update()).one()


def check_clock(head: LogHead, now: datetime) -> datetime:
    """Return the time at which leaves are logged now, never before the last one.

    Args:
        head: of the log.
        now: aware UTC.

    Raises:
        LogRefused: the clock is behind the log (`log_clock_behind`).
    """
    now = now.astimezone(UTC).replace(microsecond=0)
    last = head.logged_at
    if last is None or now >= last:
        return now
    if last - now <= CLOCK_LENIENCE:
        return last
    raise _clock_behind(now, last)


def sequence(session: Session, head: LogHead, now: datetime) -> int:
    """Give every leaf that may go in its index; return how many got one.

    Args:
        session: of a transaction that holds `head`.
        head: of the log, locked.
        now: aware UTC; becomes the time all of them were logged.

    Raises:
        LogRefused: `log_clock_behind`.
    """
    logged_at = _after_waiting(session, check_clock(head, now))
    start = head.size
    for stream in session.scalars(
        select(LogEntry.stream)
        .where(LogEntry.leaf_index.is_(None), LogEntry.stream.is_not(None))
        .distinct()
        .order_by(LogEntry.stream)
    ).all():
        assert stream is not None
        while batch := _next_of_stream(session, stream):
            _give(session, head, logged_at, batch)
    while batch := _next_others(session):
        _give(session, head, logged_at, batch)
    return head.size - start


def _after_waiting(session: Session, now: datetime) -> datetime:
    """Return the time of logging, never before what waits was put on record.

    Raises:
        LogRefused: the clock is behind it (`log_clock_behind`).
    """
    newest = select(func.max(Award.reserved_at), func.max(Award.recorded_at)).where(
        Award.id.in_(select(LogEntry.award_id).where(LogEntry.leaf_index.is_(None)))
    )
    last = max((at for at in session.execute(newest).one() if at is not None), default=now)
    if last - now > CLOCK_LENIENCE:
        raise _clock_behind(now, last)
    return max(now, last.astimezone(UTC).replace(microsecond=0))


def _clock_behind(now: datetime, last: datetime) -> LogRefused:
    return LogRefused(
        "log_clock_behind",
        Text(
            f"本机时钟为 {now:%Y-%m-%d %H:%M:%S} UTC，早于日志或登记的最后时间 "
            f"{last:%Y-%m-%d %H:%M:%S} UTC；请校准时钟后重试",
            f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC, and log and registry were written until "
            f"{last:%Y-%m-%d %H:%M:%S} UTC; set the clock right and try again",
        ),
    )


def _next_of_stream(session: Session, name: str) -> Sequence[_Waiting]:
    """Return the leaves of a stream that follow its last one without a gap; they are noted."""
    insert_if_absent(session, LogStream, name=name, last=0)
    stream = session.get_one(LogStream, name)
    found = session.execute(
        select(
            LogEntry.id, LogEntry.kind, LogEntry.body, LogEntry.copy_id, LogEntry.stream_position
        )
        .where(LogEntry.stream == name, LogEntry.stream_position > stream.last)
        .where(LogEntry.leaf_index.is_(None))
        .order_by(LogEntry.stream_position)
        .limit(_AT_ONCE)
    ).all()
    ready = [row for place, row in enumerate(found, start=stream.last + 1) if row[4] == place]
    stream.last += len(ready)
    return ready


def _next_others(session: Session) -> Sequence[_Waiting]:
    """Return leaves of no stream whose award has no issue leaf that still waits."""
    issue = aliased(LogEntry)
    # Asked once, not for each leaf: half a batch may be waiting on either side.
    held = select(issue.award_id).where(
        issue.leaf_index.is_(None), issue.stream.is_not(None), issue.award_id.is_not(None)
    )
    free = LogEntry.award_id.is_(None) | LogEntry.award_id.not_in(held)
    return session.execute(
        select(
            LogEntry.id, LogEntry.kind, LogEntry.body, LogEntry.copy_id, LogEntry.stream_position
        )
        .where(LogEntry.leaf_index.is_(None), LogEntry.stream.is_(None), free)
        .order_by(LogEntry.id)
        .limit(_AT_ONCE)
    ).all()


def _give(
    session: Session, head: LogHead, logged_at: datetime, waiting: Iterable[_Waiting]
) -> None:
    entries: list[dict[str, object]] = []
    records: list[dict[str, int]] = []
    files: list[dict[str, int]] = []
    for entry_id, kind, body, copy_id, _ in waiting:
        index = head.size + len(entries)
        leaf = encode_logged(body, logged_at)
        entries.append({"of": entry_id, "index": index, "final": leaf, "at": logged_at})
        if copy_id is not None:
            noted = records if kind in _RECORD_KINDS else files
            noted.append({"of_copy": copy_id, "at": index})
    if not entries:
        return
    session.connection().execute(
        update(LogEntry)
        .where(LogEntry.id == bindparam("of"))
        .values(
            leaf_index=bindparam("index"),
            leaf=bindparam("final"),
            logged_at=bindparam("at"),
            row_mark=None,
        ),
        entries,
    )
    for column, noted_of in ((Copy.leaf_index, records), (Copy.file_leaf_index, files)):
        if noted_of:
            session.connection().execute(
                update(Copy)
                .where(Copy.id == bindparam("of_copy"))
                .values({column: bindparam("at")}),
                sorted(noted_of, key=lambda one: one["of_copy"]),  # as every act locks copies
            )
    head.size += len(entries)
    head.logged_at = logged_at
    session.flush()
