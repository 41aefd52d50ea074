"""The whole comparison: `yanzhen log fsck` on a home."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from issuer.fsck.awards import Matched, compare_awards
from issuer.fsck.counters import compare_counters
from issuer.fsck.desks import compare_desks
from issuer.fsck.entries import compare_entries
from issuer.fsck.faults import Fault
from issuer.fsck.links import compare_event_rows, compare_links
from issuer.fsck.office import FsckOffice
from issuer.fsck.published import PublishedLog
from issuer.fsck.receipts import read_receipts
from issuer.fsck.rows import compare_filings, compare_lists, compare_rows, compare_trail
from issuer.fsck.status import compare_status_lists
from issuer.opening import trust_source
from issuer.publishing import compose
from keys.document import KeyDocument
from keys.errors import KeysError
from log.errors import LogError
from log.leaves import CopyLeaf, IssueLeaf, LifeLeaf
from registry.home import Home
from registry.life_models import LifeEvent
from registry.log_models import LogEntry
from registry.log_reader import LogReader
from registry.models import Access, Award, Base, Copy, Holder
from registry.session import reading
from registry.unreadable import find_unreadable, name_row
from registry.vault import Vault


def fsck(home: Home, engine: Engine, vault: Vault) -> list[Fault]:
    """Return everything in which databases, store, published log and audit trail disagree.

    Args:
        home: the installation.
        engine: its database.
        vault: its vault, open.

    Raises:
        IssuerError: no key document is published.
        HomeError: the look-up secret is missing, or as `read_receipts`.
    """
    reader = LogReader(home.log_folder)
    try:
        published, vkey = PublishedLog(reader), reader.vkey()
    except LogError as error:
        where = error.evidence.get("file", "checkpoint")
        return [Fault(table="log", row=where, field=error.code, code="unopenable")]
    with reading(engine) as session:
        if unreadable := list(_unreadable(session)):
            return sorted(unreadable)  # and nothing more can be compared
        office = FsckOffice(
            vault=vault,
            pepper=home.pepper(),
            store=home.store,
            document=trust_source(home)().document,
            vkey=vkey,
            waiting=_waiting(session, published.size, LogEntry.copy_id),
            waiting_awards=_waiting(session, published.size, LogEntry.award_id),
            indexed=session.scalar(select(func.max(LogEntry.leaf_index) + 1)) or 0,
            uploaded=read_receipts(home),
        )
        matched = Matched()
        found = list(published.faults)
        for table, faults in (
            ("log_entries", compare_entries(session, vault, published)),
            ("serial_counters", compare_counters(session)),
            ("awards", compare_awards(session, office, published, matched)),
            ("log", _lost(published, matched)),
            ("holders", _orphans(session, matched)),
            ("log_entries", compare_links(session, matched.links)),
            ("life_events", compare_event_rows(session)),
            ("office", compare_rows(session)),
            ("filing_acts", compare_filings(session, published)),
            ("key_document_issues", compare_lists(session, published)),
            ("status_lists", compare_status_lists(session, home, office)),
            ("*", _dangling(session)),
        ):
            found += _readable(table, faults)
        found += _compare_trust(session, home, office.document)
    found += _readable("trail", compare_trail(engine, home))
    found += _readable("desks", compare_desks(home, engine))
    return sorted(set(found))


def _readable(table: str, faults: Iterator[Fault]) -> Iterator[Fault]:
    """Yield faults; where a value is none that its column can hold, say so and stop."""
    try:
        yield from faults
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError):
        yield Fault(table=table, row="*", field="row", code="unopenable")


def _unreadable(session: Session) -> Iterator[Fault]:
    """Yield the dates and times of any table that nobody can read."""
    for table in Base.metadata.sorted_tables:
        for one in find_unreadable(session, table):
            yield Fault(table=one.table, row=f"#{one.key}", field=one.column, code="unopenable")


def _waiting(session: Session, size: int, of: InstrumentedAttribute[int | None]) -> frozenset[int]:
    """Return which copies, or awards, leaves wait for that the published log does not hold."""
    unpublished = LogEntry.leaf_index.is_(None) | (LogEntry.leaf_index >= size)
    found = session.scalars(select(of).where(unpublished, of.is_not(None)))
    return frozenset(one for one in found if one is not None)


def _lost(published: PublishedLog, matched: Matched) -> Iterator[Fault]:
    """Yield the leaves that no row answers for: what they were about was deleted or moved."""
    for logged in published.all():
        if logged.index in matched.indexes:
            continue
        if isinstance(logged.leaf, IssueLeaf):
            number = str(logged.leaf.number)
            yield Fault(table="awards", row=number, field="row", code="missing")
        elif isinstance(logged.leaf, LifeLeaf | CopyLeaf):
            name = f"leaf {logged.index} ({logged.leaf.prefix})"
            yield Fault(table="copies", row=name, field="row", code="missing")


def _orphans(session: Session, matched: Matched) -> Iterator[Fault]:
    """Yield rows that belong to no award."""
    for holder_id in session.scalars(select(Holder.id).order_by(Holder.id)):
        if holder_id not in matched.holders:
            yield Fault(table="holders", row=f"#{holder_id}", field="row", code="unexpected")
    awards = select(Award.id)
    for table, name in (
        (Access.award_id, "access"),
        (Copy.award_id, "copies"),
        (LifeEvent.award_id, "life_events"),
    ):
        for award_id in session.scalars(select(table).where(table.not_in(awards)).distinct()):
            yield Fault(table=name, row=f"award #{award_id}", field="row", code="unexpected")


def _dangling(session: Session) -> Iterator[Fault]:
    """Yield the values that should name a row of another table and name none."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            query = select(*table.primary_key.columns).where(
                key.parent.is_not(None), key.parent.not_in(select(key.column))
            )
            for row in session.execute(query):
                name = f"#{name_row(row)}"
                yield Fault(table=table.name, row=name, field=key.parent.name, code="differs")


def _compare_trust(session: Session, home: Home, document: KeyDocument) -> Iterator[Fault]:
    """Yield what of bodies, keys and hosts is not as it was last published."""
    try:
        now = compose(session, home, now=datetime.now(UTC))
    except (KeysError, ValueError, LookupError, AttributeError):
        yield Fault(table="signing_keys", row="*", field="row", code="unopenable")
        return
    ours = dataclasses.replace(
        now, version=document.version, published_at=document.published_at, demo=document.demo
    )
    if ours.hosts != document.hosts:
        yield Fault(table="public_hosts", row="*", field="row", code="differs")
    prefixes = {body.prefix for body in (*ours.bodies, *document.bodies)}
    for prefix in sorted(prefixes):
        row, filed = ours.body(prefix), document.body(prefix)
        if row is not None and filed is not None and row.name != filed.name:
            yield Fault(table="bodies", row=prefix, field="name", code="differs")
        elif row != filed:
            yield Fault(table="sites", row=prefix, field="row", code="differs")
    if now.version != document.version + 1:
        yield Fault(table="key_document_issues", row="*", field="version", code="differs")
