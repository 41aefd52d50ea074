"""Step 2 of issuing: reserve. One commit gives a candidate a number, a date and a status index.

From that commit on the award exists. Its number and date never change and are never used again;
whatever happens next, `issuer.awarding` finishes the row as it stands.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.levels import Level
from codes.record import SALT_BYTES
from codes.wording import Text
from issuer.candidates import Candidate
from issuer.desk import Desk, shanghai_day
from issuer.errors import IssuerError
from issuer.filing import levels_filed
from issuer.filing_changes import why_not_filed
from issuer.sequencing import check_clock
from registry.counters import take_print_serials, take_serials
from registry.errors import ConflictError, RegistryContended
from registry.holder_keys import (
    HOLDER_CONTEXT,
    HolderKey,
    check_vault_in_force,
    data_key_context,
    holder_index,
    name_index,
    new_holder,
    open_holder,
    private_context,
)
from registry.log_models import LogHead
from registry.models import Award, AwardStatus, Batch, Copy, CopyKind, CopyState, Holder, Site
from registry.row_marks import mark_of_award, mark_of_copy, mark_of_delivery, mark_of_recording
from registry.session import insert_if_absent, transaction
from registry.status_lists import draw_status_indices
from registry.store import Parcel
from registry.vault import Vault, new_key
from templates.layout_files import DEFAULT_LAYOUT

T = TypeVar("T")
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What became of one candidate: a number of its own, or the award it already has.

    `ended` says that this award was of the same batch and is revoked or cancelled: running a batch
    again never gives back what was taken.
    """

    row: int
    number: str
    new: bool
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A candidate with the secrets its award will keep, made before the database is locked."""

    candidate: Candidate
    data_key: bytes
    salt: bytes
    photo_stored: str
    live_key: bytes


def live_key(
    vault: Vault, site: Site, document_type: int, document_number: str, occupation: int, level: int
) -> bytes:
    """Return the blind mark that at most one live award of this body carries."""
    return vault.blind_index(
        "live", str(site.body_id), str(document_type), document_number, str(occupation), str(level)
    )


def open_batch(desk: Desk, name: str) -> int:
    """Return the id of the body's batch of this name, made if it is new."""
    key = {"site_id": desk.site.id, "name": name}
    with transaction(desk.engine) as session:
        insert_if_absent(session, Batch, **key, created_at=desk.clock())
        return session.execute(select(Batch.id).filter_by(**key)).scalar_one()


def reserve(
    desk: Desk, batch_id: int, candidates: Sequence[Candidate], *, layout: str = DEFAULT_LAYOUT
) -> list[Reservation]:
    """Reserve an award for each candidate who does not hold a live one yet, in one commit.

    Args:
        desk: the body's place of work.
        batch_id: the batch the awards belong to.
        candidates: linted candidates, in roster order.
        layout: a known layout; the copies keep it for ever.

    Returns:
        One reservation per candidate, in order; `new` is False where a live award already stood
        (in this batch or another), whose number is given and which is left untouched.

    Raises:
        IssuerError: a level is not filed on the day of issue.
        LogRefused: the clock is behind the public log (`log_clock_behind`); nothing was reserved.
        ConflictError: serials are used up; nothing was reserved.
        RegistryUnavailable: the database did not answer; nothing was reserved.
    """
    drafts = _drafts(desk, candidates)
    try:
        results = _reserve_drafts(desk, batch_id, drafts, layout)
    except (IssuerError, ConflictError):
        _discard_photos(desk, drafts)
        raise
    pairs = zip(drafts, results, strict=True)
    _discard_photos(desk, [draft for draft, result in pairs if not result.new])
    return results


class _HasEngine(Protocol):
    @property
    def engine(self) -> Engine: ...


