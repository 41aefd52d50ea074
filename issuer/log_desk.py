"""Gets what a desk put on record into the public log, finishing what holds it up."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.awarding import record_copies
from issuer.copy_rows import CHUNK, ChosenCopies, CopyScope
from issuer.desk import Desk
from issuer.errors import LogRefused
from issuer.log_publishing import LogOffice, publish_log
from registry.log_models import LogHead, LogStream
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


def put_in_log(desk: Desk, office: LogOffice, scope: CopyScope) -> int:
    """Publish, until every recorded copy of a scope is in the published log.

    Serials go in without gaps, so a copy may wait for an earlier award that a broken run left
    reserved, in whatever batch: that one is put on record first, by the same functions. Where
    another run has just put it on record, or publishes it, publishing again waits for that run and
    takes in what it did not.

    Returns:
        How many copies were put on record because others waited for them.

    Raises:
        LogRefused: as `publish_log`; or nothing that could be finished is in the way of a copy, and
            yet it does not get into the log (`log_held_up`).
        IssuerError, KeysError, RegistryError: as `record_copies`.
    """
    publish_log(office)
    done = 0
    unhindered: int | None = None
    while (first := _first_waiting(desk, scope)) is not None:
        blockers = _blockers(desk, scope)
        if blockers:
            done += record_copies(desk, ChosenCopies(ids=blockers), _silent)
        elif first == unhindered:  # it has been published since, and this one was left out
            raise _held_up(desk, first)
        unhindered = None if blockers else first
        publish_log(office)
    return done


def _first_waiting(desk: Desk, scope: CopyScope) -> int | None:
    """Return the first recorded copy of a scope that is not in the published log."""
    published = select(LogHead.published_size).where(LogHead.id == 1).scalar_subquery()
    waiting = (
        select(func.min(Copy.id))
        .join(Award, Copy.award_id == Award.id)
        .where(scope.condition(), Copy.envelope_sealed.is_not(None))
        .where(Copy.leaf_index.is_(None) | (Copy.leaf_index >= published))
    )
    with reading(desk.engine) as session:
        return session.scalar(waiting)


def _blockers(desk: Desk, scope: CopyScope) -> tuple[int, ...]:
    """Return reserved originals whose serials come before those of a scope that still wait."""
    with reading(desk.engine) as session:
        for year, level, serial in session.execute(_streams(scope)):
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
    return ()


def _streams(scope: CopyScope) -> Select[int, int, int]:
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


def _held_up(desk: Desk, copy_id: int) -> LogRefused:
    """Return the refusal to wait for what nothing is going to put into the log."""
    with reading(desk.engine) as session:
        award = session.get_one(Copy, copy_id).award
        name = stream_of(desk.site.prefix, award.year, award.level)
        missing = _last_logged(session, desk, award.year, award.level) + 1
    return LogRefused(
        "log_held_up",
        Text(
            f"证书 {award.number} 的记录无法载入公开日志：它的日志条目，或 {name} 中流水号 "
            f"{missing:06d} 的证书或其日志条目缺失，可能已被删除。请运行 yanzhen log fsck 查明，"
            "并从备份恢复数据库",
            f"the record of certificate {award.number} cannot be logged: its entry, or serial "
            f"{missing:06d} of {name} or its entry, is missing and may have been deleted. Run "
            "yanzhen log fsck and restore the database",
        ),
    )


def _silent(_: int) -> None:
    """The run tells of its own copies only."""
