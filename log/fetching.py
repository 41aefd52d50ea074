"""Asks the web for a file by a time: connecting, redirects, headers and body together.

The timeouts of a socket begin anew with every byte, so that an answer that comes in drops would be
waited for without end. Here what is left of the time is set before each time something is read.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection, HTTPMessage, HTTPResponse, HTTPSConnection
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
)

WEB_SCHEMES = ("http", "https")
SILENT_SECONDS = 20.0  # nothing comes in at all


class TimedRequest(Request):
    """A request for a file, and for wherever it is redirected to.

    Args:
        url: untrusted, http or https.
        deadline: by `time.monotonic`.

    Raises:
        ValueError: the address cannot be understood.
    """

    def __init__(self, url: str, *, deadline: float) -> None:
        super().__init__(url, headers={"Accept-Encoding": "gzip, identity"})
        self.deadline = deadline


def timed_opener() -> OpenerDirector:
    """Return what opens a `TimedRequest`; what it opens and reads raises TimeoutError in time."""
    return build_opener(_SameOrSafer, _TimedHttp, _TimedHttps)


class _SameOrSafer(HTTPRedirectHandler):
    """Follows redirects, but never to anything else than the web, nor from https to http."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        """Return the request to follow with, or refuse."""
        fp.close()  # what comes with a redirect is not read, however much it is
        wanted, given = urlsplit(newurl).scheme, urlsplit(req.full_url).scheme
        if wanted not in WEB_SCHEMES or (given == "https" and wanted != "https"):
            raise URLError("redirect refused")
        followed = super().redirect_request(req, fp, code, msg, headers, newurl)
        if followed is None or not isinstance(req, TimedRequest):
            return None
        return TimedRequest(followed.full_url, deadline=req.deadline)


class _TimedHttp(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        """Ask, and read the head of the answer."""
        return self.do_open(partial(_HttpConnection, deadline=_deadline(req)), req)


class _TimedHttps(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        """Ask, and read the head of the answer."""
        return self.do_open(partial(_HttpsConnection, deadline=_deadline(req)), req)


class _HttpConnection(HTTPConnection):
    def __init__(self, host: str, *, deadline: float, **given: Any) -> None:
        super().__init__(host, **given | {"timeout": _left(deadline)})
        _keep_time(self, deadline)


class _HttpsConnection(HTTPSConnection):
    def __init__(self, host: str, *, deadline: float, **given: Any) -> None:
        super().__init__(host, **given | {"timeout": _left(deadline)})
        _keep_time(self, deadline)


class _TimedReader(io.RawIOBase):
    """What comes in from a socket, for as long as there is time.

    Args:
        raw: the socket's own reader.
        limit: sets how long the socket waits for the next byte.
    """

    def __init__(self, raw: io.RawIOBase, limit: Callable[[], None]) -> None:
        self._raw = raw
        self._limit = limit

    def readable(self) -> bool:
        """Say that it is read from."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what there is."""
        self._limit()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let the socket go."""
        self._raw.close()
        super().close()


def _keep_time(connection: HTTPConnection, deadline: float) -> None:
    """Hold a connection to a time, from its first address to the last byte of its answer."""

    def connect(address: tuple[str, int], *_: object) -> socket.socket:
        failed: OSError = OSError("no address")
        for *_kind, place in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            try:
                return socket.create_connection((str(place[0]), address[1]), _left(deadline))
            except OSError as error:
                failed = error
        raise failed

    def respond(sock: socket.socket, *given: Any, **named: Any) -> HTTPResponse:
        answer = HTTPResponse(sock, *given, **named)
        raw = answer.fp.detach()
        answer.fp = io.BufferedReader(_TimedReader(raw, lambda: sock.settimeout(_left(deadline))))
        return answer

    connection._create_connection = connect  # type: ignore[attr-defined] # tries one by one, in time
    connection.response_class = respond  # type: ignore[assignment] # called like the class


def _deadline(request: Request) -> float:
    if not isinstance(request, TimedRequest):
        raise TypeError("a request without a deadline")
    return request.deadline


def _left(deadline: float) -> float:
    """Return how many seconds may pass until something comes in; raises TimeoutError."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return min(left, SILENT_SECONDS)
