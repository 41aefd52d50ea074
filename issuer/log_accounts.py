"""Leaves about no award against the rows they are of: acts on filings, and lists in force.

No vault is at hand where these are appended. But the rows are remembered outside the database
(`registry.row_memory`), so a leaf that waits counts only where such a row makes exactly it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.filing_trace import leaf_of
from log.leaves import LeafKind, TrustLeaf, encode_body
from registry.filing_models import FilingAct
from registry.log_models import LogEntry
from registry.models import KeyDocumentIssue, Site
from registry.row_memory import inspect_rows

_KINDS = (LeafKind.FILING, LeafKind.TRUST)


def unaccounted(session: Session) -> Iterator[int]:
    """Yield the ids of waiting leaves about no award that no row of the office accounts for."""
    query = select(LogEntry.id, LogEntry.body).where(
        LogEntry.leaf_index.is_(None), LogEntry.kind.in_(_KINDS)
    )
    waiting = session.execute(query.order_by(LogEntry.id)).all()
    if not waiting:
        return
    known = _made_by_rows(session)
    for entry_id, body in waiting:
        there = session.scalar(select(func.count()).where(LogEntry.body == body)) or 0
        if there > known[body]:
            yield entry_id


def _made_by_rows(session: Session) -> Counter[bytes]:
    """Return the bodies that acts and lists make, each as often as it is made."""
    kinds = (FilingAct, Site, KeyDocumentIssue)
    altered = {(fault.table, fault.key) for fault in inspect_rows(session, kinds)}
    made: Counter[bytes] = Counter()
    acts = select(FilingAct, Site).join(Site, FilingAct.site_id == Site.id).where(FilingAct.logged)
    for act, site in session.execute(acts):
        names = {(FilingAct.__tablename__, str(act.id)), (Site.__tablename__, str(site.id))}
        if not names & altered:
            made[encode_body(leaf_of(act, site.prefix))] += 1
    for issue in session.scalars(select(KeyDocumentIssue)):
        if (issue.__tablename__, str(issue.version)) not in altered and issue.sha256 is not None:
            made[encode_body(TrustLeaf(version=issue.version, sha256=issue.sha256))] += 1
    return made
