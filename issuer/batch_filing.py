"""What a body may award: when that changes, the batches it prepares are checked anew."""

from __future__ import annotations

import hashlib

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.batch_room import BatchRoom
from issuer.batch_states import EDITABLE
from issuer.desk import shanghai_day
from issuer.filing import levels_filed
from issuer.filing_changes import what_stops_later, why_not_filed
from registry.batch_models import BatchDraft, BatchesFiled
from registry.models import Site
from registry.session import reading, transaction


def why_nothing_issues(room: BatchRoom, prefix: str) -> Text | None:
    """Return why a body may award nothing today, whatever its rosters hold; None if it may."""
    with reading(room.register) as session:
        site = session.scalar(select(Site).where(Site.prefix == prefix))
        stop = None if site is None else why_not_filed(session, site, shanghai_day(room.clock()))
    return None if stop is None else stop.text


def stops_of(room: BatchRoom, prefix: str) -> dict[str, Text | None]:
    """Return what a page says of a body that may award nothing today, or from a later day on."""
    with reading(room.register) as session:
        site = session.scalar(select(Site).where(Site.prefix == prefix))
        today = shanghai_day(room.clock())
        stop = None if site is None else why_not_filed(session, site, today)
        later = None if site is None else what_stops_later(session, site, today)
    return {"stop": None if stop is None else stop.text, "stops_later": later}


def follow_filing(room: BatchRoom, prefix: str) -> bool:
    """Have the batches a body prepares checked anew if its filing has changed since; return it.

    So no remark on a row outlives a suspension, whoever ended it and whichever day it ended on.
    """
    with reading(room.register) as register:
        filing = _filing(room, register, prefix)
    with reading(room.desks) as session:
        seen = session.get(BatchesFiled, prefix)
    if seen is not None and seen.filing == filing:
        return False
    try:
        with transaction(room.desks) as session:
            held = session.get(BatchesFiled, prefix, with_for_update=True)
            if held is None:
                session.add(BatchesFiled(prefix=prefix, filing=filing))
            else:
                held.filing = filing
            _check_again(session, prefix)
    except IntegrityError:
        return False  # somebody else noted it meanwhile
    return True


def _filing(room: BatchRoom, register: Session, prefix: str) -> str:
    """Return a hash of what a body may award today, and of why if that is nothing."""
    site = register.scalar(select(Site).where(Site.prefix == prefix))
    if site is None:
        return ""
    today = shanghai_day(room.clock())
    stop = why_not_filed(register, site, today)
    told = (stop and stop.text.zh, sorted(levels_filed(register, site.id, today).items()))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _check_again(session: Session, prefix: str) -> None:
    hits = (BatchDraft.prefix == prefix, BatchDraft.state.in_(EDITABLE), BatchDraft.rows > 0)
    session.execute(update(BatchDraft).where(*hits).values(revision=BatchDraft.revision + 1))
