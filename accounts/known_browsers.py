"""Browsers that somebody signed in with before: their failures are counted apart from strangers'.

Whoever knows a name can fail at it until it waits, again and again. That keeps strangers out, and
new browsers, but not its person: their own browser holds a mark of the account, and what is typed
there is counted for that mark alone. The mark opens nothing. It ends with the account's uniquifier,
so that a reset account is known to no browser.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import Final

from flask import Response, after_this_request, request

from accounts.bureau import Bureau
from accounts.library import Account

COOKIE: Final = "yanzhen_known"
LASTS: Final = timedelta(days=180)
_NUMBER_BYTES: Final = 16
_KIND: Final = "known browser"


def remember_browser(bureau: Bureau, account: Account) -> None:
    """Have the browser of this request hold a mark that this account signed in with it."""
    number = known_number(bureau, account) or secrets.token_hex(_NUMBER_BYTES)
    held = f"{number}.{_mark(bureau, account, number)}"

    def answer(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            held,
            max_age=LASTS,
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
            path="/",
        )
        return response

    after_this_request(answer)


def counted_as(bureau: Bureau, account: Account | None, name: str) -> str:
    """Return the name by which failures at `name` are counted in the browser of this request."""
    number = None if account is None else known_number(bureau, account)
    return name if number is None else f"{name} in {number}"


def known_number(bureau: Bureau, account: Account) -> str | None:
    """Return the number of this browser where the account signed in with it; None else."""
    number, _, mark = request.cookies.get(COOKIE, "").partition(".")
    right = _mark(bureau, account, number).encode()
    return number if hmac.compare_digest(mark.encode(errors="replace"), right) else None


def _mark(bureau: Bureau, account: Account, number: str) -> str:
    return bureau.digest(_KIND, f"{account.fs_uniquifier} {number}")
