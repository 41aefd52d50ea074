"""The headers of every page, public or private: nothing runs, frames or leaks that is not ours."""

from __future__ import annotations

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

# Of the one answer that shows the asker's own picture: it is in the page itself, kept nowhere.
PICTURE_POLICY = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' data:")

FIXED_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
    ),
}

# The scanner alone may use the camera, run the packaged reader and be installed.
SCANNER_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace(
        "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
    )
    + "; worker-src 'self'; manifest-src 'self'",
    "Permissions-Policy": FIXED_HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)"),
}

# Long enough to spare the server, short enough that a changed key or script is seen soon; when the
# server is away a cache may go on answering for a week.
SHARED_CACHE = "public, max-age=300, stale-while-revalidate=300, stale-if-error=604800"
NO_STORE = "no-store"
_NO_SNIFFING = "x-content-type-options"
_DEFAULTS = {
    name.lower(): (name, value)
    for name, value in (*FIXED_HEADERS.items(), ("Cache-Control", NO_STORE))
}


def add_headers(app: Flask) -> None:
    """Put the fixed headers on every answer, and `no-store` wherever nothing else was chosen."""
    app.url_map.merge_slashes = False  # that redirect would lead to whatever host was asked for
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    headers = response.headers
    if request.endpoint == "static" and response.status_code in (200, 304):
        headers["Cache-Control"] = SHARED_CACHE
    there = {name.lower() for name, _ in headers}
    if response.status_code == 304:  # it names no type, and a browser would refuse what it kept
        there.add(_NO_SNIFFING)
    headers.extend([one for key, one in _DEFAULTS.items() if key not in there])
    return response
