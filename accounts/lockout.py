"""After repeated failures a name waits, longer each time; whether it is anybody's makes no odds.

The count is kept by the name as typed (hashed), so that names nobody has wait just the same and
nobody learns which there are. A success clears it; a day without attempts does too. In a browser
that the account signed in with before, the count is that browser's own (`accounts.known_browsers`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accounts.bureau import Bureau
from accounts.errors import AccountError
from codes.wording import Text
from registry.account_models import FailureRow
from registry.session import insert_if_absent, transaction

FREE_FAILURES: Final = 5
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(minutes=30)
_FORGOTTEN_AFTER: Final = timedelta(days=1)
_KIND: Final = "sign-in failures"


def wait_after(failures: int) -> timedelta | None:
    """Return how long a name waits after this many failures one after another."""
    if failures < FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES, 10)
    wait: timedelta = _FIRST_WAIT * 2**doublings
    return min(wait, _LONGEST_WAIT)


def check_not_waiting(bureau: Bureau, name: str) -> None:
    """Go on only where a name need not wait.

    Raises:
        AccountError: it must wait (`sign_in_waits`).
    """
    with transaction(bureau.desks) as session:
        row = session.get(FailureRow, bureau.digest(_KIND, name))
        if row is not None and row.locked_until is not None and row.locked_until > bureau.clock():
            raise waiting(row.locked_until - bureau.clock())


def count_failure(bureau: Bureau, name: str) -> timedelta | None:
    """Count one more failure of a name; return how long it waits from now, if it does."""
    now = bureau.clock()
    with transaction(bureau.desks) as session:
        _forget_old(session, now)
        digest = bureau.digest(_KIND, name)
        insert_if_absent(session, FailureRow, digest=digest, failures=0, last_at=now)
        row = session.get_one(FailureRow, digest, with_for_update=True)
        row.failures, row.last_at = row.failures + 1, now
        wait = wait_after(row.failures)
        row.locked_until = None if wait is None else now + wait
    return wait


def clear_failures(session: Session, bureau: Bureau, name: str) -> None:
    """Forget the failures of a name that was proved now."""
    session.execute(delete(FailureRow).where(FailureRow.digest == bureau.digest(_KIND, name)))


def waiting(left: timedelta) -> AccountError:
    """Return the refusal of a name that has to wait; it says nothing of whose the name is."""
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    return AccountError(
        "sign_in_waits",
        Text(
            f"连续登录失败次数过多，请 {minutes} 分钟后再试；若不是您本人操作，请告知账号管理人",
            f"Too many failed attempts in a row. Try again in {minutes} min; if it was not you, "
            "tell whoever manages your account",
        ),
    )


def _forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(FailureRow).where(FailureRow.last_at < now - _FORGOTTEN_AFTER))
