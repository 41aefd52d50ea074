"""The office's list of a body's certificates, masked: filtered, in order of their dates, by pages.

Every combination of filters is answered from one index, however many certificates there are: it
begins with body or batch, status and level, and goes on in the order of the list. A filter that
leaves status or level open asks for each of them by itself, as many rows as the page shows, and
puts the answers together. So there is no filter that an index does not answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from sqlalchemy import ColumnElement, Select, func, select, tuple_, union_all
from sqlalchemy.orm import Session, joinedload, lazyload

from codes.levels import Level
from codes.names import mask_name
from codes.occupations import occupation_by_index
from codes.wording import Text
from issuer.awarding import open_private
from registry.errors import VaultError
from registry.models import Award, AwardStatus, Batch, Site
from registry.vault import Vault

UNREADABLE = Text("（无法打开）", "(does not open)")
ERASED = Text("（已依法删除）", "(erased under the law)")
_Places = Select[int, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """Which certificates are to be listed; None lets all pass.

    Args:
        prefix: of the body, 13 characters.
        batch: name of one of its batches, exactly.
        level: of skill.
        status: of the award as a whole.
        since: first day of issue.
        until: last day of issue.
    """

    prefix: str
    batch: str | None = None
    level: Level | None = None
    status: AwardStatus | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The place in a list after which a page begins: the last row of the page before."""

    issued_on: date
    award_id: int

    def __str__(self) -> str:
        """Return it as an address carries it."""
        return f"{self.issued_on.isoformat()}.{self.award_id}"


def parse_cursor(text: str) -> Cursor | None:
    """Return the place that an address names; None for none, and for what is no place."""
    day, _, row = text.partition(".")
    if not (row.isascii() and row.isdecimal() and len(row) <= 9):
        return None
    try:
        return Cursor(issued_on=date.fromisoformat(day), award_id=int(row))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """One certificate in a list: nothing in it tells more of its holder than a mark.

    Args:
        award_id: its row.
        name: masked, or why there is none.
        recorded: whether its signed record stands beside it.
    """

    award_id: int
    number: str
    name: Text
    level: Level
    occupation: Text
    batch: str
    issued_on: date
    status: AwardStatus
    recorded: bool

    @property
    def cursor(self) -> Cursor:
        """Its place in the list."""
        return Cursor(issued_on=self.issued_on, award_id=self.award_id)


def list_certificates(
    session: Session,
    vault: Vault,
    wanted: ListFilter,
    *,
    limit: int,
    after: Cursor | None = None,
    oldest_first: bool = False,
) -> list[CertificateLine]:
    """Return a page of a body's certificates, the latest issued first unless asked otherwise.

    Args:
        session: that reads.
        vault: the home's, open.
        wanted: which ones.
        limit: how many at most.
        after: where the page begins.
        oldest_first: the other way round.
    """
    scope = _scope(session, wanted)
    if scope is None:
        return []
    query = places(scope, wanted, limit=limit, after=after, oldest_first=oldest_first)
    return lines_of(session, vault, [row.id for row in session.execute(query)])


def count_certificates(session: Session, wanted: ListFilter, *, most: int) -> int:
    """Return how many certificates there are of a body; where more than `most`, one more than it.

    Counting goes no further, so that a list of a million is shown as fast as a short one.
    """
    scope = _scope(session, wanted)
    return 0 if scope is None else session.scalar(counted(scope, wanted, most=most)) or 0


def counted(scope: ColumnElement[bool], wanted: ListFilter, *, most: int) -> Select[int]:
    """Return the query that counts what `places` finds, on all pages.

    Args:
        scope: that an award is of the body, or of the batch.
        wanted: everything else that is asked.
        most: as of `count_certificates`.
    """
    conditions = _conditions(scope, wanted)
    parts = [
        select(Award.id).where(*conditions, Award.status == status, Award.level == int(level))
        for status, level in _kinds(wanted)
    ]
    found = union_all(*parts).limit(most + 1).subquery()
    return select(func.count()).select_from(found)


