"""At which address the desks are: links that people are handed begin with it, and nothing else.

A host name that a request brought is never handed on: whoever forwards requests, or makes them,
chooses it. Only a loopback name stands for itself, for this machine alone reads it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from flask import Flask, abort, current_app, redirect, request
from werkzeug.wrappers import Response

from codes.wording import Text
from registry.errors import HomeError

DESK_URL_VARIABLE: Final = "YANZHEN_DESK_URL"
_EXTENSION: Final = "yanzhen_desk_url"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def read_desk_url(environment: Mapping[str, str] = os.environ) -> str:
    """Return the address of the desks, without a slash at its end; empty where none is set.

    Raises:
        HomeError: what is set is no address of a site (`desk_url_wrong`).
    """
    said = environment.get(DESK_URL_VARIABLE, "").strip()
    try:
        parts = urlsplit(said)
        known = parts.scheme in ("https", "http") and bool(parts.hostname)
        extra = (parts.query, parts.fragment, parts.username, parts.path.strip("/"))
        sound = known and not any(extra) and parts.port != 0
    except ValueError:
        sound = False
    if not said:
        return ""
    if not sound:
        raise HomeError(
            "desk_url_wrong",
            Text(
                f"{DESK_URL_VARIABLE} 应为 https:// 开头的网址，不带路径和参数",
                f"{DESK_URL_VARIABLE} must be an https:// address without path or query",
            ),
        )
    return f"{parts.scheme}://{parts.netloc}"


def keep_desk_url(app: Flask, url: str) -> None:
    """Keep the address of the desks; requests for another host are led to it, or refused.

    A loopback name is let through: a proxy on this machine may ask by it, whatever it was asked.

    Args:
        app: the desks.
        url: as `read_desk_url`.
    """
    app.extensions[_EXTENSION] = url
    app.before_request(_lead_to_own_host)


def _lead_to_own_host() -> Response | None:
    url: str = current_app.extensions[_EXTENSION]
    own = _without_usual_port(url, request.host) == _host_of(url) if url else True
    if own or _is_loopback() or request.endpoint == "static":
        return None
    if request.method not in ("GET", "HEAD"):
        abort(400)
    asked = request.query_string.decode("latin-1")
    return redirect(f"{url}{quote(request.path)}{'?' if asked else ''}{asked}", 307)


def _host_of(url: str) -> str:
    """Return the host and port of an address, as a browser asks for it."""
    return _without_usual_port(url, urlsplit(url).netloc)


def _without_usual_port(url: str, host: str) -> str:
    """Return a host as asked for at an address: a proxy may name the port that all know."""
    usual = {"https": 443, "http": 80}[urlsplit(url).scheme]
    return host.lower().removesuffix(f":{usual}")


def desk_url() -> str:
    """Return the address that links to the desks begin with; empty where it is not known."""
    url: str = current_app.extensions[_EXTENSION]
    if url:
        return url
    return request.host_url.rstrip("/") if _is_loopback() else ""


def _is_loopback() -> bool:
    return urlsplit(request.host_url).hostname in _LOOPBACK
