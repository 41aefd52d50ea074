"""A log of our own leaves that breaks no rule, and the list it is judged by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from audit.auditing import AuditReport, audit_log, new_memory
from audit.memory import Memory
from audit.trust import Trust, read_trust
from codes.levels import Level
from keys.algorithms import Algorithm
from keys.ring import Standing
from keys.services import LogSource
from log.leaves import (
    CopyLeaf,
    FilingLeaf,
    FilingValue,
    IssueLeaf,
    Leaf,
    LifeKind,
    LifeLeaf,
    TrustLeaf,
    encode_leaf,
)
from log.reading import FolderSource
from tests.keys.key_samples import fixed_key, make_document, public_entry
from tests.keys.trust_samples import one_root, published
from tests.log.logs import PREFIX, GrowingLog
from tests.log.trees import LOG_KEY

KEY_ID = fixed_key(Algorithm.ES256).public.key_id
DAY = date(2026, 3, 1)
# Nine in the morning in Shanghai.
START = datetime(2026, 3, 1, 1, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, tzinfo=UTC)
HASH = hashlib.sha256(b"anything").digest()

# What the list has the body filed for: occupation, level, first and last day.
FILED: list[FilingValue] = [[1, level, "2026-01-01", "2028-12-31"] for level in (3, 2)]

Logged = tuple[datetime, Leaf]
Windows = list[FilingValue]


def trust_file(
    *,
    version: int = 7,
    since: datetime | None = None,
    logged: bool = True,
    until: date | None = None,
) -> bytes:
    """Return the signed list of one body with one key.

    Args:
        version: of the list.
        since: when that key was lost, if it was.
        logged: whether it names the log.
        until: the last day the body is filed for; None for the usual one.
    """
    entry = public_entry(fixed_key(Algorithm.ES256))
    if since is not None:
        entry = replace(entry, standing=Standing.COMPROMISED, compromised_since=since)
    logs = LogSource(vkey=str(LOG_KEY), valid_from=DAY, valid_to=None)
    made = make_document(entry)
    if until is not None:
        (body,) = made.bodies
        ended = tuple(replace(one, valid_to=until) for one in body.scopes)
        made = replace(made, bodies=(replace(body, scopes=ended),))
    document = replace(
        made,
        version=version,
        published_at=START if version == 7 else NOW - timedelta(hours=1),
        logs=(logs,) if logged else (),
    )
    return published(document)


def trust(**said: Any) -> Trust:
    """Return what the auditor reads in that list; takes what `trust_file` takes."""
    return read_trust(trust_file(**said), one_root().pin)


def issue(serial: int, **changes: Any) -> IssueLeaf:
    """Return a lawful issue leaf, or one that differs from it."""
    leaf = IssueLeaf(
        number=PREFIX.number(year=2026, level=Level.THREE, serial=serial),
        record_version=1,
        record_hash=hashlib.sha256(b"record %d" % serial).digest(),
        key_id=KEY_ID,
        issued_on=DAY,
        occupation=1,
    )
    return replace(leaf, **changes)


def life(n: int, **changes: Any) -> LifeLeaf:
    """Return a lawful life leaf, or one that differs from it."""
    leaf = LifeLeaf(
        prefix=str(PREFIX),
        event=LifeKind.SUSPEND,
        mark=hashlib.sha256(b"mark %d" % n).digest(),
        record_hash=None,
        key_id=None,
        effective_on=DAY,
    )
    return replace(leaf, **changes)


def filing(event: str, *, windows: Windows, on: date = DAY, **changes: Any) -> FilingLeaf:
    """Return the leaf of an act on the filing, in effect from its decision on unless said."""
    detail: dict[str, FilingValue] = {"windows": windows, "effective_on": on.isoformat()}
    detail |= changes.pop("detail", {})
    leaf = FilingLeaf(prefix=str(PREFIX), event=event, detail=detail, decided_on=on)
    return replace(leaf, **changes)


def lawful() -> list[Logged]:
    """Return some leaves of every kind, a minute apart, that break no rule."""
    leaves: list[Leaf] = [
        filing("recorded", windows=FILED),
        TrustLeaf(version=7, sha256=trust().digest),
        issue(1),
        CopyLeaf(prefix=str(PREFIX), file_sha256=HASH),
        issue(2),
        issue(1, number=PREFIX.number(year=2026, level=Level.TWO, serial=1)),
        life(1),
        life(2, event=LifeKind.REISSUE, record_hash=HASH, key_id=KEY_ID),
        issue(3),
    ]
    return [(START + timedelta(minutes=at), leaf) for at, leaf in enumerate(leaves)]


def encoded(leaves: Sequence[Logged]) -> Iterator[bytes]:
    """Yield leaves as entries."""
    return (encode_leaf(leaf, at) for at, leaf in leaves)


def publish(folder: Path, *batches: Sequence[Logged]) -> GrowingLog:
    """Return a log that was published once for each batch."""
    log = GrowingLog(folder)
    for batch in batches:
        log.grow(list(encoded(batch)))
    return log


def run(
    folder: Path,
    memory: Memory | None = None,
    believed: Trust | None = None,
    *,
    everything: bool = False,
    now: datetime = NOW,
) -> tuple[AuditReport, Memory]:
    """Audit a log in a folder."""
    return audit_log(
        FolderSource(folder),
        LOG_KEY,
        believed or trust(),
        memory or new_memory(LOG_KEY, None),
        now=now,
        everything=everything,
    )


def codes(report: AuditReport) -> list[tuple[str, int | None]]:
    """Return what an audit found in the leaves: code and leaf."""
    return [(fault.code, fault.index) for fault in report.leaf_faults]
