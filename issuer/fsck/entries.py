"""The log's own tables against the published log, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from codes.number import CertificateNumber
from issuer.fsck.faults import Fault
from issuer.fsck.published import LoggedLeaf, PublishedLog
from log.errors import LogError
from log.leaves import IssueLeaf, LeafKind, decode_body, encode_body
from registry.log_models import LogEntry, LogHead, LogStream
from registry.logbook import MARKED_KINDS, kind_of, stream_of
from registry.models import Copy
from registry.row_marks import mark_of_entry
from registry.vault import Vault

_AT_ONCE = 5_000


def compare_entries(session: Session, vault: Vault, published: PublishedLog) -> Iterator[Fault]:
    """Yield what of the log's tables is not as it is published."""
    seen = 0
    last_id = 0
    streams: dict[str, int] = {}
    while rows := session.scalars(
        select(LogEntry).where(LogEntry.id > last_id).order_by(LogEntry.id).limit(_AT_ONCE)
    ).all():
        last_id = rows[-1].id
        for row in rows:
            logged = published.at(row.leaf_index)
            seen += logged is not None
            yield from _compare_row(vault, row, logged)
            if row.stream is not None:
                last = 0 if row.leaf_index is None else row.stream_position or 0
                streams[row.stream] = max(streams.get(row.stream, 0), last)
        session.expunge_all()
    if seen != published.size:
        yield from _missing_rows(session, published)
    yield from _compare_copies(session)
    yield from _compare_streams(session, streams)
    yield from _compare_head(session, published)


def _compare_row(vault: Vault, row: LogEntry, logged: LoggedLeaf | None) -> Iterator[Fault]:
    """Yield what of one row differs; without a published leaf, what of it contradicts itself."""
    name = f"#{row.id}"
    try:
        leaf = decode_body(row.body) if logged is None else logged.leaf
    except LogError:
        yield _fault(name, "body", "unopenable")
        return
    expected_stream, expected_position = None, None
    if isinstance(leaf, IssueLeaf):
        expected_stream, expected_position = place_of(leaf.number)
    for field, found, expected in (
        ("body", row.body, encode_body(leaf)),
        ("kind", row.kind, kind_of(leaf)),
        ("stream", row.stream, expected_stream),
        ("stream_position", row.stream_position, expected_position),
        ("leaf", row.leaf, row.leaf if logged is None else logged.entry),
        ("logged_at", row.logged_at, row.logged_at if logged is None else logged.logged_at),
        ("row_mark", row.row_mark, _mark_of(vault, row)),
    ):
        if found != expected:
            yield _fault(name, field, "differs")
    if row.leaf_index is None and (row.leaf is not None or row.logged_at is not None):
        yield _fault(name, "leaf_index", "missing")


def _mark_of(vault: Vault, row: LogEntry) -> bytes | None:
    """Return the mark that a row should have: one about an award, until it has its index."""
    if row.leaf_index is not None or row.kind not in MARKED_KINDS:
        return None
    return mark_of_entry(vault, row)


def _compare_copies(session: Session) -> Iterator[Fault]:
    """Yield the entries that name another copy or award than the one whose leaf they are."""
    noted = case((LogEntry.kind == LeafKind.COPY, Copy.file_leaf_index), else_=Copy.leaf_index)
    query = (
        select(LogEntry.id, LogEntry.award_id, Copy.award_id, LogEntry.leaf_index, noted)
        .join(Copy, Copy.id == LogEntry.copy_id)
        .where(
            LogEntry.award_id.is_distinct_from(Copy.award_id)
            | LogEntry.leaf_index.is_distinct_from(noted)
        )
        .order_by(LogEntry.id)
    )
    for row_id, award_id, of_copy, _, _ in session.execute(query):
        field = "award_id" if award_id != of_copy else "copy_id"
        yield _fault(f"#{row_id}", field, "differs")


def place_of(number: CertificateNumber) -> tuple[str, int]:
    """Return the stream of a number's issue leaf, and its position there."""
    return stream_of(number.prefix, number.year, number.level.value), number.serial


def _missing_rows(session: Session, published: PublishedLog) -> Iterator[Fault]:
    known = set(
        session.scalars(select(LogEntry.leaf_index).where(LogEntry.leaf_index.is_not(None)))
    )
    for index in range(published.size):
        if index not in known:
            yield _fault(f"leaf {index}", "row", "missing")


def _compare_streams(session: Session, streams: dict[str, int]) -> Iterator[Fault]:
    rows = {row.name: row.last for row in session.scalars(select(LogStream))}
    for name in sorted(rows.keys() | streams.keys()):
        if rows.get(name, 0) != streams.get(name, 0):
            yield Fault(table="log_streams", row=name, field="last", code="differs")
        elif name not in streams:
            yield Fault(table="log_streams", row=name, field="row", code="unexpected")


def _compare_head(session: Session, published: PublishedLog) -> Iterator[Fault]:
    head = session.get(LogHead, 1)
    if head is None:
        yield Fault(table="log_head", row="1", field="row", code="missing")
        return
    indexed = session.scalar(
        select(func.count(LogEntry.id)).where(LogEntry.leaf_index.is_not(None))
    )
    newest = published.at(published.size - 1)
    for field, good in (
        ("size", head.size == indexed and head.size >= published.size),
        ("published_size", head.published_size == published.size),
        ("published_root", head.published_root == published.root),
        (
            "logged_at",
            head.size > published.size
            or head.logged_at == (None if newest is None else newest.logged_at),
        ),
        ("adopted", head.adopted),
    ):
        if not good:
            yield Fault(table="log_head", row="1", field=field, code="differs")
    extra = session.scalar(select(func.count(LogHead.id)))
    if extra != 1:
        yield Fault(table="log_head", row="*", field="row", code="unexpected")


def _fault(row: str, field: str, code: str) -> Fault:
    return Fault(table="log_entries", row=row, field=field, code=code)
