"""Employers' API keys: made, shown once, limited in what they may and how much, revoked.

A key is 32 random bytes as text. Only its SHA-256 is kept: nobody can have it from the database,
and being random it needs no slower hash.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.api_key_models import ApiKeyRow, ApiUsageRow
from verifier.conclusion import local_day
from verifier.errors import KeyRefused

KEY_PREFIX: Final = "yz_"
ROWS_A_DAY: Final = (1_000, 10_000, 50_000)
REQUESTS_A_DAY: Final = 20_000
MOST_KEYS: Final = 20
LONGEST_NAME: Final = 40
USAGE_KEPT: Final = timedelta(days=400)
_KEY_BYTES: Final = 32
_SHOWN: Final = 9


class Scope(StrEnum):
    """What a key may do."""

    CHECK = "batches:write"
    READ = "batches:read"
    WATCH = "watches:write"
    USAGE = "usage:read"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _CALLED[self]


_CALLED: Final = {
    Scope.CHECK: Text("提交名单", "hand lists in"),
    Scope.READ: Text("读取核验结果", "read results"),
    Scope.WATCH: Text("关注证书状态变动", "watch certificates for changes"),
    Scope.USAGE: Text("读取用量", "read usage"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key that was brought with a request, and is good.

    Args:
        id: of the key.
        employer: whose it is.
        scopes: what it may.
        rows_a_day: how many rows it may hand in a day.
        secret: the key itself.
    """

    id: int
    employer: int
    scopes: frozenset[Scope]
    rows_a_day: int
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made; `secret` is shown now and never again."""

    id: int
    secret: str = field(repr=False)


class QuotaSpent(Exception):
    """A key has used what it may on a day."""

    def __init__(self, *, rows_left: int, seconds: int) -> None:
        super().__init__()
        self.rows_left = rows_left
        self.seconds = seconds


def check_key(
    session: Session, employer: int, *, name: str, scopes: Sequence[str], rows_a_day: int
) -> str:
    """Return a new key's name as it is kept, if an employer may have such a key.

    Args:
        session: on the public side's database.
        name, scopes, rows_a_day: as chosen, untrusted.

    Raises:
        KeyRefused: the name is empty or too long (`key_name`), no scope or an unknown one
            (`key_scopes`), none of the quotas (`key_quota`), or too many keys (`keys_full`).
    """
    called = " ".join(name.split())
    if not 1 <= len(called) <= LONGEST_NAME or not called.isprintable():
        raise KeyRefused(
            "key_name",
            Text(
                f"请填写密钥名称，1–{LONGEST_NAME} 个字",
                f"Give the key a name of 1–{LONGEST_NAME} characters",
            ),
        )
    known = {scope.value for scope in Scope}
    if not scopes or not set(scopes) <= known:
        raise KeyRefused(
            "key_scopes", Text("请至少选择一项权限", "Choose at least one thing the key may do")
        )
    if rows_a_day not in ROWS_A_DAY:
        raise KeyRefused("key_quota", Text("请选择每日行数上限", "Choose how many rows a day"))
    alive = select(func.count(ApiKeyRow.id)).where(ApiKeyRow.employer == employer)
    if (session.scalar(alive.where(ApiKeyRow.revoked_at.is_(None))) or 0) >= MOST_KEYS:
        raise KeyRefused(
            "keys_full",
            Text(
                f"有效密钥已达 {MOST_KEYS} 个，请先停用不再使用的密钥",
                f"There are {MOST_KEYS} keys in use; revoke one first",
            ),
        )
    return called


def make_key(
    session: Session,
    employer: int,
    *,
    name: str,
    scopes: Sequence[str],
    rows_a_day: int,
    now: datetime,
) -> NewKey:
    """Make a key of an employer; arguments and refusals as of `check_key`."""
    called = check_key(session, employer, name=name, scopes=scopes, rows_a_day=rows_a_day)
    secret = KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)
    row = ApiKeyRow(
        employer=employer,
        name=called,
        digest=_digest(secret),
        shown=secret[:_SHOWN],
        scopes=" ".join(sorted(set(scopes))),
        rows_a_day=rows_a_day,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return NewKey(id=row.id, secret=secret)


def keys_of(session: Session, employer: int) -> Sequence[ApiKeyRow]:
    """Return an employer's keys, the newest first."""
    query = select(ApiKeyRow).where(ApiKeyRow.employer == employer)
    return session.scalars(query.order_by(ApiKeyRow.id.desc())).all()


