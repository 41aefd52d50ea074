"""Who is behind a request: known before its route is, from the session of its browser."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, g, request
from flask_security import current_user

from accounts.browser_sessions import BrowserSessions
from accounts.bureau import Bureau, keep_bureau
from accounts.desk_address import desk_url, keep_desk_url
from accounts.library import Account, keep_credentials
from accounts.passkeys import Site
from accounts.person import Person
from accounts.signing_in import the_browser

_PLACELESS: Final = (None, "static")


def open_accounts(app: Flask, bureau: Bureau, *, desk_url: str = "") -> None:
    """Let people sign in to an application; before `accounts.guard.guard`, which asks who they are.

    Args:
        app: its secret key is set.
        bureau: where accounts are kept.
        desk_url: as `accounts.desk_address.read_desk_url`.
    """
    keep_desk_url(app, desk_url)
    keep_bureau(app, bureau)
    app.session_interface = BrowserSessions(bureau)
    app.config["SESSION_PROTECTION"] = None  # a row, not the address, says whose a session is
    keep_credentials(app, bureau)
    app.before_request(_arrive)


def _arrive() -> None:
    g.person, g.factor_at = None, None
    if request.endpoint in _PLACELESS:
        return
    browser = the_browser()
    if browser.account_id is None or not current_user.is_authenticated:
        return
    account: Account = current_user._get_current_object()
    if account.id != browser.account_id:
        return
    g.account, g.factor_at = account, browser.factor_at
    g.person = Person(
        account_id=account.id,
        name=account.name,
        roles=account.desk_roles,
        body=account.body,
        waiting=account.waiting_roles,
    )


def the_account() -> Account:
    """Return the account of the person of this request."""
    found: Account = g.account
    return found


def the_site() -> Site:
    """Return where the browser of this request finds the desks."""
    origin = desk_url() or request.host_url.rstrip("/")
    return Site(host=urlsplit(origin).hostname or "", origin=origin)


def local_path(asked: str | None) -> str:
    """Return a path of these desks to go on to: the one asked for, or the front page.

    Whatever a browser could read as another site's address is the front page.
    """
    path = asked or "/"
    one_slash = path.startswith("/") and not path.startswith("//")
    return path if one_slash and path.isprintable() and "\\" not in path else "/"
