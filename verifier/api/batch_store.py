"""Lists handed in with an API key: begun once, found again with the same key, deleted in time.

What a list came to lies with the batch checks (`verifier.bulk_jobs`); the database says only that
there is one, and where it lies stands sealed under the key, which is kept nowhere.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from registry.api_key_models import ApiBatchRow
from registry.session import transaction
from registry.vault import seal, unseal
from verifier.api.batch_body import FILE_NAME, BatchBody
from verifier.api_keys import ApiKey, give_rows_back, take_rows
from verifier.bulk_jobs import EMPLOYER_LIMITS, BulkJobs, JobLost, JobOrder
from verifier.bulk_place import JobUnknown

KEPT_FOR: Final = timedelta(seconds=EMPLOYER_LIMITS.keep_seconds)
_BEGINNING: Final = timedelta(seconds=60)


class Repeated(Enum):
    """Why a list with a word that was used before is not begun."""

    OTHER_LIST = auto()
    BUSY = auto()


class NotBegun(Exception):
    """A list that is not begun because of the word that came with it."""

    def __init__(self, why: Repeated) -> None:
        super().__init__()
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A list that is being checked; `again` where it had been begun before by the same request."""

    row: ApiBatchRow
    again: bool


def begin_batch(
    public: Engine, jobs: BulkJobs, key: ApiKey, body: BatchBody, word: str | None, *, now: datetime
) -> Begun:
    """Begin to check a list, or find the one that the same request began.

    Args:
        public: the public side's database.
        word: the asker's own for this request (Idempotency-Key); None for none.

    Raises:
        NotBegun: the word was used for another list, or its first request is still worked on.
        QuotaSpent: the list has more rows than the day allows.
        JobsFull: too many are being checked, or kept.
    """
    mark = None if word is None else hashlib.sha256(word.encode()).hexdigest()
    digest = hashlib.sha256(bytes([body.watch]) + body.data).hexdigest()
    with transaction(public) as session:
        session.execute(delete(ApiBatchRow).where(ApiBatchRow.keep_until < now))
        take_rows(session, key, 0, now=now)  # nobody else begins with this key meanwhile
        earlier = None if mark is None else _find_earlier(session, key, mark, digest, now)
        if earlier is not None:
            return Begun(row=earlier, again=True)
        take_rows(session, key, body.rows, now=now)
        token = jobs.prepare(body.data, _order(key, body))
        row = ApiBatchRow(
            name=secrets.token_hex(16),
            key_id=key.id,
            rows=body.rows,
            watch=body.watch,
            made_at=now,
            keep_until=now + KEPT_FOR,
            idempotency=mark,
            body_digest=digest,
        )
        row.token_sealed = seal(_cipher(key), row.name, token.encode())
        session.add(row)
        session.flush()
    # Row and rows counted are one commit. The check is begun by this, or, if this worker is killed,
    # by whoever looks next.
    with suppress(JobLost, JobUnknown):
        jobs.look(token)
    return Begun(row=row, again=False)


def _find_earlier(
    session: Session, key: ApiKey, mark: str, digest: str, now: datetime
) -> ApiBatchRow | None:
    """Return the list that the same request began before; raises NotBegun as `begin_batch`."""
    query = select(ApiBatchRow).where(ApiBatchRow.key_id == key.id)
    earlier = session.scalar(query.where(ApiBatchRow.idempotency == mark))
    if earlier is None:
        return None
    if earlier.body_digest != digest:
        raise NotBegun(Repeated.OTHER_LIST)
    if earlier.token_sealed is not None:
        return earlier
    # Only versions that put a list on record before they had a place for it left such a row.
    if earlier.made_at > now - _BEGINNING:
        raise NotBegun(Repeated.BUSY)
    session.delete(earlier)
    session.flush()
    give_rows_back(session, key, earlier.rows, now=now)
    return None


def _order(key: ApiKey, body: BatchBody) -> JobOrder:
    return JobOrder(
        file=FILE_NAME,
        network=f"api key {key.id}",
        rows=True,
        workbooks=False,
        watcher=key.employer if body.watch else None,
        again=True,
    )


def find_batch(public: Engine, key: ApiKey, name: str, *, now: datetime) -> ApiBatchRow | None:
    """Return a list that was handed in with this very key."""
    with transaction(public) as session:
        row = session.scalar(select(ApiBatchRow).where(ApiBatchRow.name == name))
        if row is None or row.key_id != key.id or row.keep_until < now:
            return None
        return row


def batches_of(
    public: Engine, key: ApiKey, *, before: int | None, limit: int, now: datetime
) -> Sequence[ApiBatchRow]:
    """Return lists of a key, the latest first.

    Args:
        before: id of the last one of the page before; None for the first page.
    """
    query = select(ApiBatchRow).where(ApiBatchRow.key_id == key.id, ApiBatchRow.keep_until >= now)
    if before is not None:
        query = query.where(ApiBatchRow.id < before)
    with transaction(public) as session:
        return session.scalars(query.order_by(ApiBatchRow.id.desc()).limit(limit)).all()


def token_of(key: ApiKey, row: ApiBatchRow) -> str:
    """Return where the result of a list lies; empty while it is being begun."""
    if row.token_sealed is None:
        return ""
    return unseal(_cipher(key), row.name, row.token_sealed).decode()


def forget_batch(public: Engine, row: ApiBatchRow) -> None:
    """Delete a list; what it came to is deleted by whoever has its token."""
    with transaction(public) as session:
        session.execute(delete(ApiBatchRow).where(ApiBatchRow.id == row.id))


def _cipher(key: ApiKey) -> AESGCM:
    return AESGCM(hashlib.sha256(b"yanzhen/api batches" + key.secret.encode()).digest())