def places(
    scope: ColumnElement[bool],
    wanted: ListFilter,
    *,
    limit: int,
    after: Cursor | None,
    oldest_first: bool,
) -> _Places:
    """Return the query for the rows of a page, in order: their ids and dates of issue.

    Args:
        scope: that an award is of the body, or of the batch.
        wanted: everything else that is asked.
        limit: how many at most.
        after: where the page begins.
        oldest_first: the order.
    """
    key = tuple_(Award.issued_on, Award.id)
    conditions = _conditions(scope, wanted)
    if after is not None:
        place = (after.issued_on, after.award_id)
        conditions.append(key > place if oldest_first else key < place)
    order = (
        (Award.issued_on, Award.id) if oldest_first else (Award.issued_on.desc(), Award.id.desc())
    )
    parts = [
        select(
            select(Award.id, Award.issued_on)
            .where(*conditions, Award.status == status, Award.level == int(level))
            .order_by(*order)
            .limit(limit)
            .subquery()
        )
        for status, level in _kinds(wanted)
    ]
    found = union_all(*parts).subquery()
    day, row = found.c.issued_on, found.c.id
    by = (day, row) if oldest_first else (day.desc(), row.desc())
    return select(row, day).order_by(*by).limit(limit)


def lines_of(session: Session, vault: Vault, ids: Sequence[int]) -> list[CertificateLine]:
    """Return these awards as lines, in the order given."""
    query = (
        select(Award, Batch.name)
        .join(Batch, Award.batch_id == Batch.id)
        .where(Award.id.in_(ids))
        .options(joinedload(Award.holder, innerjoin=True), lazyload(Award.copies))
    )
    found = {award.id: _line(vault, award, batch) for award, batch in session.execute(query)}
    return [found[one] for one in ids if one in found]


def occupation_text(index: int) -> Text:
    """Return what an occupation is called."""
    occupation = occupation_by_index(index)
    return Text(occupation.zh, occupation.en)


def body_names(session: Session) -> list[tuple[str, str]]:
    """Return prefix and name of every filed body, by prefix; for who sees all of them."""
    sites = session.scalars(select(Site).order_by(Site.prefix))
    return [(site.prefix, site.body.name) for site in sites]


def batch_names(session: Session, prefix: str, *, limit: int) -> list[str]:
    """Return the names of a body's latest batches, the latest first."""
    query = select(Batch.name).join(Site, Batch.site_id == Site.id).where(Site.prefix == prefix)
    return list(session.scalars(query.order_by(Batch.id.desc()).limit(limit)))


def _scope(session: Session, wanted: ListFilter) -> ColumnElement[bool] | None:
    site_id = session.scalar(select(Site.id).where(Site.prefix == wanted.prefix))
    if site_id is None:
        return None
    if wanted.batch is None:
        return Award.site_id == site_id
    query = select(Batch.id).where(Batch.site_id == site_id, Batch.name == wanted.batch)
    batch_id = session.scalar(query)
    return None if batch_id is None else Award.batch_id == batch_id


def _conditions(scope: ColumnElement[bool], wanted: ListFilter) -> list[ColumnElement[bool]]:
    conditions = [scope]
    if wanted.since is not None:
        conditions.append(Award.issued_on >= wanted.since)
    if wanted.until is not None:
        conditions.append(Award.issued_on <= wanted.until)
    return conditions


def _kinds(wanted: ListFilter) -> Iterator[tuple[AwardStatus, Level]]:
    statuses = AwardStatus if wanted.status is None else (wanted.status,)
    levels = Level if wanted.level is None else (wanted.level,)
    return product(statuses, levels)


def _line(vault: Vault, award: Award, batch: str) -> CertificateLine:
    return CertificateLine(
        award_id=award.id,
        number=award.number,
        name=_masked(vault, award),
        level=Level(award.level),
        occupation=occupation_text(award.occupation),
        batch=batch,
        issued_on=award.issued_on,
        status=AwardStatus(award.status),
        recorded=award.recorded_at is not None,
    )


def _masked(vault: Vault, award: Award) -> Text:
    if award.status == AwardStatus.ERASED:
        return ERASED
    try:
        name = mask_name(open_private(vault, award).name)
    except VaultError:
        return UNREADABLE
    return Text(name, name)
