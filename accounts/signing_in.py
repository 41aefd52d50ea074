"""Signing in, as steps: 1 the password, 2 the second factor, 3 a session of its own.

Between steps the browser's session holds only whose turn it is, for ten minutes: until step 3 it is
nobody's, and no page but those of signing in answers it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from flask import g, session
from flask_security import hash_password, login_user
from sqlalchemy import update

from accounts.account_rules import fold_username
from accounts.browser_sessions import BrowserSession
from accounts.bureau import Bureau, the_bureau
from accounts.errors import AccountError
from accounts.known_browsers import counted_as, remember_browser
from accounts.library import Account, AccountStore, the_library
from accounts.lockout import check_not_waiting, clear_failures, count_failure, waiting
from accounts.setup_links import account_of_link, void_link
from codes.wording import Text
from registry.account_models import AccountRow
from registry.session import transaction

_WAITING: Final = "waiting"
_WAITS_AT_MOST: Final = timedelta(minutes=10)
_LONGEST_TYPED: Final = 200


def prove_password(bureau: Bureau, username: str, password: str) -> Account:
    """Step 1: return the account whose name and password these are.

    An unknown name takes as long, counts as a failure and is answered as a wrong password is.

    Raises:
        AccountError: they are nobody's (`sign_in_failed`), or too many attempts were made at this
            name (`sign_in_waits`).
    """
    name = fold_username(username[:_LONGEST_TYPED])
    account = AccountStore(bureau).find_user(username=name)
    counted = counted_as(bureau, account, name)
    check_not_waiting(bureau, counted)
    if not _is_password_of(account, password[:_LONGEST_TYPED]):
        wait = count_failure(bureau, counted)
        raise failed() if wait is None else waiting(wait)
    assert account is not None
    with transaction(bureau.desks) as transacted:
        clear_failures(transacted, bureau, counted)
    return account


def _is_password_of(account: Account | None, password: str) -> bool:
    typed = the_library().password_util.normalize(password)
    if account is None or account.password is None or not account.active:
        hash_password(typed)  # as long as for an account there is
        return False
    return bool(account.verify_and_update_password(typed))


def failed() -> AccountError:
    """Return the refusal of a name and password, the same whichever is wrong."""
    return AccountError(
        "sign_in_failed",
        Text("用户名或密码不正确", "The user name or the password is not right"),
    )


def set_password(bureau: Bureau, password: str, *accounts: Account) -> None:
    """Keep a password that was found fit (`accounts.library.inspect_password`).

    Several accounts have one only in a demo, where hashing it for each would be most of the start.
    """
    kept = hash_password(the_library().password_util.normalize(password))
    with transaction(bureau.desks) as transacted:
        changed = update(AccountRow).where(AccountRow.id.in_(one.id for one in accounts))
        transacted.execute(changed.values(password=kept))


def keep_first_password(bureau: Bureau, token: str, password: str) -> Account | None:
    """Keep the password chosen by a set-up link and use the link up; None where it is gone.

    It is noted on the audit trail before it is kept.
    """
    kept = hash_password(the_library().password_util.normalize(password))  # it takes its time
    with transaction(bureau.desks) as transacted:
        row = account_of_link(transacted, bureau, token, locked=True)
        if row is None:
            return None
        bureau.note(row.name, "accounts.set_up", row.username, "凭设置链接设置本人密码")
        row.password = kept
        void_link(transacted, row)
        return Account(row)


def hold_for_factor(account: Account, *, next_path: str) -> None:
    """Remember between the steps whose password was shown, and where they were going."""
    since = the_bureau().clock().isoformat()
    browser = the_browser()
    browser.end()
    browser[_WAITING] = {
        "who": account.fs_uniquifier,
        "by": _password_mark(account),
        "next": next_path,
        "since": since,
    }


def _password_mark(account: Account) -> str:
    """Return what tells one password of an account from a later one."""
    return the_bureau().digest(_WAITING, account.password or "")


def held_account() -> Account | None:
    """Return whose second factor is being asked for in this browser; None when nobody's is."""
    held: dict[str, Any] | None = session.get(_WAITING)
    if held is None:
        return None
    if the_bureau().clock() - datetime.fromisoformat(held["since"]) > _WAITS_AT_MOST:
        session.pop(_WAITING)
        return None
    account = AccountStore(the_bureau()).find_user(fs_uniquifier=held["who"])
    if account is None or not account.active or held.get("by") != _password_mark(account):
        return None
    return account


def held_path() -> str:
    """Return where the person between the steps was going."""
    held: dict[str, Any] = session.get(_WAITING) or {}
    return str(held.get("next") or "/")


def begin_session(account: Account, *, factor_shown: bool) -> None:
    """Step 3: make the browser's session the account's, under a new number."""
    browser = the_browser()
    now = the_bureau().clock()
    browser.begin_for(account.id, factor_at=now if factor_shown else None)
    g.pop("csrf_token", None)
    login_user(account, remember=False, authn_via=["password"])
    remember_browser(the_bureau(), account)


def the_browser() -> BrowserSession:
    """Return the session of this request's browser."""
    browser = session._get_current_object()  # type: ignore[attr-defined]  # a proxy of werkzeug
    assert isinstance(browser, BrowserSession)
    return browser
