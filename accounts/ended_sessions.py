"""Sessions that ended without their person signing out, and why: told to who holds the old cookie.

Only the number in the cookie finds the reason, so nobody else learns that there was a session.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.account_models import AccountRow, EndedSessionRow, SessionRow
from registry.session import insert_if_absent

IDLE_AT_MOST: Final = timedelta(minutes=60)
LASTS_AT_MOST: Final = timedelta(hours=12)
_TOLD_FOR: Final = timedelta(days=7)
_UNIQUIFIER_BYTES: Final = 24


class Ending(StrEnum):
    """Why a session ended."""

    EXPIRED = "expired"
    RESET = "reset"
    DISABLED = "disabled"
    ROLES = "roles"
    ELSEWHERE = "elsewhere"

    @property
    def text(self) -> Text:
        """The reason in both languages, as its person reads it."""
        return _TEXTS[self]


_TEXTS: Final = {
    Ending.EXPIRED: Text(
        "上次登录已自动退出：60 分钟没有操作，或登录已满 12 小时。",
        "Your last session ended by itself: nothing was done for 60 minutes, or it had lasted for "
        "12 hours.",
    ),
    Ending.RESET: Text(
        "您的账号已被重置，登录随之退出；请用账号管理人当面交给您的设置链接重新设置。",
        "Your account was reset, which ended your session: set it up by the link that whoever "
        "manages it hands to you.",
    ),
    Ending.DISABLED: Text(
        "您的账号已被停用，登录随之退出；有疑问请联系账号管理人。",
        "Your account was disabled, which ended your session; ask whoever manages it.",
    ),
    Ending.ROLES: Text(
        "您的角色已更改，登录随之退出，请重新登录。",
        "Your roles were changed, which ended your session: sign in again.",
    ),
    Ending.ELSEWHERE: Text(
        "您的账号在另一处退出了这台设备的登录；不是您本人操作的，请尽快联系账号管理人。",
        "This device was signed out from another one by your account; if that was not you, tell "
        "whoever manages it soon.",
    ),
}


def is_over(row: SessionRow, now: datetime) -> bool:
    """Return whether a session has ended by itself."""
    return now - row.seen_at > IDLE_AT_MOST or now - row.made_at > LASTS_AT_MOST


def end_sessions(
    session: Session, row: AccountRow, why: Ending, at: datetime, *, but: int | None = None
) -> None:
    """End the sessions of an account at once; all, or all but one."""
    theirs = SessionRow.account_id == row.id
    if but is None:
        row.uniquifier = secrets.token_urlsafe(_UNIQUIFIER_BYTES)
    else:
        theirs &= SessionRow.id != but
    end_rows(session, theirs, why, at)


def end_rows(session: Session, which: ColumnElement[bool], why: Ending, at: datetime) -> None:
    """End some sessions, keeping why for a while of those that were somebody's."""
    somebodys = select(SessionRow.digest).where(which, SessionRow.account_id.is_not(None))
    in_order = somebodys.order_by(SessionRow.digest)  # so that two who do so never block each other
    for digest in session.scalars(in_order).all():
        insert_if_absent(session, EndedSessionRow, digest=digest, why=why.value, at=at)
    session.execute(delete(SessionRow).where(which))


def end_old_sessions(session: Session, now: datetime) -> None:
    """End what is over by itself, and forget why the sessions of former weeks ended."""
    over: Any = or_(
        SessionRow.seen_at < now - IDLE_AT_MOST, SessionRow.made_at < now - LASTS_AT_MOST
    )
    end_rows(session, over, Ending.EXPIRED, now)
    session.execute(delete(EndedSessionRow).where(EndedSessionRow.at < now - _TOLD_FOR))


def why_ended(session: Session, digest: str, now: datetime) -> Ending | None:
    """Return why the session of a number ended without its person's doing; None if it did not."""
    kept = session.get(EndedSessionRow, digest)
    if kept is not None:
        return Ending(kept.why)
    row = session.scalar(select(SessionRow).where(SessionRow.digest == digest))
    if row is None or row.account_id is None or not is_over(row, now):
        return None
    return Ending.EXPIRED
