"""How somebody wants the pages: their language, and 长者模式 with larger type; kept in cookies.

Both are links (`?lang=en`, `?view=elder`) on whatever page one is on, and work without script.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from flask import Flask, Request, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from templates.page_language import asked_language, remember_language

ELDER: Final = "elder"
STANDARD: Final = "standard"
COOKIE_NAME: Final = "view"
_COOKIE_SECONDS: Final = 365 * 24 * 3600
_OURS: Final = frozenset({"lang", "view"})


def elder_view(request: Request) -> bool:
    """Return whether the pages are to be large: the address says so, else the cookie."""
    asked = request.args.get("view")
    if asked in (ELDER, STANDARD):
        return asked == ELDER
    return request.cookies.get(COOKIE_NAME) == ELDER


def add_display(app: Flask) -> None:
    """Let every page of an application be switched; before `accounts.guard.guard`."""
    app.before_request(_go_on)
    app.after_request(_remember)


def _go_on() -> AnyResponse | None:
    """Lead from `/page?lang=en&tab=2` to `/page?tab=2`, so that no address keeps the switch."""
    switched = asked_language(request) or request.args.get("view") in (ELDER, STANDARD)
    if request.method != "GET" or not switched or request.endpoint is None:
        return None
    rest = [(key, value) for key, value in request.args.items(multi=True) if key not in _OURS]
    here = "/" + quote(request.path.lstrip("/"))  # never //host
    return redirect(request.script_root + here + (f"?{urlencode(rest)}" if rest else ""))


def _remember(response: Response) -> Response:
    language = asked_language(request)
    if language is not None:
        remember_language(response, language)
    view = request.args.get("view")
    if view == ELDER:
        response.set_cookie(
            COOKIE_NAME, ELDER, max_age=_COOKIE_SECONDS, samesite="Lax", httponly=True
        )
    elif view == STANDARD:
        response.delete_cookie(COOKIE_NAME, samesite="Lax", httponly=True)
    return response