def in_one_commit(desk: _HasEngine, work: Callable[[Session], T]) -> T:
    """Return what `work` returns once its transaction is on disk, tried until it gets through.

    Another run may have taken a person since this one looked; or two runs waited for one another
    and the database broke this one off.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with transaction(desk.engine) as session:
                return work(session)
        except (IntegrityError, RegistryContended):
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _reserve_drafts(
    desk: Desk, batch_id: int, drafts: Sequence[_Draft], layout: str
) -> list[Reservation]:
    return in_one_commit(desk, lambda session: _reserve_in(session, desk, batch_id, drafts, layout))


def _discard_photos(desk: Desk, drafts: Sequence[_Draft]) -> None:
    """Remove the photos of drafts that surely became no award; each lay under a key of its own."""
    for draft in drafts:
        desk.home.store.discard(draft.photo_stored)


def _drafts(desk: Desk, candidates: Sequence[Candidate]) -> list[_Draft]:
    keys = [new_key() for _ in candidates]
    photos = desk.home.store.put_many(
        Parcel(content=candidate.photo.jpeg, key=key, sha256=candidate.photo.sha256)
        for candidate, key in zip(candidates, keys, strict=True)
    )
    return [
        _Draft(
            candidate=candidate,
            data_key=key,
            salt=secrets.token_bytes(SALT_BYTES),
            photo_stored=photo,
            live_key=live_key(
                desk.vault,
                desk.site,
                int(candidate.document_type),
                candidate.document_number,
                candidate.occupation.index,
                int(candidate.level),
            ),
        )
        for candidate, key, photo in zip(candidates, keys, photos, strict=True)
    ]


def _reserve_in(
    session: Session, desk: Desk, batch_id: int, drafts: Sequence[_Draft], layout: str
) -> list[Reservation]:
    now = desk.clock()
    day = shanghai_day(now)
    _check_clock(session, now)
    check_vault_in_force(session, desk.vault)
    _check_filed(session, desk.site, drafts, day)
    live = _live_numbers(session, [draft.live_key for draft in drafts])
    ended = _ended_numbers(session, desk.vault, batch_id, drafts)
    live |= ended
    unseen = {draft.live_key: draft for draft in reversed(drafts)}
    fresh = [d for d in drafts if d.live_key not in live and unseen[d.live_key] is d]
    serials = _take_serials(session, desk.site, day.year, fresh)
    holders = _holders(session, desk.vault, fresh)
    if fresh:
        prints = take_print_serials(session, site_id=desk.site.id, year=day.year, count=len(fresh))
        indices = draw_status_indices(session, desk.vault, len(fresh), secrets.randbelow)
        batch = session.get_one(Batch, batch_id)
        for draft, print_serial, status_index in zip(fresh, prints, indices, strict=True):
            award = _award(
                desk, batch_id, draft, serials[draft.live_key], holders[draft.live_key], day, now
            )
            holder, _ = holders[draft.live_key]
            award.row_mark = mark_of_award(desk.vault, award, batch, holder.blind_index)
            copy = _first_copy(desk, day.year, print_serial, status_index, layout, now)
            copy.row_mark = mark_of_copy(desk.vault, copy, award.number, None)
            award.copies.append(copy)
            session.add(award)
            live[draft.live_key] = award.number
        session.flush()
    new = {id(draft) for draft in fresh}
    return [
        Reservation(
            row=d.candidate.row,
            number=live[d.live_key],
            new=id(d) in new,
            ended=d.live_key in ended,
        )
        for d in drafts
    ]


def _check_clock(session: Session, now: datetime) -> None:
    """Refuse to date anything by a clock that is behind the log: it may have been set meanwhile."""
    head = session.get(LogHead, 1)
    if head is not None:
        check_clock(head, now)


def _first_copy(
    desk: Desk, year: int, print_serial: int, status_index: int, layout: str, now: datetime
) -> Copy:
    return Copy(
        site_id=desk.site.id,
        year=year,
        print_serial=print_serial,
        status_index=status_index,
        record_version=1,
        state=CopyState.RESERVED,
        kind=CopyKind.ORIGINAL,
        layout=layout,
        made_at=now,
        qr_url_prefix=desk.qr_url_prefix,
        delivered_mark=mark_of_delivery(desk.vault, status_index, None),
    )


def _check_filed(session: Session, site: Site, drafts: Sequence[_Draft], day: date) -> None:
    """Look once more at the filing: midnight may have passed since the roster was linted.

    It is read in the very commit that gives the numbers, so that a suspension put on record during
    a run stops the run.
    """
    filed = levels_filed(session, site.id, day)
    stop = None if filed else why_not_filed(session, site, day)
    if stop is not None:
        raise IssuerError(stop.code, stop.text)
    for draft in drafts:
        if draft.candidate.level not in filed.get(draft.candidate.occupation.index, ()):
            when = spoken_day(day)
            raise IssuerError(
                "level_not_filed",
                Text(
                    f"第 {draft.candidate.row} 行：该级别在核发日期{when.zh}不在备案范围内",
                    f"row {draft.candidate.row}: the level is not filed on {when.en}",
                ),
            )


def _live_numbers(session: Session, keys: Sequence[bytes]) -> dict[bytes, str]:
    rows = session.execute(
        select(Award.live_key, Award.number).where(Award.live_key.in_(keys))
    ).all()
    return {key: number for key, number in rows if key is not None}


def _ended_numbers(
    session: Session, vault: Vault, batch_id: int, drafts: Sequence[_Draft]
) -> dict[bytes, str]:
    """Return the awards of this very batch that have ended, by what they would be live under."""
    query = (
        select(Holder.blind_index, Award.occupation, Award.level, Award.number)
        .join(Award, Award.holder_id == Holder.id)
        .where(Award.batch_id == batch_id, Award.live_key.is_(None))
    )
    ended = {(row[0], row[1], row[2]): row[3] for row in session.execute(query)}
    if not ended:
        return {}
    found: dict[bytes, str] = {}
    for draft in drafts:
        candidate = draft.candidate
        index = _holder_index(vault, candidate)
        key = (index, candidate.occupation.index, int(candidate.level))
        if key in ended:
            found[draft.live_key] = ended[key]
    return found


def _holder_index(vault: Vault, candidate: Candidate) -> bytes:
    return holder_index(vault, int(candidate.document_type), candidate.document_number)


def _take_serials(
    session: Session, site: Site, year: int, drafts: Sequence[_Draft]
) -> dict[bytes, int]:
    """Take serials level by level, always in the same order, so that no two runs deadlock."""
    taken: dict[bytes, int] = {}
    for level in sorted({draft.candidate.level for draft in drafts}):
        group = [draft for draft in drafts if draft.candidate.level is level]
        serials = take_serials(
            session, site_id=site.id, year=year, level=int(level), count=len(group)
        )
        taken.update(zip((draft.live_key for draft in group), serials, strict=True))
    return taken


def _holders(
    session: Session, vault: Vault, drafts: Sequence[_Draft]
) -> dict[bytes, tuple[Holder, HolderKey]]:
    """Return each draft's holder with the holder's key, by the draft's live key."""
    index_of = {draft.live_key: _holder_index(vault, draft.candidate) for draft in drafts}
    # Locked, so that an erasure under way is either over or waits for what is added here.
    query = select(Holder).where(Holder.blind_index.in_(set(index_of.values())))
    known = {
        holder.blind_index: (holder, open_holder(vault, holder))
        for holder in session.scalars(query.order_by(Holder.id).with_for_update())
    }
    holders: dict[bytes, tuple[Holder, HolderKey]] = {}
    for draft in drafts:
        index = index_of[draft.live_key]
        if index not in known:
            holder, key = known[index] = new_holder(vault, index)
            holder.sealed = key.seal(HOLDER_CONTEXT, _holder_data(draft.candidate))
            session.add(holder)
        holders[draft.live_key] = known[index]
    session.flush()
    return holders


