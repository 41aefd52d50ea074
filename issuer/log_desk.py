"""Gets what a desk put on record into the public log, finishing what holds it up."""

from __future__ import annotations

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.awarding import record_copies
from issuer.copy_rows import CHUNK, ChosenCopies, CopyScope
from issuer.desk import Desk
from issuer.errors import LogRefused
from issuer.log_publishing import LogOffice, publish_log
from registry.log_models import LogEntry, LogStream
from registry.logbook import stream_of
from registry.models import Award, Copy, CopyKind
from registry.session import reading


def office_of(desk: Desk) -> LogOffice:
    """Return what publishes the log of a desk's home."""
    return LogOffice(
        home=desk.home,
        engine=desk.engine,
        vault=desk.vault,
        key=desk.cabinet.log_key(),
        clock=desk.clock,
    )


def put_in_log(desk: Desk, office: LogOffice, scope: CopyScope) -> None:
    """Publish, until every recorded copy of a scope is in the log.

    Serials go in without gaps, so a copy may wait for an earlier award that a broken run left
    reserved, in whatever batch: that one is put on record first, by the same functions.

    Raises:
        LogRefused: as `publish_log`; or a serial before these has no award that could be finished
            (`log_held_up`).
        IssuerError, KeysError, RegistryError: as `record_copies`.
    """
    publish_log(office)
    while blockers := _blockers(desk, scope):
        record_copies(desk, ChosenCopies(ids=blockers), _silent)
        publish_log(office)


def _blockers(desk: Desk, scope: CopyScope) -> tuple[int, ...]:
    """Return reserved originals whose serials come before those of a scope that still wait."""
    with reading(desk.engine) as session:
        for year, level, serial in session.execute(_held_up(scope)):
            last = _last_logged(session, desk, year, level)
            before = (
                select(Copy.id)
                .join(Award, Copy.award_id == Award.id)
                .where(Award.site_id == desk.site.id, Award.year == year, Award.level == level)
                .where(Award.serial > last, Award.serial < serial)
                .where(Copy.kind == CopyKind.ORIGINAL, Copy.envelope_sealed.is_(None))
                .order_by(Award.serial)
                .limit(CHUNK)
            )
            found = tuple(session.scalars(before))
            if found:
                return found
            _check_gap(session, desk, year, level, last)
    return ()


def _held_up(scope: CopyScope) -> Select[int, int, int]:
    """Return the query for the streams that recorded copies of a scope wait in, and how far."""
    return (
        select(Award.year, Award.level, func.max(Award.serial))
        .select_from(Copy)
        .join(Award, Copy.award_id == Award.id)
        .where(scope.condition(), Copy.envelope_sealed.is_not(None), Copy.leaf_index.is_(None))
        .group_by(Award.year, Award.level)
    )


def _last_logged(session: Session, desk: Desk, year: int, level: int) -> int:
    stream = session.get(LogStream, stream_of(desk.site.prefix, year, level))
    return 0 if stream is None else stream.last


def _check_gap(session: Session, desk: Desk, year: int, level: int, last: int) -> None:
    """Refuse to wait for a serial that nothing is going to fill."""
    name = stream_of(desk.site.prefix, year, level)
    there = exists().where(LogEntry.stream == name, LogEntry.stream_position == last + 1)
    if session.scalar(select(there)):
        return  # another run has just put it on record
    raise LogRefused(
        "log_held_up",
        Text(
            f"流水号 {last + 1:06d}（{name}）没有可完成的证书记录，其后的证书无法载入公开日志。"
            "该行可能被删除：请运行 yanzhen log fsck，并从备份恢复数据库",
            f"serial {last + 1:06d} of {name} has no award that could be finished, so none after "
            "it can be logged. The row may have been deleted: run yanzhen log fsck and restore "
            "the database",
        ),
    )


def _silent(_: int) -> None:
    """The run tells of its own copies only."""
