"""Lets every page of the desks be switched to the other language or view, whatever its address."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, redirect, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from templates.page_display import asked_view, remember_display
from templates.page_language import asked_language

_OURS: Final = frozenset({"lang", "view"})


def add_display(app: Flask) -> None:
    """Let every page of an application be switched; before `accounts.guard.guard`."""
    app.before_request(_go_on)
    app.after_request(_remember)


def _go_on() -> AnyResponse | None:
    """Lead from `/page?lang=en&tab=2` to `/page?tab=2`, so that no address keeps the switch.

    A form that was refused stands on an address that only takes forms: from there to its page.
    """
    switched = asked_language(request) or asked_view(request)
    if request.method != "GET" or not switched:
        return None
    path = request.path
    if isinstance(request.routing_exception, MethodNotAllowed):
        path = _page_above(path)
    elif request.endpoint is None:
        return None
    rest = [(key, value) for key, value in request.args.items(multi=True) if key not in _OURS]
    here = "/" + quote(path.lstrip("/"))  # never //host
    return redirect(request.script_root + here + (f"?{urlencode(rest)}" if rest else ""))


def _page_above(path: str) -> str:
    """Return the nearest address above a path that can be opened."""
    addresses = current_app.create_url_adapter(request)
    while path and addresses is not None and not addresses.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path


def _remember(response: Response) -> Response:
    remember_display(response, request)
    return response
