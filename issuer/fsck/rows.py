"""The office's own rows: against what is remembered of them, their acts, and the published log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from issuer.filing_sums import acts_of, windows_as_acted, windows_on_record
from issuer.filing_trace import leaf_of
from issuer.fsck.faults import Fault
from issuer.fsck.published import PublishedLog
from log.errors import LogError
from log.leaves import FilingLeaf, LeafKind, TrustLeaf, decode_body
from registry.home import Home
from registry.log_models import LogEntry
from registry.models import KeyDocumentIssue, Site
from registry.row_memory import inspect_rows
from registry.trail import FaultKind, check_trail

_TRAIL_CODES = {
    FaultKind.EDITED: "differs",
    FaultKind.UNLINKED: "differs",
    FaultKind.MISSING: "missing",
    FaultKind.REPLACED: "differs",
    FaultKind.ADDED: "unexpected",
    FaultKind.CUT: "missing",
}


def compare_rows(session: Session) -> Iterator[Fault]:
    """Yield the rows that are not as the office left them."""
    for fault in inspect_rows(session):
        yield Fault(table=fault.table, row=f"#{fault.key}", field="row", code=fault.code)


def compare_trail(engine: Engine, home: Home) -> Iterator[Fault]:
    """Yield what is wrong with the audit trail."""
    for fault in check_trail(engine, home.trail_memory).faults:
        code = _TRAIL_CODES[fault.kind]
        yield Fault(table="trail", row=f"#{fault.id}", field="row", code=code)


def compare_filings(session: Session, published: PublishedLog) -> Iterator[Fault]:
    """Yield where the windows of a site are not the sum of its acts, or these not as logged."""
    logged = _filing_leaves(session, published)
    for site in session.scalars(select(Site).order_by(Site.prefix)):
        try:
            summed = windows_as_acted(session, site) == windows_on_record(site)
            leaves = [leaf_of(act, site.prefix) for act in acts_of(session, site) if act.logged]
        except (ValueError, KeyError, TypeError, LogError):
            yield Fault(table="filing_acts", row=site.prefix, field="detail", code="unopenable")
            continue
        if not summed:
            yield Fault(table="filings", row=site.prefix, field="row", code="differs")
        for n, (act, leaf) in enumerate(zip_longest(leaves, logged.pop(site.prefix, [])), start=1):
            if act != leaf:
                code = "missing" if act is None else "unexpected" if leaf is None else "differs"
                row = f"{site.prefix} {n}"
                yield Fault(table="filing_acts", row=row, field="row", code=code)
    for prefix in sorted(logged):
        yield Fault(table="sites", row=prefix, field="row", code="missing")


def compare_lists(session: Session, published: PublishedLog) -> Iterator[Fault]:
    """Yield the leaves about trust lists that are not of a list the office put in force."""
    known = {row.version: row.sha256 for row in session.scalars(select(KeyDocumentIssue))}
    seen: set[int] = set()
    for logged in published.all():
        leaf = logged.leaf
        if not isinstance(leaf, TrustLeaf):
            continue
        own = known.get(leaf.version)
        earlier = leaf.version in known and own is None  # from before its hash was kept
        if leaf.version in seen or not (earlier or own == leaf.sha256):
            yield Fault(
                table="log_entries", row=f"leaf {logged.index}", field="row", code="unexpected"
            )
        seen.add(leaf.version)


def _filing_leaves(session: Session, published: PublishedLog) -> dict[str, list[FilingLeaf]]:
    """Return the acts that the log holds, and then those that wait for it, by prefix."""
    found: dict[str, list[FilingLeaf]] = defaultdict(list)
    for logged in published.all():
        if isinstance(logged.leaf, FilingLeaf):
            found[logged.leaf.prefix].append(logged.leaf)
    waiting = LogEntry.leaf_index.is_(None) | (LogEntry.leaf_index >= published.size)
    query = select(LogEntry.body).where(waiting, LogEntry.kind == LeafKind.FILING)
    for body in session.scalars(query.order_by(LogEntry.id)):
        try:
            leaf = decode_body(body)
        except LogError:
            continue  # told of as an entry
        if isinstance(leaf, FilingLeaf):
            found[leaf.prefix].append(leaf)
    return found
