"""Hands each act on a filing to the public log, in clear: the only place that does.

The acts of a filing recorded before there was a log have no leaf yet; they get theirs before the
next act's, in their order.
"""

from __future__ import annotations

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from log.leaves import FilingLeaf, FilingValue, encode_body
from registry.filing_models import FilingAct
from registry.log_models import LogEntry
from registry.logbook import append
from registry.models import Site


def trace_filing(session: Session, act: FilingAct) -> None:
    """Append the leaves of a site's acts that have none, up to `act`, in the act's transaction."""
    waiting = select(FilingAct).where(FilingAct.site_id == act.site_id, ~FilingAct.logged)
    prefix = session.get_one(Site, act.site_id).prefix
    for one in session.scalars(waiting.order_by(FilingAct.id)).all():
        leaf = leaf_of(one, prefix)
        if not _is_held(session, one, leaf):
            append(session, leaf)
        one.logged = True
    session.flush()


def _is_held(session: Session, act: FilingAct, leaf: FilingLeaf) -> bool:
    """Say whether the log has the leaf already: of an act that the database lost and is told again.

    Two acts of one day may make the same leaf; each has its own.
    """
    body = encode_body(leaf)
    there = session.scalar(select(func.count(LogEntry.id)).where(LogEntry.body == body)) or 0
    query = select(FilingAct).where(FilingAct.site_id == act.site_id, FilingAct.logged)
    own = sum(leaf_of(one, leaf.prefix) == leaf for one in session.scalars(query))
    return there > own


def leaf_of(act: FilingAct, prefix: str) -> FilingLeaf:
    """Return the leaf of an act: what was given or changed, from which day, by which document.

    Neither the officials nor their reasons stand in it; the document's number leads to both.

    Args:
        act: on record.
        prefix: of its site.
    """
    said = json.loads(act.detail)
    windows: list[FilingValue] = [
        [occupation, level, first, last or ""] for occupation, level, first, last in said["windows"]
    ]
    detail: dict[str, FilingValue] = {
        **said,
        "windows": windows,
        "effective_on": act.effective_on.isoformat(),
    }
    if act.reference:
        detail["reference"] = act.reference
    return FilingLeaf(prefix=prefix, event=act.event, detail=detail, decided_on=act.decided_on)