def find_key(session: Session, employer: int, key_id: int) -> ApiKeyRow | None:
    """Return a key of an employer; None where there is none of this employer's."""
    row = session.get(ApiKeyRow, key_id)
    return row if row is not None and row.employer == employer else None


def revoke_key(row: ApiKeyRow, *, now: datetime) -> None:
    """Revoke a key, from this moment and for ever."""
    row.revoked_at = row.revoked_at or now


def open_key(session: Session, secret: str) -> ApiKey | None:
    """Return the key that a request brought; None for one that is none, or was revoked."""
    row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.digest == _digest(secret)))
    if row is None or row.revoked_at is not None:
        return None
    return ApiKey(
        id=row.id,
        employer=row.employer,
        scopes=frozenset(Scope(name) for name in row.scopes.split()),
        rows_a_day=row.rows_a_day,
        secret=secret,
    )


def count_request(session: Session, key: ApiKey, *, now: datetime) -> None:
    """Count a request of a key.

    Raises:
        QuotaSpent: it has made as many as a day allows.
    """
    row = _usage_today(session, key, now)
    if row.requests >= REQUESTS_A_DAY:
        raise QuotaSpent(rows_left=0, seconds=_to_midnight(now))
    row.requests += 1
    found = session.get(ApiKeyRow, key.id)
    if found is not None:
        found.used_at = now


def take_rows(session: Session, key: ApiKey, rows: int, *, now: datetime) -> None:
    """Count rows that a key hands in.

    Raises:
        QuotaSpent: they are more than the day still allows; none was counted.
    """
    used = _usage_today(session, key, now)
    left = max(0, key.rows_a_day - used.rows)
    if rows > left:
        raise QuotaSpent(rows_left=left, seconds=_to_midnight(now))
    used.rows += rows


def give_rows_back(session: Session, key: ApiKey, rows: int, *, now: datetime) -> None:
    """Uncount rows of a list that was not begun."""
    used = _usage_today(session, key, now)
    used.rows = max(0, used.rows - rows)


def usage_of(session: Session, key_id: int, *, days: int, now: datetime) -> Sequence[ApiUsageRow]:
    """Return what a key was used for in the last so many days, the latest first."""
    since = local_day(now) - timedelta(days=days - 1)
    query = select(ApiUsageRow).where(ApiUsageRow.key_id == key_id, ApiUsageRow.day >= since)
    return session.scalars(query.order_by(ApiUsageRow.day.desc())).all()


def rows_left(session: Session, key: ApiKey | ApiKeyRow, *, now: datetime) -> int:
    """Return how many rows a key may still hand in today."""
    used = session.get(ApiUsageRow, (key.id, local_day(now)))
    return max(0, key.rows_a_day - (0 if used is None else used.rows))


def _usage_today(session: Session, key: ApiKey, now: datetime) -> ApiUsageRow:
    """Return the row of today, made if it is the first use; nobody else counts meanwhile."""
    session.get(ApiKeyRow, key.id, with_for_update=True)
    day: date = local_day(now)
    row = session.get(ApiUsageRow, (key.id, day))
    if row is None:
        session.execute(delete(ApiUsageRow).where(ApiUsageRow.day < day - USAGE_KEPT))
        row = ApiUsageRow(key_id=key.id, day=day, requests=0, rows=0)
        session.add(row)
    return row


def _to_midnight(now: datetime) -> int:
    """Return the seconds until the next day begins in Asia/Shanghai."""
    shanghai = now + timedelta(hours=8)
    midnight = (shanghai + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - shanghai).total_seconds()) + 1


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