def _holder_data(candidate: Candidate) -> bytes:
    return json.dumps(
        {
            "name": candidate.name,
            "document_type": int(candidate.document_type),
            "document_number": candidate.document_number,
            "sex": candidate.sex.value,
            "birth_date": candidate.birth_date.isoformat(),
        }
    ).encode()


def _award(
    desk: Desk,
    batch_id: int,
    draft: _Draft,
    serial: int,
    holder: tuple[Holder, HolderKey],
    day: date,
    now: datetime,
) -> Award:
    row, key = holder
    candidate = draft.candidate
    level = Level(candidate.level)
    number = str(desk.prefix.number(year=day.year, level=level, serial=serial))
    private = {
        "name": candidate.name,
        "document_type": int(candidate.document_type),
        "document_number": candidate.document_number,
        "specialty": candidate.specialty,
        "salt": draft.salt.hex(),
        "photo_stored": draft.photo_stored,
        "photo_sha256": candidate.photo.sha256.hex(),
        "latin_name": candidate.latin_name,
    }
    return Award(
        number=number,
        site_id=desk.site.id,
        batch_id=batch_id,
        holder_id=row.id,
        occupation=candidate.occupation.index,
        level=int(level),
        year=day.year,
        serial=serial,
        issued_on=day,
        status=AwardStatus.CURRENT,
        live_key=draft.live_key,
        data_key_sealed=key.seal(data_key_context(number), draft.data_key),
        private_sealed=key.seal(private_context(number), json.dumps(private).encode()),
        reserved_at=now,
        recorded_mark=mark_of_recording(desk.vault, number, None),
        name_index=name_index(desk.vault, candidate.name),
    )
